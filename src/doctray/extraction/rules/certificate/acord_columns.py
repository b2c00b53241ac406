"""Where the columns of an ACORD coverage table stand, and which kinds of insurance the form prints."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doctray.domain.document import Box
from doctray.extraction.rules.certificate.anchors import Anchor, anchor, anchors
from doctray.extraction.rules.finds import dates_found
from doctray.extraction.rules.reading import Phrase, Sheet, in_row, united

Labels = dict[str, tuple[str, ...]]
_GENERAL: Labels = {
    "EACH OCCURRENCE": ("EACH OCCURRENCE",),
    "DAMAGE TO RENTED PREMISES": ("DAMAGE TO RENTED PREMISES", "DAMAGE TO RENTED", "PREMISES Ea occurrence"),
    "FIRE DAMAGE": ("FIRE DAMAGE Any one fire", "FIRE DAMAGE"),
    "MED EXP": ("MED EXP Any one person", "MED EXPENSE", "MED EXP"),
    "MEDICAL EXPENSE": ("MEDICAL EXPENSE",),
    "PERSONAL & ADV INJURY": ("PERSONAL & ADV INJURY", "PERSONAL & ADVERTISING INJURY"),
    "GENERAL AGGREGATE": ("GENERAL AGGREGATE",),
    "PRODUCTS - COMP/OP AGG": ("PRODUCTS COMP OP AGG", "COMP OP AGG", "PRODUCTS COMPLETED OPERATIONS AGGREGATE", "PRODUCTS COMP OPS"),
}
_AUTO: Labels = {
    "COMBINED SINGLE LIMIT": ("COMBINED SINGLE LIMIT", "SINGLE LIMIT"),
    "BODILY INJURY (Per person)": ("BODILY INJURY Per person",),
    "BODILY INJURY (Per accident)": ("BODILY INJURY Per accident",),
    "PROPERTY DAMAGE": ("PROPERTY DAMAGE",),
}
UMBRELLA: Labels = {"EACH OCCURRENCE": ("EACH OCCURRENCE",), "AGGREGATE": ("AGGREGATE",)}
WORKERS: Labels = {
    "E.L. EACH ACCIDENT": ("E L EACH ACCIDENT", "EACH ACCIDENT"),
    "E.L. DISEASE - EA EMPLOYEE": ("E L DISEASE EA EMPLOYEE", "E L DISEASE EACH EMPLOYEE", "DISEASE EACH EMPLOYEE", "EA EMPLOYEE"),
    "E.L. DISEASE - POLICY LIMIT": ("E L DISEASE POLICY LIMIT", "DISEASE POLICY LIMIT", "POLICY LIMIT"),
}
SECTIONS: tuple[tuple[tuple[str, ...], Labels], ...] = (
    (("COMMERCIAL GENERAL LIABILITY", "COMMERCIAL GENERAL", "GENERAL LIABILITY"), _GENERAL),
    (("AUTOMOBILE LIABILITY", "AUTOMOBILE"), _AUTO),
    (("GARAGE LIABILITY",), {"AUTO ONLY": ("AUTO ONLY EA ACCIDENT",), "AGGREGATE": ("AGG",)}),
    (("UMBRELLA LIAB", "EXCESS UMBRELLA LIABILITY", "UMBRELLA LIABILITY", "EXCESS LIAB"), UMBRELLA),
    (("WORKERS COMPENSATION AND EMPLOYERS LIABILITY", "WORKERS COMPENSATION", "WORKERS"), WORKERS),
)


_OF_PROPERTY: tuple[tuple[tuple[str, ...], Labels], ...] = (
    (("PROPERTY",), {}),
    (("INLAND MARINE",), {}),
    (("CRIME",), {}),
    (("BOILER & MACHINERY EQUIPMENT BREAKDOWN", "BOILER & MACHINERY", "EQUIPMENT BREAKDOWN"), {}),
)
"""Sections of the certificate of property insurance, whose sums have their labels under COVERED PROPERTY."""


def is_property_form(sheet: Sheet) -> bool:
    """Whether the page is an ACORD 24, or a form with its title or its heading of deductibles, and its column of covered property."""
    told = anchor(sheet, "CERTIFICATE OF PROPERTY INSURANCE", "CAUSES OF LOSS")
    return told is not None and anchor(sheet, "COVERED PROPERTY") is not None


def sections_of(sheet: Sheet) -> tuple[tuple[tuple[str, ...], Labels], ...]:
    return _OF_PROPERTY if is_property_form(sheet) else SECTIONS


@dataclass(frozen=True, slots=True)
class Columns:
    """Where the columns of the table stand, in pixels of the page. offset: how much lower than its rows the form is filled in."""

    type_left: float
    type_right: float
    additional: Box | None
    waived: Box | None
    number_left: float
    effective: Box
    expiry: Box
    limits_left: float
    top: float
    bottom: float
    offset: float = 0.0


@dataclass(frozen=True, slots=True)
class Section:
    """One kind of insurance, where the form has it. title: its printed name, None for the free rows at the end."""

    title: Anchor | None
    limits: Labels
    top: float
    bottom: float

    def filled(self, columns: Columns, left: float, right: float) -> Box:
        """Where stands what was filled in between two edges."""
        return Box(left, self.top + columns.offset, right, self.bottom + columns.offset)


_MARK_HEADING = re.compile(r"addl|subr|wvd|[il1j]nsd", re.IGNORECASE)


def columns_of(sheet: Sheet, offset: float = 0.0) -> Columns | None:
    """The columns by their headings. offset: of what was filled in, see `fill_offset`."""
    kind = anchor(sheet, "TYPE OF INSURANCE")
    if kind is None:
        return None
    heading = Box(0, kind.box.top - 3 * kind.phrase.height, sheet.width, kind.box.bottom + 3 * kind.phrase.height)
    effective = anchor(sheet, "POLICY EFF", "POLICY EFFECTIVE", "POLICY EFFECTIVE DATE", "EFFECTIVE DATE", within=heading)
    expiry = anchor(sheet, "POLICY EXP", "POLICY EXPIRATION", "POLICY EXPIRATION DATE", "EXPIRATION DATE", within=heading)
    if effective is not None and expiry is not None and effective.box.center_x >= expiry.box.left:
        effective = expiry = None  # words of a sentence, or of a page that was torn apart
    dates = None if effective is not None and expiry is not None else _columns_of_pairs(sheet, kind)
    if effective is None and expiry is None and dates is None:
        return None
    number = anchor(sheet, "POLICY NUMBER", within=heading)
    limits = anchor(sheet, *(("COVERED PROPERTY",) if is_property_form(sheet) else ()), "LIMITS", within=heading)
    additional, waived = _mark_columns(sheet, kind, number, heading)
    effective_box, expiry_box = dates or _dates_columns(effective, expiry)
    beyond = [box for box in (additional, waived) if box is not None and box.center_x > kind.box.left]
    number_left = _number_left(sheet, kind, number, *((additional, waived) if beyond else (None, None)))
    operations = max(
        (
            a.box.top
            for a in anchors(sheet, "DESCRIPTION OF OPERATIONS LOCATIONS VEHICLES") + anchors(sheet, "DESCRIPTION OF OPERATIONS LOCATIONS")
        ),
        default=next((p.box.top for p in sheet.phrases if p.box.top > kind.box.bottom and _is_of_operations(sheet, p)), None),
    )
    bottom = operations if operations is not None and operations > kind.box.bottom else _below_table(sheet, kind)
    if bottom <= kind.box.bottom:
        return None
    limits_left = expiry_box.right + 0.2 * expiry_box.height
    if limits is not None and limits.box.left > expiry_box.right:
        limits_left = (
            min(limits.box.left - 0.5 * limits.phrase.height, limits_left)
            if limits.box.left - expiry_box.right > 4 * limits.phrase.height
            else limits.box.left - 0.5 * limits.phrase.height
        )
    sections = [
        a.box.left
        for labels, _ in sections_of(sheet)
        for label in labels
        if label == labels[0] or label == _WORKERS
        for a in anchors(sheet, label, within=Box(0, kind.box.bottom, number_left, bottom))[:1]
    ]
    type_left = min([*sections, kind.box.left])
    return Columns(
        type_left=type_left,
        type_right=max(type_left, min([box.left for box in beyond] or [number_left])),
        additional=additional,
        waived=waived,
        number_left=number_left,
        effective=effective_box,
        expiry=expiry_box,
        limits_left=min(limits_left, float(sheet.width)),
        top=kind.box.bottom,
        bottom=bottom,
        offset=offset,
    )


_WORKERS = "WORKERS COMPENSATION"
"""The part of a title in two lines that stands in the first, where the types of free rows begin too."""


def _is_of_operations(sheet: Sheet, phrase: Phrase) -> bool:
    """Whether a phrase heads the box beneath the table, also where recognition lost the stroke in its heading."""
    beside = sheet.right_of(phrase)[:1] if phrase.folded == "description of operations" else []
    return _OPERATIONS.match(phrase.text) is not None or any(p.folded.startswith("location") for p in beside)


_OPERATIONS = re.compile(r"description of operations ?/", re.IGNORECASE)
"""The box beneath the table, whatever a form has after the stroke; the line within the table has none."""


def _columns_of_pairs(sheet: Sheet, kind: Anchor) -> tuple[Box, Box] | None:
    """The two columns of dates by the dates in them, two in a row, where their headings were not recognised."""
    top, bottom = kind.box.bottom - kind.phrase.height, kind.box.bottom + _TABLE * sheet.height
    dates = [
        united(word.box for word in date.words)
        for phrase in sheet.phrases
        if phrase.box.right > kind.box.right and top < phrase.box.top < bottom
        for date in dates_found(phrase, None)
    ]
    rows = [sorted((date for date in dates if in_row(date, first)), key=lambda date: date.left) for first in dates]
    pairs = [row for row in rows if len(row) == _PAIR]
    if not pairs:
        return None
    return _heading_over(kind, united(left for left, _ in pairs)), _heading_over(kind, united(right for _, right in pairs))


_PAIR = 2
_TABLE = 0.45
"""Part of the page's height that the table takes at most."""


def _heading_over(kind: Anchor, column: Box) -> Box:
    return Box(column.left, kind.box.top, column.right, kind.box.bottom)


def _dates_columns(effective: Anchor | None, expiry: Anchor | None) -> tuple[Box, Box]:
    """The headings over the two columns of dates; one that was not recognised stands its own width beside the other."""
    known = effective or expiry
    assert known is not None
    if effective is None:
        return Box(
            max(0.0, known.box.left - 1.25 * known.box.width),
            known.box.top,
            max(0.0, known.box.left - 0.25 * known.box.width),
            known.box.bottom,
        ), known.box
    if expiry is None:
        return known.box, Box(
            known.box.right + 0.25 * known.box.width, known.box.top, known.box.right + 1.25 * known.box.width, known.box.bottom
        )
    return effective.box, expiry.box


def _number_left(sheet: Sheet, kind: Anchor, number: Anchor | None, additional: Box | None, waived: Box | None) -> float:
    if waived is not None or additional is not None:
        known = waived or additional
        assert known is not None
        edge = known.right if waived is not None else known.right + known.width
        wall = [
            s.left
            for s in sheet.page.segments
            if not s.horizontal and edge - 4 <= s.left <= edge + 2 * known.height and s.bottom > kind.box.bottom
        ]
        return min(wall, default=edge)
    if number is None:
        return kind.box.right
    walls = [
        s.left
        for s in sheet.page.segments
        if not s.horizontal
        and kind.box.right <= s.left <= number.box.left
        and s.top < number.box.bottom + _REACHES * number.box.height < s.bottom
    ]
    return max(walls, default=number.box.left - 0.7 * number.phrase.height)


_REACHES = 3.0
"""Line heights that a line between columns goes on beneath their headings, at the least."""


def _mark_columns(sheet: Sheet, kind: Anchor, number: Anchor | None, heading: Box) -> tuple[Box | None, Box | None]:
    """The headings ADDL INSD and SUBR WVD; where they were recognised as one word, its halves."""
    additional, waived = _united(sheet, ("ADDL", "ADDTL", "INSD"), heading), _united(sheet, ("SUBR", "WVD"), heading)
    if (additional is not None and waived is not None) or number is None:
        return additional, waived
    between = Box(kind.box.right, heading.top, max(kind.box.right, number.box.left), heading.bottom)
    words = [
        w for w in sheet.inside(between) if _MARK_HEADING.search(w.text) and w not in number.phrase.words and w not in kind.phrase.words
    ]
    box = united(w.box for w in words) if words else None
    of_additional = box is not None and additional is not None and box.right <= additional.right + 0.5 * additional.height
    if box is None or of_additional or (box.width < 2.5 * box.height and len(words) < 2):
        return additional, waived or _beside_additional(additional, number)
    return Box(box.left, box.top, box.center_x, box.bottom), Box(box.center_x, box.top, box.right, box.bottom)


def _beside_additional(additional: Box | None, number: Anchor) -> Box | None:
    """The column SUBR WVD where its heading was not recognised: as wide as ADDL INSD, between that and the numbers."""
    if additional is None or additional.right + additional.width > number.box.left:
        return None
    return Box(additional.right, additional.top, additional.right + additional.width, additional.bottom)


def _united(sheet: Sheet, labels: Sequence[str], heading: Box) -> Box | None:
    """The box around the short words of a heading in two lines (ADDL over INSD)."""
    found = [a.box for label in labels for a in anchors(sheet, label, within=heading)[:1]]
    return united(found) if found else None


def _below_table(sheet: Sheet, kind: Anchor) -> float:
    holder = next((a.box.top for a in anchors(sheet, "CERTIFICATE HOLDER") if a.box.top > kind.box.bottom and a.alone), None)
    return holder if holder is not None else sheet.height * 0.9
