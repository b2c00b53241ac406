import cv2
import numpy as np
import pytest

from doctray.domain.document import Segment
from doctray.pages import ruling
from doctray.pages.deskew import Rgb
from doctray.pages.ruling import seen_segments
from tests.integration.pages.builders import a_pdf, paragraphs
from tests.mupdf import pymupdf

PX = 200 / 72


def rendered(page: object) -> Rgb:
    pixmap = page.get_pixmap(dpi=200, colorspace=pymupdf.csRGB)  # type: ignore[attr-defined]
    return np.frombuffer(pixmap.samples, dtype=np.uint8).reshape(pixmap.height, pixmap.width, 3).copy()


def has(segments: tuple[Segment, ...], left: float, top: float, right: float, bottom: float) -> bool:
    """Whether there is such a rule (in points), to a few pixels: thick rules end half their width later."""
    expected = np.array((left, top, right, bottom)) * PX
    return any(np.abs(np.array((s.left, s.top, s.right, s.bottom)) - expected).max() <= 6 for s in segments)


def a_table(page: object, *, color: tuple[float, float, float] = (0, 0, 0), width: float = 0.7, dashes: str | None = None) -> None:
    paragraphs(page, lines=6)
    for y in (300, 340, 380):
        page.draw_line((60, y), (540, y), color=color, width=width, dashes=dashes)  # type: ignore[attr-defined]
    for x in (60, 300, 540):
        page.draw_line((x, 300), (x, 380), color=color, width=width, dashes=dashes)  # type: ignore[attr-defined]
    page.insert_text((70, 325), "General Liability", fontsize=12)  # type: ignore[attr-defined]
    page.insert_text((310, 325), "GL-2025-0001", fontsize=12)  # type: ignore[attr-defined]


@pytest.mark.parametrize("options", [{}, {"width": 3}, {"color": (0.7, 0.7, 0.7)}], ids=["thin", "thick", "pale"])
@pytest.mark.parametrize("noise", [0.0, 8.0])
def test_the_rules_of_a_table_are_seen_and_its_text_is_not(options: dict[str, object], noise: float) -> None:
    rgb = rendered(a_pdf(lambda page: a_table(page, **options))[0])  # type: ignore[arg-type]
    if noise:
        rgb = np.clip(rgb + np.random.default_rng(1).normal(0, noise, rgb.shape), 0, 255).astype(np.uint8)
    found = seen_segments(rgb)
    for y in (300, 340, 380):
        assert has(found, 60, y, 540, y)
    for x in (60, 300, 540):
        assert has(found, x, 300, x, 380)
    assert len(found) == 6


@pytest.mark.parametrize("dashes", ["[3 2] 0", "[1 1.5] 0", "[6 3] 0"], ids=["dashed", "dotted", "long dashes"])
def test_the_dashed_rules_of_a_table_are_seen(dashes: str) -> None:
    found = seen_segments(rendered(a_pdf(lambda page: a_table(page, dashes=dashes))[0]))
    for y in (300, 340, 380):
        assert has(found, 60, y, 540, y)
    for x in (60, 300, 540):
        assert has(found, x, 300, x, 380)
    assert len(found) == 6


def test_the_rules_of_a_small_picture_full_of_print_are_seen() -> None:
    rgb = np.full((360, 480, 3), 255, dtype=np.uint8)
    for y in range(0, 360, 24):
        rgb[y, :] = 0
        for x in range(4, 470, 6):
            rgb[y + 8 : y + 18, x : x + 2] = 0
    for x in range(0, 480, 80):
        rgb[:, x] = 0
    found = seen_segments(rgb)
    assert sum(segment.horizontal for segment in found if segment.right - segment.left > 400) >= 14
    assert sum(not segment.horizontal for segment in found if segment.bottom - segment.top > 300) >= 5


def test_print_that_stands_close_to_the_rules_of_a_small_picture_hides_none() -> None:
    rgb = np.full((320, 640, 3), 255, dtype=np.uint8)
    for y in range(10, 305, 14):
        rgb[y, 10:621] = 90
        for x in range(14, 610, 4):
            rgb[y + 3 : y + 12, x : x + 2] = 0
    rows = [rule.top for rule in seen_segments(rgb) if rule.horizontal and rule.right - rule.left > 500]
    assert all(any(abs(row - y) <= 2 for row in rows) for y in range(10, 305, 14))


def test_a_dark_fill_ends_where_it_ends() -> None:
    rgb = np.full((1200, 1700, 3), 255, dtype=np.uint8)
    rgb[300:500, 200:1500] = (30, 20, 140)
    found = seen_segments(rgb)
    assert min(abs(rule.top - 300) for rule in found if rule.horizontal) <= 1.5
    assert min(abs(rule.top - 500) for rule in found if rule.horizontal) <= 1.5
    assert min(abs(rule.left - 200) for rule in found if not rule.horizontal) <= 1.5
    assert all(abs(rule.top - 300) <= 2 or abs(rule.top - 500) <= 2 for rule in found if rule.horizontal)


def test_the_ground_between_white_letters_on_a_dark_fill_is_no_rule() -> None:
    def contents(page: object) -> None:
        page.draw_rect((50, 80, 550, 300), color=(0.4, 0.2, 0.6), fill=(0.4, 0.2, 0.6))  # type: ignore[attr-defined]
        for row, text in enumerate(("Programacion de servicio", "Seguridad en programacion", "Empresa e iniciativa")):
            page.insert_text((70, 130 + 40 * row), text, fontsize=11, color=(1, 1, 1))  # type: ignore[attr-defined]

    found = seen_segments(rendered(a_pdf(contents)[0]))
    assert not [rule for rule in found if rule.horizontal and 90 * PX < rule.top < 290 * PX]


def a_rule_beside_white_letters(page: object, *, up_to: float, lines: dict[float, str]) -> None:
    """A dark block with white letters, and at its left a pale one with a rule as high as the ground beneath the letters."""
    page.draw_rect((60, 100, up_to, 200), color=None, fill=(0.94, 0.56, 0.5))  # type: ignore[attr-defined]
    page.draw_rect((up_to, 100, 400, 200), color=None, fill=(0.12, 0.12, 0.75))  # type: ignore[attr-defined]
    page.draw_line((60, 151), (up_to, 151), color=(0.16, 0, 0.5), width=1.5)  # type: ignore[attr-defined]
    page.draw_line((up_to, 100), (up_to, 200), color=(0.16, 0, 0.5), width=1.5)  # type: ignore[attr-defined]
    for y, text in lines.items():
        page.insert_text((up_to + 2, y), text, fontsize=8, color=(1, 1, 1))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("up_to", "lines"),
    [(110, {148: "Programacion de servicio y procesos", 157: "servicio y procesos multimedia"}), (250, {149: "Acceso a"})],
    ids=["a short rule", "a long rule"],
)
def test_a_rule_is_seen_up_to_where_white_letters_stand(up_to: float, lines: dict[float, str]) -> None:
    found = seen_segments(rendered(a_pdf(lambda page: a_rule_beside_white_letters(page, up_to=up_to, lines=lines))[0]))
    inside = [rule for rule in found if rule.horizontal and 140 * PX < rule.top < 165 * PX]
    assert inside
    for rule in inside:
        assert abs(rule.top - 151 * PX) <= 6
        assert abs(rule.right - up_to * PX) <= 20


def test_dots_that_lead_to_a_number_are_no_rules() -> None:
    def contents(page: object) -> None:
        for y in (100, 130, 160):
            page.insert_text((60, y), "Policy number " + "." * 60 + " 12", fontsize=11)  # type: ignore[attr-defined]
            page.draw_line((60, y + 8), (400, y + 8), dashes="[1 2] 0")  # type: ignore[attr-defined]

    assert seen_segments(rendered(a_pdf(contents)[0])) == ()


def test_text_and_blank_pages_have_no_rules() -> None:
    assert seen_segments(rendered(a_pdf(paragraphs)[0])) == ()
    assert seen_segments(np.full((50, 40, 3), 255, dtype=np.uint8)) == ()


@pytest.mark.parametrize("band", [1, 7, 97])
def test_rules_are_the_same_however_many_rows_are_looked_at_together(band: int, monkeypatch: pytest.MonkeyPatch) -> None:
    document = a_pdf(a_table)
    document[0].draw_rect((80, 450, 400, 520), fill=(0.8, 0.85, 0.95), color=None)
    noise = np.random.default_rng(5).normal(0, 4, (792 * 200 // 72, 612 * 200 // 72, 1))
    rgb = np.clip(rendered(document[0]) + noise, 0, 255).astype(np.uint8)
    monkeypatch.setattr(ruling, "_BAND_PX", max(rgb.shape))
    at_once = seen_segments(rgb)
    monkeypatch.setattr(ruling, "_BAND_PX", band)
    assert len(at_once) >= 8
    assert seen_segments(rgb) == at_once


@pytest.mark.parametrize("size", [(1, 1), (5, 40), (6, 40), (7, 40), (40, 5)])
def test_a_scrap_is_looked_at_too(size: tuple[int, int]) -> None:
    height, width = size
    noise = np.random.default_rng(3).integers(0, 256, (height, width, 3), dtype=np.uint8)
    assert all(0 <= rule.left <= rule.right <= width and 0 <= rule.top <= rule.bottom <= height for rule in seen_segments(noise))


def test_moire_is_no_ruling() -> None:
    y, x = np.mgrid[0:900, 0:700]
    waves = 210 + 12 * np.sin(x * 1.4) + 12 * np.sin(y * 1.1)
    assert len(seen_segments(np.repeat(waves.astype(np.uint8)[..., None], 3, axis=2))) < 10


def test_a_rule_that_rises_a_little_is_one_rule() -> None:
    rgb = np.full((1076, 1500, 3), 255, dtype=np.uint8)
    for column in (90, 500, 910):
        cv2.line(rgb, (column, 214), (column - 16, 845), (60, 60, 60), 2, cv2.LINE_AA)
    found = seen_segments(rgb)
    assert [round(rule.left, -1) for rule in found] == [80, 490, 900]
    assert all(rule.bottom - rule.top > 600 for rule in found)


def test_light_rules_on_a_dark_page_are_seen_as_dark_rules_on_a_light_one() -> None:
    rgb = rendered(a_pdf(a_table)[0])
    assert seen_segments(np.bitwise_not(rgb)) == seen_segments(rgb)


def test_dark_rules_on_a_dim_page_are_seen() -> None:
    rgb = rendered(a_pdf(a_table)[0])
    found = seen_segments(rgb // 5)
    for y in (300, 340, 380):
        assert has(found, 60, y, 540, y)
