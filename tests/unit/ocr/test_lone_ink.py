import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from doctray.domain.document import Box
from doctray.ocr.lone_ink import lone_ink

WORD = Box(20, 20, 120, 44)


class Sheet:
    """A page with one word-sized mark, which gives the scale, and whatever is drawn on it."""

    def __init__(self) -> None:
        self.picture = Image.new("RGB", (400, 300), "white")
        self.pen = ImageDraw.Draw(self.picture)
        self.pen.rectangle((20, 20, 119, 43), fill="black")

    @property
    def rgb(self) -> NDArray[np.uint8]:
        return np.array(self.picture)

    def box(self, left: int, top: int, *, mark: str = "", side: int = 22) -> None:
        self.pen.rectangle((left, top, left + side, top + side), outline="black", width=2)
        match mark:
            case "cross":
                self.pen.line((left + 4, top + 4, left + side - 4, top + side - 4), fill="black", width=3)
                self.pen.line((left + 4, top + side - 4, left + side - 4, top + 4), fill="black", width=3)
            case "tick":
                self.pen.line((left + 5, top + 11, left + 9, top + 16, left + 17, top + 5), fill="black", width=3)
            case "speck":
                self.pen.point((left + 11, top + 11), fill="black")

    def letter(self, text: str, at: tuple[int, int]) -> None:
        self.pen.text(at, text, fill="black", font=ImageFont.load_default(size=26))


@pytest.mark.parametrize(("mark", "ticked"), [("cross", 1), ("tick", 1), ("speck", 0), ("", 0)])
def test_a_check_box_is_ticked_when_there_is_ink_inside(mark: str, ticked: int) -> None:
    sheet = Sheet()
    sheet.box(200, 100, mark=mark)
    found = lone_ink(sheet.rgb, [WORD])
    assert len(found.ticked) == ticked
    assert found.letters == ()
    for box, inside in found.ticked:
        assert box.as_list() == [200, 100, 223, 123]
        assert 12 <= inside.shape[0] <= 20


def test_a_letter_in_a_ruled_cell_is_found_without_the_rules() -> None:
    sheet = Sheet()
    sheet.pen.rectangle((180, 90, 240, 260), outline="black", width=2)
    sheet.letter("B", (200, 120))
    ((box, cutting),) = lone_ink(sheet.rgb, [WORD]).letters
    assert 200 <= box.center_x <= 220
    assert cutting[:, [0, -1]].min() > 200


def test_a_letter_that_touches_a_rule_is_found() -> None:
    sheet = Sheet()
    sheet.pen.line((150, 140, 390, 140), fill="black", width=2)
    sheet.letter("A", (200, 119))
    assert len(lone_ink(sheet.rgb, [WORD]).letters) == 1


def test_what_is_covered_by_a_word_is_not_looked_at_again() -> None:
    sheet = Sheet()
    sheet.letter("A", (200, 120))
    assert lone_ink(sheet.rgb, [WORD, Box(195, 118, 225, 150)]).letters == ()


@pytest.mark.parametrize("text", ["O", "D", "0", "Q"])
def test_a_round_letter_is_no_check_box(text: str) -> None:
    sheet = Sheet()
    sheet.letter(text, (200, 120))
    found = lone_ink(sheet.rgb, [WORD])
    assert found.ticked == ()
    assert len(found.letters) == 1


def test_a_page_without_words_gives_no_scale() -> None:
    assert lone_ink(np.zeros((50, 50, 3), np.uint8), []) == lone_ink(np.full((1, 1, 3), 255, np.uint8), [])


def test_a_photograph_is_not_taken_for_letters() -> None:
    sheet = Sheet()
    grain = np.random.default_rng(3).integers(0, 2, (40, 50), np.uint8) * 255
    picture = np.kron(grain, np.ones((6, 6), np.uint8))[:200, :290]
    rgb = sheet.rgb
    rgb[80:280, 100:390] = picture[:, :, None]
    assert len(lone_ink(rgb, [WORD]).letters) <= 150
