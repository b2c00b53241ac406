"""Short lines that a photographed screen gives are left out where they cut a table into shreds, and nowhere else."""

from dataclasses import replace
from random import Random

from doctray.domain.document import Line, Page, PageSource, Segment
from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable.document import extract
from doctray.extraction.rules.timetable.moire import without_moire
from tests.unit.extraction.rules.timetable.sheet import a_sheet, document, times

ROWS = [
    ["", "8:30 - 10:00", "10:05 - 11:35", "11:40 - 13:10"],
    *(
        [day, f"Applied Physics {index}", f"Algebra {index}", f"History {index}"]
        for index, day in enumerate(("Monday", "Tuesday", "Wednesday", "Thursday"))
    ),
]


FINE = 45


def photographed() -> Page:
    """The table as an engine reads it from a picture, each of its rules in one piece."""
    page = a_sheet(ROWS)
    lines = tuple(Line(words=tuple(replace(word, confidence=0.95) for word in line.words)) for line in page.lines)
    rules = (
        *(Segment(60, 160 + 90 * row, 660, 160 + 90 * row) for row in range(6)),
        *(Segment(60 + 150 * column, 160, 60 + 150 * column, 610) for column in range(5)),
    )
    return replace(page, lines=lines, source=PageSource.OCR, segments=rules)


def with_pixels(page: Page) -> Page:
    """The page with the short lines of a screen's pixels in the cells of one column."""
    rng, fine = Random(11), []
    for _ in range(FINE):
        left, top = rng.uniform(222, 338), rng.uniform(255, 540)
        fine.append(Segment(left, top, left, top + rng.uniform(35, 80)))
        left, top = rng.uniform(215, 320), rng.uniform(262, 590)
        fine.append(Segment(left, top, left + rng.uniform(35, 60), top))
    return replace(page, segments=(*page.segments, *fine))


def test_lines_of_pixels_do_not_cut_the_table() -> None:
    page = photographed()
    assert times(extract(document(with_pixels(page))), "Tuesday") == [
        ("Applied Physics 1", "08:30", "10:00"),
        ("Algebra 1", "10:05", "11:35"),
        ("History 1", "11:40", "13:10"),
    ]


def test_the_rules_of_a_table_stay() -> None:
    page = photographed()
    shredded = with_pixels(page)
    clear = without_moire(shredded, ruled_grids(shredded))
    assert set(page.segments) <= set(clear.segments)
    assert len(clear.segments) < len(shredded.segments) / 2


def test_a_table_that_is_whole_keeps_all_its_lines() -> None:
    page = photographed()
    underlined = replace(page, segments=(*page.segments, Segment(230, 290, 300, 290), Segment(260, 280, 260, 340)))
    assert without_moire(underlined, ruled_grids(underlined)) is underlined
