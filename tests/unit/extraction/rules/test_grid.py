"""Cells between drawn lines."""

from doctray.domain.document import Page, PageSource, Segment
from doctray.extraction.rules.grid import ruled_grids

WIDE, HIGH = 100.0, 60.0


def a_page(*segments: Segment) -> Page:
    frame = [Segment(0, y, 3 * WIDE, y) for y in (0.0, HIGH, 2 * HIGH)] + [Segment(x, 0, x, 2 * HIGH) for x in (0.0, 2 * WIDE, 3 * WIDE)]
    return Page(number=1, width=800, height=600, source=PageSource.OCR, lines=(), segments=(*frame, *segments))


def columns_of_the_first_row(page: Page) -> list[float]:
    [grid] = ruled_grids(page)
    return [cell.box.left for cell in grid.cells if cell.box.top == 0.0]


def test_a_rule_that_a_letter_interrupts_is_one() -> None:
    below, above = Segment(WIDE, HIGH, WIDE, 2 * HIGH), Segment(WIDE, 0, WIDE, HIGH - 8)
    assert columns_of_the_first_row(a_page(above, below)) == [0.0, WIDE, 2 * WIDE]


def test_a_rule_that_ends_amid_a_cell_is_none() -> None:
    below, above = Segment(WIDE, HIGH, WIDE, 2 * HIGH), Segment(WIDE, 0, WIDE, HIGH - 20)
    assert columns_of_the_first_row(a_page(above, below)) == [0.0, 2 * WIDE]


def test_an_underline_goes_on_in_none() -> None:
    words = [Segment(2 * WIDE + left, 40, 2 * WIDE + left + 25, 40) for left in (5.0, 35.0, 65.0)]
    assert len(ruled_grids(a_page(*words))[0].cells) == len(ruled_grids(a_page())[0].cells)
