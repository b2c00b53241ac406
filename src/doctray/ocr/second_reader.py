"""The second reader: a different network that reads the lines of the first one again, and what becomes of two readings.

EasyOCR reads `$1,000,000` of a scanned form as `51,000,000` and is sure of it. A second network, trained on other data, makes other
mistakes, so that where both agree the text is right, and where they differ it is known which words to doubt.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Protocol

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, kw_only=True)
class LineReading:
    """What one network reads on one line.

    confidence: in [0, 1], as that network gives it, not calibrated. spans: where each character of the text starts and ends, as parts
    0..1 of the crop's width, ascending; empty where the reader cannot say. certainties: the confidence of each character; may be empty.
    """

    text: str
    confidence: float
    spans: tuple[tuple[float, float], ...] = ()
    certainties: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        for per_character in (self.spans, self.certainties):
            if per_character and len(per_character) != len(self.text):
                raise ValueError(f"{len(per_character)} values for {len(self.text)} characters")

    @property
    def spans_or_shares(self) -> tuple[tuple[float, float], ...]:
        """The spans; where the reader gives none, even shares of the width."""
        count = len(self.text)
        return self.spans or tuple((place / count, (place + 1) / count) for place in range(count))

    @property
    def certainties_or_confidence(self) -> tuple[float, ...]:
        """The certainties; where the reader gives none, the line's confidence for each character."""
        return self.certainties or (self.confidence,) * len(self.text)


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadWord:
    """A word of a line. confidence: calibrated, the chance in [0, 1] that the text is right. start, end: parts 0..1 of the line's
    width. alternatives: what else was read there, best first."""

    text: str
    confidence: float
    start: float
    end: float
    alternatives: tuple[str, ...] = ()


Corners = Sequence[tuple[float, float]]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadLine:
    """A line on a page as the first reader read it.

    corners: top left, top right, bottom right and bottom left as the text sees them, in pixels of the page. angle: degrees clockwise
    (0, 90, 180, 270) that it is turned on the page. upended: the same ink as it reads the other way up, where the reader tried both.
    """

    corners: Corners
    reading: LineReading
    angle: int = 0
    upended: "ReadLine | None" = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SettledLine:
    """A line after both readers; corners and angle as in `ReadLine`, words from left to right as the text runs."""

    corners: Corners
    words: tuple[ReadWord, ...]
    angle: int = 0


class SecondReader(Protocol):
    name: str
    version: str

    @property
    def backend(self) -> str:
        """Runtime and precision, as `openvino-bf16`."""
        ...

    def covers(self, languages: Sequence[str]) -> bool:
        """Whether it can read all of these (EasyOCR codes); if not, the page has one reader only."""
        ...

    def read(self, crops: Sequence["NDArray[np.uint8]"], *, languages: Sequence[str] = ("en",)) -> list[LineReading]:
        """One reading for each crop, in order.

        crops: upright lines of text cut out without padding, H x W x 3 RGB of any size; batched inside by width. A crop without
        text, or too small for any, reads "". Blocks. Raises EngineOutOfMemory (retry with fewer) or EngineFailure.
        """
        ...

    def reconcile(self, first: LineReading, second: LineReading) -> tuple[ReadWord, ...]:
        """The words of the line, left to right; none where neither reader saw text. Never holds a word that neither of them read."""
        ...

    def look(self, page: "NDArray[np.uint8]", *, languages: Sequence[str] = ("en",)) -> list[ReadLine]:
        """The lines of a page (upright, H x W x 3 RGB) as this reader finds and reads them, knowing nothing of the first one.

        Blocks, and may run beside the first reader, though not beside another call of this one; raises as `read` does.
        """
        ...

    def settle(
        self,
        page: "NDArray[np.uint8]",
        lines: Sequence[ReadLine],
        *,
        seen: Sequence[ReadLine] | None = None,
        languages: Sequence[str] = ("en",),
    ) -> list[SettledLine]:
        """What is on a page (upright, H x W x 3 RGB) of which the first reader read these lines; in no particular order.

        seen: what `look` found on it; None: it looks now.

        Every line is read again. Lines are the second reader's where it sees one, so that an amount of which the first reader saw
        two halves is one word, and text that only it finds is added. languages: `covers` them. Blocks; raises as `read` does.
        """
        ...

    def release(self) -> None:
        """Give back the memory that only a page needs; the next one takes it anew."""
        ...
