"""Printed times are found in text, and settled as a school day allows."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from doctray.extraction.times import PrintedTime, TimeSpan, clock, find_label_spans, find_spans, resolve


def settled(text: str) -> list[tuple[str, str | None]]:
    spans = resolve(find_label_spans(text))
    return [(clock(span.start), None if span.end is None else clock(span.end)) for span in spans]


@pytest.mark.parametrize(
    ("text", "start", "end"),
    [
        ("9.00-9.45", "09:00", "09:45"),
        ("Period 1: 07:30-08:10", "07:30", "08:10"),
        ("10: 30 - 11: 15", "10:30", "11:15"),
        ("(10.50 :14.40)", "10:50", "14:40"),
        ("12:40P- 1:30P", "12:40", "13:30"),
        ("9:10A-10:00A", "09:10", "10:00"),
        ("12:40 p - 1:30 p", "12:40", "13:30"),
        ("0800H-0850H", "08:00", "08:50"),
        ("08:00...08:50", "08:00", "08:50"),
        ("08:00h - 08:50 h", "08:00", "08:50"),
        ("8h00min - 8h50min", "08:00", "08:50"),
        ("dalle 8:00 alle 8:50", "08:00", "08:50"),
        ("08:00 … 08:50", "08:00", "08:50"),
        ("8.20: 11.40", "08:20", "11:40"),
        ("(09.10 : 10.50 )", "09:10", "10:50"),
        ("9:00 – 10:00", "09:00", "10:00"),
        ("0800-0900", "08:00", "09:00"),
        ("1.15-3PM", "13:15", "15:00"),
        ("9 – 9.30 RWI", "09:00", "09:30"),
        ("12 – 1pm", "12:00", "13:00"),
        ("8:35 – 8.50 am", "08:35", "08:50"),
        ("11-12 NOON", "11:00", "12:00"),
        ("8-9 AM", "08:00", "09:00"),
        ("1.15- 2.15PM", "13:15", "14:15"),
        ("7:30 7:50", "07:30", "07:50"),
        ("(4) 1 :40-2:40", "13:40", "14:40"),
        ("08h30-09h15", "08:30", "09:15"),
        ("12 noon - 1pm", "12:00", "13:00"),
        ("9.15am to 10am", "09:15", "10:00"),
        ("11.30-12.30pm", "11:30", "12:30"),
        ("13:50—14:50", "13:50", "14:50"),
        ("1O:3O-11.OO", "10:30", "11:00"),
        ("l0:15 - 11:15", "10:15", "11:15"),
        ("10 - 11", "10:00", "11:00"),
        ("8h-9h", "08:00", "09:00"),
        ("8h - 9h30", "08:00", "09:30"),
        ("13h à 14h", "13:00", "14:00"),
        ("8:00 a 9:00", "08:00", "09:00"),
        ("8h", "08:00", None),
        ("0730 0810", "07:30", "08:10"),
        ("1345", "13:45", None),
        ("8.40", "08:40", None),
        ("3.20", "15:20", None),
        ("2pm", "14:00", None),
        ("8:25/9:25", "08:25", "09:25"),
        ("10.30 - 10-45", "10:30", "10:45"),
        ("17 00 - 17:55", "17:00", "17:55"),
        ("18:00:18.55", "18:00", "18:55"),
        ("800·855", "08:00", "08:55"),
        ("13:00-1355", "13:00", "13:55"),
        ("14:00 • - 14:30", "14:00", "14:30"),
        ("14:00 - • 14:30", "14:00", "14:30"),
        ("7h50 - 8h40", "07:50", "08:40"),
        ("07h 30 – 09h 00", "07:30", "09:00"),
        ("13 h 30 - 15 h", "13:30", "15:00"),
        ("07H30 AS 08H20", "07:30", "08:20"),
        ("9:30 \u2010 11:00", "09:30", "11:00"),
        ("9:30\u201111:00", "09:30", "11:00"),
        ("11:00 AM - 12:20 AM", "11:00", "12:20"),
        ("3 – 09H20 ÀS 10H10", "09:20", "10:10"),
        ("8⁰⁰-8⁴⁵", "08:00", "08:45"),
        ("08:00:00 - 08:45:00", "08:00", "08:45"),
        ("08:00 hs a 08:40 hs", "08:00", "08:40"),
        ("08.00 s/d 08.45", "08:00", "08:45"),
        ("7:45 do 8:30", "07:45", "08:30"),
        ("08:00|08:50", "08:00", "08:50"),
        ("19:00 - - 21:00", "19:00", "21:00"),
    ],
)
def test_a_label_means_these_times(text: str, start: str, end: str | None) -> None:
    assert settled(text) == [(start, end)]


@pytest.mark.parametrize(
    "text",
    [
        "2022-2023",
        "Years 1-3",
        "Room 12",
        "3/1/2024",
        "A1.05",
        "Recess 2",
        "25:00",
        "9:75",
        "",
        "P5",
        "50%",
        ":40-2.40",
        "4303",
        "1312",
        "0500",
        "0730 B12",
        "Grade 4-5",
    ],
)
def test_what_is_no_time_is_left_alone(text: str) -> None:
    assert find_label_spans(text) == ()


def test_a_pair_of_bare_numbers_is_a_range_in_a_label_only() -> None:
    assert find_spans("8-9") == find_spans("0730") == find_spans("Maths 2h") == ()
    assert settled("8-9") == [("08:00", "09:00")]


def test_a_row_of_labels_goes_on_into_the_afternoon() -> None:
    row = "8:00-9:00 9:00-10:00 11:00-12:00 12:00-1:00 1:00-2:00 3:00-4:00 5:00-6:00"
    assert [clock(span.start) for span in resolve(find_spans(row))] == ["08:00", "09:00", "11:00", "12:00", "13:00", "15:00", "17:00"]


def test_late_hours_printed_as_pm_amid_a_morning_are_the_mornings() -> None:
    assert settled("9.45am-10.45am 11.00pm-12.00pm 12.00pm-1.00pm") == [("09:45", "10:45"), ("11:00", "12:00"), ("12:00", "13:00")]
    assert settled("8.00pm-9.00pm 9.00pm-10.00pm 10.15pm-11.00pm") == [("20:00", "21:00"), ("21:00", "22:00"), ("22:15", "23:00")]


def test_an_evening_after_the_afternoon_stays_evening() -> None:
    spans = resolve(find_spans("4:00-5:00, 5:00-6:00, 6:00-7:00, 7:00-8:00, 8:00-9:00"))
    assert [clock(span.start) for span in spans] == ["16:00", "17:00", "18:00", "19:00", "20:00"]


def test_an_early_morning_is_told_from_what_follows() -> None:
    assert [clock(span.start) for span in resolve(find_spans("6:30-7:00, 7:00-8:00, 8:00-9:00"))] == ["06:30", "07:00", "08:00"]


def test_a_24_hour_row_keeps_its_mornings() -> None:
    assert [clock(span.start) for span in resolve(find_spans("05:30-06:30 13:00-14:00"))] == ["05:30", "13:00"]


def test_one_hour_misprinted_as_of_24_takes_no_other_with_it() -> None:
    row = resolve(find_spans("8:30-9:25 9:30-20:25 20:30-11:25 11:30-12:25 12:30-1:25 2:30-3:25"))
    assert [clock(span.start) for span in row] == ["08:30", "09:30", "20:30", "11:30", "12:30", "14:30"]
    evenings = resolve(find_spans("6:30-8:00 20:00-21:00 22:00-23:30"))
    assert [clock(span.start) for span in evenings] == ["06:30", "20:00", "22:00"]


def test_a_time_in_a_cell_lies_near_its_column() -> None:
    spans = find_spans("7.00-8.00")
    assert clock(resolve(spans, near=TimeSpan(start=19 * 60, end=None))[0].start) == "19:00"
    assert clock(resolve(spans, near=TimeSpan(start=7 * 60, end=None))[0].start) == "07:00"


def test_no_spans_mean_no_times() -> None:
    assert resolve(()) == ()


def test_a_time_outside_the_day_cannot_be_built() -> None:
    with pytest.raises(ValueError, match="time of day"):
        PrintedTime(hour=24, minute=0)


minutes = st.integers(min_value=7 * 60, max_value=18 * 60 - 1)


@given(start=minutes, length=st.integers(min_value=5, max_value=170), dash=st.sampled_from(["-", " - ", "–", " to "]))
def test_every_printed_range_of_a_school_day_is_read_back(start: int, length: int, dash: str) -> None:
    text = f"{clock(start)}{dash}{clock(start + length)}"
    assert settled(text) == [(clock(start), clock(start + length))]


@given(starts=st.lists(st.integers(min_value=7 * 12, max_value=18 * 12 + 10), min_size=2, max_size=9, unique=True))
def test_a_day_printed_in_12_hours_is_read_back_in_order(starts: list[int]) -> None:
    """Bounded gaps and lessons of five minutes or more, as on real papers."""
    day = [start * 5 for start in sorted(starts)]
    closed = list(pairwise(day))
    if any(end - start > 170 for start, end in closed):
        return
    text = " , ".join(f"{(start // 60 - 1) % 12 + 1}.{start % 60:02d}-{(end // 60 - 1) % 12 + 1}.{end % 60:02d}" for start, end in closed)
    assert [(span.start, span.end) for span in resolve(find_spans(text))] == closed


@given(text=st.text(alphabet="0123456789:.-–apmnoOlI ,/()hto", max_size=40))
def test_any_text_gives_times_of_the_day_or_nothing(text: str) -> None:
    for span in resolve(find_label_spans(text)):
        assert 0 <= span.start < 24 * 60
        assert span.end is None or 0 <= span.end < 24 * 60


@given(text=st.text(max_size=60))
def test_spans_stand_in_order_within_the_text(text: str) -> None:
    place = 0
    for span in find_spans(text):
        assert place <= span.begin < span.stop <= len(text)
        assert span.begin <= span.end_begin <= span.stop
        place = span.stop
