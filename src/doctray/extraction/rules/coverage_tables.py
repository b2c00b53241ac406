"""Coverages in a table with headings: Policy type, Policy number, Effective, Expires, Each occurrence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from doctray.domain.document import Box
from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_amounts
from doctray.extraction.rules.coverage import COVERAGE, Coverage, heading, is_sentence, label_and_sum, plain_label, text_of
from doctray.extraction.rules.finds import dates_found, identifier_found, text_found
from doctray.extraction.rules.labels import likeness
from doctray.extraction.rules.reading import Phrase, Sheet
from doctray.extraction.rules.vocabulary import COVERAGE_HEADINGS


@dataclass(frozen=True, slots=True)
class _Column:
    key: str
    label: str
    box: Box


def table(sheet: Sheet, rows: Sequence[Sequence[Phrase]], index: int, order: DateOrder | None) -> tuple[list[Coverage], set[int]]:
    """The coverages of a table whose headings are this row, and the rows it takes; nothing where it is no such row."""
    if len(rows[index]) < 2 or sum(len(phrase.words) for phrase in rows[index]) > 30:
        return [], set()
    columns = [column for phrase in rows[index] for column in _columns_in(phrase)]
    keys = {column.key for column in columns}
    if (
        len(columns) < 2
        or ("type" not in keys and "policy_number" not in keys)
        or len(keys - {"ignored"}) < 2
        or len(columns) < len(rows[index]) - 1
    ):
        return [], set()
    out: list[Coverage] = []
    taken = {index}
    bottom = max(column.box.bottom for column in columns)
    height = max(phrase.height for phrase in rows[index])
    for number in range(index + 1, len(rows)):
        row = rows[number]
        top = min(p.box.top for p in row)
        if top - bottom > 3.5 * height or is_sentence(row) or any(p.text.rstrip().endswith(":") for p in row[:1]):
            break
        cells = _cells(row, columns)
        coverage = _coverage(sheet, cells, order)
        if _is_policy(coverage, cells, columns):
            out.append(coverage)
        elif not out or not {column.key for column in columns} & {"type", "limit"} or _goes_elsewhere(row, cells, columns):
            break
        else:
            _continue(sheet, out[-1], cells)
        taken.add(number)
        bottom = max(p.box.bottom for p in row)
    return (out, taken) if out else ([], set())


def _is_policy(coverage: Coverage, cells: Mapping[str, list[Phrase]], columns: Sequence[_Column]) -> bool:
    """Whether a row is a policy of its own: a number beside dates, a type or sums; or a known coverage beside anything."""
    dated = coverage.effective_date is not None or coverage.expiry_date is not None
    has_dates = any(column.key in ("effective_date", "expiry_date", "period") for column in columns)
    if coverage.policy_number is not None:
        return dated or (not has_dates and (coverage.kind is not None or bool(coverage.limits)))
    return len(cells) > 1 and coverage.kind is not None and bool(COVERAGE.search(str(coverage.kind.value)))


def _column(phrase: Phrase) -> _Column | None:
    folded = re.sub(r"\b(?:mm dd yy(?:yy)?|dd mm yy(?:yy)?|usd|gbp)\b", "", phrase.folded).strip()
    best: tuple[float, str] | None = None
    for key, labels in COVERAGE_HEADINGS.items():
        for label in labels:
            alike = likeness(folded, label)
            if not alike and len(label) > 12 and folded.replace(" ", "").endswith(label.replace(" ", "")):
                alike = 0.9
            if alike and (best is None or alike > best[0]):
                best = (alike, key)
    return None if best is None else _Column(best[1], phrase.text.strip(" :"), phrase.box)


def _columns_in(phrase: Phrase) -> list[_Column]:
    """The heading that a phrase is, or the two that stand so close that they became one phrase."""
    whole = _column(phrase)
    if whole is not None:
        return [whole]
    for cut in range(1, len(phrase.words) if len(phrase.words) <= 8 else 1):
        left, right = phrase.part(0, cut), phrase.part(cut)
        assert left is not None
        assert right is not None
        one, other = _column(left), _column(right)
        if one is not None and other is not None:
            return [one, other]
    return []


def _cells(row: Sequence[Phrase], columns: Sequence[_Column]) -> dict[str, list[Phrase]]:
    """column label or key → phrases of the row that stand under it."""
    cells: dict[str, list[Phrase]] = {}
    for phrase in row:
        if re.fullmatch(r"[A-F]", phrase.text.strip()) and phrase.box.left <= columns[0].box.left + 2 * phrase.height:
            cells.setdefault("insurer_letter", []).append(phrase)
            continue
        column = min(columns, key=lambda c: _distance(c.box, phrase.box))
        if _distance(column.box, phrase.box) > 6 * phrase.height:
            continue
        key = f"limit:{column.label}" if column.key == "limit" else column.key
        cells.setdefault(key, []).append(phrase)
    return cells


def _distance(head: Box, cell: Box) -> float:
    """How far a cell is from a heading: nothing when they share a left edge or lie over one another's middle."""
    if head.left - 4 <= cell.center_x <= head.right + 4:
        return 0.0
    return min(abs(head.left - cell.left), abs(head.center_x - cell.center_x), abs(head.right - cell.right))


def _coverage(sheet: Sheet, cells: Mapping[str, list[Phrase]], order: DateOrder | None) -> Coverage:
    coverage = Coverage(kind=_cell_text(cells.get("type")))
    coverage.policy_number = next((found for p in cells.get("policy_number", ()) if (found := identifier_found(p)) is not None), None)
    effective = [d for p in cells.get("effective_date", ()) for d in dates_found(p, order)]
    expiry = [d for p in cells.get("expiry_date", ()) for d in dates_found(p, order)]
    period = [d for p in cells.get("period", ()) for d in dates_found(p, order)]
    coverage.effective_date = next(iter(effective or period[:1]), None)
    coverage.expiry_date = next(iter(expiry or effective[1:2] or period[1:2]), None)
    letter = cells.get("insurer_letter")
    if letter and re.fullmatch(r"[A-F]", letter[0].text.strip()):
        coverage.insurer_letter = text_found(letter[0])
    coverage.insurer = _cell_text(cells.get("insurer"))
    _add_limits(sheet, coverage, cells)
    return coverage


def _goes_elsewhere(row: Sequence[Phrase], cells: Mapping[str, list[Phrase]], columns: Sequence[_Column]) -> bool:
    """Whether a row below is no part of the table: it has a heading's shape, or sums where no limits stand."""
    has_limits = any(column.key == "limit" for column in columns)
    if not has_limits and find_amounts(text_of(row)):
        return True
    return (heading(row) is not None and "type" not in cells) or bool(re.match(r"limits?\b", text_of(row), re.IGNORECASE))


def _continue(sheet: Sheet, coverage: Coverage, cells: Mapping[str, list[Phrase]]) -> None:
    """A row that only goes on with the one above: more words of its type, more limits."""
    more = cells.get("type")
    if more and coverage.kind is not None and len(more[0].words) <= 5 and not find_amounts(more[0].text):
        words = (*coverage.kind.words, *[word for p in more for word in p.words])
        coverage.kind = Found(value=f"{coverage.kind.value} {text_of(more)}", page=coverage.kind.page, words=words)
    _add_limits(sheet, coverage, cells)


def _add_limits(sheet: Sheet, coverage: Coverage, cells: Mapping[str, list[Phrase]]) -> None:
    for key, phrases in cells.items():
        if not key.startswith("limit:"):
            continue
        for phrase in phrases:
            label, found = label_and_sum(phrase, sheet)
            if found is not None:
                coverage.limits.setdefault(label or plain_label(key.removeprefix("limit:")), found)


def _cell_text(phrases: Sequence[Phrase] | None) -> Found | None:
    if not phrases:
        return None
    return text_found(Phrase.of(phrases[0].page, [word for phrase in phrases for word in phrase.words]))
