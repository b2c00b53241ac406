"""What Document AI answers about one image, as a `Page`.

Google straightens and turns the image before it reads, and gives places on what came of that; `transforms` says what it did, so that every
place is brought back to the image that was sent. Its tokens are finer than printed words: a comma is one of its own.
"""

import base64
import binascii
import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from doctray.domain.document import Box, Page, PageSource, Word, rotate_box
from doctray.ocr.documentai import NAME
from doctray.ocr.second_reader import LineReading
from doctray.ocr.split_words import placed, split_words
from doctray.pages.layout import lines_of

Matrix = NDArray[np.float64]
Point = tuple[float, float]
Size = tuple[float, float]

_TEXT_IS_TURNED = {"PAGE_RIGHT": 90, "PAGE_DOWN": 180, "PAGE_LEFT": 270}
"""Degrees clockwise; PAGE_UP and what is not said is upright."""

# Document.Page.Matrix.type: OpenCV's numbers of element types.
_ELEMENTS = {0: "u1", 1: "i1", 2: "<u2", 3: "<i2", 4: "<i4", 5: "<f4", 6: "<f8"}
_MOST_ELEMENTS = 9


class MalformedAnswer(ValueError):
    """It is no answer of the protocol. The message names the member, never its value."""


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A token: joined says that the next one goes on without a blank. box: on the page's image."""

    text: str
    box: Box
    confidence: float
    turned: int
    joined: bool


def page_of(answer: Any, *, number: int, width: int, height: int, sent: tuple[int, int] | None = None) -> Page:
    """answer: a ProcessResponse as parsed from JSON. width, height: of the page's image. sent: of the image that was sent, where that
    was a smaller one. Raises MalformedAnswer."""
    try:
        document = answer["document"]
        text, pages = document.get("text", ""), document.get("pages", [])
        if not isinstance(text, str) or len(pages) > 1:
            raise MalformedAnswer("document.text or document.pages")
        if not pages:
            return _page([], number=number, width=width, height=height, turn=0)
        page = pages[0]
        seen = _seen_size(page, sent or (width, height))
        forward = _transform(page.get("transforms", []), seen=seen, sent=sent or (width, height), of=(width, height))
        place = _Places(forward, seen=seen, width=width, height=height)
        tokens = page.get("tokens", [])
        pieces = [_piece(item, text, place) for item in tokens or page.get("lines", [])]
    except MalformedAnswer:
        raise
    except (LookupError, TypeError, ValueError, AttributeError, ArithmeticError, binascii.Error) as error:
        raise MalformedAnswer(f"document ({type(error).__name__})") from error
    upright = _usual_turn(pieces)
    turn = (_quarter_turn(forward) - upright) % 360
    words = _words(pieces, width=width, height=height) if tokens else _words_of_lines(pieces, width=width, height=height)
    return _page(
        [
            Word(
                text=word.text,
                box=rotate_box(word.box, turn, width=width, height=height),
                confidence=word.confidence,
                angle=(word.angle - upright) % 360,
            )
            for word in words
        ],
        number=number,
        width=width,
        height=height,
        turn=turn,
    )


def _page(words: Sequence[Word], *, number: int, width: int, height: int, turn: int) -> Page:
    lying = turn in (90, 270)
    return Page(
        number=number,
        width=height if lying else width,
        height=width if lying else height,
        source=PageSource.OCR,
        lines=lines_of(words),
        rotation=turn,
        engine=NAME,
    )


class _Places:
    """Corners of the answer, on what Google read (of the size `seen`), as boxes on the page's image of width x height pixels."""

    def __init__(self, forward: Matrix, *, seen: Size, width: int, height: int) -> None:
        self._seen = seen
        self._back = np.linalg.inv(forward)
        self._limits = float(width), float(height)

    def box(self, polygon: Mapping[str, Any]) -> Box:
        corners = [self._sent(point) for point in self._corners(polygon)]
        if not corners:
            raise MalformedAnswer("layout.boundingPoly")
        (xs, ys), (width, height) = zip(*corners, strict=True), self._limits
        left, right = (min(width, max(0.0, x)) for x in (min(xs), max(xs)))
        top, bottom = (min(height, max(0.0, y)) for y in (min(ys), max(ys)))
        return Box(left, top, right, bottom)

    def _corners(self, polygon: Mapping[str, Any]) -> list[Point]:
        """In pixels of what Google read on; a coordinate of 0 is left out in JSON."""
        if polygon.get("normalizedVertices"):
            width, height = self._seen
            return [(_finite(v.get("x", 0)) * width, _finite(v.get("y", 0)) * height) for v in polygon["normalizedVertices"]]
        return [(_finite(v.get("x", 0)), _finite(v.get("y", 0))) for v in polygon.get("vertices", [])]

    def _sent(self, point: Point) -> Point:
        x, y, w = self._back @ np.array((*point, 1.0))
        return _finite(x / w), _finite(y / w)


def _piece(item: Mapping[str, Any], text: str, place: _Places) -> _Piece:
    layout = item["layout"]
    segments = layout.get("textAnchor", {}).get("textSegments", [])
    read = "".join(text[int(part.get("startIndex", 0)) : int(part["endIndex"])] for part in segments)
    confidence = float(layout.get("confidence", 0.0))
    return _Piece(
        text=read.strip(),
        box=place.box(layout["boundingPoly"]),
        confidence=0.0 if math.isnan(confidence) else min(1.0, max(0.0, confidence)),
        turned=_TEXT_IS_TURNED.get(layout.get("orientation", ""), 0),
        joined=bool(read) and not read[-1].isspace() and not item.get("detectedBreak"),
    )


def _words(pieces: Sequence[_Piece], *, width: int, height: int) -> Iterator[Word]:
    """Tokens without a blank between them are one printed word, as sure as its least sure part."""
    word: list[_Piece] = []
    for piece in pieces:
        if word and not (word[-1].joined and piece.text and piece.turned == word[-1].turned and _touches(word[-1], piece)):
            yield _joined(word)
            word = []
        if piece.text and min(width, height) > 0:
            word.append(piece)
    if word:
        yield _joined(word)


def _touches(piece: _Piece, following: _Piece) -> bool:
    """Whether they stand on one line with no more than its height between them: not every processor tells of every break."""
    one, other = piece.box, following.box
    along, across = _gap(one.left, one.right, other.left, other.right), _gap(one.top, one.bottom, other.top, other.bottom)
    size = max(one.height, other.height)
    if piece.turned in (90, 270):
        along, across, size = across, along, max(one.width, other.width)
    return across < 0 and along <= size


def _gap(start: float, end: float, other_start: float, other_end: float) -> float:
    """Between two spans; negative where they overlap."""
    return max(other_start - end, start - other_end)


def _joined(word: Sequence[_Piece]) -> Word:
    box = word[0].box
    for piece in word[1:]:
        box = box.union(piece.box)
    return Word(
        text="".join(piece.text for piece in word), box=box, confidence=min(piece.confidence for piece in word), angle=word[0].turned
    )


def _words_of_lines(pieces: Sequence[_Piece], *, width: int, height: int) -> Iterator[Word]:
    """Of a processor that tells of lines alone."""
    for piece in pieces:
        box = piece.box
        corners = [(box.left, box.top), (box.right, box.top), (box.right, box.bottom), (box.left, box.bottom)]
        # From the top left of the text as it runs.
        corners = corners[piece.turned // 90 :] + corners[: piece.turned // 90]
        reading = LineReading(text=" ".join(piece.text.split()), confidence=piece.confidence)
        if reading.text:
            yield from placed(split_words(reading), corners, width=width, height=height, angle=piece.turned)


def _usual_turn(pieces: Sequence[_Piece]) -> int:
    """How most of the text is turned on what Google read on; 0 unless more than half of it is turned one way."""
    counted = Counter[int]()
    for piece in pieces:
        counted[piece.turned] += len(piece.text)
    turned, letters = counted.most_common(1)[0] if counted else (0, 0)
    return turned if letters * 2 > counted.total() else 0


def _seen_size(page: Mapping[str, Any], sent: Size) -> Size:
    """Of what Google read; that of the image that was sent where it does not say."""
    said = page.get("dimension") or page.get("image") or {}
    return _positive(said.get("width", sent[0])), _positive(said.get("height", sent[1]))


def _transform(matrices: Sequence[Mapping[str, Any]], *, seen: Size, sent: Size, of: Size) -> Matrix:
    """From the page's image (its size: `of`) to what Google read, 3 x 3."""
    if not matrices:
        return np.diag((seen[0] / of[0], seen[1] / of[1], 1.0))
    whole = np.diag((sent[0] / of[0], sent[1] / of[1], 1.0))
    for matrix in matrices:
        rows, columns = int(matrix["rows"]), int(matrix["cols"])
        if (rows, columns) not in ((2, 3), (3, 3)) or rows * columns > _MOST_ELEMENTS:
            raise MalformedAnswer("transforms")
        data = np.frombuffer(base64.b64decode(matrix["data"], validate=True), _ELEMENTS[int(matrix.get("type", 0))])
        step = np.eye(3)
        step[:rows] = data.astype(np.float64).reshape(rows, columns)
        whole = step @ whole
    if not np.isfinite(whole).all() or abs(np.linalg.det(whole)) < 1e-9:
        raise MalformedAnswer("transforms")
    return whole


def _quarter_turn(forward: Matrix) -> int:
    """Degrees clockwise, in quarters, by which the image was turned to be read."""
    return round(math.degrees(math.atan2(forward[1, 0], forward[0, 0])) / 90) * 90 % 360


def _finite(value: Any) -> float:
    number = float(value)
    if not math.isfinite(number):
        raise MalformedAnswer("a coordinate")
    return number


def _positive(value: Any) -> float:
    number = _finite(value)
    if number <= 0:
        raise MalformedAnswer("dimension")
    return number
