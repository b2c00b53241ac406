"""Lessons whose room stands between the time and the course."""

import pytest

from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.reading import read
from tests.unit.extraction.rules.timetable.sheet import text_line


def told(*lines: str) -> tuple[str | None, ...]:
    words = [word for index, line in enumerate(lines) for word in text_line(line, left=10.0, top=10.0 + 20 * index, tall=16.0)]
    found: list[Content] = list(contents(read(words)))
    assert len(found) == 1
    parts = (found[0].subject, found[0].room, found[0].notes)
    return tuple(part.value if part else None for part in parts)


@pytest.mark.parametrize(
    ("lines", "expected"),
    [
        (["8:20A- 9:10A QRT-", "218 Marine", "Biology:310 Lecture"], ("Marine Biology:310", "QRT-218", "Lecture")),
        (["1:00P- 1:50P VEX-B12 Optics:204"], ("Optics:204", "VEX-B12", None)),
        (["10:00-10:50 HAL-7001", "Law and Order:101", "Class"], ("Law and Order:101", "HAL-7001", "Class")),
    ],
)
def test_a_code_between_the_time_and_a_numbered_course_is_the_room(lines: list[str], expected: tuple[str | None, ...]) -> None:
    assert told(*lines) == expected


@pytest.mark.parametrize("lines", [["8:20A- 9:10A CS-202", "Algorithms"], ["8:20-9:10 CS-202 Algorithms Lab"]])
def test_a_code_before_a_course_without_a_number_is_that_course_s(lines: list[str]) -> None:
    subject, room, _ = told(*lines)
    assert subject is not None
    assert subject.startswith("CS-202")
    assert room is None
