from collections.abc import Iterable, Iterator, Sequence

import numpy as np
import pytest
from numpy.typing import NDArray

from doctray.ocr.crnn_crops import cut_out, padded_width, scaled
from doctray.ocr.crnn_reader import CrnnReader
from doctray.ocr.easyocr_lines import LevelBox, TextLine


class Scripted:
    """A network that answers each crop of a batch with the same classes, one a step, as surely as it is told."""

    backend = "scripted"
    batch_sizes: Sequence[int] = (2, 1)
    crop_px: int = 4096

    def __init__(self, classes: Sequence[int], *, score: float = 20.0, count: int = 5) -> None:
        self.classes = classes
        self.score = score
        self.count = count
        self.shapes: list[tuple[int, ...]] = []
        self.means: list[float] = []

    def __call__(self, batch: NDArray[np.uint8]) -> NDArray[np.float32]:
        self.shapes.append(batch.shape)
        self.means.append(float(batch.mean()))
        scores = np.zeros((len(batch), len(self.classes), self.count), np.float32)
        for step, chosen in enumerate(self.classes):
            scores[:, step, chosen] = self.score
        return scores

    def each(self, batches: Iterable[NDArray[np.uint8]]) -> Iterator[NDArray[np.float32]]:
        return map(self, batches)

    def release(self) -> None:
        pass


def crop(width: int, height: int = 32) -> NDArray[np.uint8]:
    return np.tile(np.linspace(0, 255, width).astype(np.uint8), (height, 1))


def test_repeated_classes_are_one_character_unless_a_blank_parts_them() -> None:
    (reading,) = CrnnReader(Scripted([0, 1, 1, 0, 1, 2, 2, 3]), characters="abcd").read([crop(100)])
    assert reading.text == "aabc"
    assert reading.confidence == pytest.approx(1.0, abs=1e-4)


def test_blanks_only_read_nothing_and_nothing_is_sure() -> None:
    (reading,) = CrnnReader(Scripted([0, 0, 0]), characters="abcd").read([crop(100)])
    assert (reading.text, reading.confidence, reading.spans) == ("", 0.0, ())


def test_what_the_languages_do_not_write_is_never_read() -> None:
    (reading,) = CrnnReader(Scripted([0, 1, 0, 2]), characters="abcd", ignored=(1,)).read([crop(100)])
    assert "a" not in reading.text
    assert reading.text.endswith("b")


def test_characters_lie_where_their_steps_are() -> None:
    # 32 pixels high and 128 wide: 256 wide for the network, which answers 63 steps; here the letters stand at steps 16 and 47
    steps = [0] * 63
    steps[15], steps[47] = 1, 2
    (reading,) = CrnnReader(Scripted(steps), characters="abcd").read([crop(128)])
    (first, second) = reading.spans
    assert first[0] == 0.0
    assert first[1] == second[0] == pytest.approx(0.5, abs=0.02)
    assert second[1] == 1.0
    assert len(reading.certainties) == 2


def test_confidence_is_easyocrs_mean_over_the_steps_with_ink() -> None:
    network = Scripted([1, 0, 2, 2], score=np.log(8.0))
    (reading,) = CrnnReader(network, characters="abcd").read([crop(100)])
    sure = 8 / (8 + 4)
    assert reading.confidence == pytest.approx((sure**3) ** (2 / np.sqrt(3)), rel=1e-4)


def test_a_crop_that_reads_badly_is_read_again_with_more_contrast() -> None:
    pale = (crop(200) // 16 + 120).astype(np.uint8)
    unsure = Scripted([1, 2, 3, 4], score=0.1)
    CrnnReader(unsure, characters="abcd").read([pale])
    assert len(unsure.shapes) == 2
    sure = Scripted([1, 2, 3, 4])
    CrnnReader(sure, characters="abcd").read([pale])
    assert len(sure.shapes) == 1


def test_readings_come_in_the_order_of_the_crops_batched_with_their_like() -> None:
    network = Scripted([1, 0, 2])
    readings = CrnnReader(network, characters="abcd").read([crop(400), crop(30), crop(410), crop(31)])
    assert len(readings) == 4
    assert sorted(network.shapes) == [(2, 64, 64), (2, 64, 832)]


def test_many_wide_crops_do_not_make_one_huge_batch() -> None:
    network = Scripted([1])
    CrnnReader(network, characters="abcd").read([crop(2000)] * 5)
    assert all(count * width <= 4096 or count == 1 for count, _, width in network.shapes)


def test_no_crops_need_no_network() -> None:
    network = Scripted([1])
    assert CrnnReader(network, characters="abcd").read([]) == []
    assert network.shapes == []


@pytest.mark.parametrize(("width", "height"), [(300, 20), (7, 60), (1, 40), (40, 1), (64, 64)])
def test_crops_of_every_shape_become_64_pixels_high(width: int, height: int) -> None:
    found = scaled(np.zeros((height, width), np.uint8))
    assert found.shape[0] == 64
    assert 1 <= found.shape[1] <= padded_width(found)
    assert padded_width(found) % 64 == 0


@pytest.mark.parametrize(("angle", "mark"), [(0, (0, 0)), (90, (0, 9)), (270, (5, 0))])
def test_a_turned_line_is_cut_out_upright(angle: int, mark: tuple[int, int]) -> None:
    """The mark stands at the line's own top left."""
    page = np.zeros((6, 10), np.uint8)
    page[mark] = 255
    found = cut_out(page, TextLine(((0, 0),) * 4, LevelBox(0, 3, 0, 2), angle))
    assert found.shape == (2, 3)
    assert found[0, 0] == 255
