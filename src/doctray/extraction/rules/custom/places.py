"""Where the value of a label may stand, the likeliest place first; and which phrases beside a label are headings like itself."""

from collections.abc import Callable, Iterator

from doctray.extraction.rules.custom.marks import chosen, has_boxes
from doctray.extraction.rules.labels import Spot, filled, values_of
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

FAR = 15.0
"""Line heights right of a label without a colon, beyond which a phrase belongs to another column of the page."""

NEXT_LINE = 1.2
"""Line heights beneath a label within which the next line of a table or of a cell begins."""


def places(sheet: Sheet, spot: Spot, is_label: Callable[[Phrase], bool]) -> Iterator[Phrase]:
    """Phrases that may be the value: marked boxes in the label's row, then beside or beneath it.

    In a row of headings what stands beneath comes first; else what stands beside, unless that is far off.
    """
    right = sheet.right_of(spot.phrase)
    row = [*([spot.rest] if spot.rest is not None else []), *right]
    if has_boxes(row):
        yield from chosen(row)
    headings = is_heading(sheet, spot)
    found = [phrase for phrase in values_of(sheet, spot, filled, is_label=is_label) if not _is_sibling(spot, phrase)]
    yield from sorted(found, key=lambda phrase: _distance(spot, phrase, headings=headings))
    if headings:
        return
    # A sign or a unit may stand between label and value in a column of its own: TOTAL | RM | 9.00
    for phrase in right[1:3]:
        if filled(phrase.text) and not is_label(phrase):
            yield phrase


def is_heading(sheet: Sheet, spot: Spot) -> bool:
    """Whether the label is one of several headings in capitals side by side, with lines beneath them."""
    if spot.marked or spot.rest is not None or not spot.label.text.isupper():
        return False
    beside = [p for p in (*sheet.left_of(spot.phrase), *sheet.right_of(spot.phrase)) if p.text.isupper() and not _has_digit(p)]
    under = sheet.below(spot.label, lines=NEXT_LINE)[:1]
    return any(
        in_row(one.box, other.box) for p in beside for one in under for other in sheet.below(p, lines=NEXT_LINE)[:1] if other is not one
    )


def _distance(spot: Spot, phrase: Phrase, *, headings: bool) -> int:
    """0 for the likeliest places, 1 for the others."""
    beneath = phrase.box.top - spot.label.box.bottom
    if beneath > -0.5 * spot.label.height:
        return int(not headings and beneath > NEXT_LINE * spot.label.height)
    return int(phrase is not spot.rest and (headings or _is_far(spot, phrase)))


def _is_sibling(spot: Spot, phrase: Phrase) -> bool:
    """Whether a phrase far beside a label in capitals is the heading of the next column, in capitals too: PRODUCER … CONTACT."""
    return phrase is not spot.rest and _is_far(spot, phrase) and spot.label.text.isupper() and phrase.text.isupper()


def _is_far(spot: Spot, phrase: Phrase) -> bool:
    return not spot.marked and not _has_digit(phrase) and phrase.box.left - spot.label.box.right > FAR * spot.label.height


def _has_digit(phrase: Phrase) -> bool:
    return any(character.isdigit() for character in phrase.text)
