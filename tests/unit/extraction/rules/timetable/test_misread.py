"""A row of times in which a digit was misread is mended by its neighbours, and only where it cannot be right."""

import pytest

from doctray.extraction.rules.timetable.misread import with_usual_end
from doctray.extraction.times import TimeSpan, clock, find_label_spans, resolve

ROW = ("8:00-8:55", "9:00-9:55", "10:00-10:55", "11:00-11:55", "13:00-13:55")


def mended(*labels: str) -> dict[int, str]:
    spans = [span for label in labels for span in find_label_spans(label)]
    found = with_usual_end(spans, resolve(spans))
    return {index: f"{clock(time.start)}-{clock(time.end or 0)}" for index, time in found.items()}


def test_an_end_before_its_start_is_where_the_other_lessons_end() -> None:
    assert mended(*ROW, "16:00-10.55", "17:00-17:55") == {5: "16:00-16:55"}


@pytest.mark.parametrize(
    "label",
    ["16:00-10.40", "16:00-16:45", "16:00-17:55", "16:00"],
    ids=["two digits off", "a shorter lesson", "a double lesson", "no end"],
)
def test_what_may_be_right_or_is_too_far_off_stays(label: str) -> None:
    assert mended(*ROW, label) == {}


def test_a_row_without_one_usual_length_tells_nothing() -> None:
    assert mended("8:00-8:55", "9:00-9:40", "10:00-10:30", "16:00-10.55") == {}


def test_an_end_beyond_the_next_start_is_not_put_in() -> None:
    assert mended(*ROW, "16:00-10.55", "16:30-17:25") == {}


def test_no_times_are_no_row() -> None:
    assert with_usual_end((), ()) == {}
    assert with_usual_end(find_label_spans("8:00"), (TimeSpan(start=480, end=None),)) == {}
