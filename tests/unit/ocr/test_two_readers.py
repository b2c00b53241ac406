"""The second reader looks at a page while the first one reads it; nothing of it is left running, and large pages are read one after the other."""

import threading
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from doctray.domain.document import PageImage
from doctray.domain.errors import EngineFailure
from doctray.ocr.easyocr_engine import EasyOcrEngine
from doctray.ocr.easyocr_networks import LineReader, Networks
from doctray.ocr.runtimes import Backend, Network
from doctray.ocr.second_reader import LineReading, ReadLine, ReadWord, SettledLine

LONG_S = 60.0


class Blind:
    """A detector that sees nothing; `meanwhile` is called in each run."""

    backend = "none"
    batch_sizes: Sequence[int] = (1,)
    crop_px: int = 4096

    def __init__(self, meanwhile: Any) -> None:
        self._meanwhile = meanwhile
        self.released = 0

    def __call__(self, batch: NDArray[Any]) -> NDArray[np.float32]:
        self._meanwhile()
        count, height, width = batch.shape[:3]
        return np.zeros((count, height // 2, width // 2, 2), np.float32)

    def each(self, batches: Iterable[NDArray[Any]]) -> Iterator[NDArray[np.float32]]:
        return map(self, batches)

    def release(self) -> None:
        self.released += 1


class NoLines:
    def __init__(self) -> None:
        self.released = 0

    def read(self, crops: Sequence[Any]) -> list[LineReading]:
        assert not crops
        return []

    def release(self) -> None:
        self.released += 1


class Scripted(Networks):
    def __init__(self, meanwhile: Any = lambda: None) -> None:
        super().__init__(backend=Backend.of("openvino-fp32"), device="cpu", models_dir=None, threads=1)
        self.network = Blind(meanwhile)
        self.lines = NoLines()

    def detector(self) -> Network:
        return self.network

    def line_reader(self, languages: tuple[str, ...]) -> LineReader:
        return self.lines


class Second:
    """Sees one word on a page: how wide the page is."""

    name = "second"
    version = "1"
    backend = "none"

    def __init__(self, meanwhile: Any = lambda: None) -> None:
        self._meanwhile = meanwhile
        self.looking = 0
        self.looked: list[int] = []
        self.released = 0
        self.settled_unseen = 0

    def covers(self, languages: Sequence[str]) -> bool:
        return "en" in languages

    def look(self, page: NDArray[np.uint8], *, languages: Sequence[str] = ("en",)) -> list[ReadLine]:
        self.looking += 1
        try:
            self._meanwhile()
        finally:
            self.looking -= 1
        self.looked.append(page.shape[1])
        corners = ((0.0, 0.0), (9.0, 0.0), (9.0, 9.0), (0.0, 9.0))
        return [ReadLine(corners=corners, reading=LineReading(text=str(page.shape[1]), confidence=1.0))]

    def read(self, crops: Sequence[Any], *, languages: Sequence[str] = ("en",)) -> list[LineReading]:
        return []

    def reconcile(self, first: LineReading, second: LineReading) -> tuple[ReadWord, ...]:
        return ()

    def settle(
        self,
        page: NDArray[np.uint8],
        lines: Sequence[ReadLine],
        *,
        seen: Sequence[ReadLine] | None = None,
        languages: Sequence[str] = ("en",),
    ) -> list[SettledLine]:
        if seen is None:
            self.settled_unseen += 1
            seen = self.look(page, languages=languages)
        return [
            SettledLine(corners=line.corners, words=(ReadWord(text=line.reading.text, confidence=1.0, start=0.0, end=1.0),))
            for line in seen
        ]

    def release(self) -> None:
        self.released += 1


def image(width: int, height: int = 96, *, languages: tuple[str, ...] = ("en",)) -> PageImage:
    pixels = np.full((height, width, 3), 255, np.uint8)
    pixels[40:50, 20:60] = 0
    return PageImage(number=1, width=width, height=height, rgb=pixels.tobytes(), languages=languages)


def engine(networks: Scripted, second: Second) -> EasyOcrEngine:
    return EasyOcrEngine(networks, threads=1, second_reader=second)


def test_both_readers_are_at_work_at_once() -> None:
    both = threading.Barrier(2)
    networks, second = Scripted(lambda: both.wait(LONG_S)), Second(lambda: both.wait(LONG_S))
    (page,) = engine(networks, second).read([image(320)])
    assert (page.text, second.settled_unseen) == ("320", 0)


def test_each_page_of_a_batch_gets_what_was_seen_of_it() -> None:
    second = Second()
    pages = engine(Scripted(), second).read([image(320), image(352), image(384)])
    assert [page.text for page in pages] == ["320", "352", "384"]
    assert second.looked == [320, 352, 384]


def test_no_look_goes_on_once_the_first_reader_has_failed() -> None:
    begun, let_go = threading.Event(), threading.Event()

    def fail() -> None:
        begun.wait(LONG_S)
        let_go.set()
        raise RuntimeError("scripted")

    def dawdle() -> None:
        begun.set()
        let_go.wait(LONG_S)

    second = Second(dawdle)
    with pytest.raises(EngineFailure):
        engine(Scripted(fail), second).read([image(320), image(352)])
    assert (second.looking, second.looked) == (0, [320, 352])


def test_the_second_readers_failure_is_the_reads() -> None:
    def fail() -> None:
        raise EngineFailure("scripted")

    with pytest.raises(EngineFailure, match="scripted"):
        engine(Scripted(), Second(fail)).read([image(320)])


def test_a_large_page_is_read_by_one_reader_after_the_other_and_both_give_memory_back() -> None:
    networks, second = Scripted(), Second()
    (page,) = engine(networks, second).read([image(2000, 1100)])
    assert (page.text, second.settled_unseen) == ("2000", 1)
    # before the page, between the readers and after them; the detector by itself too
    assert (networks.network.released, networks.lines.released, second.released) == (4, 3, 3)


def test_languages_that_the_second_reader_does_not_cover_are_left_to_the_first() -> None:
    second = Second()
    (page,) = engine(Scripted(), second).read([image(320, languages=("ru",))])
    assert (page.text, second.looked) == ("", [])
