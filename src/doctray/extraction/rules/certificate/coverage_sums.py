"""Sums in a row of an insurance paper, each with the label and the words that qualify it: Limit $1,000,000 any one occurrence."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace

from doctray.extraction.grounding import Found
from doctray.extraction.parse import AMOUNT_WORDS, find_amounts, fold, read_amount
from doctray.extraction.rules.certificate.coverage import COVERAGE, plain_label
from doctray.extraction.rules.finds import amount_found
from doctray.extraction.rules.labels import words_at
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

_QUALIFIER = re.compile(
    r"[\s(]*(?P<text>(?:(?:per|each(?: and every)?|any one|every|in the) (?:occurrence|claim|accident|person|event|"
    r"period(?: of insurance)?|loss|"
    r"employee|aggregate|project|location|vehicle|item|policy|year|disease)|(?:annual |general |policy )?aggregate|minimum)\b)"
    r"(?: and in the (?:annual )?aggregate\b)?",
    re.IGNORECASE,
)
_BEFORE_SUM = re.compile(r"\s*\b(?:up to|of|is|are|not less than|no less than|maximum|max\.?|minimum)\s*:?$|[\s:\-–—=.]+$", re.IGNORECASE)
_LEAST_BARE = 100


@dataclass(frozen=True, slots=True, kw_only=True)
class Sum:
    """One sum. label: printed before it, "" where there is none; place: where the label stands. qualifier: printed after it, as
    `per occurrence`. several: its label has more than one sum. own: the sum has words of its own and shares its label's row.
    asked: it answers a question."""

    label: str
    place: Phrase | None
    found: Found
    qualifier: str = ""
    several: bool = False
    own: bool = False
    asked: bool = False


def sums_of(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """The sums of a row, left to right; each label counts once, unless its sums are qualified."""
    out: list[Sum] = []
    label: Phrase | None = None
    used = False
    for phrase in row[:_MOST_CELLS]:
        if label is not None and _CURRENCY.fullmatch(phrase.text.strip()):
            continue
        found = _in_phrase(sheet, phrase)
        if not found:
            label, used = phrase, False
            continue
        for item in found:
            if item.label:
                out.append(item)
            elif label is not None and in_row(label.box, phrase.box) and (not used or item.several):
                out.append(
                    Sum(label=plain_label(label.text), place=label, found=item.found, qualifier=item.qualifier, several=item.several)
                )
                used = True
            elif label is None:
                out.append(item)
    return out


_CURRENCY = re.compile(r"(?:[A-Z]{1,2})?[$£€₹¥]|[A-Z]{3}|Rs\.?|Kshs?\.?|RM")
"""A sign of currency in a column of its own, which is no label."""

_MOST_CELLS = 6
_PROMISED = re.compile(
    r"\b(?P<label>minimum (?:amount of (?:cover|insurance|indemnity)|limit(?: of (?:indemnity|liability))?))\b[^.;]{0,60}?"
    r"\b(?:is|be) (?:no|not) less than (?P<sum>[^.;]*\d[\d,.]*(?: million)?)",
    re.IGNORECASE,
)


def promised(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """The sum that a sentence of the law promises: the minimum amount of cover provided by this policy is no less than £5 million."""
    out = []
    for phrase in row:
        told = _with_line_beneath(sheet, phrase)
        match = _PROMISED.search(told.text)
        if match is not None and match.start() < len(phrase.text) and (item := _told(sheet, told, match, small=False)) is not None:
            out.append(item)
    return out


def _with_line_beneath(sheet: Sheet, phrase: Phrase) -> Phrase:
    """A line of a sentence with the next."""
    beneath = [p for p in sheet.below(phrase, lines=1.0)[:1] if abs(p.box.left - phrase.box.left) < phrase.height]
    return Phrase.of(phrase.page, [*phrase.words, *(word for p in beneath for word in p.words)])


def _told(sheet: Sheet, phrase: Phrase, match: re.Match[str], *, small: bool) -> Sum | None:
    """What a pattern with the groups `label` and `sum` found in the phrase; None where that sum cannot be read."""
    found = amount_found(Phrase.of(phrase.page, words_at(phrase.words, *match.span("sum"))), ocr=sheet.ocr, small=small)
    if found is None or isinstance(found.value, str):
        return None
    return Sum(label=match["label"], place=Phrase.of(phrase.page, words_at(phrase.words, *match.span("label"))), found=found)


_OF_TARIFF = re.compile(
    r"\b(?P<label>(?:damage to )?third[- ]party property(?: damage)?|any one claim or series of claims arising out of one event|"
    r"(?:(?:one year )?compulsory )?P\.?A\.? cover(?: under section \w{1,4})?(?: for)? owner ?[-–] ?driver(?: \(CSI\))?)"
    r"\W{0,3}(?:is|of|up ?to)?\W{0,3}(?:Rs\.?|INR|₹) ?(?P<sum>\d[\d,.]{0,14}(?: ?(?:lakhs?|lacs?))?)",
    re.IGNORECASE,
)
"""Limits that schedules under the Indian motor tariff tell in sentences, in the tariff's words."""


def of_tariff(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """The limits that sentences beginning in a row tell in a tariff's words: damage to third party property is Rs. 1 lakh."""
    out = []
    for phrase in row:
        told = _with_line_beneath(sheet, phrase)
        for match in _OF_TARIFF.finditer(told.text):
            if match.start() >= len(phrase.text):
                break
            item = _told(sheet, told, match, small=True)
            if item is not None:
                out.append(replace(item, asked=True))
    return out


_UP_TO = re.compile(
    rf"(?P<label>{COVERAGE.pattern})(?: (?:insurance|cover(?:age)?))?(?: of)? up to "
    r"(?P<sum>[$£€] ?\d[\d,.]*(?: ?(?:million|thousand|m|k)\b)?)",
    re.IGNORECASE,
)


def up_to(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """The sums that a sentence gives each with its cover: has Public Liability cover of up to £1 Million."""
    told = ((phrase, match) for phrase in row for match in _UP_TO.finditer(phrase.text))
    return [item for phrase, match in told if (item := _told(sheet, phrase, match, small=False)) is not None]


_LEAST_LISTED, _LEAST_TELLING = 3, 2
_FIRST = re.compile(r"\s*(?P<what>[A-Z][^$£€;:.]{3,110}?)(?P<end>\s*/\s*$|$)")
_NAMES_A_LIMIT = re.compile(
    r"\b(?:occurrence|aggregate|injury|damage|premises|expenses?|limit|liability|medical|deductible)\b", re.IGNORECASE
)


def sums_first(sheet: Sheet) -> dict[int, list[Sum]]:
    """The sums of a list whose lines begin with them: $1,000,000 General Aggregate / $5,000 Medical Expense Limit.

    By the id of each line; nothing where fewer than three such lines stand under one another, or where most say only per what
    their sum is (£5,000,000 any one occurrence), so that their labels stand elsewhere.
    """
    found: dict[int, list[Sum]] = {}
    lefts: dict[int, float] = {}
    for phrase in sheet.phrases:
        items = _leading(sheet, phrase)
        if items:
            found[id(phrase)], lefts[id(phrase)] = items, phrase.box.left
    heights = [phrase.height for phrase in sheet.phrases if id(phrase) in found]
    aligned = {key for key, left in lefts.items() if sum(abs(left - other) < heights[0] for other in lefts.values()) >= _LEAST_LISTED}
    telling = {key for key in aligned if any(_QUALIFIER.fullmatch(f" {item.label}") is None for item in found[key])}
    return {key: found[key] for key in aligned} if len(telling) >= max(_LEAST_TELLING, len(aligned) / 2) else {}


def _leading(sheet: Sheet, phrase: Phrase) -> list[Sum]:
    """The sums of a line each of which has its label after it, the first at its very beginning; nothing of any other line."""
    text = phrase.text
    spans = [(start, end) for start, end, _ in find_amounts(text)]
    if not spans or spans[0][0] != 0:
        return []
    out = []
    for index, (start, end) in enumerate(spans):
        following = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        match = _FIRST.fullmatch(text[end:following])
        found = amount_found(Phrase.of(phrase.page, words_at(phrase.words, start, end)), ocr=sheet.ocr, small=False)
        if match is None or _NAMES_A_LIMIT.search(match["what"]) is None or found is None or isinstance(found.value, str):
            return []
        place = Phrase.of(phrase.page, words_at(phrase.words, end + 1, end + len(match["what"]) + 1))
        out.append(Sum(label=plain_label(match["what"]), place=place, found=found, asked=True))
    return out


_DECLARED = re.compile(r"\bI\.?D\.?V\b|\bdeclared values?\b", re.IGNORECASE)
_MOST_HEADING_LINES = 3


def declared(sheet: Sheet, row: Sequence[Phrase]) -> list[Sum]:
    """Bare numbers under headings of declared values, as schedules of Indian motor policies have them; nothing for a zero."""
    out = []
    for phrase in row:
        number = phrase.text.strip()
        if not re.fullmatch(r"[1-9]\d{3,8}(?:\.\d\d)?|[1-9]\d{0,2}(?:,\d{2,3})+(?:\.\d\d)?", number):
            continue
        heading = _heading_over(sheet, phrase)
        of_declared = heading is not None and (_is_total_of_declared(sheet, heading) or _heads_table(sheet, heading))
        if heading is not None and (_DECLARED.search(heading.text) or of_declared):
            value = Found(value=int(float(number.replace(",", ""))), page=phrase.page, words=phrase.words, trust=0.8)
            out.append(Sum(label=_CURRENCY_REMARK.sub("", plain_label(heading.text)).strip(" -"), place=heading, found=value, asked=True))
    return out


_CURRENCY_REMARK = re.compile(r"\s*\((?:[$£€₹]|Rs\.?|INR)?\)|\s[-–]\s*$")


def _is_total_of_declared(sheet: Sheet, heading: Phrase) -> bool:
    """Whether a heading says only that its column holds the total, and another of its row says of what."""
    if not _TOTAL.fullmatch(heading.text.strip(" :")):
        return False
    return any(_DECLARED.search(other.text) for other in sheet.left_of(heading))


def _heads_table(sheet: Sheet, heading: Phrase) -> bool:
    """Whether the line over a row of headings says, alone in its row, that what follows are declared values."""
    over = [p for p in sheet.phrases if 0 < heading.box.top - p.box.center_y < 2 * heading.height and _DECLARED.search(p.text)]
    return any(not sheet.left_of(p) and not sheet.right_of(p) for p in over)


_TOTAL = re.compile(r"total(?: (?:value|amount|sum))?", re.IGNORECASE)


def _heading_over(sheet: Sheet, phrase: Phrase) -> Phrase | None:
    """The lines right over a cell that share its column, as one, as far as a line is ruled or a cell of another make stands."""
    lines: list[Phrase] = []
    last = phrase
    for line in sheet.above(phrase, lines=2.0 * _MOST_HEADING_LINES):
        far = last.box.top - line.box.bottom > (1.2 if lines else 2.6) * line.height
        far = far or 2 * _cells_beside(sheet, line) < _cells_beside(sheet, last)
        far = far or (bool(lines) and (_ruled_between(sheet, line, last) or line.text.isupper() is not last.text.isupper()))
        if far or len(lines) == _MOST_HEADING_LINES or re.search(r"\d|:\s*$", line.text):
            break
        lines.append(line)
        last = line
    return Phrase.of(phrase.page, [word for line in reversed(lines) for word in line.words]) if lines else None


def _ruled_between(sheet: Sheet, over: Phrase, under: Phrase) -> bool:
    """Whether a line is ruled between two lines of one column."""
    return any(
        s.horizontal and over.box.center_y < s.top < under.box.center_y and s.left <= under.box.center_x <= s.right
        for s in sheet.page.segments
    )


def _cells_beside(sheet: Sheet, phrase: Phrase) -> int:
    return len(sheet.left_of(phrase)) + len(sheet.right_of(phrase))


def _in_phrase(sheet: Sheet, phrase: Phrase) -> list[Sum]:
    """`label: sum`, `sum qualifier`, several of them parted by strokes or commas, or a sum alone."""
    text = phrase.text
    spans = [(start, end) for start, end, _ in find_amounts(text)]
    if not spans:
        return _bare(sheet, phrase)
    if (covered := _then_cover(sheet, phrase, spans)) is not None:
        return [covered]
    out = []
    for index, (start, end) in enumerate(spans):
        following = spans[index + 1][0] if index + 1 < len(spans) else len(text)
        before = text[spans[index - 1][1] if index else 0 : start]
        qualifier = _QUALIFIER.match(text[end:following])
        words = words_at(phrase.words, start, end)
        found = amount_found(Phrase.of(phrase.page, words), ocr=sheet.ocr, small=False)
        if found is None or isinstance(found.value, str):
            continue
        label = _label(before) if not index or qualifier is None else ""
        if label and _is_prose(before, label, text[end + (0 if qualifier is None else qualifier.end()) : following]):
            continue
        place = Phrase.of(phrase.page, words_at(phrase.words, 0, len(before.rstrip()))) if label and not index else None
        out.append(
            Sum(
                label=label,
                place=place,
                found=found,
                qualifier="" if qualifier is None else " ".join(qualifier["text"].split()),
                several=len(spans) > 1 and qualifier is not None,
            )
        )
    first = next((item for item in out if item.label), None)
    return [
        item
        if item.label or first is None or not item.qualifier
        else Sum(label=first.label, place=first.place, found=item.found, qualifier=item.qualifier, several=True, own=True)
        for item in out
    ]


def _then_cover(sheet: Sheet, phrase: Phrase, spans: Sequence[tuple[int, int]]) -> Sum | None:
    """A sum with nothing but the name of its cover after it: £1,000,000 Professional Indemnity."""
    (start, end), text = spans[0], phrase.text
    if start or len(spans) > 1 or COVERAGE.fullmatch(text[end:].strip()) is None:
        return None
    found = amount_found(Phrase.of(phrase.page, words_at(phrase.words, start, end)), ocr=sheet.ocr, small=False)
    if found is None or isinstance(found.value, str):
        return None
    return Sum(label=text[end:].strip(), place=Phrase.of(phrase.page, words_at(phrase.words, end + 1, len(text))), found=found)


_UNFINISHED = re.compile(
    r"\b(?:of|to|a|an|the|is|are|by|for|from|than|over|under|with|at|up|be|not|exceeding|exceed|least|additional|first|or|and|any|our|your|"
    r"we|you|if|pay|plus|minus|between|than|about|only|another|further|costs?)$",
    re.IGNORECASE,
)
_RENTED = re.compile(r" rented to you$", re.IGNORECASE)
"""The end of a limit's label that looks like a sentence's: Damage to Premises Rented to You."""

_MID_SENTENCE = re.compile(r"(?:an?|any|if|we|you|this|that|where|when|in|our|your|will|is|are|which|with|by)\b", re.IGNORECASE)
_MOST_WORDS_AFTER = 3


def _is_prose(before: str, label: str, after: str) -> bool:
    """Whether the sum stands inside a sentence: its label ends in the middle of one, or words go on after it."""
    if before.rstrip().endswith((":", "=")):
        return False
    return (
        bool(_UNFINISHED.search(_RENTED.sub("", label)) or _MID_SENTENCE.match(label))
        or len(re.findall(r"[^\W\d_]{2,}", after)) > _MOST_WORDS_AFTER
    )


def _bare(sheet: Sheet, phrase: Phrase) -> list[Sum]:
    """A round number without sign or grouping, or the word in the place of a sum, alone or after its label."""
    end = len(phrase.words) - (len(phrase.words) > 1 and _STROKE.fullmatch(phrase.words[-1].text) is not None)
    for cut in range(end):
        part = phrase.part(cut, end)
        assert part is not None
        text = part.text.strip(" .:;|")
        label = _label(" ".join(word.text for word in phrase.words[:cut]))
        told = " ".join(word.text for word in phrase.words[:cut])
        promised_in_words = bool(label) and "up to" in (text[:5].lower(), told[-5:].lower()) and not told.endswith(":")
        if cut and _ENDS_COMPANY.fullmatch(part.text):
            continue
        if AMOUNT_WORDS.match(text) and (cut == 0 or label) and not part.text.endswith(":") and not promised_in_words:
            place = phrase.part(0, cut) if cut else None
            found = amount_found(part, ocr=sheet.ocr, small=False)
            return [] if found is None else [Sum(label=label, place=place, found=found)]
        if len(part.words) == 1 and re.fullmatch(r"\d{3,9}", text) and (cut == 0 or phrase.words[cut - 1].text.endswith(":")):
            found = amount_found(part, ocr=sheet.ocr, small=True)
            if found is not None and isinstance(found.value, int) and found.value >= _LEAST_BARE and found.value % 50 == 0:
                return [Sum(label=label, place=phrase.part(0, cut) if cut else None, found=found)]
    amount = read_amount(phrase.text)
    if amount is not None and amount.repaired:
        found = amount_found(phrase, ocr=sheet.ocr, small=False)
        return [] if found is None else [Sum(label="", place=None, found=found)]
    return []


_ENDS_COMPANY = re.compile(r"inc\.?", re.IGNORECASE)
"""The end of a company's name, which is no short word for what is included."""

_STROKE = re.compile(r"/[-–—=]")
"""What Indian papers close a sum with: Rs 5,000/-"""


def _label(text: str) -> str:
    kept = text.strip(" ,;/&•*·()-–—")
    kept = re.sub(r"^(?:and|or|plus)\b\s*", "", kept, flags=re.IGNORECASE)
    while (shorter := _BEFORE_SUM.sub("", kept)) != kept:
        kept = shorter
    return plain_label(kept) if len(fold(kept)) >= 3 and re.search(r"[^\W\d_]{2}", kept) else ""
