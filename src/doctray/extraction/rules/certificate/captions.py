"""Labels in small print under their values, as cards of web pages have them."""

from dataclasses import replace

from doctray.domain.document import Box
from doctray.extraction.rules.certificate.vocabulary import INSURANCE, INSURANCE_STOPS
from doctray.extraction.rules.labels import Spot, spots
from doctray.extraction.rules.reading import Phrase, Sheet

_LEAST = 4
"""Labels of a page that stand under values in larger print at the least; half as many may stand otherwise at the most."""

_LARGER = 1.2
"""Heights of a caption that those values have at the least; a page shows by them that its other labels stand so too."""


def with_labels_over(sheet: Sheet) -> Sheet:
    """The page with its captions over their values, where other papers have their labels; values stay in their places."""
    alone = [spot for spot in spots(sheet, {**INSURANCE, **INSURANCE_STOPS}) if spot.rest is None and not spot.marked]
    labels = {id(spot.phrase) for spot in alone}
    if sum(_value_over(sheet, spot, labels, larger=_LARGER) is not None for spot in alone) < _LEAST:
        return sheet
    under = {id(spot.phrase): value for spot in alone if (value := _value_over(sheet, spot, labels)) is not None}
    if 3 * len(under) < 2 * len(alone):
        return sheet
    moved = {id(p): _at(p, under[id(p)].box.top - p.box.bottom) for p in sheet.phrases if id(p) in under}
    words = {id(old): new for p in sheet.phrases if id(p) in moved for old, new in zip(p.words, moved[id(p)].words, strict=True)}
    phrases = sorted((moved.get(id(p), p) for p in sheet.phrases), key=lambda p: (p.box.top, p.box.left))
    return replace(
        sheet,
        words=tuple(words.get(id(word), word) for word in sheet.words),
        phrases=tuple(phrases),
        _tops=tuple(p.box.top for p in phrases),
    )


def _value_over(sheet: Sheet, spot: Spot, labels: set[int], *, larger: float = 1.0) -> Phrase | None:
    """What stands close over a label, so many times as high and flush with it, and closer than what stands beneath."""
    label = spot.phrase
    over = next(iter(sheet.above(label, lines=1.0)), None)
    if over is None or id(over) in labels or over.height < larger * label.height:
        return None
    beneath = next(iter(sheet.below(label, lines=1.0)), None)
    nearer = beneath is None or beneath.box.top - label.box.bottom > label.box.top - over.box.bottom
    apart = min(abs(over.box.left - label.box.left), abs(over.box.right - label.box.right))
    return over if nearer and apart < 0.5 * label.height else None


def _at(phrase: Phrase, by: float) -> Phrase:
    """The phrase so many pixels further down."""
    boxes = [Box(word.box.left, word.box.top + by, word.box.right, word.box.bottom + by) for word in phrase.words]
    return Phrase.of(phrase.page, [replace(word, box=box) for word, box in zip(phrase.words, boxes, strict=True)])
