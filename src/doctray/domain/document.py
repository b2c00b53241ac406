"""What was read: document > page > line > word, in pixels of the page image, origin top left.

The same tree is made by every reader (text layer, EasyOCR, any later engine), so nothing behind it knows who read.
"""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import StrEnum


@dataclass(frozen=True, slots=True)
class Box:
    """Bounding box in pixels of the page image: left, top, right, bottom. A box with right < left cannot be built."""

    left: float
    top: float
    right: float
    bottom: float

    def __post_init__(self) -> None:
        if self.right < self.left or self.bottom < self.top:
            raise ValueError(f"not a box: {self.left}, {self.top}, {self.right}, {self.bottom}")

    @property
    def width(self) -> float:
        return self.right - self.left

    @property
    def height(self) -> float:
        return self.bottom - self.top

    @property
    def center_x(self) -> float:
        return (self.left + self.right) / 2

    @property
    def center_y(self) -> float:
        return (self.top + self.bottom) / 2

    def union(self, other: "Box") -> "Box":
        return Box(min(self.left, other.left), min(self.top, other.top), max(self.right, other.right), max(self.bottom, other.bottom))

    def as_list(self) -> list[float]:
        return [round(self.left, 1), round(self.top, 1), round(self.right, 1), round(self.bottom, 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """One printed word, or what an engine gives as one. `confidence` in [0, 1]; 1.0 for a sound text layer.

    `alternatives`: other readings of the same ink, best first. `angle`: degrees clockwise that the word's own
    baseline is turned on the upright page (0, 90, 180 or 270).
    """

    text: str
    box: Box
    confidence: float
    alternatives: tuple[str, ...] = ()
    angle: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Words that stand side by side on one baseline without a column gap between them, left to right."""

    words: tuple[Word, ...]

    def __post_init__(self) -> None:
        if not self.words:
            raise ValueError("a line has at least one word")

    @property
    def text(self) -> str:
        return " ".join(word.text for word in self.words)

    @property
    def box(self) -> Box:
        box = self.words[0].box
        for word in self.words[1:]:
            box = box.union(word.box)
        return box

    @property
    def confidence(self) -> float:
        """Mean of the words' confidences, weighted by their length."""
        weight = sum(max(1, len(word.text)) for word in self.words)
        return sum(word.confidence * max(1, len(word.text)) for word in self.words) / weight


@dataclass(frozen=True, slots=True)
class Segment:
    """A ruling line: horizontal (top == bottom within a pixel or two) or vertical. From PDF vectors or from the image."""

    left: float
    top: float
    right: float
    bottom: float

    @property
    def horizontal(self) -> bool:
        return (self.right - self.left) >= (self.bottom - self.top)


@dataclass(frozen=True, slots=True, kw_only=True)
class FormField:
    """A PDF form field. `kind`: text, checkbox, radio, choice. `value`: its text, or "on"/"off" for a box; "" when empty."""

    name: str
    kind: str
    value: str
    box: Box


Affine = tuple[float, float, float, float, float, float]
"""(a, b, c, d, e, f): x' = a x + c y + e, y' = b x + d y + f."""


class PageSource(StrEnum):
    """Where a page's words come from."""

    TEXT_LAYER = "text_layer"  # the PDF's own text, judged sound
    OCR = "ocr"  # read from the rendered image


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """One page as it was read.

    number: from 1, in the original document. width, height: pixels of the page image, after rotation and deskewing.
    rotation: degrees clockwise (0, 90, 180, 270) by which the rendered page was turned to be upright.
    lines: in reading order. segments: ruling lines. form_fields: PDF form fields, where the format has them.
    placement: where a point of the source stands in the page image. The source: points (1/72 inch) of a PDF page before its /Rotate,
    or pixels of an image file's upright picture; in both the origin is top left. None where nobody has said.
    """

    number: int
    width: int
    height: int
    source: PageSource
    lines: tuple[Line, ...] = ()
    rotation: int = 0
    segments: tuple[Segment, ...] = ()
    form_fields: tuple[FormField, ...] = ()
    engine: str = ""
    placement: Affine | None = None

    @property
    def words(self) -> Iterator[Word]:
        for line in self.lines:
            yield from line.words

    @property
    def text(self) -> str:
        return "\n".join(line.text for line in self.lines)

    def evolve(self, **changes: object) -> "Page":
        return replace(self, **changes)  # type: ignore[arg-type]


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """The pages that were read, in page order. `page_total` counts those of the file, read or not."""

    pages: tuple[Page, ...]
    page_total: int
    media_type: str = ""

    @property
    def text(self) -> str:
        """Reading-order text; pages are parted by a form feed."""
        return "\f".join(page.text for page in self.pages)


@dataclass(frozen=True, slots=True, kw_only=True)
class PageImage:
    """A page to be read: `rgb` holds height x width x 3 bytes, rows top to bottom, no padding, channels R, G, B.

    number: the page's number in its document, from 1. languages: EasyOCR language codes, e.g. ("en",). rgb is not to be changed; it is
    a bytearray where it was received into one, since a page has megabytes and a copy takes its time.
    """

    number: int
    width: int
    height: int
    rgb: bytes | bytearray
    languages: tuple[str, ...] = ("en",)

    def __post_init__(self) -> None:
        if len(self.rgb) != self.width * self.height * 3:
            raise ValueError(f"{len(self.rgb)} bytes are not {self.width}x{self.height} RGB pixels")


def rotate_box(box: Box, degrees: int, *, width: float, height: float) -> Box:
    """The box after the page image of width x height pixels is turned clockwise by degrees (a multiple of 90)."""
    match degrees % 360:
        case 0:
            return box
        case 90:
            return Box(height - box.bottom, box.left, height - box.top, box.right)
        case 180:
            return Box(width - box.right, height - box.bottom, width - box.left, height - box.top)
        case 270:
            return Box(box.top, width - box.right, box.bottom, width - box.left)
        case other:
            raise ValueError(f"not a multiple of 90: {other}")
