"""The week of a calendar on a screen: hours at ticks, blocks to scale that print title, time and place."""

import pytest

from doctray.domain.document import Line, Page, Segment, Word
from doctray.extraction.rules.timetable.calendars import places_behind_times
from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.sheet import a_page, document, lesson, sides, text_line, times

LEFT, TOP, WIDE, HOUR = 100.0, 160.0, 200.0, 60.0
DAYS = ("MON", "TUE", "WED", "THU", "FRI")
Lesson = tuple[int, float, float, str]
LESSONS: list[Lesson] = [
    (0, 10, 11, "Ethics 12|10am, 137 East Hall"),
    (2, 10, 11, "Ethics 12|10am, 137 East Hall"),
    (4, 10, 11, "Ethics 12 Lecture|10am, 137 East Hall"),
    (0, 13, 14.5, "Botany|1 - 2:30pm|140 Lorch"),
    (2, 14.5, 16, "Poetry|2:30 - 4pm|Angell Hall"),
    (0, 14.5, 16, "Poetry|2:30 - 4pm|Angell Hall"),
    (1, 16, 17.5, "Seminar|4 - 5:30pm|160 MLB"),
    (3, 16, 18, "Lab|4 - 6pm|1755 SPH"),
]


def a_week(
    lessons: list[Lesson], *, more: list[Word] | None = None, rules: list[Segment] | None = None, unread: tuple[int, ...] = ()
) -> Page:
    words = [word for index, day in enumerate(DAYS) for word in text_line(day, left=LEFT + WIDE * index + 80, top=20.0)]
    words += [word for index in range(5) for word in text_line(str(index + 3), left=LEFT + WIDE * index + 88, top=60.0)]
    for hour in range(8, 20):
        if hour not in unread:
            words += text_line(f"{(hour - 1) % 12 + 1} {'AM' if hour < 12 else 'PM'}", left=30.0, top=_y(hour) - 8.0)
    drawn = list(rules or [])
    for day, start, end, text in lessons:
        left = LEFT + WIDE * day
        drawn += sides(left, _y(start), left + WIDE - 20, _y(end))
        words += _inside(text, left, _y(start))
    return a_page([*words, *(more or [])], drawn)


def _inside(text: str, left: float, top: float) -> list[Word]:
    return [word for index, line in enumerate(text.split("|")) for word in text_line(line, left=left + 8, top=top + 5 + 20 * index)]


def _y(hour: float) -> float:
    return TOP + HOUR * (hour - 8)


def test_a_block_with_its_start_alone_ends_where_it_is_drawn_to() -> None:
    found = extract(document(a_week(LESSONS)))
    assert times(found, "Monday") == [("Ethics 12", "10:00", "11:00"), ("Botany", "13:00", "14:30"), ("Poetry", "14:30", "16:00")]


def test_what_stands_behind_the_time_is_the_place() -> None:
    found = extract(document(a_week(LESSONS)))
    rooms = [
        lesson(found, "Wednesday", "Ethics 12")["room"],
        lesson(found, "Monday", "Botany")["room"],
        lesson(found, "Monday", "Poetry")["room"],
    ]
    assert rooms == ["137 East Hall", "140 Lorch", "Angell Hall"]


def test_ticks_whose_labels_were_not_read_are_told_by_the_others() -> None:
    found = extract(document(a_week(LESSONS, unread=(11, 13))))
    assert times(found, "Friday") == [("Ethics 12 Lecture", "10:00", "11:00")]


def test_a_bar_for_all_day_above_the_ticks_is_no_lesson() -> None:
    bar = text_line("Hand in essay, 10:30am", left=LEFT + 10, top=100.0)
    found = extract(document(a_week(LESSONS, more=bar)))
    assert times(found, "Monday") == times(extract(document(a_week(LESSONS))), "Monday")


def test_blocks_that_touch_without_a_line_between_are_two() -> None:
    both = (4, 12.0, 14.0, "Ethics 12 Talk|12pm, 146 Mason Hall")
    more = _inside("Botany Talk|1pm, 140 Lorch", LEFT + 4 * WIDE, _y(13))
    found = extract(document(a_week([*LESSONS, both], more=more)))
    assert times(found, "Friday")[1:] == [("Ethics 12 Talk", "12:00", "13:00"), ("Botany Talk", "13:00", "14:00")]


def test_a_block_that_the_line_of_the_present_time_runs_through_is_one() -> None:
    upper, lower = (2, 11.0, 11.75, "Botany|11 - 12:30pm"), (2, 11.75, 12.5, "140 Lorch")
    found = extract(document(a_week([*LESSONS, upper, lower])))
    assert lesson(found, "Wednesday", "Botany")["room"] == "140 Lorch"
    assert [subject for subject, _, _ in times(found, "Wednesday")] == ["Ethics 12", "Botany", "Poetry"]


@pytest.mark.parametrize("notice", ["Activate Windows", "Go to Settings to activate Windows.", "Go to Settings to activate Windo"])
def test_what_an_operating_system_lays_over_the_screen_is_no_lesson(notice: str) -> None:
    page = a_week(LESSONS)
    over = Line(words=tuple(text_line(notice, left=LEFT + 4 * WIDE, top=_y(18.5))))
    plain = extract(document(page))
    assert extract(document(page.evolve(lines=(*page.lines, over)))).fields == plain.fields


def test_names_behind_times_are_no_places() -> None:
    cells = [[text_line(line, left=0.0, top=20.0 * at) for at, line in enumerate(text.split("|"))] for text in (
        "Ethics|9 - 10am|Ada Lind", "Law|9 - 10am|Bo Marek", "Art|1 - 2pm|Ada Lind", "Music|2 - 3pm|Room 4", "Latin|4 - 5pm|Iva Dunn",
    )]  # fmt: skip
    assert places_behind_times([[tuple(line) for line in lines] for lines in cells]) == frozenset()
