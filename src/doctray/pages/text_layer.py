"""A PDF page's own text: its words in pixels, and the evidence for judging them. Runs in the page process only."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

import cv2
import numpy as np
import numpy.typing as npt

from doctray.domain.document import Box, Word
from doctray.pages.judgement import Evidence
from doctray.pages.mupdf import pymupdf
from doctray.pages.placement import Placement, Rect

Gray = npt.NDArray[np.uint8]
"""Shape (height, width), 0 black to 255 white."""

Painted = Sequence[tuple[Any, ...]]
"""PyMuPDF's `Page.get_bboxlog`: (kind, rectangle in points) of all that is painted, in order; kind: "fill-text", "fill-image" …"""

# ligatures are taken apart; unknown characters become U+FFFD instead of a code that looks like text
_TEXT_FLAGS = pymupdf.TEXT_PRESERVE_WHITESPACE | pymupdf.TEXT_MEDIABOX_CLIP

_FILLED_OR_STROKED = 16 | 32
"""Bits of a span's char_flags; text with neither is in render mode 3 (invisible) or 7 (clip only)."""

MOST_CHARACTERS = 100_000
"""Of one page's layer, spaces and line ends counted. The densest newspaper page has 30,000: a layer with more was made to keep
readers busy, so the page is read from its image."""

_LEAST_CONTRAST = 24
"""Gray levels between the darkest and lightest pixel of a word's box, below which nothing can be read there: white on white,
or text under a painted-over (redacted) area. The palest print that people read, 10 % gray, has 25."""

_LEAST_PT = 2.0
"""Height of letters, with ascent and descent, below which nobody reads them on paper: the smallest print in use has twice as much. What
is smaller is there for machines: words for search engines, or instructions that a person shall not see. On pages smaller than a hand it
is a part of the page, since some files count in inches."""

# ZapfDingbats' letters as what they draw, for files that give no map: ticks, crosses and bullets of flattened forms
_DINGBATS = str.maketrans({"3": "✓", "4": "✔", "5": "✕", "6": "✖", "7": "✗", "8": "✘", "l": "●", "n": "■", "u": "◆"})


class _Letter(NamedTuple):
    text: str
    rect: Rect
    shown: bool


class UnreadableLayer(Exception):
    """What is in the layer is not what anybody reads on the page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TextLayer:
    """words: those that can be seen. hidden_letters: characters of the others."""

    words: tuple[Word, ...]
    hidden_letters: int


def read_text_layer(page: Any, placement: Placement, gray: Gray, painted: Painted) -> TextLayer:
    """page: a pymupdf.Page. gray: the page rendered under this placement. Raises UnreadableLayer."""
    covered = _covered_areas(page, painted)
    least = min(_LEAST_PT, min(page.rect.width, page.rect.height) / 300)
    words: list[Word] = []
    rects: list[Rect] = []
    printed = _Printed()
    hidden_letters = 0
    for letters, angle in _printed_words(page, placement):
        rect = _around(letters)
        box = placement.box(rect)
        if box is None:
            continue
        text = "".join(letter.text for letter in letters)
        shown = sum(letter.shown for letter in letters) * 2 >= len(letters)
        if shown and _height(letters) >= least and not _is_covered(rect, covered) and _has_contrast(box, gray):
            if printed.is_new(text, box):
                words.append(Word(text=text, box=box, confidence=1.0, angle=angle))
                rects.append(rect)
        else:
            hidden_letters += len(text)
    kept = [word for word, rect in _overlaid_last(words, rects) if rect is None or not _is_painted_over(rect, painted)]
    hidden_letters += sum(len(word.text) for word in words) - sum(len(word.text) for word in kept)
    return TextLayer(words=tuple(kept), hidden_letters=hidden_letters)


_OVERWRITTEN = 0.6
"""A word of which so much lies under later ones may be painted over: programs that edit PDFs write on top of the old text."""

_LIKE_HEIGHT = 1.5
"""What is printed over it is this many times as high at most; a stamp or a watermark across the page is higher."""

_STRIP_PX = 32.0


def _overlaid_last(words: Sequence[Word], rects: Sequence[Rect]) -> list[tuple[Word, Rect | None]]:
    """The words in the order they are painted, with its place in points for each that others are written over."""
    later: defaultdict[int, list[Word]] = defaultdict(list)
    told: list[tuple[Word, Rect | None]] = []
    for word, rect in zip(reversed(words), reversed(rects), strict=True):
        box = word.box
        strip = int(box.center_y // _STRIP_PX)
        over = 0.0
        for near in (strip - 1, strip, strip + 1):
            for other in later.get(near, ()):
                upper = other.box
                # most are elsewhere in the row: a table has hundreds in one
                if upper.left < box.right and upper.right > box.left and upper.top < box.bottom and upper.bottom > box.top:
                    over += _overlap(other, word)
        later[strip].append(word)
        told.append((word, rect if over > 0 and over >= _OVERWRITTEN * box.width * box.height else None))
    return told[::-1]


def _is_painted_over(rect: Rect, painted: Painted) -> bool:
    """Whether an area is filled between two texts in the same place. Texts that merely overlap can both be seen."""
    x, y = (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2
    written = filled = False
    for kind, (left, top, right, bottom), *_ in painted:
        if not (left <= x <= right and top <= y <= bottom):
            continue
        if kind == "fill-text":
            if filled:
                return True
            written = True
        elif kind == "fill-path" and written:
            filled = True
    return False


def _overlap(upper: Word, lower: Word) -> float:
    """Square pixels of a word that another of about its height covers, nothing where both say the same. Their boxes meet."""
    one, other = upper.box, lower.box
    if upper.text == lower.text or upper.angle != lower.angle:
        return 0.0
    width, height = min(one.right, other.right) - max(one.left, other.left), min(one.bottom, other.bottom) - max(one.top, other.top)
    alike = max(one.height, other.height) <= _LIKE_HEIGHT * min(one.height, other.height)
    return width * height if alike else 0.0


def evidence_of(layer: TextLayer, gray: Gray, painted: Painted) -> Evidence:
    """What `judge` needs to know of the page."""
    inked = bool(gray.size) and int(gray.max()) - int(gray.min()) >= _LEAST_CONTRAST
    has_pictures = any(kind in ("fill-image", "fill-imgmask", "fill-path", "fill-shade") for kind, *_ in painted)
    return Evidence(
        text=" ".join(word.text for word in layer.words),
        hidden_letters=layer.hidden_letters,
        unread_glyphs=unread_glyphs(gray, [word.box for word in layer.words]) if inked and has_pictures else 0,
        inked=inked,
    )


def _printed_words(page: Any, placement: Placement) -> Iterator[tuple[list[_Letter], int]]:
    textpage = page.get_textpage(flags=_TEXT_FLAGS)
    if len(textpage.extractTEXT()) > MOST_CHARACTERS:
        raise UnreadableLayer
    try:
        blocks = textpage.extractRAWDICT()["blocks"]
    except SystemError as error:
        # a font's map to Unicode names what is no character (U+FFFF)
        raise UnreadableLayer from error
    for block in blocks:
        for line in block.get("lines", ()):
            angle = placement.angle(*line["dir"])
            word: list[_Letter] = []
            for letter in _letters(line):
                if not letter.text.isspace():
                    word.append(letter)
                elif word:
                    yield word, angle
                    word = []
            if word:
                yield word, angle


_LEAST_HYPHEN = 0.1
"""Width of a hyphen that is drawn, at the least, in sizes of its print; of common fonts it is 0.25 to 0.6."""


def _letters(line: dict[str, Any]) -> Iterator[_Letter]:
    for span in line["spans"]:
        shown = bool(span["char_flags"] & _FILLED_OR_STROKED) and span["alpha"] > 0
        is_dingbats = "dingbats" in span["font"].lower()
        for char in span["chars"]:
            text = char["c"].translate(_DINGBATS) if is_dingbats else char["c"]
            if not text.isascii():
                # a no-break space parts words as well; a soft hyphen that takes room is drawn as one, a zero-width space is not printed
                hyphen = "-" if char["bbox"][2] - char["bbox"][0] > _LEAST_HYPHEN * span["size"] else ""
                text = " " if text == "\xa0" else text.replace("\xad", hyphen).replace("\u200b", "").replace("\ufeff", "")
            if text:
                yield _Letter(text, char["bbox"], shown)


def _around(letters: Sequence[_Letter]) -> Rect:
    lefts, tops, rights, bottoms = zip(*(letter.rect for letter in letters), strict=True)
    return min(lefts), min(tops), max(rights), max(bottoms)


def _height(letters: Sequence[_Letter]) -> float:
    """Of a word's letters, in points, whichever way they run: none is wider than they are high."""
    return max(max(rect[2] - rect[0], rect[3] - rect[1]) for rect in (letter.rect for letter in letters))


def _covered_areas(page: Any, painted: Painted) -> list[Rect]:
    """Areas of text spans over which an opaque image is painted later: how some scanners lay their OCR under the scan."""
    if not any(kind == "fill-image" for kind, *_ in painted):
        # listing the images of a page takes as long as its text
        return []
    opaque = [tuple(info["bbox"]) for info in page.get_image_info() if not info.get("has-mask")]
    if not opaque:
        return []
    images = [(at, rect) for at, (kind, rect, *_) in enumerate(painted) if kind == "fill-image" and any(_near(rect, o) for o in opaque)]
    if not images:
        return []
    last = images[-1][0]
    return [
        span["bbox"]
        for span in page.get_texttrace()
        if span["seqno"] < last and any(at > span["seqno"] and _holds(rect, span["bbox"]) for at, rect in images)
    ]


def _near(one: Rect, other: Rect) -> bool:
    return all(abs(a - b) <= 2 for a, b in zip(one, other, strict=True))


def _holds(outer: Rect, inner: Rect) -> bool:
    return outer[0] - 1 <= inner[0] and outer[1] - 1 <= inner[1] and outer[2] + 1 >= inner[2] and outer[3] + 1 >= inner[3]


def _is_covered(rect: Rect, covered: Sequence[Rect]) -> bool:
    x, y = (rect[0] + rect[2]) / 2, (rect[1] + rect[3]) / 2
    return any(area[0] <= x <= area[2] and area[1] <= y <= area[3] for area in covered)


class _Printed:
    """Words so far, found by their text and height on the page: a table may say the same word a thousand times."""

    _STRIP_PX = 16.0

    def __init__(self) -> None:
        self._boxes: defaultdict[tuple[str, int], list[Box]] = defaultdict(list)

    def is_new(self, text: str, box: Box) -> bool:
        """Add the word; False where it is there already: bold type and shadows are made by printing one again, a hair's breadth away."""
        near = 0.25 * min(box.width, box.height)
        x, y = box.center_x, box.center_y
        for strip in range(int((y - near) // self._STRIP_PX), int((y + near) // self._STRIP_PX) + 1):
            for other in self._boxes.get((text, strip), ()):
                if abs(x - other.center_x) <= near and abs(y - other.center_y) <= near:
                    return False
        self._boxes[text, int(y // self._STRIP_PX)].append(box)
        return True


def _has_contrast(box: Box, gray: Gray) -> bool:
    crop = gray[int(box.top) : int(box.bottom) + 1, int(box.left) : int(box.right) + 1]
    if crop.size == 0:
        return True
    darkest, lightest, *_ = cv2.minMaxLoc(crop)
    return lightest - darkest >= _LEAST_CONTRAST


def unread_glyphs(gray: Gray, read: Sequence[Box]) -> int:
    """How many marks look like letters in a row and lie outside the boxes that were read. gray: at about 150 dpi.

    Letters of 4 to 20 points, four or more of them side by side: pictures and patterns have few such rows.
    """
    ink = cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 31, 20)
    for box in read:
        ink[max(0, int(box.top) - 3) : int(box.bottom) + 4, max(0, int(box.left) - 3) : int(box.right) + 4] = 0
    count, _, stats, _ = cv2.connectedComponentsWithStats(ink, connectivity=8)
    if count < 2:
        return 0
    widths, heights, areas = stats[1:, cv2.CC_STAT_WIDTH], stats[1:, cv2.CC_STAT_HEIGHT], stats[1:, cv2.CC_STAT_AREA]
    is_glyph = (heights >= 6) & (heights <= 40) & (widths >= 2) & (widths <= 60) & (areas >= 0.12 * widths * heights)
    glyphs = stats[1:][is_glyph]
    rows = np.zeros_like(ink)
    for left, top, width, height, _ in glyphs:
        # stretched to the right by about a space, so that letters of one line touch; the middle only, so that lines do not
        rows[top + height // 4 : top + max(height // 4 + 1, 3 * height // 4), left : left + width + height] = 255
    _, labels = cv2.connectedComponents(rows, connectivity=8)
    members = np.bincount(labels[glyphs[:, 1] + glyphs[:, 3] // 2, glyphs[:, 0]]) if len(glyphs) else np.zeros(1, dtype=np.int64)
    return int(members[1:][members[1:] >= 4].sum())
