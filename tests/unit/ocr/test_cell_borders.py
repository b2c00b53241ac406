import numpy as np
from numpy.typing import NDArray
from PIL import Image, ImageDraw, ImageFont

from doctray.ocr.cell_borders import parted_at_borders
from doctray.ocr.easyocr_lines import LevelBox, TextLine

FONT = ImageFont.load_default(size=28)
TOP, BOTTOM = 80, 120
RULE = 300


def row(left: str, right: str, *, rule: tuple[int, int] | None = (20, 180), slant: int = 0, thick: int = 3) -> NDArray[np.uint8]:
    """Two texts that nearly touch the rule between them, which reaches from one height to another."""
    picture = Image.new("L", (600, 200), 250)
    pen = ImageDraw.Draw(picture)
    pen.text((RULE - 6 - pen.textlength(left, FONT), TOP + 2), left, fill=20, font=FONT)
    pen.text((RULE + 8, TOP + 2), right, fill=20, font=FONT)
    if rule is not None:
        pen.line(((RULE, rule[0]), (RULE + slant, rule[1])), fill=30, width=thick)
    return np.asarray(picture)


def line(left: int = 120, right: int = 480, *, top: int = TOP, bottom: int = BOTTOM) -> TextLine:
    box = LevelBox(left, right, top, bottom)
    return TextLine(box.corners, box)


def spans(lines: list[TextLine]) -> list[tuple[int, int]]:
    return [(part.level.left, part.level.right) for part in lines if part.level is not None]


def test_a_line_ends_at_the_rule_between_two_cells_and_the_rule_is_in_neither_part() -> None:
    (left, right) = spans(parted_at_borders([line()], row("07/28/2024", "07/28/2025")))
    assert left[0] == 120
    assert right[1] == 480
    assert left[1] <= RULE < right[0]
    assert right[0] - left[1] < 10


def test_so_does_it_on_a_page_that_is_a_little_askew() -> None:
    assert len(parted_at_borders([line()], row("07/28/2024", "07/28/2025", slant=2))) == 2


def test_letters_are_no_rules_however_straight() -> None:
    assert spans(parted_at_borders([line()], row("Ill | lI", "1/1/l|I", rule=None))) == [(120, 480)]


def test_a_stroke_no_longer_than_the_line_is_high_is_part_of_its_text() -> None:
    assert len(parted_at_borders([line()], row("07", "28", rule=(TOP, BOTTOM)))) == 1


def test_a_rule_at_a_lines_end_leaves_no_part_without_text() -> None:
    assert len(parted_at_borders([line(right=RULE + 20)], row("07/28/2024", ""))) == 1


def test_lines_keep_their_order_and_those_that_are_tilted_or_turned_stay_whole() -> None:
    tilted = TextLine(((120.0, 70.0), (480.0, 90.0), (480.0, 130.0), (120.0, 110.0)))
    turned = TextLine(line().corners, LevelBox(120, 480, TOP, BOTTOM), 90)
    found = parted_at_borders([tilted, line(), turned], row("07/28/2024", "07/28/2025"))
    assert found[0] is tilted
    assert found[-1] is turned
    assert len(found) == 4


def test_a_page_without_level_lines_is_not_looked_at() -> None:
    assert parted_at_borders([], np.zeros((10, 10), np.uint8)) == []
