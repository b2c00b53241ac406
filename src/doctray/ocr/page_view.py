"""How much of a page a detector needs to see, and how large: what its work depends on is the text, not the paper.

EasyOCR brings every page to 2,560 pixels, on which a scan's 10-point letters are twice as high as the network needs; RapidOCR enlarges
what is narrow to 736. The height of the letters is known before any network runs, from what hangs together in the page's ink.
"""

from dataclasses import dataclass

import cv2
import numpy as np
from numpy.typing import NDArray

Grey = NDArray[np.uint8]
Mask = NDArray[np.bool_]

# Of the letters' heights: small letters make most of a text's lower quarter, capitals, digits and ascenders its upper quarter.
_SMALL_QUANTILE, _CAPITAL_QUANTILE = 0.25, 0.75
# Ink differs from what surrounds it by more than noise of JPEG and of scanners does.
_CONTRAST = 14
_SURROUNDINGS = 31
# Letters, in what hangs together: neither dots nor rules nor pictures.
_LEAST_HEIGHT, _MOST_HEIGHT = 5, 200
_NARROWEST, _WIDEST, _FULLEST = 0.15, 2.5, 0.15
# Fewer letters than this say nothing about the rest.
_ENOUGH = 30
# Larger pages are looked at in half their size: letters of 6 points at 300 dpi are still 6 pixels high there.
_LOOK_PX = 2000
# Around the ink, in heights of a capital: what the network sees of the paper around the outermost words.
_MARGIN = 2.0
_LEAST_MARGIN_PX = 16


LARGE_PX = 1_200_000
"""After a page of more pixels each network's memory goes back before the next one runs; below, taking it anew would cost more than it
saves."""


@dataclass(frozen=True, slots=True, kw_only=True)
class LetterSize:
    """How high the network's input shows capitals and small letters, in pixels; of the two the one that needs the larger scale decides."""

    capital_px: float
    small_px: float


ALONE = LetterSize(capital_px=14.0, small_px=9.5)
"""For EasyOCR's reading alone. Measured (docs/decisions/0015): word F1 on 30 receipts is 0.779, and 0.775 at EasyOCR's own size."""

SECONDED = LetterSize(capital_px=10.0, small_px=7.0)
"""With a second reader, which finds lines of its own: 0.950 with it, 0.953 at 12.5 and 8.5 pixels, for 0.6 of the detector's time."""

LINES = LetterSize(capital_px=13.0, small_px=9.0)
"""For PP-OCR's detector."""


@dataclass(frozen=True, slots=True, kw_only=True)
class View:
    """The part of a page that has ink, in pixels; and the scale that brings its letters to the size that was asked for.

    scale: above 1 where they are smaller than that; None where too few letters tell their height.
    """

    left: int
    top: int
    right: int
    bottom: int
    scale: float | None


def view_of(page: Grey, letters: LetterSize = ALONE) -> View | None:
    """What of a page (H x W) is worth looking at; None where it is blank."""
    height, width = page.shape
    step = 2 if max(height, width) > _LOOK_PX else 1
    looked = (
        page
        if step == 1
        else np.asarray(cv2.resize(page, (max(1, width // 2), max(1, height // 2)), interpolation=cv2.INTER_AREA), np.uint8)
    )
    around = cv2.blur(looked, (_SURROUNDINGS, _SURROUNDINGS))
    inked = cv2.absdiff(looked, around) > _CONTRAST
    rows, columns = np.flatnonzero(inked.any(axis=1)), np.flatnonzero(inked.any(axis=0))
    if not len(rows):
        return None
    heights = _letter_heights(looked.astype(np.int16) + _CONTRAST < around) * step
    scale, margin = None, float(_LEAST_MARGIN_PX)
    if len(heights) >= _ENOUGH:
        small, capital = np.quantile(heights, (_SMALL_QUANTILE, _CAPITAL_QUANTILE))
        scale = float(max(letters.capital_px / capital, letters.small_px / small))
        margin = max(margin, _MARGIN * capital)
    return View(
        left=max(0, int(columns[0] * step - margin)),
        top=max(0, int(rows[0] * step - margin)),
        right=min(width, int((columns[-1] + 1) * step + margin)),
        bottom=min(height, int((rows[-1] + 1) * step + margin)),
        scale=scale,
    )


def _letter_heights(dark: Mask) -> NDArray[np.float64]:
    """Of what looks like a letter among the connected dark parts, in pixels of the mask."""
    _, _, stats, _ = cv2.connectedComponentsWithStats(dark.astype(np.uint8), connectivity=8)
    width, height, area = (stats[1:, column].astype(np.float64) for column in (cv2.CC_STAT_WIDTH, cv2.CC_STAT_HEIGHT, cv2.CC_STAT_AREA))
    letters = (height >= _LEAST_HEIGHT) & (height <= _MOST_HEIGHT)
    letters &= (width >= _NARROWEST * height) & (width <= _WIDEST * height) & (area >= _FULLEST * width * height)
    return height[letters]
