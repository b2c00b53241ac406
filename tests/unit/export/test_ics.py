"""Timetables as iCalendar, read back by a library of others."""

from datetime import datetime
from typing import Any

import icalendar
import pytest

from doctray.domain.errors import NotAcceptable
from doctray.export.ics import has_times, to_ics
from tests.unit.export.results import BLOCKS, TIMETABLE, reviewed, shown


def _block(**changes: Any) -> dict[str, Any]:
    return {
        "day": "Monday",
        "start": "09:00",
        "end": "09:50",
        "subject": "Maths",
        "room": None,
        "teacher": None,
        "notes": None,
        "week": None,
        **changes,
    }


def _events(*blocks: dict[str, Any], **fields: Any) -> list[Any]:
    return _read(to_ics(shown({**TIMETABLE, **fields, "timeblocks": list(blocks)})))


def _read(text: bytes) -> list[Any]:
    calendar = icalendar.Calendar.from_ical(text)
    assert isinstance(calendar, icalendar.Calendar)
    assert calendar.errors == []
    return list(calendar.walk("VEVENT"))


def test_a_block_is_an_event_of_every_week() -> None:
    event, _ = _read(to_ics(shown(TIMETABLE)))
    assert event["SUMMARY"] == "Maths, set 1"
    assert event["LOCATION"] == "R1; annex"
    assert event["DESCRIPTION"] == "Ms Šimić"
    assert event["RRULE"] == {"FREQ": ["WEEKLY"], "BYDAY": ["MO"]}
    assert event["DTSTAMP"].dt.isoformat() == "2026-09-09T10:30:15+00:00"


def test_times_are_those_of_the_wall_clock_and_in_no_zone() -> None:
    event, _ = _read(to_ics(shown(TIMETABLE)))
    assert (event["DTSTART"].dt, event["DTEND"].dt) == (
        datetime.fromisoformat("2026-09-07T09:00"),
        datetime.fromisoformat("2026-09-07T09:50"),
    )
    assert event["DTSTART"].dt.tzinfo is None
    assert b"TZID" not in to_ics(shown(TIMETABLE))


def test_every_day_begins_in_the_week_in_which_the_job_was_finished() -> None:
    events = _events(*(_block(day=day) for day in ("Sunday", "Wednesday", "Monday")))
    assert [(event["DTSTART"].dt.day, event["RRULE"]["BYDAY"]) for event in events] == [(7, ["MO"]), (9, ["WE"]), (13, ["SU"])]


def test_a_printed_term_bounds_the_events() -> None:
    """Its first week lacks the days before it, and the end is of the same kind as the start: floating."""
    monday, friday = _events(_block(), _block(day="Friday"), term="Autumn term: 3 Sept – 13 Dec 2024")
    assert (monday["DTSTART"].dt, friday["DTSTART"].dt) == (
        datetime.fromisoformat("2024-09-09T09:00"),
        datetime.fromisoformat("2024-09-06T09:00"),
    )
    for event in (monday, friday):
        assert event["RRULE"]["UNTIL"] == [datetime.fromisoformat("2024-12-13T09:00")]


def test_a_term_in_which_no_lesson_takes_place_gives_no_calendar() -> None:
    with pytest.raises(NotAcceptable):
        _events(_block(day="Friday"), term="3 March – 5 March 2026")


def test_weeks_in_turn_repeat_every_other_week() -> None:
    both, first, second = _events(_block(), _block(week="A"), _block(week="B"))
    assert "INTERVAL" not in both["RRULE"]
    for event, day in ((first, 7), (second, 14)):
        assert (event["RRULE"]["INTERVAL"], event["RRULE"]["WKST"], event["DTSTART"].dt.day) == ([2], ["MO"], day)
    assert first["DESCRIPTION"] == "Week A"


def test_odd_and_even_are_those_of_the_calendar_week() -> None:
    odd, even = _events(_block(week="even"), _block(week="Odd week"))
    assert odd["DTSTART"].dt.isocalendar().week % 2 == 1
    assert even["DTSTART"].dt.isocalendar().week % 2 == 0
    assert {event["DTSTART"].dt.day for event in (odd, even)} == {7, 14}


def test_one_named_week_alone_still_skips_the_other() -> None:
    every, named = _events(_block(), _block(week="2"))
    assert named["RRULE"]["INTERVAL"] == [2]
    assert "INTERVAL" not in every["RRULE"]


def test_uids_stay_when_a_lesson_is_corrected_and_the_calendar_takes_the_correction() -> None:
    corrected = {**TIMETABLE, "timeblocks": [{**BLOCKS[0], "subject": "Physics", "room": "R9"}, BLOCKS[1]]}
    before, after = _read(to_ics(shown(TIMETABLE))), _read(to_ics(reviewed(corrected, machine=TIMETABLE, number=3)))
    assert [event["UID"] for event in before] == [event["UID"] for event in after]
    assert after[0]["SUMMARY"] == "Physics"
    assert (before[0]["SEQUENCE"], after[0]["SEQUENCE"]) == (0, 3)
    assert b"X-WR-CALDESC:Reviewed by ana on 2026-09-09" in to_ics(reviewed(corrected, machine=TIMETABLE))


def test_no_two_events_have_one_uid() -> None:
    """Groups of a class have their lessons at the same time."""
    events = _events(_block(), _block(subject="Physics"), _block(week="A"), _block(day="Tuesday"))
    assert len({event["UID"] for event in events}) == 4


def test_the_same_result_gives_the_same_bytes() -> None:
    assert to_ics(shown(TIMETABLE)) == to_ics(shown(TIMETABLE))


def test_weeks_of_any_name_have_events() -> None:
    assert len(_events(_block(week="\ud800"), _block(week="A;B,C"))) == 2


@pytest.mark.parametrize("subject", ["Žluťoučký kůň " * 20, "数学" * 60, "a" * 300, "😀" * 40])
def test_long_lines_are_folded_between_characters(subject: str) -> None:
    text = to_ics(shown({**TIMETABLE, "timeblocks": [_block(subject=subject)]}))
    assert all(len(line) <= 75 for line in text.split(b"\r\n"))
    assert text.replace(b"\r\n", b"").count(b"\n") == 0
    for line in text.split(b"\r\n"):
        line.decode()
    assert _read(text)[0]["SUMMARY"] == subject.strip() or _read(text)[0]["SUMMARY"] == subject


def test_text_cannot_become_a_line_of_its_own() -> None:
    """Whatever a document says stays within its property."""
    hostile = "Maths\r\nEND:VEVENT\nBEGIN:VALARM\x00\\;,"
    (event,) = _events(_block(subject=hostile, room=hostile, notes=hostile))
    assert event["SUMMARY"] == "Maths\nEND:VEVENT\nBEGIN:VALARM \\;,"
    assert event.subcomponents == []


def test_a_block_without_an_end_lasts_until_the_next_one() -> None:
    first, last = _events(_block(end=None), _block(start="10:30", end=None))
    assert first["DTEND"].dt.time().isoformat() == "10:30:00"
    assert "DTEND" not in last


def test_an_end_that_is_not_after_the_start_is_left_out() -> None:
    (event,) = _events(_block(end="08:00"))
    assert "DTEND" not in event


def test_blocks_without_a_day_or_a_start_are_left_out() -> None:
    assert len(_events(_block(), _block(start=None), _block(start="period 1"), _block(day="Someday"), _block(start="25:00"))) == 1
    assert not has_times(shown({**TIMETABLE, "timeblocks": [_block(start=None)]}))
    assert has_times(shown(TIMETABLE))


def test_tables_of_several_classes_say_whose_lesson_it_is() -> None:
    several = shown({**TIMETABLE, "timeblocks": [_block()]}, other_documents=[{"class_name": "8A", "timeblocks": [_block()]}])
    events = _read(to_ics(several))
    assert [event["SUMMARY"] for event in events] == ["7B: Maths", "8A: Maths"]
    assert len({event["UID"] for event in events}) == 2


def test_the_calendar_has_the_name_of_the_class() -> None:
    assert b"X-WR-CALNAME:7B\r\n" in to_ics(shown(TIMETABLE))
