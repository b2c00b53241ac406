"""Coverages in a table with headings: Policy type, Policy number, Effective, Expires, Each occurrence."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Box
from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, find_amounts, fold
from doctray.extraction.rules.certificate.coverage import COVERAGE, SHORT_KIND, Coverage, heading, is_sentence, plain_label, text_of
from doctray.extraction.rules.certificate.coverage_sums import sums_of
from doctray.extraction.rules.certificate.vocabulary import COVERAGE_HEADINGS
from doctray.extraction.rules.finds import dates_found, identifier_found, text_found
from doctray.extraction.rules.labels import best_key
from doctray.extraction.rules.reading import Phrase, Sheet, in_row


@dataclass(frozen=True, slots=True)
class Column:
    """A column of the table: what it holds, its heading as printed, and where that stands."""

    key: str
    label: str
    box: Box


def table(sheet: Sheet, rows: Sequence[Sequence[Phrase]], index: int, order: DateOrder | None) -> tuple[list[Coverage], set[int]]:
    """The coverages of a table whose headings are this row, and the rows it takes; nothing where it is no such row."""
    heads, columns = headings(rows, index)
    if not columns:
        return [], set()
    out: list[Coverage] = []
    taken = set(range(index, index + heads))
    bottom = max(column.box.bottom for column in columns)
    height = max(phrase.height for phrase in rows[index])
    for number in range(index + heads, len(rows)):
        row = rows[number]
        top = min(p.box.top for p in row)
        if top - bottom > 3.5 * height or is_sentence(row) or ends_table(row):
            break
        if not out and all(column_of(phrase) is not None for phrase in row):
            taken.add(number)
            bottom = max(p.box.bottom for p in row)
            continue
        cells = _cells(row, columns)
        if set(cells) == {"type"} and (top - bottom > _WRAPPED * height or ":" in row[0].text):
            break
        coverage = coverage_of(sheet, cells, order)
        if is_policy(coverage, cells, columns):
            out.append(coverage)
        elif not out or not {column.key for column in columns} & {"type", "limit"} or _goes_elsewhere(row, cells, columns):
            break
        else:
            _continue(sheet, out[-1], cells)
        taken.add(number)
        bottom = max(p.box.bottom for p in row)
    return (out, taken) if out and not _lists_limits(out, columns) else ([], set())


def _lists_limits(rows: Sequence[Coverage], columns: Sequence[Column]) -> bool:
    """Whether a table of names and sums has limits of one policy in its rows rather than a policy in each."""
    told = sum(row.kind is not None and _NAMES_LIMIT.search(str(row.kind.value)) is not None for row in rows)
    return {column.key for column in columns} <= {"type", "limit", "ignored"} and 3 * told >= len(rows)


_NAMES_LIMIT = re.compile(
    r"\b(?:each|per|any one) (?:occurrence|person|accident|claim|loss|event)\b|\baggregate\b|\bdeductible\b|\bretention\b|"
    r"\brented (?:to you|premises)\b|\bmedical (?:expenses?|payments)\b",
    re.IGNORECASE,
)


def premiums(rows: Sequence[Sequence[Phrase]], index: int) -> tuple[list[Coverage], set[int]]:
    """The coverages of a table that has nothing but their names and premiums, whose headings are this row, and the rows it takes."""
    heads = [best_key(phrase.folded, COVERAGE_HEADINGS) for phrase in rows[index]]
    if len(heads) != 2 or heads[0] is None or heads[0][1] != "type" or "premium" not in rows[index][1].folded:
        return [], set()
    out: list[Coverage] = []
    taken = {index}
    for number in range(index + 1, len(rows)):
        row = rows[number]
        if len(row) != 2 or not COVERAGE.search(row[0].text) or not find_amounts(row[1].text):
            break
        out.append(Coverage(kind=text_found(row[0]), listed=True))
        taken.add(number)
    if number_of_total := next((n for n in sorted(set(range(index, len(rows))) - taken) if rows[n][0].folded.startswith("total")), None):
        taken.add(number_of_total)
    return (out, taken) if out else ([], set())


_MOST_WORDS_OF_HEADING = 9
_ENDS_TABLE = re.compile(
    r"\d{1,2}[.)] [A-Z]|(?:cancellation|certificate holder|description of|remarks|special conditions|notes?\b|total)", re.IGNORECASE
)
"""What begins the next box of a form."""


def ends_table(row: Sequence[Phrase]) -> bool:
    """Whether a row is no more of the table over it: it begins another box, or with a label."""
    return _ENDS_TABLE.match(row[0].text) is not None or row[0].text.rstrip().endswith(":")


_WRAPPED = 0.9
"""A row that only goes on with the type above stands at most this many line heights beneath it."""

_MOST_HEADING_LINES = 3


def headings(rows: Sequence[Sequence[Phrase]], index: int) -> tuple[int, list[Column]]:
    """How many rows the headings take that begin with this one, and their columns; (0, []) where it begins no table.

    A heading may run over lines (Policy / Number); the rows that give most columns count.
    """
    best: tuple[int, list[Column]] = (0, [])
    most = (0, 0)
    joined = list(rows[index])
    for lines in range(1, _MOST_HEADING_LINES + 1):
        if lines > 1:
            following = rows[index + lines - 1] if index + lines - 1 < len(rows) else ()
            longer = _joined(joined, following)
            if longer is None:
                break
            joined = longer
        if len(joined) < 2 or sum(len(phrase.words) for phrase in joined) > _MOST_HEADING_WORDS:
            break
        columns = with_labels([column for phrase in joined for column in _columns_in(phrase)])
        told = (len({column.key for column in columns}), len(columns))
        if make_table(columns, len(joined)) and told > most:
            best, most = (lines, columns), told
    return best


_MOST_HEADING_WORDS = 36


def make_table(columns: Sequence[Column], phrases: int) -> bool:
    """Whether so many headings, of so many phrases in their row, are those of a table of coverages."""
    keys = {column.key for column in columns}
    named = bool(keys & {"type", "policy_number", "insurer_and_number"})
    return len(columns) >= 2 and named and len(keys - {"ignored"}) >= 2 and len(columns) >= phrases - 1


def with_labels(columns: Sequence[Column]) -> list[Column]:
    """The columns, where a second one of types right before the sums holds the labels of those sums."""
    types = [column for column in columns if column.key == "type"]
    out = list(columns)
    for column in types[1:]:
        at = out.index(column)
        if at + 1 < len(out) and out[at + 1].key == "limit":
            out[at] = replace(column, key="limit")
    return out


def _joined(heads: Sequence[Phrase], following: Sequence[Phrase]) -> list[Phrase] | None:
    """The headings with the words of the next row beneath each; None where that row is none of headings."""
    if not following or any(find_amounts(p.text) or re.search(r"\d{2}", p.text) or p.text.rstrip().endswith(":") for p in following):
        return None
    bottom, height = max(p.box.bottom for p in heads), max(p.height for p in heads)
    if min(p.box.top for p in following) - bottom > height:
        return None
    out = list(heads)
    for phrase in following:
        at = next((i for i, head in enumerate(out) if head.box.left - height <= phrase.box.center_x <= head.box.right + height), None)
        own = column_of(phrase)
        if at is not None and not (own is not None and own.key in ("limit", "type") and _is_limit(out[at])):
            out[at] = Phrase.of(phrase.page, [*out[at].words, *phrase.words])
        elif at is None and own is None:
            return None
        elif at is None:
            out.append(phrase)
    return sorted(out, key=lambda p: p.box.left)


def _is_limit(head: Phrase) -> bool:
    column = column_of(head)
    return column is not None and column.key == "limit"


def is_policy(coverage: Coverage, cells: Mapping[str, Sequence[Phrase]], columns: Sequence[Column]) -> bool:
    """Whether a row is a policy of its own: a number beside dates, a type or sums; or a known coverage beside anything."""
    dated = coverage.effective_date is not None or coverage.expiry_date is not None
    has_dates = any(column.key in ("effective_date", "expiry_date", "period") for column in columns)
    if coverage.policy_number is not None:
        return dated or (not has_dates and (coverage.kind is not None or bool(coverage.limits)))
    return len(cells) > 1 and coverage.kind is not None and is_kind(str(coverage.kind.value), columns)


def is_kind(text: str, columns: Sequence[Column]) -> bool:
    """Whether a cell names a kind of insurance: in the words of one, or in short ones where the sums beside it have labels of their own."""
    if COVERAGE.search(text) is not None:
        return True
    labelled = any(column.key == "limit" and (key := _key_of(column.label)) is not None and key[1] == "type" for column in columns)
    return labelled and SHORT_KIND.fullmatch(text.strip()) is not None


_LEAST_SURE = 0.9
_LONG_HEADINGS = [(key, label.replace(" ", "")) for key, labels in COVERAGE_HEADINGS.items() for label in labels if len(label) > 12]
"""Long ones are known at the end of a phrase too, whatever stands before them."""


def column_of(phrase: Phrase) -> Column | None:
    """The column that a heading begins, without the pattern of dates that it may print."""
    best = _key_of(phrase.text)
    return None if best is None else Column(best[1], phrase.text.strip(" :"), phrase.box)


def _key_of(heading_text: str) -> tuple[float, str] | None:
    """(likeness, key) of a heading."""
    text = _REMARK.sub("", heading_text)
    if len(text.split()) > _MOST_WORDS_OF_HEADING:
        return None
    folded = re.sub(r"\b(?:mm dd yy(?:yy)?|dd mm yy(?:yy)?|yyyy mm dd|usd|gbp)\b", "", fold(text)).strip()
    best = best_key(folded, COVERAGE_HEADINGS)
    if best is None:
        compact = folded.replace(" ", "")
        best = next(((_LEAST_SURE, key) for key, label in _LONG_HEADINGS if compact.endswith(label)), None)
    return best or _of_two_languages(text)


def _of_two_languages(text: str) -> tuple[float, str] | None:
    """(likeness, key) of a heading that is printed in two languages, one after the other or parted by a stroke: Broker / Courtier."""
    words = text.split()
    for cut in range(len(words) - 1, 0, -1):
        rest = words[cut + 1 :] if words[cut] == "/" else words[cut:]
        best = best_key(fold(" ".join(words[:cut])), COVERAGE_HEADINGS)
        other = best_key(fold(" ".join(rest)), COVERAGE_HEADINGS)
        translated = (
            words[cut] == "/"
            or _FOREIGN.search(" ".join(rest)) is not None
            or (other is not None and best is not None and other[1] == best[1])
        )
        if best is not None and rest and best[0] >= _LEAST_SURE and translated and (other is None or other[1] == best[1]):
            return best
    return None


_FOREIGN = re.compile(
    r"[À-ÖØ-öø-ÿĀ-ſ]|\b(?:d['’]\w+|de|du|des|et|ou|genre|montants?|limites?|y|del|vigencia|vencimiento|und|der|die|van|en|assur\w+)\b",
    re.IGNORECASE,
)
"""A letter or word that English headings have not."""

_REMARK = re.compile(r"\s*\([^()]{12,80}\)")
"""What a heading says in brackets about all sums beneath it: (Canadian dollars unless indicated otherwise)."""


def _columns_in(phrase: Phrase) -> list[Column]:
    """The heading that a phrase is, or the two that stand so close that they became one phrase."""
    whole = column_of(phrase)
    if whole is not None:
        return [whole]
    for cut in range(1, len(phrase.words) if len(phrase.words) <= 8 else 1):
        left, right = phrase.part(0, cut), phrase.part(cut)
        assert left is not None
        assert right is not None
        one, other = column_of(left), column_of(right)
        if one is not None and other is not None:
            return [one, other]
    return []


def _cells(row: Sequence[Phrase], columns: Sequence[Column]) -> dict[str, list[Phrase]]:
    """column label or key → phrases of the row that stand under it."""
    cells: dict[str, list[Phrase]] = {}
    for phrase in row:
        if re.fullmatch(r"[A-F]", phrase.text.strip()) and phrase.box.left <= columns[0].box.left + 2 * phrase.height:
            cells.setdefault("insurer_letter", []).append(phrase)
            continue
        last = columns[-1]
        column = min(columns, key=lambda c: _distance(c.box, phrase.box))
        if last.key == "limit" and phrase.box.left > last.box.left:
            column = last
        elif _distance(column.box, phrase.box) > 6 * phrase.height:
            continue
        key = f"limit:{column.label}" if column.key == "limit" else column.key
        cells.setdefault(key, []).append(phrase)
    return cells


def _distance(head: Box, cell: Box) -> float:
    """How far a cell is from a heading: nothing when they share a left edge or lie over one another's middle."""
    if head.left - 4 <= cell.center_x <= head.right + 4:
        return 0.0
    return min(abs(head.left - cell.left), abs(head.center_x - cell.center_x), abs(head.right - cell.right))


def coverage_of(sheet: Sheet, cells: Mapping[str, list[Phrase]], order: DateOrder | None) -> Coverage:
    coverage = Coverage(kind=_cell_text(_without_options(cells.get("type") or ())))
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
    if coverage.insurer is not None and re.fullmatch(r"[A-F]", str(coverage.insurer.value)):
        coverage.insurer_letter, coverage.insurer = coverage.insurer_letter or coverage.insurer, None
    _add_insurer_and_number(coverage, cells)
    _add_limits(sheet, coverage, cells)
    return coverage


def _add_insurer_and_number(coverage: Coverage, cells: Mapping[str, list[Phrase]]) -> None:
    """A cell that holds the insurer on one line or several and the policy number on another."""
    named: list[Phrase] = []
    for phrase in cells.get("insurer_and_number", ()):
        number = identifier_found(phrase)
        if number is not None:
            coverage.policy_number = coverage.policy_number or number
        else:
            named.append(phrase)
    coverage.insurer = coverage.insurer or _cell_text(named)


def _goes_elsewhere(row: Sequence[Phrase], cells: Mapping[str, list[Phrase]], columns: Sequence[Column]) -> bool:
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
    _add_insurer_and_number(coverage, cells)
    _add_limits(sheet, coverage, cells)


def _add_limits(sheet: Sheet, coverage: Coverage, cells: Mapping[str, list[Phrase]]) -> None:
    """Sums under headings of limits, labelled in their cell, in the one left of it, or by the heading."""
    label: Phrase | None = None
    placed = [(phrase, key.removeprefix("limit:")) for key, phrases in cells.items() if key.startswith("limit:") for phrase in phrases]
    for phrase, heading_text in _in_reading_order(placed):
        found = sums_of(sheet, [phrase])
        if not found:
            label = phrase
        for item in found:
            over = label is None or _BORNE.fullmatch(heading_text.strip()) is not None
            named = item.label or plain_label(heading_text if over or label is None else label.text)
            if named in coverage.limits and item.qualifier:
                named = item.qualifier  # the cell tells each of its sums apart by what follows it
            coverage.limits.setdefault((item.qualifier or named) if item.several else named, item.found)


_BORNE = re.compile(r"deductibles?|excess|retention", re.IGNORECASE)
"""What heads a column of what the insured bears of each loss, which no label in the row names."""


def _in_reading_order(placed: Sequence[tuple[Phrase, str]]) -> list[tuple[Phrase, str]]:
    """Row by row, each left to right."""
    rows: list[list[tuple[Phrase, str]]] = []
    for item in sorted(placed, key=lambda item: (item[0].box.center_y, item[0].box.left)):
        home = next((row for row in rows if in_row(row[0][0].box, item[0].box)), None)
        if home is None:
            rows.append([item])
        else:
            home.append(item)
    return [item for row in rows for item in sorted(row, key=lambda item: item[0].box.left)]


_OPTION = re.compile(
    r"(?:\[[xX ]?\]|[xX☐☑☒✓✔] )|claims[ -]made\b|occurrence\b|products (?:and|&) ?/? ?(?:or )?completed\b|(?:all owned|described|leased|"
    r"hired) auto",
    re.IGNORECASE,
)
"""A line of boxes to tick beneath the name of a kind of insurance."""


def _without_options(phrases: Sequence[Phrase]) -> Sequence[Phrase]:
    """The lines of a type's cell up to the first that only offers a choice."""
    end = next((index for index, phrase in enumerate(phrases) if index and _OPTION.match(phrase.text)), len(phrases))
    return phrases[:end]


def _cell_text(phrases: Sequence[Phrase] | None) -> Found | None:
    if not phrases:
        return None
    return text_found(Phrase.of(phrases[0].page, [word for phrase in phrases for word in phrase.words]))
