"""Times printed at the ticks of a scale beside a table tell where its blocks begin and end."""

from doctray.domain.document import Page, Segment, Word
from doctray.extraction.rules.grid import ruled_grids
from doctray.extraction.rules.timetable import document as timetable
from doctray.extraction.rules.timetable.axes import Layout, layouts
from doctray.extraction.rules.timetable.ticks import with_ticks
from tests.unit.extraction.rules.timetable.sheet import a_page, document, sides, text_line, times

LEFT, TOP, HOUR, ROW = 200.0, 200.0, 160.0, 100.0
DAYS = ("Lundi 4-mars", "Mardi 5-mars", "Mercredi 6-mars")
LESSONS = [
    [("Algèbre", 9.0, 10.5), ("Pause", 10.5, 10.75), ("Chimie", 10.75, 12.0)],
    [("Latin", 9.5, 11.0), ("Dessin", 11.0, 12.0)],
    [("Musique", 9.0, 10.0), ("Histoire", 10.0, 11.25), ("Physique", 11.25, 12.0)],
]


def a_scale(*, of_labels: float = 0.0, tall: float = 16.0) -> Page:
    """Days down the side, blocks to scale, and over the table a label each half hour, `of_labels` hours behind its tick, so tall."""
    words: list[Word] = []
    rules: list[Segment] = []
    for step in range(7):
        at = _x(9.0 + step / 2 + of_labels)
        label = f"{9 + step // 2}:{'30' if step % 2 else '00'}"
        words += text_line(label, left=at - tall / 4.0 * len(label), top=TOP - 10.0 - tall, tall=tall)
    for row, (day, lessons) in enumerate(zip(DAYS, LESSONS, strict=True)):
        top = TOP + ROW * row
        rules += sides(60.0, top, LEFT, top + ROW)
        words += text_line(day, left=68.0, top=top + 40.0)
        rules += sides(LEFT, top, _x(12.0), top + ROW)
        for subject, start, end in lessons:
            rules += sides(_x(start), top, _x(end), top + ROW)
            words += (
                _upwards(subject, _x(start) + 12.0, top) if end - start < 0.5 else text_line(subject, left=_x(start) + 6.0, top=top + 40.0)
            )
    return a_page(words, rules)


def _x(hour: float) -> float:
    return LEFT + HOUR * (hour - 9.0)


def _upwards(text: str, left: float, top: float) -> list[Word]:
    """A letter a line, as narrow cells print a pause."""
    return [word for index, letter in enumerate(text) for word in text_line(letter, left=left, top=top + 4.0 + 18.0 * index)]


def test_labels_that_stand_as_close_as_words_do_are_a_tick_each() -> None:
    found = timetable.extract(document(a_scale(tall=28.0)))
    assert times(found, "Monday") == [("Algèbre", "09:00", "10:30"), ("Pause", "10:30", "10:45"), ("Chimie", "10:45", "12:00")]


def test_blocks_begin_and_end_at_the_ticks_of_a_scale_above_the_table() -> None:
    found = timetable.extract(document(a_scale()))
    assert times(found, "Tuesday") == [("Latin", "09:30", "11:00"), ("Dessin", "11:00", "12:00")]
    monday = times(found, "Monday")
    assert [subject for subject, _, _ in monday] == ["Algèbre", "Pause", "Chimie"]
    assert (monday[0][1], monday[2][2]) == ("09:00", "12:00")


def test_labels_between_the_ticks_are_no_scale() -> None:
    assert [len(with_ticks(laid_out(page), page).slots) for page in (a_scale(), a_scale(of_labels=0.25))] == [6, 0]


def laid_out(page: Page) -> Layout:
    grid = max(ruled_grids(page), key=lambda grid: len(grid.cells))
    [layout] = layouts(grid, page)
    return layout


def test_an_edge_between_two_ticks_has_the_time_between_and_is_inferred() -> None:
    found = timetable.extract(document(a_scale()))
    assert times(found, "Monday")[1:] == [("Pause", "10:30", "10:45"), ("Chimie", "10:45", "12:00")]
    assert times(found, "Wednesday")[1] == ("Histoire", "10:00", "11:15")
    assert {warning.code for warning in found.warnings} >= {"inferred_time"}


def test_two_lines_of_one_block_that_stand_beside_two_ticks_are_one_lesson() -> None:
    rows = [["", "Lunes", "Martes", "Jueves"]]
    words: list[Word] = []
    rules: list[Segment] = []
    for step in range(7):
        label = f"{9 + step // 2}:{'30' if step % 2 else '00'}"
        words += text_line(label, left=100.0, top=200.0 + 40.0 * step - 8.0)
    for column, day in enumerate(rows[0][1:]):
        left = 200.0 + 220.0 * column
        words += text_line(day, left=left + 80.0, top=175.0)
        rules += [
            *sides(left, 200.0, left + 220.0, 440.0),
            *sides(left, 200.0, left + 220.0, 280.0),
            *sides(left, 280.0, left + 220.0, 440.0),
        ]
        words += text_line("Proyecto VIE.", left=left + 58.0, top=212.0) + text_line("Codigo 141", left=left + 70.0, top=252.0)
        words += text_line("Algebra", left=left + 80.0, top=340.0)
    found = timetable.extract(document(a_page(words, rules)))
    assert times(found, "Tuesday") == [("Proyecto VIE. Codigo 141", "09:00", "10:00"), ("Algebra", "10:00", "12:00")]
