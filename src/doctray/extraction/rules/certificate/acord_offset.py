"""How far what was filled in stands over or under the form's own lines: typewriters and printers seldom meet them."""

import re
from collections.abc import Sequence
from itertools import pairwise
from statistics import median

from doctray.extraction.parse import fold
from doctray.extraction.rules.reading import Phrase, Sheet

_ROWS = re.compile(
    r"(?:each occurrence|med exp|personal adv injury|general aggregate|products comp op agg|aggregate|e l each accident|"
    r"e l disease ea employee|e l disease policy limit)\b"
)
"""Labels in one line each, level with their sums."""

_SUM = re.compile(r"[$£€]?\s?\d{1,3}(?:,\d{3})+(?:\.00)?|[$£€]?\d{4,8}(?:\.00)?|[$£€]?\d{1,3}(?:M|K|MM)|included|excluded", re.IGNORECASE)
_INSURER = re.compile(r"insurers? ?[a-f]\b")
_CODE = re.compile(r"\d{5}")

_LEAST = 0.3
"""Pitches of the form's rows that a filling stands off at the least; less is how print of two sizes stands on one line."""

_MOST = 0.6
"""More than half a pitch, since print of two sizes adds to it; a filling farther off would stand nearer to the next row."""

_LEVEL = 0.2
_LEAST_ROWS = 4


def fill_offset(sheet: Sheet) -> float:
    """Pixels that what was filled in stands lower than the rows of the form (negative: higher); 0 where it stands level.

    Told by the sums beside the labels of limits and by the codes beside INSURER A to F: the offset at which most of them stand level with a
    label of their own, where more do than without one.
    """
    labels, sums = _beside(sheet, _ROWS, _SUM)
    rows, codes = _beside(sheet, _INSURER, _CODE)
    if len(labels) < _LEAST_ROWS or len(sums) + len(codes) < _LEAST_ROWS:
        return 0.0
    pitch = _pitch(sorted(labels))

    def level(offset: float) -> int:
        met = sum(any(abs(given - offset - label) <= _LEVEL * pitch for label in labels) for given in sums)
        return met + sum(any(abs(given - offset - row) <= _LEVEL * pitch for row in rows) for given in codes)

    if level(0.0) == len(sums) + len(codes):
        return 0.0
    pairs = [(given, label) for given in sums for label in labels] + [(given, row) for given in codes for row in rows]
    offsets = sorted({round(given - label) for given, label in pairs if abs(given - label) <= _MOST * pitch}, key=abs)
    if not offsets:
        return 0.0
    best = max(offsets, key=level)
    near = [offset for offset in offsets if abs(offset - best) <= _LEVEL * pitch]
    told = float(median(near))
    return told if abs(told) >= _LEAST * pitch and level(told) > level(0.0) else 0.0


def _beside(sheet: Sheet, asked: re.Pattern[str], given: re.Pattern[str]) -> tuple[list[float], list[float]]:
    """Heights of the labels, and of what is given right of where they stand."""
    labels = [phrase for phrase in sheet.phrases if asked.match(phrase.folded)]
    if not labels:
        return [], []
    left, top, bottom = (
        median(_first(p).box.right for p in labels),
        min(p.box.top for p in labels),
        max(p.box.bottom for p in labels),
    )
    height = median(p.height for p in labels)
    found = [
        word.box.center_y
        for word in sheet.words
        if word.box.left > left and top - 2 * height < word.box.center_y < bottom + 2 * height and given.fullmatch(word.text.strip())
    ]
    return [_first(p).box.center_y for p in labels], found


def _first(phrase: Phrase) -> Phrase:
    """The words of a label that a sum may follow in one phrase."""
    end = next((index for index, word in enumerate(phrase.words) if index and not fold(word.text).isalpha()), None)
    part = phrase.part(0, end)
    assert part is not None
    return part


def _pitch(heights: Sequence[float]) -> float:
    """The distance of one row of the form from the next."""
    steps = [after - before for before, after in pairwise(heights) if after - before > 1]
    return median(steps) if steps else 1.0
