"""ACORD 25 and its look-alikes, read by where the printed form has its boxes: parties, insurers, then the coverage table."""

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from rapidfuzz import fuzz

from doctray.domain.document import Box, Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import DateOrder, fold, read_naic
from doctray.extraction.rules.certificate.acord_columns import is_property_form
from doctray.extraction.rules.certificate.acord_offset import fill_offset
from doctray.extraction.rules.certificate.acord_table import policies
from doctray.extraction.rules.certificate.anchors import Anchor, anchor, anchors
from doctray.extraction.rules.certificate.coverages import coverages
from doctray.extraction.rules.certificate.insurer_tables import lettered_table
from doctray.extraction.rules.certificate.parties import Party, is_address_line, party
from doctray.extraction.rules.finds import dates_found, identifier_found, text_found
from doctray.extraction.rules.reading import Phrase, Sheet, in_row, phrases_of, rows_of

_SIGNS = (
    ("TYPE OF INSURANCE",),
    ("POLICY NUMBER",),
    ("CERTIFICATE HOLDER",),
    ("INSURERS AFFORDING COVERAGE", "COMPANIES PROVIDING COVERAGE"),
    ("PRODUCER",),
    ("DESCRIPTION OF OPERATIONS",),
    ("POLICY EFF", "POLICY EFFECTIVE"),
    ("INSURER A",),
    ("AUTHORIZED REPRESENTATIVE",),
    ("CANCELLATION",),
)
_KINDS = (
    ("AUTOMOBILE LIABILITY",),
    ("GENERAL LIABILITY", "COMMERCIAL GENERAL"),
    ("UMBRELLA LIAB", "EXCESS LIAB"),
    ("WORKERS COMPENSATION",),
)
_TITLES = (
    "CERTIFICATE OF LIABILITY INSURANCE",
    "CERTIFICATE OF PROPERTY INSURANCE",
    "EVIDENCE OF PROPERTY INSURANCE",
    "CERTIFICATE OF INSURANCE",
)


def is_acord(sheet: Sheet) -> bool:
    """Whether the page has the boxes of an ACORD certificate, filled or not."""
    signs = sum(anchor(sheet, *labels) is not None for labels in _SIGNS)
    kinds = sum(anchor(sheet, *labels) is not None for labels in _KINDS)
    lettered = anchor(sheet, "INSURERS AFFORDING COVERAGE", "INSURER A") is not None
    return signs >= (_LEAST_SIGNS if lettered else _LEAST_OF_COMPANIES) and (
        (kinds >= 2 and _lists_insurers(sheet)) or is_property_form(sheet)
    )


_LEAST_SIGNS, _LEAST_OF_COMPANIES = 6, 7
"""Of the form's words; more where insurers are companies, as forms of the last century and tables of any make have them."""


def _lists_insurers(sheet: Sheet) -> bool:
    """Whether insurers have letters here: what has the words of the form without them is laid out in some way of its own."""
    headings = ("INSURERS AFFORDING COVERAGE", "COMPANIES AFFORDING COVERAGE", "COMPANIES PROVIDING COVERAGE", "INSR LTR")
    return anchor(sheet, *headings) is not None or bool(_insurer_labels(sheet))


def read(sheet: Sheet, order: DateOrder | None) -> dict[str, Any]:
    """The tree of found values of one page that `is_acord`."""
    offset = fill_offset(sheet)
    blocks = _blocks(sheet, offset)
    insured_name, insured_address = blocks["insured"]
    return {
        "title": _title(sheet),
        "certificate_number": _certificate_number(sheet, offset),
        "issue_date": _issue_date(sheet, order),
        "insured_name": insured_name,
        "insured_address": insured_address,
        "producer_name": blocks["producer"][0],
        "holder_name": blocks["holder"][0],
        "insurers": insurers(sheet, offset) or lettered_table(sheet),
        "policies": policies(sheet, order, offset) or _tabled(sheet, order),
    }


def _tabled(sheet: Sheet, order: DateOrder | None) -> list[dict[str, Any]]:
    """The policies where the form's columns were not found but a table of another make is there; none of a blank form."""
    return [c.tree() for c in coverages([sheet], order) if c.policy_number is not None or c.effective_date is not None]


def _title(sheet: Sheet) -> Found | None:
    top = Box(0, 0, sheet.width, sheet.height * 0.3)
    found = anchor(sheet, *_TITLES[:-1], within=top)
    if found is None and (parted := _parted_title(sheet, top)) is not None:
        return parted
    if found is None:
        found = anchor(sheet, _TITLES[-1], within=top)
        if found is not None and (whole := _own_title(sheet, found)) is not None:
            return whole
    if found is None:
        return None
    likest = max(_TITLES, key=lambda label: fuzz.ratio(fold(label), found.phrase.folded))
    title = likest if fuzz.ratio(fold(likest), found.phrase.folded) >= _LIKE_TITLE else found.phrase.text
    return Found(value=title, page=sheet.number, words=found.phrase.words)


_LIKE_TITLE = 84.0


def _own_title(sheet: Sheet, found: Anchor) -> Found | None:
    """What a carrier calls its own form, where the form's shortest title ends it: Commercial Certificate of Insurance."""
    whole = next((phrase for phrase in sheet.phrases if found.phrase.words[-1] is phrase.words[-1]), None)
    before = () if whole is None else whole.words[: len(whole.words) - len(found.phrase.words)]
    if whole is None or not before or len(whole.words) > _MOST_OF_TITLE:
        return None
    named = all(word.text[:1].isupper() and fold(word.text) != "this" and fuzz.ratio(fold(word.text), "acord") < _LOGO for word in before)
    return Found(value=whole.text, page=sheet.number, words=whole.words) if named else None


_MOST_OF_TITLE = 6
_LOGO = 60.0
"""How like the form's logo a word before its title may be, of a hundred: it is set beside the title, and recognition slips in it."""


def _parted_title(sheet: Sheet, top: Box) -> Found | None:
    """A title whose words recognition set apart, with a stain taken for a letter between them: OF LIABILITY X INSURANCE."""
    for row in sheet.rows():
        words = [word for phrase in row for word in phrase.words if len(fold(word.text)) > 1]
        if not words or words[0].box.bottom > top.bottom:
            continue
        for title in _TITLES:
            size = len(title.split())
            for start in range(len(words) - size + 1):
                part = words[start : start + size]
                if fuzz.ratio(fold(title), fold(" ".join(word.text for word in part))) >= _SAME_TITLE and part[0].text.isupper():
                    return Found(value=title, page=sheet.number, words=tuple(part), trust=0.9)
    return None


_SAME_TITLE = 90.0


def _certificate_number(sheet: Sheet, offset: float) -> Found | None:
    label = anchor(sheet, "CERTIFICATE NUMBER", "CERTIFICATE NO") or anchor(sheet, "CERT ID")
    if label is None:
        return None
    end = anchor(sheet, "REVISION NUMBER")
    height = label.phrase.height
    row = Box(label.box.left, label.box.top + offset, label.box.right, label.box.bottom + offset)
    insurers_of_form = [word for _, phrase in _insurer_labels(sheet) for word in phrase.words]
    words = [
        word
        for word in sheet.inside(
            Box(
                label.box.right - height * 0.3,
                row.top - height * 0.4,
                end.box.left if end is not None and end.box.left > label.box.right else sheet.width,
                row.bottom + height * 0.4,
            )
        )
        if word not in label.phrase.words
        and fold(word.text)
        and word not in insurers_of_form
        and (in_row(row, word.box) or abs(row.center_y - word.box.center_y) < _LEVEL * height)
    ]
    number = identifier_found(Phrase.of(sheet.number, words)) if words else None
    if number is None or (end_of_number := _PROSE.search(str(number.value))) is None:
        return number
    whole = str(number.value)[: end_of_number.start()]
    return identifier_found(Phrase.of(sheet.number, words[: len(whole.split())]))


_LEVEL = 0.7
"""Heights of its label's print that a number typed a little high or low stands off the label's middle."""

_PROSE = re.compile(r"(?<=\d)(?: [A-Za-z]{2,}){2,}$")
"""Words of the form's print that follow a number, where recognition took their line for the number's."""


def _issue_date(sheet: Sheet, order: DateOrder | None) -> Found | None:
    """The first date above the parties; the form's own edition (2016/03) is none."""
    producer = anchor(sheet, "PRODUCER")
    limit = producer.box.top if producer and producer.alone else sheet.height * 0.25
    found = [date for phrase in sheet.phrases if phrase.box.center_y < limit for date in dates_found(phrase, order)]
    return found[0] if found else None


def _blocks(sheet: Sheet, offset: float) -> Mapping[str, Party]:
    """What stands under PRODUCER, INSURED and CERTIFICATE HOLDER."""
    labels = {
        "producer": _lone(sheet, "PRODUCER") or next((a for a in anchors(sheet, "AGENCY") if a.alone), None),
        "insured": _lone(sheet, "INSURED"),
        "holder": _holder(sheet),
        "contact": anchor(sheet, "CONTACT NAME") or _lone(sheet, "CONTACT"),
        "insurers": anchor(sheet, "INSURERS AFFORDING COVERAGE", "COMPANIES PROVIDING COVERAGE"),
        "issued": anchor(sheet, "ISSUE DATE"),
        "information": anchor(sheet, "THIS CERTIFICATE IS ISSUED AS A MATTER OF INFORMATION", "THIS CERTIFICATE IS ISSUED AS A MATTER"),
        "coverages": _lone(sheet, "COVERAGES") or _opening(sheet, "COVERAGES"),
        "cancellation": _lone(sheet, "CANCELLATION"),
        "representative": anchor(sheet, "AUTHORIZED REPRESENTATIVE"),
        "number": anchor(sheet, "CERTIFICATE NUMBER"),
        "type": anchor(sheet, "TYPE OF INSURANCE"),
        "operations": _operations(sheet),
        "foot": anchor(sheet, "ACORD CORPORATION"),
        "edition": next((a for a in anchors(sheet, "ACORD 25") if a.box.top > sheet.height * 0.7), None),
    }
    boxes = [found.box for found in labels.values() if found is not None] + [label.box for _, label in _insurer_labels(sheet)]
    out: dict[str, Party] = {}
    for name in ("producer", "insured", "holder"):
        label = labels[name]
        words = [] if label is None else _block(sheet, label, boxes, offset)
        if name == "producer":
            words = _without_contact(sheet, _without_logo(sheet, words), labels["contact"])
        out[name] = party(sheet.number, words)
    return out


def _holder(sheet: Sheet) -> Anchor | None:
    """The label that stands alone beneath the table; one over it is of the form's small print, torn apart by recognition."""
    table = anchor(sheet, "TYPE OF INSURANCE")
    below = None if table is None else Box(0, table.box.bottom, sheet.width, sheet.height)
    beneath = [] if below is None else [a for a in anchors(sheet, "CERTIFICATE HOLDER", within=below) if a.alone]
    return beneath[0] if beneath else _lone(sheet, "CERTIFICATE HOLDER")


def _without_logo(sheet: Sheet, words: list[Word]) -> list[Word]:
    """The producer's words without those of a logo left of the edge at which name, street and place all begin."""
    phrases = phrases_of(sheet.number, words, sheet.page)
    aligned = [[other for other in phrases if abs(other.box.left - one.box.left) < 0.5 * one.height] for one in phrases]
    column = max(aligned, key=len, default=[])
    if len(column) < _LINES_OF_PARTY:
        return words
    edge = min(phrase.box.left for phrase in column)
    logo = [phrase for phrase in phrases if phrase.box.right < edge - column[0].height]
    left_out = {id(word) for phrase in logo for word in phrase.words}
    return [word for word in words if id(word) not in left_out] if 0 < len(logo) < len(column) else words


_LINES_OF_PARTY = 3


def _without_contact(sheet: Sheet, words: list[Word], contact: Anchor | None) -> list[Word]:
    """The producer's lines without the person to contact, where that one stands over the firm."""
    rows = rows_of(words)
    if len(rows) < 2 or is_address_line(" ".join(word.text for word in rows[1])):
        return words
    printed, beneath = (" ".join(word.text for word in row) for row in rows[:2])
    if _PERSON.fullmatch(printed) and not _FIRM.search(printed) and _FIRM.search(beneath):
        return [word for row in rows[1:] for word in row]
    if contact is None:
        return words
    first = fold(printed)
    beside = sheet.inside(
        Box(contact.box.right, contact.box.top - contact.phrase.height, sheet.width, contact.box.bottom + contact.phrase.height)
    )
    is_contact = len(first.split()) > 1 and first in fold(" ".join(word.text for word in beside))
    return [word for row in rows[1:] for word in row] if is_contact else words


_PERSON = re.compile(r"[A-Z][a-z'’\-]+(?: [A-Z]\.?)?(?: [A-Z][a-z'’\-]+){1,2}")
_FIRM = re.compile(
    r"\b(?:inc|llc|l\.l\.c|corp|corporation|ltd|company|agency|insurance|ins|services|brokers?|group|associates|partners|risk)\b",
    re.IGNORECASE,
)


def _block(sheet: Sheet, label: Anchor, others: Sequence[Box], offset: float) -> list[Word]:
    """Words right of and under a label, as far as the next label of the form."""
    box, height = label.box, label.phrase.height
    under = [b for b in others if b.top > box.bottom + 0.3 * height and b.left < box.right + 4 * height]
    bottom = min((b.top for b in under), default=min(sheet.height * 0.97, box.bottom + 9 * height))
    beside = [b for b in others if b.left > box.right + height and b.center_y < bottom - 0.5 * height and b.bottom > box.top - 0.5 * height]
    insurers_beside = [label.box.left for _, label in _insurer_labels(sheet) if label.box.left > box.right + height]
    right = min([*(b.left for b in beside), *insurers_beside], default=float(sheet.width))
    area = Box(
        max(0.0, box.left - 2 * height),
        box.top - 0.2 * height + max(0.0, offset),
        max(box.right, right - 0.3 * height),
        max(box.bottom, bottom - 0.1 * height + offset),
    )
    words = [word for word in sheet.inside(area) if word not in label.phrase.words]
    asked = _asked_beside(sheet, words) | _customer_codes(sheet, words)
    return [word for word in words if id(word) not in asked and not _form_print(word)]


def _asked_beside(sheet: Sheet, words: Sequence[Word]) -> set[int]:
    """The words Name & Address where they stand one below the other left of what was filled in."""
    lone = [p for p in sheet.phrases if len(p.words) == 1 and fold(p.text) in _ASKED and p.words[0] in words]
    if not {fold(p.text) for p in lone} >= {"name", "address"}:
        return set()
    return {id(p.words[0]) for p in lone}


_ASKED = ("name", "address", "and", "")


def _customer_codes(sheet: Sheet, words: Sequence[Word]) -> set[int]:
    """The broker's own code of a customer (REDBARN-01), which its system prints far right in the box of who is insured."""
    lone = [p for p in sheet.phrases if len(p.words) == 1 and _CUSTOMER_CODE.fullmatch(p.text) and p.words[0] in words]
    return {id(p.words[0]) for p in lone if any(w.box.right < p.box.left - _FAR * p.height for w in words)}


_CUSTOMER_CODE = re.compile(r"[A-Z&]{4,8}-\d{1,2}")
_FAR = 5.0
"""Heights of print between a customer's code and the nearest name on its left."""


def _form_print(word: Word) -> bool:
    """Signs that belong to the form's print or to its ruling lines, not to a name."""
    return not fold(word.text) and word.text.strip() not in ("&", "/")


_NOT_INSURED = ("insurer", "insurers")


def _lone(sheet: Sheet, label: str) -> Anchor | None:
    """The label where it stands alone; inside a sentence of the form's small print it is none.

    A single word that a ruling line runs through is recognised badly (PRODLCER): the likest word of its own counts then.
    """
    places = anchors(sheet, label)
    found = next((found for found in places if found.alone), None) or next((p for p in places if _before_contact(sheet, p)), None)
    if found is not None or " " in label:
        return found
    near = [(fuzz.ratio(p.folded, fold(label)) / 100, p) for p in sheet.phrases if len(p.words) == 1 and p.text.isupper()]
    near = [
        (alike, p) for alike, p in near if alike >= 0.75 and p.folded not in _NOT_INSURED and alike >= fuzz.ratio(p.folded, "insurer") / 100
    ]
    best = max(near, key=lambda item: item[0], default=None)
    return None if best is None else Anchor(best[1], best[0], alone=True)


def _opening(sheet: Sheet, label: str) -> Anchor | None:
    """The label at the head of a line, where what was filled in runs over its middle: COVERAGES Reno, NV 89501 CERTIFICATE NUMBER."""
    heads = {id(phrase.words[0]) for phrase in sheet.phrases}
    return next((place for place in anchors(sheet, label) if id(place.phrase.words[0]) in heads and place.phrase.text.isupper()), None)


_CONTACT = re.compile(r"(?:phone|tel|telephone|fax|serial|ph|a/c)\b", re.IGNORECASE)


def _before_contact(sheet: Sheet, label: Anchor) -> bool:
    """Whether a label opens its line, and how to reach whom it names follows: PRODUCER  Phone: 713 555 0144."""
    whole = next((p for p in sheet.phrases if p.words[0] is label.phrase.words[0]), None)
    count = len(label.phrase.words)
    return whole is not None and len(whole.words) > count and _CONTACT.match(whole.words[count].text) is not None


def _operations(sheet: Sheet) -> Anchor | None:
    labels = ("DESCRIPTION OF OPERATIONS LOCATIONS VEHICLES", "DESCRIPTION OF OPERATIONS LOCATIONS")
    found = [place for label in labels for place in anchors(sheet, label)]
    return max(found, key=lambda a: a.box.top, default=None)


def insurers(sheet: Sheet, offset: float = 0.0) -> list[dict[str, Found]]:
    """The insurers that are named beside INSURER A to F, with their NAIC codes. offset: see `fill_offset`."""
    rows = _insurer_labels(sheet)
    if not rows:
        return []
    heading = anchor(sheet, "NAIC #", "NAIC")
    over = anchor(sheet, "INSURERS AFFORDING COVERAGE")
    printed = {id(word) for found in (heading, over) if found is not None and offset for word in found.phrase.words}
    pitch = min(
        (b.box.center_y - a.box.center_y for (_, a), (_, b) in pairwise(rows) if b.box.center_y - a.box.center_y > 4),
        default=rows[0][1].height * 1.5,
    )
    codes_left = heading.box.left if heading is not None else _column_of_codes(sheet, rows, pitch)
    out = []
    for letter, label in rows:
        middle = label.box.center_y + offset
        band = Box(label.box.right - 2, middle - pitch * 0.55, sheet.width, middle + pitch * 0.55)
        words = [w for w in sheet.inside(band) if w not in label.words and _nearest(w, rows, offset) is label and not _form_print(w)]
        words = [w for w in words if id(w) not in printed]
        insurer = _insurer(sheet, letter, label, words, codes_left)
        if insurer:
            out.append(insurer)
    return out


def _insurer(sheet: Sheet, letter: str, label: Phrase, words: list[Word], codes_left: float | None) -> dict[str, Found] | None:
    mark = next((i for i, w in enumerate(words) if re.search(r"naic", w.text, re.IGNORECASE)), None)
    if mark is not None:
        head = re.split(r"[\s_,;(]*naic", words[mark].text, maxsplit=1, flags=re.IGNORECASE)[0]
        name_words, code_words = [*words[:mark], *([_shortened(words[mark], head)] if fold(head) else [])], words[mark:]
    else:
        left = codes_left - 1.5 * label.height if codes_left is not None and codes_left > label.box.right else float("inf")
        code_words = [w for w in words if w.box.center_x > left or (w is words[-1] and len(words) > 1 and re.fullmatch(r"\d{5}", w.text))]
        name_words = [w for w in words if w not in code_words]
    while name_words and not fold(name_words[0].text):
        name_words.pop(0)
    name = text_found(Phrase.of(sheet.number, name_words)) if name_words else None
    code = _naic(sheet.number, code_words)
    read_as = "" if name is None else fold(str(name.value))
    if code is None and len(read_as) < _LEAST_OF_NAME and read_as != letter.lower():
        return None
    out = {"letter": Found(value=letter, page=sheet.number, words=label.words)}
    if name is not None and len(read_as) >= _LEAST_OF_NAME:
        value = _RATING.sub("", str(name.value))
        out["name"] = Found(value=value, page=name.page, words=name.words)
    if code is not None:
        out["naic"] = code
    return out


def _column_of_codes(sheet: Sheet, rows: Sequence[tuple[str, Phrase]], pitch: float) -> float | None:
    """Where the NAIC codes stand, by those of them that are plain, where their heading was not recognised."""
    _, first = rows[0]
    area = Box(first.box.right, first.box.top - pitch, sheet.width, rows[-1][1].box.bottom + pitch)
    codes = [word.box.left for word in sheet.inside(area) if re.fullmatch(r"\d{5}", word.text)]
    return min(codes) if len(codes) >= _TELLING else None


_RATING = re.compile(r"\s*\((?:AM|A\.M\.) Best[^)]*\)?.*$|,?\s+A(?:\+{1,2}|-)?,?\s+[IVX]{1,4}$")
"""What A.M. Best thinks of an insurer, behind its name: (A.M. Best A+), A++ XV."""

_LEAST_OF_NAME = 2
"""Letters of an insurer's name; one alone is the label's own, as samples fill it in, or a stain."""


def _naic(page: int, words: Sequence[Word]) -> Found | None:
    for word in words:
        code = read_naic(word.text)
        if code is not None:
            printed = re.sub(r"\D", "", word.text)
            doubts = () if printed.startswith(code[:5]) else ("repaired_identifier",)
            return Found(value=code, page=page, words=(word,), doubts=doubts)
    return None


def _shortened(word: Word, text: str) -> Word:
    share = len(text) / max(1, len(word.text))
    return Word(
        text=text.rstrip("_,;( "),
        box=Box(word.box.left, word.box.top, word.box.left + word.box.width * share, word.box.bottom),
        confidence=word.confidence,
    )


def _insurer_labels(sheet: Sheet) -> list[tuple[str, Phrase]]:
    """INSURER A … F from top to bottom; letters that OCR mistook are put right by their order."""
    found: list[tuple[str, Phrase]] = []
    for phrase in sheet.phrases:
        for size in (2, 1, 3):
            part = phrase.part(0, size)
            if part is None or len(part.words) != size:
                continue
            compact = fold(part.text).replace(" ", "")
            letter = {"8": "b", "0": "d", "o": "d", "1": "f"}.get(compact[-1:], compact[-1:])
            if part.text.rstrip(" :.,)(")[-1:].islower() and part.text[:1].isupper() is False:
                continue
            if letter in "abcdef" and _asks_for_insurer(compact[:-1]):
                found.append((letter.upper(), part))
                break
    found = _in_their_order(found)
    leftmost = {letter: min((part for other, part in found if other == letter), key=lambda part: part.box.left) for letter, _ in found}
    found = [(letter, part) for letter, part in found if len(leftmost) == len(found) or part is leftmost[letter]]
    found.sort(key=lambda item: item[1].box.center_y)
    if len(found) == 6:
        return [(letter, part) for letter, (_, part) in zip("ABCDEF", found, strict=True)]
    return found


def _in_their_order(labels: Sequence[tuple[str, Phrase]]) -> list[tuple[str, Phrase]]:
    """The labels, each with the letter of its row where recognition took it for another one that stands there too: A, E, C, D, E."""
    rows = sorted(labels, key=lambda item: item[1].box.center_y)
    pitch = min((after.box.center_y - before.box.center_y for (_, before), (_, after) in pairwise(rows)), default=0.0)
    if len(rows) < _TELLING or pitch < 0.5 * rows[0][1].height:
        return list(labels)
    places = [round((label.box.center_y - rows[0][1].box.center_y) / pitch) for _, label in rows]
    starts = Counter("ABCDEF".index(letter) - place for (letter, _), place in zip(rows, places, strict=True))
    start, agreeing = starts.most_common(1)[0]
    told = [letter for letter, _ in rows]
    if start < 0 or places[-1] + start >= len("ABCDEF") or 2 * agreeing <= len(rows) or len(set(told)) == len(told):
        return list(labels)
    return [("ABCDEF"[place + start], label) for place, (_, label) in zip(places, rows, strict=True)]


_TELLING = 3
"""So many labels tell where the rows of the others stand."""


def _asks_for_insurer(compact: str) -> bool:
    """INSURER, or COMPANY as forms of the last century have it; recognition may take a letter of the former for another."""
    return compact in ("company", "companyletter", "insurerletter") or (len(compact) == 7 and fuzz.ratio(compact, "insurer") >= 80)


def _nearest(word: Word, rows: Sequence[tuple[str, Phrase]], offset: float) -> Phrase:
    return min((label for _, label in rows), key=lambda label: abs(label.box.center_y + offset - word.box.center_y))
