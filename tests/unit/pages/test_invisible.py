"""The unseen font and the content that is written in it; that words are found is tested in tests/integration/pages/test_searchable.py."""

import io
import re

import pytest

from doctray.domain.document import Box, Line, Word
from doctray.pages.glyphless import ADVANCES, glyph_map, to_unicode, truetype
from doctray.pages.invisible import Typesetting, text_layer

UPWARDS = (1.0, 0.0, 0.0, -1.0, 0.0, 100.0)


def _layer(*words: Word) -> str:
    return text_layer([Line(words=words)], UPWARDS, font="F", typesetting=Typesetting()).decode()


def _word(text: str = "abcd", box: Box = Box(10, 20, 50, 40), angle: int = 0) -> Word:  # noqa: B008
    return Word(text=text, box=box, confidence=1, angle=angle)


def test_the_font_is_sound() -> None:
    """Read with every checksum by a library of others, and by FreeType."""
    tools = pytest.importorskip("fontTools.ttLib")
    font = tools.TTFont(io.BytesIO(truetype()), checkChecksums=2)
    assert font["maxp"].numGlyphs == 2
    assert (font["hhea"].ascent, font["hhea"].descent, font["head"].unitsPerEm) == (800, -200, 1000)
    assert all(font["glyf"][name].numberOfContours == 0 for name in font.getGlyphOrder())
    pillow = pytest.importorskip("PIL.ImageFont")
    assert pillow.truetype(io.BytesIO(truetype()), 20).getlength("a") == pytest.approx(10)


def test_codes_mean_their_characters() -> None:
    cmap = to_unicode(["a", "š", "😀", *map(chr, range(0x4E00, 0x4E00 + 200))]).decode()
    assert "<0001> <0061>\n<0002> <0161>\n<0003> <D83DDE00>" in cmap
    assert [int(count) for count in re.findall(r"(\d+) beginbfchar", cmap)] == [100, 100, 3]
    assert glyph_map(2) == b"\0\0\0\1\0\1"


def test_text_is_in_render_mode_three_and_leaves_nothing_set() -> None:
    layer = _layer(_word())
    assert layer.startswith("q BT 3 Tr\n")
    assert layer.endswith("\nET Q\n")


def test_a_word_fills_its_box() -> None:
    """Four characters of half an em: two ems along 40 pixels; the baseline is a fifth of the height above the box's lower edge."""
    (line,) = _layer(_word()).splitlines()[1:-1]
    font, matrix, codes = re.fullmatch(r"/F(\d+) 1 Tf (.+) Tm <(\w+)> Tj", line).groups()  # type: ignore[union-attr]
    assert font == "500"
    assert [float(value) for value in matrix.split()] == [20, 0, 0, 20, 10, 64]
    assert codes == "0001000200030004"


@pytest.mark.parametrize(("width", "advance"), [(4, 250), (40, 500), (80, 1000), (400, 2000)])
def test_the_font_is_the_one_whose_characters_are_nearest_in_width(width: int, advance: int) -> None:
    typesetting = Typesetting()
    text_layer([Line(words=(_word(box=Box(0, 0, width, 20)),))], UPWARDS, font="F", typesetting=typesetting)
    assert typesetting.advances == (advance,)
    assert advance in ADVANCES


@pytest.mark.parametrize(
    ("angle", "matrix"),
    [
        (0, [20, 0, 0, 20, 10, 64]),
        (90, [0, -10, 40, 0, 18, 80]),
        (180, [-20, 0, 0, -20, 50, 76]),
        (270, [0, 10, -40, 0, 42, 60]),
    ],
)
def test_a_word_runs_as_it_is_printed(angle: int, matrix: list[float]) -> None:
    (line,) = _layer(_word(angle=angle)).splitlines()[1:-1]
    found = [float(value) for value in line.split(" Tf ")[1].split(" Tm")[0].split()]
    ems = 4 * int(line[2 : line.index(" ")]) / 1000
    assert [round(found[0] * ems, 3), round(found[1] * ems, 3)] == [matrix[0] * 2, matrix[1] * 2]
    assert [round(value, 3) for value in found[2:]] == matrix[2:]


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("ab", "ab"),
        ("אבג", "גבא"),
        ("אב12", "12בא"),
        ("AB-אב-3.5", "AB-אב-3.5"),
        ("١٢٣", "١٢٣"),
        ("12:30", "12:30"),
    ],
)
def test_scripts_that_run_left_are_laid_from_left_to_right(text: str, codes: str) -> None:
    typesetting = Typesetting()
    layer = text_layer([Line(words=(_word(text),))], UPWARDS, font="F", typesetting=typesetting).decode()
    laid = re.findall(r"<(\w+)> Tj", layer)[0]
    assert "".join(typesetting.characters[int(laid[at : at + 4], 16) - 1] for at in range(0, len(laid), 4)) == codes


def test_words_are_parted_by_a_space_that_fills_the_gap() -> None:
    layer = _layer(_word(), _word(box=Box(60, 20, 100, 40)))
    first, space, _ = [line.split(" Tf ")[1] for line in layer.splitlines()[1:-1]]
    assert float(first.split()[4]) == 10
    assert float(space.split()[4]) == 50, "it begins where the word ends"


def test_boxes_without_extent_are_left_out() -> None:
    assert _layer(_word(box=Box(10, 20, 10, 40))) == ""
    assert text_layer([], UPWARDS, font="F", typesetting=Typesetting()) == b""
