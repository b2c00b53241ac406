"""Values that an insurance paper shows beside its labels: parties with their addresses, periods, numbers, the kind of cover."""

import re
from collections.abc import Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.extraction.grounding import Found
from doctray.extraction.parse import US_PLACE, DateOrder, find_dates, fold, has_date_shape, read_identifier
from doctray.extraction.rules.certificate import wordings
from doctray.extraction.rules.certificate.parties import (
    Party,
    is_address_line,
    is_party,
    is_place,
    parted_at_bar,
    party_of_lines,
    to_postcode,
)
from doctray.extraction.rules.finds import date_found, dates_found, identifier_found, joined, text_found
from doctray.extraction.rules.labels import Labelled, filled, spots, words_at
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

_MOST_LINES = 7
"""Of a name with its address."""

_DATED = re.compile(r"\d|\b(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)", re.IGNORECASE)
_RANGE = re.compile(r"\b(?:from|period|between|effective|cover\w*|valid|période|per[ií]odo|vom|desde|du)\b", re.IGNORECASE)
_REGISTERED = re.compile(
    r"[\s,;(]+(?:(?:ABN|ACN|AFSL|NAIC|Reg(?:istered|istration|d)?\.?|Co\. Reg|Company No|FCA|A\.?M\.? Best|"
    r"(?i:the insurer|en adelante|hereinafter|ci-après|nachfolgend|in seguito))\b|(?<=\()[A-Z]{0,3}\d{3,10}\)$)|"
    r"\s[-–(]\s?\d{1,3}(?:\.\d+)?\s?%|,?\s\(?\d{3}\)?[ .\-]{1,2}\d{3}[.\-]\d{4}$"
)
_WORDS = re.compile(
    r"\b(?!(?:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec|to|until|till|a\.?m|p\.?m|noon|midnight)[a-z]*\b)[a-z]{2,}", re.IGNORECASE
)
_YEARS = re.compile(r"\b(?:19|20)\d\d\b.*\b(?:19|20)\d\d\b")


def labelled_issuer(paper: Labelled) -> Found | None:
    """Who stands beside a label of issuing; of several copies of a name, on a paper of parts to be cut apart, the whole one."""
    names = [found for _, phrase in paper.values("issuer", is_party) if (found := text_found(phrase)) is not None]
    whole = [name for name in names if names and fold(str(name.value)).startswith(f"{fold(str(names[0].value))} ")]
    return next(iter(whole), None) or labelled_party(paper, "issuer")[0]


def labelled_party(paper: Labelled, key: str) -> Party:
    for _, cell in paper.cells.get(key, ()):
        name, address = party_of_lines([_without_colon(cell[0]), *cell[1:]])
        if name is not None and is_party(str(name.value)):
            return without_number(name), address
    for sheet, phrase in paper.values(key, is_party):
        lines = [_without_colon(line) for line in lines_from(paper, sheet, _with_trade_name(sheet, _without_code(phrase)))]
        name, address = party_of_lines(lines)
        if name is not None:
            name = without_number(name)
            parts = [part for line in lines for part in parted_at_bar(line)]
            return name, address if any(is_address_line(part.text) for part in parts) else _address_beside(paper, sheet, phrase)
    return None, None


def _with_trade_name(sheet: Sheet, name: Phrase) -> Phrase:
    """A name with the one it trades under, where that stands apart in its row."""
    beside = next(iter(sheet.right_of(name)), None)
    return name if beside is None or not _TRADES_AS.match(beside.text) else Phrase.of(name.page, [*name.words, *beside.words])


def _without_colon(line: Phrase) -> Phrase:
    """A line of a value without the colon that stands between its label and itself."""
    rest = line.part(1) if line.words[0].text == ":" else None
    return line if rest is None else rest


_TRADES_AS = re.compile(r"(?:trading as|t/as?|d/?b/?a) \w", re.IGNORECASE)


def _without_code(phrase: Phrase) -> Phrase:
    """A name without the number under which its company knows it: 21197759 Mr. Anand Rao."""
    rest = phrase.part(1)
    coded = rest is not None and _CODE.fullmatch(phrase.words[0].text) and rest.text[:1].isupper()
    return rest if coded and rest is not None else phrase


_CODE = re.compile(r"[A-Z]{0,3}\d{7,12}")

_BESIDE = 3.0
"""Line heights between a name and its address in one line."""


def _address_beside(paper: Labelled, sheet: Sheet, name: Phrase) -> Found | None:
    """The address that stands after a name in its row: Harbor Foods LLC | 100 Quay Street, Austin, TX."""
    beside = sheet.right_of(name, reach=_BESIDE * name.height)[:1]
    told = bool(beside) and is_address_line(beside[0].text) and not paper.is_label(beside[0])
    return joined([whole_row(paper, sheet, beside[0])]) if told else None


_ROLES = {
    "insured": re.compile(
        r"\b(?:insured|policy ?holder|proposer|contratante|asegurado|tomador|souscripteur|assuré|versicherungsnehmer)\b", re.IGNORECASE
    ),
    "producer": re.compile(r"\b(?:agente?|broker|intermediary|intermediario|producer|corredor|courtier|vermittler)\b", re.IGNORECASE),
}
_A_NAME = {"name": ("name", "full name", "nombre", "nombre completo", "nom", "nome")}
_ROWS_UNDER_ROLE = 3.2
"""Line heights between a heading that says whose data follow and the label of the name."""


def named_under_role(paper: Labelled, role: str) -> Found | None:
    """The value of a label that says only Name, right under a heading of the role: DATOS DEL ASEGURADO / Nombre: Ana Ruiz."""
    for sheet in paper.sheets:
        for spot in spots(sheet, _A_NAME):
            in_table = not spot.marked and spot.rest is None and bool(sheet.right_of(spot.phrase))
            if not spot.marked and not in_table:
                continue
            over = (
                sheet.above(spot.label, lines=_ROWS_UNDER_ROLE)[:1]
                or [
                    p
                    for p in sheet.phrases
                    if 0 < spot.label.box.top - p.box.bottom < _ROWS_UNDER_ROLE * spot.label.height and p.text.isupper()
                ][-1:]
            )
            if not over or not _ROLES[role].search(over[0].text) or len(over[0].words) > _MOST_OF_ROLE:
                continue
            if in_table:
                for beneath in sheet.below(spot.label)[:1]:
                    if _HEADING_OF_PARTY.fullmatch(over[0].text.strip()) and is_party(beneath.text) and not paper.is_label(beneath):
                        return party_of_lines(lines_from(paper, sheet, beneath))[0]
                continue
            value = spot.rest or next(iter(sheet.right_of(spot.phrase)), None)
            if value is not None and is_party(value.text) and not paper.is_label(value):
                return joined([value, *_rest_of_name(sheet, value)], " ")
    return None


_MOST_OF_ROLE = 5


def _rest_of_name(sheet: Sheet, value: Phrase) -> list[Phrase]:
    """The second line of a name that ends at one edge with the first, and has no label beside it."""
    below = sheet.below(value, lines=0.8)[:1]
    lone = [p for p in below if abs(p.box.right - value.box.right) < 0.5 * value.height and not sheet.left_of(p) and is_party(p.text)]
    return lone if lone and not is_address_line(lone[0].text) else []


def labelled_insurer(paper: Labelled) -> Found | None:
    for sheet, phrase in paper.values("insurer", lambda text: is_party(text) and not _LETTER_OF_INSURER.fullmatch(text)):
        found = text_found(whole_row(paper, sheet, phrase))
        if found is not None:
            return without_number(found)
    return None


_LETTER_OF_INSURER = re.compile(r"(?:(?:letter|ltr)\W{0,2})?[A-F]\W?", re.IGNORECASE)
"""What tells which of the insurers listed elsewhere it is."""


def without_number(found: Found) -> Found:
    """A company without the number of its registration (ABN, NAIC), code, rating or role that follows in its line."""
    if (share := _SHARE.match(str(found.value))) is not None:
        found = replace(found, value=str(found.value)[share.end() :], words=words_at(found.words, share.end(), len(str(found.value))))
    match = _REGISTERED.search(str(found.value))
    if match is None or match.start() < 3:
        return found
    return replace(found, value=str(found.value)[: match.start()], words=words_at(found.words, 0, match.start()))


_SHARE = re.compile(r"\d{1,3}(?:\.\d+)? ?% (?:of )?(?=[A-Z])")
"""The part of a risk that an insurer takes, before its name."""


def labelled_address(paper: Labelled, *, of: Found | None) -> Found | None:
    """The address beside its label; of several, the one in the column of the party whose name is `of`, else the leftmost of its row.

    Without a name, one whose label says that it is the insured's.
    """
    for _, cell in paper.cells.get("address", ()):
        if any(is_address_line(line.text) for line in cell):
            return joined(to_postcode(cell))
    places = list(
        paper.values("address", lambda text: len(fold(text)) > 8 and bool(_TELLS_PLACE.search(text)) and not _OF_INSURER.match(text))
    )
    places = [(sheet, phrase) for sheet, phrase in places if not _is_of_another(sheet, phrase)]
    if of is None:
        places = [(sheet, phrase) for sheet, phrase in places if any(_INSURED.search(p.text) for p in sheet.left_of(phrase)[:1])]
    if not places:
        return None
    in_column = [] if of is None else [(sheet, phrase) for sheet, phrase in places if _is_in_column(sheet, phrase, of)]
    first = places[0][1]
    in_row_of_first = [place for place in places if place[0].number == first.page and in_row(place[1].box, first.box)]
    sheet, phrase = next(iter(in_column), min(in_row_of_first, key=lambda place: place[1].box.left))
    beside = sheet.right_of(phrase, reach=_POSTCODE_REACH * phrase.height)[:1]
    ended = [p for p in beside if is_place(p.text) and not paper.is_label(p)]
    return joined([[phrase, *ended]]) if ended else joined(to_postcode(lines_from(paper, sheet, phrase)))


_INSURED = re.compile(r"\b(?:insured|policy ?holder)", re.IGNORECASE)


def _is_in_column(sheet: Sheet, value: Phrase, name: Found) -> bool:
    """Whether a value begins at the height of the page where a name does."""
    first = name.words[0].box
    return sheet.number == name.page and abs(value.box.left - first.left) < 2 * first.height


def address_in_column(paper: Labelled, *, of: Found) -> Found | None:
    """A street and its town further down in the column of a name, where numbers of the member or a trade name stand between."""
    sheet = next(sheet for sheet in paper.sheets if sheet.number == of.page)
    box, height = of.words[0].box, of.words[0].box.height
    column = [p for p in sheet.phrases if 0 < p.box.top - box.bottom < _COLUMN_REACH * height and abs(p.box.left - box.left) < 0.6 * height]
    lines: list[Phrase] = []
    for line in column:
        if _SOMEBODY_ELSE.search(line.text):
            return None
        close = bool(lines) and line.box.top - lines[-1].box.bottom < 1.2 * line.height
        if close and (US_PLACE.search(line.text) or (lines and is_place(line.text))):
            return joined([*lines, line])
        opens = is_address_line(line.text) and not paper.is_label(line)
        lines = [*(lines if close else ()), line] if opens else []
    return None


_COLUMN_REACH = 14.0
"""Line heights beneath a name that its address may begin within."""

_SOMEBODY_ELSE = re.compile(
    r"\b(?:holder|insurers?|brokers?|agents?|producer|underwrit\w+|administer\w+|company|questions|contact|claims?)\b", re.IGNORECASE
)

_TELLS_PLACE = re.compile(
    r"[\d,]|\b(?:road|street|lane|avenue|drive|marg|nagar|colony|village|vihar|square|close|crescent|estate|tower|house)\b", re.IGNORECASE
)

_HEADING_OF_PARTY = re.compile(
    r"(?:(?P<other>intermediary|agent|agency|broker|producer|nominee|financier|insurer|insurance company|branch|office|bank|payment)|"
    r"insured|policy ?holder|proposer|customer|owner|member|policy)(?:'s)?(?: (?:details|information|particulars))\W*",
    re.IGNORECASE,
)
"""A heading that says whose particulars follow; other: nobody who is insured."""


_OFFICE = re.compile(r"(?:registered|regd\.?|head|corporate) office\b", re.IGNORECASE)
_OFFICE_REACH = 4.0
"""Line heights between an address and the company over it whose office it is."""

_INSURES = re.compile(r"\b(?:insurance|assurance|insurers|underwriters|versicherung|seguros|assurances)\b", re.IGNORECASE)


def _is_of_another(sheet: Sheet, value: Phrase) -> bool:
    """Whether the heading next over a value says that it is somebody's who is not insured."""
    over = [p for p in sheet.phrases if p.box.bottom <= value.box.top and p.box.left <= value.box.right]
    line = next((p for p in sheet.phrases if value.words[0] in p.words), value)
    if any(_OF_INSURED.search(p.text) for p in (line, *sheet.left_of(value)[:1]) if p is not value):
        return False
    near = [
        p for p in over if value.box.top - p.box.bottom < _OFFICE_REACH * value.height and abs(p.box.left - line.box.left) < value.height
    ]
    near += [line, *sheet.left_of(value)[:1]]
    if any(_OFFICE.match(p.text) for p in near) and any(_INSURES.search(p.text) for p in near):
        return True
    heading = next((match for p in reversed(over) if (match := _HEADING_OF_PARTY.fullmatch(p.text.strip())) is not None), None)
    return heading is not None and heading["other"] is not None


_OF_INSURED = re.compile(r"\b(?:insured|policy ?holder|proposer)(?:'s)?(?: address)?\W*$", re.IGNORECASE)
"""The end of a label that says whose address stands beside it."""

_OF_INSURER = re.compile(
    r"[^,]*\b(?:insurance|assurance|insurers|underwriters|versicherung|seguros|assurances)\b"
    r"(?! (?:house|building|cent(?:re|er)|tower|plaza|court))[^,]*,",
    re.IGNORECASE,
)
"""An address that begins with the name of an insurer: its registered office."""


def lines_from(paper: Labelled, sheet: Sheet, phrase: Phrase) -> list[Phrase]:
    """A value with the lines that go on right beneath it, as far as the next label, its neighbour's value, or a gap."""
    label = next((p for p in sheet.left_of(phrase)[:1] if paper.is_label(p)), None) or _label_before(paper, phrase)
    lines = [phrase]
    while len(lines) < _MOST_LINES:
        last = lines[-1]
        beneath = [
            p
            for p in sheet.below(last, lines=1.0)
            if abs(p.box.left - phrase.box.left) < 1.5 * phrase.height
            or (len(lines) > 1 and abs(p.box.left - lines[1].box.left) < phrase.height)
        ]
        if len(lines) == 1 and not beneath:
            beneath = [p for p in sheet.below(last, lines=1.0)[:1] if is_address_line(p.text)]
        if not beneath:
            beneath = [p for p in sheet.below(last, lines=_BLANK_LINE)[:1] if len(lines) > 1 and _ends_address(p, phrase)]
        far = bool(beneath) and beneath[0].box.top - last.box.bottom > 0.9 * last.height and not _ends_address(beneath[0], phrase)
        if (
            not beneath
            or far
            or paper.is_label(beneath[0])
            or not filled(beneath[0].text)
            or (label is not None and _has_label_of_its_own(sheet, beneath[0], label) and not _labels_address(paper, sheet, beneath[0]))
        ):
            break
        lines.append(whole_row(paper, sheet, beneath[0]))
    return lines


def _label_before(paper: Labelled, value: Phrase) -> Phrase | None:
    """The label in whose phrase a value stands far off, in a column of values: NAME OF INSURED   : ADA BROWN."""
    own = next((s for _, s in paper.spots if s.rest is not None and s.marked and s.rest.words[0] is value.words[0]), None)
    return own.label if own is not None and value.box.left - own.label.box.right > _COLON_BETWEEN * value.height else None


_COLON_BETWEEN = 0.6
"""Line heights between a label and its value at the least where a colon with spaces around it stands between."""

_BLANK_LINE = 2.8
"""Line heights between the lines of an address one of whose lines was left blank."""


def _ends_address(line: Phrase, first: Phrase) -> bool:
    """Whether a line is a place with its postcode, in the column of an address."""
    return abs(line.box.left - first.box.left) < first.height and is_place(line.text)


def _has_label_of_its_own(sheet: Sheet, value: Phrase, label: Phrase) -> bool:
    """Whether the column of labels goes on beside this line, so that the line is another label's value."""
    beside = [p for p in sheet.left_of(value) if p.box.left < label.box.right and p.box.right > label.box.left]
    return any(not p.text[:1].islower() and p.height < _LARGER * label.height for p in beside)


_LARGER = 1.25
"""Heights of a label beneath which its value stands in larger print."""


def _labels_address(paper: Labelled, sheet: Sheet, line: Phrase) -> bool:
    """Whether the label beside a line of an address says that this is one: it stands level with the middle of the lines."""
    beside = {id(p) for p in sheet.left_of(line)[:1]}
    over = sheet.above(line, lines=1.0)[:1]
    return (
        any(spot.key == "address" and spot.rest is None and id(spot.phrase) in beside for _, spot in paper.spots)
        and bool(over)
        and is_address_line(over[0].text)
    )


_ROW_REACH, _POSTCODE_REACH = 1.6, 6.0
"""Line heights between parts of one line; typists set postcodes apart."""

_POSTCODE = re.compile(r"\d{5}(?:-\d{4})?|[A-Z]\d[A-Z] ?\d[A-Z]\d|[A-Z]{1,2}\d[A-Z\d]? ?\d[A-Z]{2}")


def whole_row(paper: Labelled, sheet: Sheet, phrase: Phrase) -> Phrase:
    """The phrase with those right of it that follow closely; recognition parts words that stand wide."""
    words, last = list(phrase.words), phrase
    for following in sheet.right_of(phrase):
        reach = _POSTCODE_REACH if _POSTCODE.fullmatch(following.text) else _ROW_REACH
        if following.box.left - last.box.right > reach * last.height or paper.is_label(following):
            break
        words += following.words
        last = following
    return Phrase.of(phrase.page, words)


def policy_numbers(paper: Labelled) -> list[Found]:
    """The policy number, or several that one label names, parted by a stroke."""
    for sheet, phrase in paper.values("policy_number", _can_be_policy_number):
        whole = _up_to_next(whole_row(paper, sheet, phrase))
        found = [identifier for piece in _split_at_stroke(whole) if (identifier := identifier_found(piece)) is not None]
        if found:
            return found
        if (code := text_found(phrase)) is not None and _CODE_OF_LETTERS.fullmatch(str(code.value)):
            return [replace(code, trust=0.7)]
    return []


_NEXT = re.compile(r"(?<=\w) (?=(?:effective|expires|expir(?:y|ation)|renewal of|replac(?:es|ing)|period|dated|issued)\b)", re.IGNORECASE)
"""Where a row goes on with another matter after a number."""


def _up_to_next(row: Phrase) -> Phrase:
    """A row up to the words that begin what follows a number in it: GCM-771 Effective 02/01/2026."""
    match = _NEXT.search(row.text)
    words = row.words if match is None else words_at(row.words, 0, match.start())
    return row if not words else Phrase.of(row.page, words)


_CODE_OF_LETTERS = re.compile(r"[A-Z]{2,8}(?:[/\-][A-Z0-9]{1,8}){1,5}")
"""A number that has no digit: IOGA/DRFT/P."""

_OF_ANOTHER = re.compile(r"\W*(?:certificate|cert|proposal|claim|invoice|receipt) ?(?:no|number|#|id)\b", re.IGNORECASE)


def _can_be_policy_number(text: str) -> bool:
    return (bool(re.search(r"\d", text)) or _CODE_OF_LETTERS.fullmatch(text.strip(" :")) is not None) and not _OF_ANOTHER.match(text)


def told_policy_number(sheets: Sequence[Sheet]) -> tuple[Found, Phrase] | None:
    """The number that a sentence or a heading gives a policy, and the phrase that holds it: under policy no. GL-204418."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            match = _TOLD_NUMBER.search(phrase.text)
            if match is None:
                continue
            found = identifier_found(Phrase.of(phrase.page, words_at(phrase.words, *match.span("number"))))
            if found is not None:
                return replace(found, value=match["number"].rstrip("./-"), trust=0.8), phrase
    return None


_TOLD_NUMBER = re.compile(
    r"\b(?:polic(?:y|ies)|binder|p[óo]liza|police|contrat|polizza|ap[óo]lice|polis|\w*versicherungsschein)"
    r"(?:[ -]{0,2}(?:numbers?|nos?|nr|nummer|num|ref|reference)\b[.°º]{0,2}:?| ?(?:#|n[°º]):?|:) {0,2}"
    r"(?P<number>(?=[\w./\- ]{0,20}\d[\w./\-]{0,20}\d)(?-i:[A-Z]{1,4} )?[A-Z0-9][\w./\-]{3,30}(?: (?-i:[A-Z]{1,3}) \d{2,6}\b)?)",
    re.IGNORECASE,
)

_LEAST_OF_A_NUMBER = 6
"""Letters and digits of each of two policy numbers that a stroke parts; shorter parts are of one number (MX 4471 889 / 02)."""


def _split_at_stroke(phrase: Phrase) -> list[Phrase]:
    cut = next((index for index, word in enumerate(phrase.words) if word.text in ("/", "&", "and", ";")), None)
    if cut is None or cut == 0 or cut + 1 >= len(phrase.words):
        return [phrase]
    left, right = phrase.part(0, cut), phrase.part(cut + 1)
    assert left is not None
    assert right is not None
    whole = all(read_identifier(part.text) and len(fold(part.text).replace(" ", "")) >= _LEAST_OF_A_NUMBER for part in (left, right))
    return [left, right] if whole else [phrase]


def period(paper: Labelled, order: DateOrder | None) -> tuple[Found | None, Found | None]:
    """When the insurance starts and ends: by a label each, by one label for both, or in a sentence with two dates."""
    start, end = first_date(paper, "effective_date", order), first_date(paper, "expiry_date", order)
    if start is not None and end is not None and start.value != end.value:
        return start, end
    for sheet, phrase in paper.values("period", lambda text: bool(_DATED.search(text))):
        dates = _dates_from(paper, sheet, phrase, order)
        if len(dates) >= 2:
            return dates[0], dates[1]
        if dates and _YEARS.search(whole_row(paper, sheet, phrase).text):
            return None, dates[0]
    for sheet in paper.sheets:
        for phrase in sheet.phrases:
            dates = dates_found(phrase, order)
            if len(dates) == 2 and dates[0].value < dates[1].value and (_RANGE.search(phrase.text) or not _WORDS.search(phrase.text)):
                return dates[0], dates[1]
    if start is None and end is None:
        return None, _told_end(paper.sheets, order)
    return start, end if end is None or start is None or start.value != end.value else None


_EXPIRES = re.compile(
    r"\b(?:(?:all|these|the|both) (?:above )?(?:polic(?:y|ies)|insurances?|covers?)[^.;]{0,40}? )?"
    r"(?:expires?|expiring|(?:is|are) due (?:for|to) renew(?:al)?|"
    r"renewal date|(?:remains?|is|are) in force (?:until|to))\b[^.;]{0,24}$",
    re.IGNORECASE,
)


def _told_end(sheets: Sequence[Sheet], order: DateOrder | None) -> Found | None:
    """The day on which a sentence lets the insurance end: all policies expire on 31st August 2026."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            for read in find_dates(phrase.text, order):
                if _EXPIRES.search(phrase.text[: read.start]):
                    return date_found(Phrase.of(phrase.page, words_at(phrase.words, read.start, read.end)), order)
    return None


def _dates_from(paper: Labelled, sheet: Sheet, phrase: Phrase, order: DateOrder | None) -> list[Found]:
    """The dates of a period that may run on in its row and on the next line."""
    whole = whole_row(paper, sheet, phrase)
    dates = dates_found(whole, order)
    for to, end in pairwise(sheet.right_of(whole)):
        if len(dates) == 1 and to.folded in ("to", "until", "till", "through"):
            dates += dates_found(end, order)
    for p in sheet.below(whole, lines=1.2)[:1]:
        if len(dates) == 1 and not paper.is_label(p):
            dates += dates_found(p, order)
    return dates


def first_date(paper: Labelled, key: str, order: DateOrder | None) -> Found | None:
    for sheet, phrase in paper.values(key, lambda text: bool(re.search(r"\d", text))):
        found = date_found(phrase, order) or date_found(_with_next_line(sheet, phrase), order)
        if found is not None:
            return found
    return None


def _with_next_line(sheet: Sheet, phrase: Phrase) -> Phrase:
    """A date that was wrapped before its year, with the line beneath it: 3rd June / 2024."""
    for p in sheet.phrases:
        close = -0.4 * phrase.height <= p.box.top - phrase.box.bottom <= 1.2 * phrase.height and p.box.left <= phrase.box.right
        if close and re.match(r"(?:19|20)\d\d\b", p.text):
            return Phrase.of(phrase.page, [*phrase.words, p.words[0]])
    return phrase


def certificate_number(paper: Labelled) -> Found | None:
    """Beside its label, or after words like Certificate #."""
    for _, phrase in paper.values("certificate_number", lambda text: read_identifier(text) is not None):
        return identifier_found(phrase)
    if any(spot.key == "policy_number" and _OF_BOTH.match(spot.label.text) for _, spot in paper.spots):
        return next(iter(policy_numbers(paper)), None)
    for sheet, phrase in ((page, phrase) for page in paper.sheets for phrase in page.phrases):
        match = _NUMBERED.match(phrase.text) or (_UNDER_TITLE.match(phrase.text) if _is_under_title(sheet, phrase) else None)
        found = None if match is None else identifier_found(Phrase.of(phrase.page, words_at(phrase.words, *match.span("number"))))
        if match is not None and found is not None:
            return replace(found, value=match["number"], trust=0.8)
        if _CODED.fullmatch(phrase.text) and phrase.box.center_y < _LETTER_HEAD * sheet.height and not sheet.left_of(phrase)[1:]:
            return identifier_found(phrase)
    return None


_CODED = re.compile(r"(?:COI|CERT|COC|EOI)[-/#]?\d[A-Z0-9\-/]{3,24}")
"""A number that says itself to be a certificate's: COI-20250618-0093."""

_OF_BOTH = re.compile(r"certificate (?:&|and) policy\b|policy (?:&|and) certificate\b", re.IGNORECASE)
"""A label that gives policy and certificate one number."""

_NUMBERED = re.compile(
    r"(?:certificate|cert\.?|confirmation|evidence|coi) ?# ?(?P<number>(?=\D{0,8}\d)[A-Z0-9][\w./\-]{3,30})$", re.IGNORECASE
)
"""A certificate's number that its sign is printed close before: Confirmation #EG-5519."""

_UNDER_TITLE = re.compile(r"(?:serial |sl\.? )?no\.? ?[:.\-] ?(?P<number>(?=\D{0,8}\d)[A-Z0-9][\w./\-]{3,30})$", re.IGNORECASE)


def _is_under_title(sheet: Sheet, phrase: Phrase) -> bool:
    """Whether a phrase stands right under the words that call the paper a certificate."""
    return any(p.folded.startswith("certificate of") and len(p.words) <= _MOST_OF_TITLE for p in sheet.above(phrase, lines=2.5)[:1])


_MOST_OF_TITLE = 6


def first_title_row_date(sheet: Sheet, words: Sequence[Phrase], order: DateOrder | None) -> Found | None:
    """A date at the head of the page, right of or over the title (words), where it is the only one."""
    bottom = max(p.box.bottom for p in words)
    found = [d for p in sheet.phrases if p.box.center_y <= bottom and not _RANGE.search(p.text) for d in dates_found(p, order)]
    return found[0] if len(found) == 1 else None


_LETTER_HEAD = 0.4
"""Part of the page in which a letter has its date."""


def date_of_letter(sheet: Sheet, order: DateOrder | None) -> Found | None:
    """A date that stands alone in the upper part of a page, where it is the only one to do so."""
    dated = [p for p in sheet.phrases if p.box.center_y < _LETTER_HEAD * sheet.height and has_date_shape(_PLACE.sub("", p.text))]
    alone = [p for p in dated if not sheet.left_of(p)] or (
        [p for p in dated if not sheet.right_of(p)] if _LETTER.search(sheet.text) else []
    )
    return replace(found, trust=found.trust * 0.8) if len(alone) == 1 and (found := date_found(alone[0], order)) is not None else None


_PLACE = re.compile(r"^[^\W\d_][\w\-]{2,24}(?: [^\W\d_][\w\-]{1,24}){0,2}, ?(?:den |le |a |il |the )?")
"""Where a letter was written, before its date: Köln, den 12. März 2026."""

_LETTER = re.compile(r"^(?:to whom it may concern|dear )|\byours (?:faithfully|sincerely|truly)\b", re.IGNORECASE | re.MULTILINE)
"""What only a letter says; the date of one may stand beside the sender's address."""


_ISSUED = re.compile(
    r"\b(?:issued|generated|printed|produced|purchased|dated|signed|done|prepared|fait (?:à|le)|délivrée?|expide|expedid[oa]|emitid[oa]|"
    r"ausgestellt|rilasciato)\b[^.]{0,90}$",
    re.IGNORECASE,
)


_HAND = re.compile(r"\bin witness whereof\b|\bset (?:his|her|my|our|their|its) (?:hands?|seal)\b", re.IGNORECASE)
"""What is said where a paper is signed; the date follows, or stands in the line beneath."""


def told_issue_date(sheets: Sequence[Sheet], order: DateOrder | None) -> Found | None:
    """The date that a sentence gives: this certificate was generated on 5 November 2026."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            for read in find_dates(phrase.text, order):
                if _ISSUED.search(phrase.text[: read.start]):
                    words = words_at(phrase.words, read.start, read.end)
                    found = date_found(Phrase.of(phrase.page, words), order)
                    return None if found is None else replace(found, trust=found.trust * 0.9)
            if _HAND.search(phrase.text):
                for line in (phrase, *sheet.below(phrase, lines=1.2)[:1]):
                    if dates := dates_found(line, order):
                        return replace(dates[0], trust=dates[0].trust * 0.9)
    return _signed_at(sheets, order)


def _signed_at(sheets: Sequence[Sheet], order: DateOrder | None) -> Found | None:
    """The date of a line that says where and when the paper was signed, and nothing else: Nantes, le 6 janvier 2025."""
    for sheet in sheets:
        for phrase in sheet.phrases:
            read = next(iter(find_dates(phrase.text, order)), None)
            if read is not None and not phrase.text[read.end :].strip(" .") and wordings.PLACED.fullmatch(phrase.text[: read.start]):
                return date_found(phrase, order)
    return None
