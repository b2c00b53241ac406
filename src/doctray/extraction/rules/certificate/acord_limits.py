"""The LIMITS column of an ACORD coverage table: each sum with the printed label nearest to it."""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace

from rapidfuzz import fuzz

from doctray.domain.document import Box, Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold, read_amount
from doctray.extraction.rules.certificate.acord_columns import UMBRELLA, Columns, Section
from doctray.extraction.rules.certificate.anchors import anchor, anchors
from doctray.extraction.rules.finds import amount_found
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase, Sheet, in_row, phrases_of, rows_of, two_words, united


def limits_of(sheet: Sheet, section: Section, columns: Columns) -> dict[str, Found]:
    """label → sum. Sums are matched to the printed label nearest in height; free labels are taken as printed."""
    area = Box(columns.limits_left, section.top, sheet.width, section.bottom)
    words = sheet.inside(section.filled(columns, columns.limits_left, sheet.width))
    sums = _sums(sheet, words, small=section.title is None)
    printed = {
        key: united([a.box for label in names for a in anchors(sheet, label, within=area)[:1]])
        for key, names in section.limits.items()
        if anchor(sheet, *names, within=area)
    }
    labels = {key: _moved(box, columns.offset) for key, box in printed.items()}
    pairs = sorted(
        (abs(box.center_y - place.center_y), key, index)
        for key, box in labels.items()
        for index, (place, _) in enumerate(sums)
        if abs(box.center_y - place.center_y) < 0.5 * box.height + 0.7 * place.height and place.right > box.left
    )
    out: dict[str, Found] = {}
    used: set[int] = set()
    for _, key, index in pairs:
        if key not in out and index not in used:
            out[key] = sums[index][1]
            used.add(index)
    for key, index in _by_order(words, sums, labels, section, used, columns.offset).items():
        out[key] = replace(sums[index][1], trust=_BY_ORDER)
        used.add(index)
    unlabelled: list[Found] = []
    for index, (place, found) in enumerate(sums):
        if index not in used:
            before = [box for box, _ in sums if box.right <= place.left and in_row(box, place)]
            after = max((box.right for box in before), default=0.0)
            label = _free_label(words, place, list(printed.values()), after=after)
            if label is None and columns.offset:  # printed by the form, so that it stands level with its row and not with the sum
                label = _free_label(words, _moved(place, -columns.offset), list(printed.values()), after=after)
            if label:
                out.setdefault(label, found)
            else:
                unlabelled.append(found)
    if section.title is None and len(unlabelled) == 1:
        out.setdefault("LIMIT", unlabelled[0])
    if section.title is None:
        out = _sums_of_a_cell(sheet, words) or {**out, **_two_sums(sheet, words)}
    out = {key: out[key] for key in [*section.limits, *out] if key in out}
    if section.limits is UMBRELLA:
        out.update(_retention(sheet, section, columns))
    return out


def _moved(box: Box, down: float) -> Box:
    return Box(box.left, box.top + down, box.right, box.bottom + down)


_BY_ORDER = 0.7
_LEAST_LIKE, _LEAST_LIKE_AT_FOOT = 35.0, 60.0
"""How alike what recognition made of a label must be to the one that its place asks for, of a hundred; more at the foot of a section,
where lines of other makes may follow."""


def _by_order(
    words: Sequence[Word],
    sums: Sequence[tuple[Box, Found]],
    labels: Mapping[str, Box],
    section: Section,
    used: Collection[int],
    offset: float,
) -> dict[str, int]:
    """Labels that were not recognised, by the order in which the form prints them: label → index of the sum in its place.

    A sum between the rows of two labels that are known belongs to the one label that the form has between those; where it has
    several, to the one that is most like what was read.
    """
    keys = list(section.limits)
    out: dict[str, int] = {}
    for index, (place, _) in enumerate(sums):
        over = [key for key, box in labels.items() if box.center_y < place.center_y - 0.5 * place.height]
        under = [key for key, box in labels.items() if box.center_y > place.center_y + 0.5 * place.height]
        if index in used or not over:
            continue
        between = keys[max(keys.index(key) for key in over) + 1 : min((keys.index(key) for key in under), default=len(keys))]
        row = _moved(place, -offset)
        read = fold(" ".join(w.text for w in words if w.box.right <= place.left + 2 and in_row(w.box, row)))
        alike = {key: max(fuzz.ratio(read, fold(name)) for name in section.limits[key]) for key in between if key not in labels}
        best = max(alike, key=lambda key: alike[key], default=None)
        if best is not None and alike[best] >= (_LEAST_LIKE if under else _LEAST_LIKE_AT_FOOT) and best not in out:
            out[best] = index
    return out


def _sums(sheet: Sheet, words: Sequence[Word], *, small: bool) -> list[tuple[Box, Found]]:
    """small: three digits alone in a cell are a sum, as typed rows have for deductibles, also where recognition may err."""
    out = []
    signs = [w.box.right for w in words if w.text.strip() == "$"]
    for phrase in phrases_of(sheet.number, [part for word in words for part in two_words(word, _GLUED)], sheet.page):
        text = phrase.text
        elsewhere = _ELSEWHERE.search(text)
        spaced = _GROUPED_BY_SPACES.search(text)
        doubtful = sheet.ocr and not (small and re.fullmatch(r"\d{3}[\])|}.]?", text))
        cut = next((i for i, w in enumerate(phrase.words) if re.match(r"^[$£€Ss]?[\s.,]?\d", w.text) and _is_sum(w.text, doubtful)), None)
        if elsewhere is not None:
            cut = len(text[: elsewhere.start()].split())
        elif spaced is not None:
            cut = len(text[: spaced.start()].split())
        elif cut is None:
            whole = re.search(r"(included|excluded|statutory|unlimited)\W*$", text, re.IGNORECASE)
            if whole is None and sheet.ocr and (said := _said_badly(phrase)) is not None:
                out.append(said)
            if whole is None:
                continue
            cut = len(text[: whole.start()].split())
        end = len(phrase.words)
        while end > cut + 1 and phrase.words[end - 1].text in _STROKES:
            end -= 1
        part = phrase.part(cut, end)
        assert part is not None
        sign = (cut > 0 and phrase.words[cut - 1].text.strip().endswith(("$", "£", "€"))) or any(
            w.text.strip() == "$" and in_row(w.box, part.box) and w.box.right <= part.box.left + 4 for w in words
        )
        sign = sign or (len(signs) >= _COLUMN and all(right <= part.box.left + 4 for right in signs))
        closed = spaced is not None and elsewhere is None
        found = _closed_up(part) if closed else amount_found(part, ocr=sheet.ocr, sign_seen=sign)
        if found is not None:
            out.append((part.box, found))
    return out


def _said_badly(phrase: Phrase) -> tuple[Box, Found] | None:
    """Included or Excluded in the place of a sum, with a letter that recognition took for another one: Exctuded."""
    word = phrase.words[-1]
    told = next((said for said in ("Included", "Excluded") if fuzz.ratio(fold(word.text), said.casefold()) >= _SAME_WORD), None)
    if told is None:
        return None
    value = told.upper() if word.text.isupper() else told
    return word.box, Found(value=value, page=phrase.page, words=(word,), doubts=("repaired_amount",), trust=0.7)


_SAME_WORD = 85.0
_STROKES = frozenset({")", "]", "|", "}"})
"""What recognition makes of the line right of a sum."""

_COLUMN = 3
"""So many signs $ left of a sum are a column of their own, of which none is part of the sum."""


def _closed_up(phrase: Phrase) -> Found:
    """The sum of groups of digits that stand apart; a doubt where signs stand between some of them."""
    doubts = ("repaired_amount",) if re.search(r"[,.O]", phrase.text) else ()
    value = int(re.sub(r"\D", "", phrase.text.replace("O", "0")))
    return Found(value=value, page=phrase.page, words=phrase.words, doubts=doubts, trust=0.6 if doubts else 1.0)


_ELSEWHERE = re.compile(r"(?<![^\s$])(?:see|refer to) (?:acord \d{2,3}|attached)\W*$", re.IGNORECASE)
"""Where the sum is to be looked up, in its place: SEE ACORD 101."""

_GROUPED_BY_SPACES = re.compile(r"(?<![\dO,.])[$£€]?\d[\dO]{0,2}(?:[,.]?[\dO]{3})*(?:[,.]? [\dO]{3})+(?:[,.][\dO]{3})*$")
"""A sum whose groups of digits stand apart, with the commas or without: 1 000 000, 1, 000,000."""

_GLUED = re.compile(r"(.*[A-Za-z]{3})(\$\d[\d,.]*)")
"""A label and its sum in one: LIMIT$1,000,000."""


def _is_sum(text: str, doubtful: bool) -> bool:
    amount = read_amount(text.strip(" .;:|"))
    return amount is not None and ("$" in text or (amount.value >= 100 and (amount.value >= 1000 or "," in text or not doubtful)))


_OF_A_CELL = re.compile(r"(?P<sum>[$£€] ?\d(?:[\d,.]| (?=\d{3}\b))*\d)\s*(?P<label>[A-Za-z][A-Za-z.& ]*)?")


def _sums_of_a_cell(sheet: Sheet, words: Sequence[Word]) -> dict[str, Found]:
    """Two sums or more with strokes between in one line, each before its label: $2,000,000 / $5,000 Ded. One without is the limit."""
    for row in rows_of(words):
        line = Phrase.of(sheet.number, row)
        parts = [part for part in re.finditer(r"[^/]+", line.text) if part.group().strip()]
        sums = [(part, match) for part in parts if (match := _OF_A_CELL.fullmatch(part.group().strip())) is not None]
        labels = [(match["label"] or "LIMIT").strip() for _, match in sums]
        told = "LIMIT" in labels or len(sums) == len(parts)
        if len(sums) < _SEVERAL or len(set(labels)) < len(labels) or not told:
            continue
        out: dict[str, Found] = {}
        for label, (part, match) in zip(labels, sums, strict=True):
            start = line.text.index(match["sum"], part.start())
            amount = read_amount(match["sum"])
            if amount is not None:
                doubts = ("repaired_amount",) if amount.repaired else ()
                out[label] = Found(
                    value=amount.value, page=sheet.number, words=words_at(line.words, start, start + len(match["sum"])), doubts=doubts
                )
        return out
    return {}


_SEVERAL = 2


def _two_sums(sheet: Sheet, words: Sequence[Word]) -> dict[str, Found]:
    """Two sums with a stroke between, behind their two labels with another: Occ/Agg $1,000,000/$2,000,000. Behind one label or none, the
    first."""
    for row in rows_of(words):
        line = Phrase.of(sheet.number, row)
        match = _TWO_SUMS.fullmatch(line.text)
        if match is None:
            continue
        labels = [label.strip(" $:") for label in match["labels"].split("/")]
        if len(labels) != _SEVERAL or not all(labels):
            labels = [match["labels"].strip(" $:") or "LIMIT"]
        out: dict[str, Found] = {}
        for label, name in zip(labels, ("one", "other"), strict=False):
            amount = read_amount(match[name])
            if amount is not None:
                out[label] = Found(value=amount.value, page=sheet.number, words=words_at(line.words, *match.span(name)))
        return out
    return {}


_TWO_SUMS = re.compile(
    r"(?P<labels>[A-Za-z][A-Za-z .&]*(?: ?/ ?[A-Za-z][A-Za-z .&]*)?:?|) ?(?P<one>[$£€]? ?\d{1,3}(?:,\d{3})+) ?/ ?"
    r"(?P<other>[$£€]? ?\d{1,3}(?:,\d{3})+)\W*"
)


def _free_label(words: Sequence[Word], place: Box, taken: Sequence[Box], *, after: float) -> str | None:
    """What is printed left of a sum in its row, right of the sum before it, where that is no label of the form's own."""
    left = [
        w
        for w in words
        if w.box.right <= place.left + 2
        and w.box.left >= after
        and in_row(w.box, place)
        and not any(in_row(b, w.box) and b.left <= w.box.center_x <= b.right for b in taken)
    ]
    text = " ".join(w.text for w in sorted(left, key=lambda w: w.box.left)).strip(" $:;|-")
    text = re.sub(r" [sS5]$", "", text)  # the sign before the sum, misread
    text = re.sub(r"^[xX✓✔☒☑] ", "", text)  # the tick of its box
    return text if len(fold(text)) >= 3 and re.search(r"[A-Za-z] ?&? ?[A-Za-z]", text) else None


_TILT = 1.5
"""Heights of print that the foot of a section may stand under its edge, where the page is not quite straight."""


def _retention(sheet: Sheet, section: Section, columns: Columns) -> dict[str, Found]:
    """DED or RETENTION $ at the foot of the umbrella section; the box before the word says which."""
    foot = section.bottom + _TILT * columns.effective.height
    area = Box(columns.type_left - 40, section.top, columns.number_left, foot)
    label = anchor(sheet, "RETENTION", "RETENTIONS", within=area)
    if label is None:
        return {}
    row = _moved(label.box, columns.offset)
    for phrase in sheet.right_of(row):
        if phrase.box.right > columns.number_left:
            break
        found = amount_found(phrase, ocr=sheet.ocr, sign_seen=True) if re.search(r"\d", phrase.text) else None
        if found is not None:
            return {"RETENTION": found}
    rest = [w for w in sheet.inside(area) if in_row(w.box, row) and w.box.left >= label.box.right - 4 and re.search(r"\d", w.text)]
    found = amount_found(Phrase.of(sheet.number, rest), ocr=sheet.ocr, sign_seen=True) if rest else None
    return {"RETENTION": found} if found is not None else {}


def currency_in(sheet: Sheet, section: Section, columns: Columns) -> Found | None:
    """US dollars where the form prints the sign before its sums."""
    area = section.filled(columns, columns.limits_left, sheet.width)
    word = next((w for w in sheet.inside(area) if "$" in w.text), None)
    return None if word is None else Found(value="USD", page=sheet.number, words=(word,))
