"""A class's timetable (times down the side) and a teacher's (times across the top), each with a break and lunch."""

from dataclasses import dataclass
from random import Random
from typing import Any

from tests.samples.paper import Paper
from tests.samples.sheet import Colour, Sheet, Style

A5_ACROSS_PT = (595.0, 420.0)
A4_ACROSS_PT = (842.0, 595.0)

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday")
SCHOOLS = ("Wexcombe Park School", "St Alder's Academy", "Harrowgate Lane Primary School", "Tidewater High School")
TERMS = ("Autumn Term", "Spring Term", "Summer Term")
CLASSES = ("7B", "8K", "9 Maple", "10R", "5 Rowan")
TEACHERS = ("Ms Hartwell", "Mr Okafor", "Mrs Lindgren", "Mr Delaney", "Ms Castellano", "Dr Prior")
SUBJECTS = ("English", "Maths", "Science", "History", "Geography", "French", "Art", "Music", "PE", "Computing", "Drama")
ROOMS = ("R4", "R7", "R12", "B2", "B9", "Lab 1", "Lab 3", "Gym", "Hall", "Studio")
SHADES: tuple[Colour, ...] = ((0.86, 0.91, 0.97), (0.88, 0.94, 0.87), (0.97, 0.92, 0.84))
BREAK_SHADE: Colour = (0.93, 0.93, 0.93)


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A span of the school day, in minutes from midnight. name: of a break that all days share, else None."""

    start: int
    end: int
    name: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Clock:
    """How a school prints times. twelve: afternoon hours from 1. zero: 08:50 instead of 8:50."""

    mark: str
    dash: str
    twelve: bool
    zero: bool

    def span(self, slot: Slot) -> str:
        return f"{self._time(slot.start)}{self.dash}{self._time(slot.end)}"

    def _time(self, minutes: int) -> str:
        hour = minutes // 60
        if self.twelve and hour > 12:
            hour -= 12
        return f"{hour:{'02' if self.zero else ''}d}{self.mark}{minutes % 60:02d}"


CLOCKS = (
    Clock(mark=":", dash=" - ", twelve=False, zero=True),
    Clock(mark=":", dash="-", twelve=False, zero=False),
    Clock(mark=".", dash=" - ", twelve=True, zero=False),
)


def class_timetable(rng: Random) -> Paper:
    """A5 across, one page, text layer: days across the top, times down the side, subject over teacher and room in each cell."""
    slots = _school_day(rng, periods=6)
    school, term, year, name = rng.choice(SCHOOLS), rng.choice(TERMS), rng.choice((2024, 2025)), rng.choice(CLASSES)
    clock, shade = rng.choice(CLOCKS), rng.choice(SHADES)
    teacher_of = dict(zip(rng.sample(SUBJECTS, 7), (rng.choice(TEACHERS) for _ in range(7)), strict=True))
    sheet = Sheet(*A5_ACROSS_PT)
    sheet.write((22, 34), school, Style(font="hebo", size=15))
    sheet.write((22, 54), f"Class {name}", Style(font="hebo", size=13))
    sheet.cell((340, 20, 573, 40), [("Weekly Timetable", Style(font="hebo", size=13))], align="right", pad=0)
    sheet.cell((340, 42, 573, 60), [(f"{term} {year}/{(year + 1) % 100:02d}", Style(size=12))], align="right", pad=0)
    left, top, right, bottom = 22.0, 66.0, 573.0, 402.0
    side, wide = 84.0, (right - left - 84.0) / len(DAYS)
    head = 22.0
    for column, day in enumerate(("Time", *DAYS)):
        x = left + (side + wide * (column - 1) if column else 0)
        _cell(sheet, (x, top, x + (wide if column else side), top + head), [(day, Style(font="hebo", size=11))], fill=shade)
    blocks = []
    y = top + head
    tall = (bottom - y - sum(24.0 for slot in slots if slot.name)) / sum(1 for slot in slots if not slot.name)
    for slot in slots:
        under = y + (24.0 if slot.name else tall)
        _cell(sheet, (left, y, left + side, under), [(clock.span(slot), Style(font="hebo", size=10))], fill=shade)
        if slot.name:
            _cell(sheet, (left + side, y, right, under), [(slot.name, Style(font="hebo", size=11))], fill=BREAK_SHADE)
            blocks += [_block(day, slot, subject=slot.name) for day in DAYS]
        else:
            for column, (day, subject) in enumerate(zip(DAYS, rng.sample(list(teacher_of), len(DAYS)), strict=True)):
                room = rng.choice(ROOMS)
                x = left + side + wide * column
                lines = [(subject, Style(font="hebo", size=11)), (f"{teacher_of[subject]}, {room}", Style(size=9.4))]
                _cell(sheet, (x, y, x + wide, under), lines)
                blocks.append(_block(day, slot, subject=subject, room=room, teacher=teacher_of[subject]))
        y = under
    truth = _truth(class_name=name, school_name=school, term=term, year=year, blocks=blocks)
    return Paper(name="class_timetable", document_type="timetable", pdf=sheet.pdf(), truth=truth)


def teacher_timetable(rng: Random) -> Paper:
    """A4 across, one page, text layer: times across the top, days down the side, class and room in each cell; free periods stay empty."""
    slots = _school_day(rng, periods=5)
    school, term, year, teacher = rng.choice(SCHOOLS), rng.choice(TERMS), rng.choice((2024, 2025)), rng.choice(TEACHERS)
    clock, shade = rng.choice(CLOCKS), rng.choice(SHADES)
    subjects, classes = rng.sample(SUBJECTS, 2), rng.sample(CLASSES, 4)
    sheet = Sheet(*A4_ACROSS_PT)
    sheet.write((36, 52), school, Style(font="tibo", size=20))
    sheet.write((36, 82), f"Teacher: {teacher}", Style(font="tibo", size=16))
    sheet.cell((500, 66, 806, 90), [(f"{term} {year}/{(year + 1) % 100:02d}", Style(font="tiro", size=15))], align="right", pad=0)
    left, top, right, bottom = 36.0, 100.0, 806.0, 560.0
    side, head, narrow = 90.0, 40.0, 84.0
    tall = (bottom - top - head) / len(DAYS)
    wide = (right - left - side - sum(narrow for slot in slots if slot.name)) / sum(1 for slot in slots if not slot.name)
    _cell(sheet, (left, top, left + side, top + head), [("Day", Style(font="hebo", size=12))], fill=shade)
    for row, day in enumerate(DAYS):
        y = top + head + tall * row
        _cell(sheet, (left, y, left + side, y + tall), [(day, Style(font="hebo", size=12))], fill=shade)
    blocks = []
    x = left + side
    for slot in slots:
        end = x + (narrow if slot.name else wide)
        _cell(sheet, (x, top, end, top + head), [(clock.span(slot), Style(font="hebo", size=11))], fill=shade)
        if slot.name:
            _cell(sheet, (x, top + head, end, bottom), [(slot.name, Style(font="hebo", size=13))], fill=BREAK_SHADE)
            blocks += [_block(day, slot, subject=slot.name) for day in DAYS]
        else:
            for row, day in enumerate(DAYS):
                y = top + head + tall * row
                lines = []
                if rng.random() > 0.2:
                    subject, pupils, room = rng.choice(subjects), rng.choice(classes), rng.choice(ROOMS)
                    small = Style(size=11)
                    lines = [(subject, Style(font="hebo", size=13)), (f"Class {pupils}", small), (f"Room {room}", small)]
                    blocks.append(_block(day, slot, subject=subject, room=room, notes=f"Class {pupils}"))
                _cell(sheet, (x, y, end, y + tall), lines)
        x = end
    truth = _truth(teacher_name=teacher, school_name=school, term=term, year=year, blocks=blocks)
    return Paper(name="teacher_timetable", document_type="timetable", pdf=sheet.pdf(), truth=truth)


def _school_day(rng: Random, *, periods: int) -> list[Slot]:
    """Lessons of one length, a break after the second, lunch after the fourth; ends by half past four."""
    lesson, now = rng.choice((50, 55, 60)), rng.choice((510, 520, 525, 540))
    slots = []
    for period in range(periods):
        slots.append(Slot(start=now, end=now + lesson))
        now += lesson
        pause = {1: ("Break", rng.choice((15, 20))), 3: ("Lunch", rng.choice((45, 60)))}.get(period)
        if pause:
            slots.append(Slot(start=now, end=now + pause[1], name=pause[0]))
            now += pause[1]
    return slots


def _cell(sheet: Sheet, rect: tuple[float, float, float, float], lines: list[tuple[str, Style]], *, fill: Colour | None = None) -> None:
    sheet.box(rect, width=0.9, fill=fill)
    if lines:
        sheet.cell(rect, lines, pad=3.0)


def _block(
    day: str, slot: Slot, *, subject: str, room: str | None = None, teacher: str | None = None, notes: str | None = None
) -> dict[str, Any]:
    start, end = (f"{minutes // 60:02d}:{minutes % 60:02d}" for minutes in (slot.start, slot.end))
    return {"day": day, "start": start, "end": end, "subject": subject, "room": room, "teacher": teacher, "notes": notes, "week": None}


def _truth(
    *, school_name: str, term: str, year: int, blocks: list[dict[str, Any]], teacher_name: str | None = None, class_name: str | None = None
) -> dict[str, Any]:
    blocks = sorted(blocks, key=lambda block: (DAYS.index(block["day"]), block["start"]))
    return {
        "teacher_name": teacher_name,
        "class_name": class_name,
        "school_name": school_name,
        "term": term,
        "year": year,
        "timeblocks": blocks,
    }
