"""Made-up weeks drawn after many conventions: what a paper says stays the same however its days, times, breaks and lines are set."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from random import Random
from typing import Any

from doctray.domain.document import Box, Document, Line, Page, PageSource, Segment, Word
from doctray.extraction.rules.timetable.days import DAYS
from tests.unit.extraction.rules.timetable.sheet import sides

_SUBJECTS = (
    "Algebra", "World History", "Chemistry", "Spanish", "Art", "Physics Lab", "Music", "English Literature", "Economics", "Geography",
    "Computer Science", "PE", "Biology", "Philosophy",
)  # fmt: skip
_ROOMS = ("R12", "B204", "Lab 3", "Hall 2", "C-101")

TALL, LETTER, PITCH, PAD = 16.0, 8.0, 21.0, 10.0
"""Height of a line, width of a letter, step from line to line and room around a text, in pixels."""

Block = tuple[str, str, str, str]
"""(day, start, end, subject)"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A stretch of each day, in minutes from midnight. pause: the name of a break."""

    start: int
    end: int
    pause: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What begins on a day in a slot, and over how many of each it goes."""

    day: int
    slot: int
    subject: str
    room: str
    slots: int = 1
    days: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Week:
    """first: the day that it begins on, 6 for Sunday."""

    slots: tuple[Slot, ...]
    lessons: tuple[Lesson, ...]
    first: int
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """How a week is set; each of CHOICES is a field of it. down: days down the side, times across the top."""

    names: str = "Monday"
    clock: str = "08:00"
    joint: str = "-"
    label: str = "range"
    shown: str = "ranges"
    down: bool = False
    rules: str = "full"
    pause: str = "across"
    corner: str = "Time"
    align: str = "centre"
    cell: str = "room below"
    source: str = "text layer"
    title: str = "above"
    free: str = ""
    side: str = "left"

    @property
    def hourly(self) -> bool:
        """Whether its clock prints whole hours as such, so that lessons are to begin on them."""
        return self.clock in ("8h", "8", "8 of 12", "8 AM")


def _clock(minutes: int) -> str:
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _hour(minutes: int) -> int:
    return (minutes // 60 - 1) % 12 + 1


def _half(minutes: int) -> str:
    return "am" if minutes < 720 else "pm"


def _bare(hour: str, minutes: int) -> str:
    return f"{hour}:{minutes % 60:02d}" if minutes % 60 else hour


CLOCKS: dict[str, Callable[[int], str]] = {
    "8:00": lambda m: f"{m // 60}:{m % 60:02d}",
    "08:00": _clock,
    "0800": lambda m: f"{m // 60:02d}{m % 60:02d}",
    "8h00": lambda m: f"{m // 60}h{m % 60:02d}",
    "8.00": lambda m: f"{m // 60}.{m % 60:02d}",
    "8:00 of 12": lambda m: f"{_hour(m)}:{m % 60:02d}",
    "8.00 of 12": lambda m: f"{_hour(m)}.{m % 60:02d}",
    "08:00 of 12": lambda m: f"{_hour(m):02d}:{m % 60:02d}",
    "08:00 AM": lambda m: f"{_hour(m):02d}:{m % 60:02d} {_half(m).upper()}",
    "8:00am": lambda m: f"{_hour(m)}:{m % 60:02d}{_half(m)}",
    "8.00 a.m.": lambda m: f"{_hour(m)}.{m % 60:02d} {_half(m)[0]}.m.",
    "08:00:00": lambda m: f"{_clock(m)}:00",
    "8h": lambda m: f"{m // 60}h" + (f"{m % 60:02d}" if m % 60 else ""),
    "8": lambda m: _bare(str(m // 60), m),
    "8 of 12": lambda m: _bare(str(_hour(m)), m),
    "8 AM": lambda m: f"{_bare(str(_hour(m)), m)} {_half(m).upper()}",
}
_JOINTS: dict[str, str] = {
    "-": "-",
    " - ": " - ",
    "–": "–",
    " to ": " to ",
    "lines": "|",
    "- lines": " -|",
    "three lines": "|-|",
    "/": " / ",
}
_ROMAN = ("", "I", "II", "III", "IV", "V", "VI", "VII", "VIII", "IX", "X")
_LABELS: dict[str, Callable[[int, str], str]] = {
    "range": lambda number, told: told,
    "1|range": lambda number, told: f"{number}|{told}",
    "Period 1|range": lambda number, told: f"Period {number}|{told}",
    "P1 range": lambda number, told: f"P{number} {told}",
    "1st hour|range": lambda number, told: f"{number}{ ({1: 'st', 2: 'nd', 3: 'rd'}.get(number, 'th')) } hour|{told}",
    "range|1": lambda number, told: f"{told}|{number}",
    "I|range": lambda number, told: f"{_ROMAN[number]}|{told}",
    "range|I": lambda number, told: f"{told}|{_ROMAN[number]}",
}
_NAMES: dict[str, Callable[[int], str]] = {
    "Monday": lambda day: DAYS[day],
    "MONDAY": lambda day: DAYS[day].upper(),
    "Mon": lambda day: DAYS[day][:3],
    "MON": lambda day: DAYS[day][:3].upper(),
    "Mon.": lambda day: f"{DAYS[day][:3]}.",
    "Mo": lambda day: DAYS[day][:2],
    "M": lambda day: DAYS[day][0],
    "M Tu": lambda day: ("M", "Tu", "W", "Th", "F", "Sa", "Su")[day],
    "Monday|12/05": lambda day: f"{DAYS[day]}|{12 + day}/05",
    "Monday|12 May": lambda day: f"{DAYS[day]}|{12 + day} May",
    "Mon 12/5": lambda day: f"{DAYS[day][:3]} {12 + day}/5",
    "Monday (12.05.)": lambda day: f"{DAYS[day]} ({12 + day}.05.)",
    "12-May|Monday": lambda day: f"{12 + day}-May|{DAYS[day]}",
    "12 Mon": lambda day: f"{12 + day} {DAYS[day][:3]}",
    "2025-05-12|Monday": lambda day: f"2025-05-{12 + day}|{DAYS[day]}",
    "Day 1|Monday": lambda day: f"Day {day + 1}|{DAYS[day]}",
    "(Monday)": lambda day: f"({DAYS[day]})",
    "1. Monday": lambda day: f"{day + 1}. {DAYS[day]}",
}
CHOICES: dict[str, tuple[Any, ...]] = {
    "names": tuple(_NAMES),
    "clock": tuple(CLOCKS),
    "joint": tuple(_JOINTS),
    "label": tuple(_LABELS),
    "shown": ("ranges", "two columns", "key"),
    "down": (False, True),
    "rules": ("full", "rows", "columns", "outer", "none", "head"),
    "pause": ("across", "each", "blank", "gap", "label"),
    "corner": ("Time", "", "Day/Time", "Time|Day", "Days"),
    "align": ("centre", "left", "top"),
    "cell": ("room below", "alone"),
    "source": ("text layer", "ocr"),
    "title": ("above", "inside", "none"),
    "free": ("", "-", "---", "X"),
    "side": ("left", "right", "both"),
}


def is_sensible(look: Look) -> bool:
    """Whether people set a week so: what a person could not read either, or only with lines that are not drawn, is left out."""
    hours_alone = look.clock in ("8", "8 of 12", "8h")
    if hours_alone and (look.label != "range" or look.shown != "ranges"):
        return False
    if look.clock in ("8", "8 of 12", "0800") and look.joint in ("/", "lines"):
        return False
    if look.shown == "key" and (look.pause in ("gap", "blank", "label") or look.joint in ("lines", "/") or look.rules != "full"):
        return False
    return look.rules == "full" or look.side != "right"


def a_week(rng: Random, look: Look) -> Week:
    """Lessons over several slots or days need lines that show it."""
    merged = look.rules == "full"
    now = rng.choice((480, 540)) if look.hourly else rng.choice((450, 480, 500, 510, 525, 540))
    length = 60 if look.hourly else rng.choice((40, 45, 50, 60))
    slots: list[Slot] = []
    periods = rng.choice((5, 6, 7, 9))
    for number in range(1, periods + 1):
        slots.append(Slot(start=now, end=now + length))
        now += length
        pause = {2: ("Break", 60 if look.hourly else 20), 4: ("Lunch", 60 if look.hourly else 45)}.get(number)
        if pause and number < periods:
            slots.append(Slot(start=now, end=now + pause[1], pause=pause[0]))
            now += pause[1]
    days = rng.choice((5, 5, 6))
    return Week(slots=tuple(slots), lessons=tuple(_lessons(rng, slots, days, merged=merged)), first=rng.choice((0, 0, 0, 6)), days=days)


def _lessons(rng: Random, slots: Sequence[Slot], days: int, *, merged: bool) -> list[Lesson]:
    lessons: list[Lesson] = []
    taken: set[tuple[int, int]] = set()
    for day in range(days):
        for index, slot in enumerate(slots):
            # of a row with one text alone nobody could tell whether it is meant for all days
            if slot.pause or (day, index) in taken or (day > 1 and rng.random() < 0.2):
                continue
            goes_on = index + 1 < len(slots) and not slots[index + 1].pause and (day, index + 1) not in taken
            long = 2 if merged and goes_on and rng.random() < 0.25 else 1
            wide = 2 if merged and long == 1 and day + 1 < days and rng.random() < 0.15 else 1
            taken |= {(day + beside, index + below) for below in range(long) for beside in range(wide)}
            recent = {lesson.subject for lesson in lessons[-9:]}
            subject = rng.choice([each for each in _SUBJECTS if each not in recent])
            lessons.append(Lesson(day=day, slot=index, subject=subject, room=rng.choice(_ROOMS), slots=long, days=wide))
    return lessons


def blocks_of(week: Week) -> set[Block]:
    """What is true of a week, breaks aside."""
    return {
        (
            DAYS[(week.first + day) % 7],
            _clock(week.slots[lesson.slot].start),
            _clock(week.slots[lesson.slot + lesson.slots - 1].end),
            lesson.subject,
        )
        for lesson in week.lessons
        for day in range(lesson.day, lesson.day + lesson.days)
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    row: int
    column: int
    rows: int = 1
    columns: int = 1
    text: str = ""
    turned: bool = False
    head: bool = False


def _cells(week: Week, look: Look) -> list[_Cell]:
    """With times down the side; the other way round where the days go down."""
    labels = 2 if look.shown == "two columns" else 1
    cells = [_Cell(row=0, column=0, text=look.corner if labels == 1 else "From", head=True)]
    if labels == 2:
        cells.append(_Cell(row=0, column=1, text="To", head=True))
    name = _NAMES[look.names]
    cells += [_Cell(row=0, column=labels + day, text=name((week.first + day) % 7), head=True) for day in range(week.days)]
    rows: dict[int, int] = {}
    number = 0
    for index, slot in enumerate(week.slots):
        if slot.pause and look.pause == "gap":
            continue
        row = rows[index] = len(rows) + 1
        number += not slot.pause
        cells += _side(slot, row, number, look)
        if slot.pause:
            cells += _paused(slot.pause, row, labels, week.days, look)
    for lesson in week.lessons:
        text = f"{lesson.subject}|{lesson.room}" if look.cell == "room below" else lesson.subject
        cells.append(_Cell(row=rows[lesson.slot], column=labels + lesson.day, rows=lesson.slots, columns=lesson.days, text=text))
    taken = {(cell.row + below, cell.column + beside) for cell in cells for below in range(cell.rows) for beside in range(cell.columns)}
    every = [(row, column) for row in range(1, len(rows) + 1) for column in range(labels, labels + week.days)]
    cells += [_Cell(row=row, column=column, text=look.free) for row, column in every if (row, column) not in taken]
    if labels == 1:
        cells = _with_side(cells, week.days, look.side)
    if look.down:
        cells = [replace(cell, row=cell.column, column=cell.row, rows=cell.columns, columns=cell.rows) for cell in cells]
    if look.title == "inside":
        wide = max(cell.column + cell.columns for cell in cells)
        cells = [
            _Cell(row=0, column=0, columns=wide, text="Class 9B Timetable", head=True),
            *(replace(cell, row=cell.row + 1) for cell in cells),
        ]
    return cells


def _side(slot: Slot, row: int, number: int, look: Look) -> list[_Cell]:
    write = CLOCKS[look.clock]
    if look.shown == "two columns":
        return [_Cell(row=row, column=0, text=write(slot.start)), _Cell(row=row, column=1, text=write(slot.end))]
    if look.shown == "key":
        return [_Cell(row=row, column=0, text=slot.pause or str(number))]
    told = f"{write(slot.start)}{_JOINTS[look.joint]}{write(slot.end)}"
    if slot.pause:
        return [_Cell(row=row, column=0, text=f"{slot.pause}|{told}" if look.pause == "label" else told)]
    return [_Cell(row=row, column=0, text=_LABELS[look.label](number, told))]


def _paused(pause: str, row: int, first: int, days: int, look: Look) -> list[_Cell]:
    if look.pause == "across":
        return [_Cell(row=row, column=first, columns=days, text=pause, turned=look.down)]
    return [_Cell(row=row, column=first + day, text=pause if look.pause == "each" else "") for day in range(days)]


def _with_side(cells: list[_Cell], days: int, side: str) -> list[_Cell]:
    if side == "right":
        return [replace(cell, column=days if cell.column == 0 else cell.column - 1) for cell in cells]
    return [*cells, *(replace(cell, column=days + 1) for cell in cells if cell.column == 0)] if side == "both" else cells


def document(week: Week, look: Look) -> Document:
    """The week on one page, with its words and the lines that are drawn."""
    cells = _cells(week, look)
    xs, ys = _edges(cells, look)
    confidence = 1.0 if look.source == "text layer" else 0.94
    lines: list[Line] = []
    segments: list[Segment] = []
    if look.title == "above":
        lines += [_line("Riverside Academy", 60.0, 30.0, confidence), _line("Timetable Class 9B", 60.0, 70.0, confidence)]
    head = 1 if look.title == "inside" else 0
    for cell in cells:
        box = Box(xs[cell.column], ys[cell.row], xs[cell.column + cell.columns], ys[cell.row + cell.rows])
        lines += _written(cell, box, look, confidence)
        segments += _drawn(box, look.rules, first_row=cell.row == head)
    if look.rules == "outer":
        segments += sides(xs[0], ys[0], xs[-1], ys[-1])
    foot = ys[-1] + 40
    if look.shown == "key":
        for text in _key(week, look):
            lines.append(_line(text, 60.0, foot, confidence))
            foot += 1.6 * TALL
    page = Page(
        number=1, width=int(max(xs[-1] + 60, 500)), height=int(foot + 60), lines=tuple(lines), segments=tuple(segments),
        source=PageSource.TEXT_LAYER if look.source == "text layer" else PageSource.OCR,
    )  # fmt: skip
    return Document(pages=(page,), page_total=1)


def _key(week: Week, look: Look) -> list[str]:
    write, joint, number, told = CLOCKS[look.clock], _JOINTS[look.joint].replace("|", " "), 0, []
    for slot in week.slots:
        number += not slot.pause
        told.append(f"{slot.pause or f'Period {number}'}: {write(slot.start)}{joint}{write(slot.end)}")
    return told


def _edges(cells: Sequence[_Cell], look: Look) -> tuple[list[float], list[float]]:
    """Borders of the columns and rows: as wide as their texts need, and all days as wide as one another."""
    columns, rows = (max(cell.column + cell.columns for cell in cells), max(cell.row + cell.rows for cell in cells))
    widths = [
        max([3 * TALL, *(_width(cell.text) for cell in cells if cell.column == index and cell.columns == 1)]) for index in range(columns)
    ]
    heights = [
        max([1.5 * TALL, *(_height(cell.text) for cell in cells if cell.row == index and cell.rows == 1 and not cell.turned)])
        for index in range(rows)
    ]
    for cell in cells:
        if cell.columns > 1:
            _stretch(widths, cell.column, cell.columns, _width(cell.text))
        if cell.turned:
            _stretch(heights, cell.row, cell.rows, _width(cell.text))
    if not look.down:
        first = 2 if look.shown == "two columns" else 1
        widths = [*widths[:first], *([max(widths[first:])] * (columns - first))]
    xs, ys = [60.0], [150.0]
    for width in widths:
        xs.append(xs[-1] + width)
    for height in heights:
        ys.append(ys[-1] + height)
    return xs, ys


def _width(text: str) -> float:
    return max(len(line) for line in text.split("|")) * LETTER + 2 * PAD


def _height(text: str) -> float:
    return len(text.split("|")) * PITCH + PAD


def _stretch(sizes: list[float], first: int, count: int, least: float) -> None:
    short = max(0.0, least - sum(sizes[first : first + count]))
    for index in range(first, first + count):
        sizes[index] += short / count


def _written(cell: _Cell, box: Box, look: Look, confidence: float) -> list[Line]:
    parts = cell.text.split("|") if cell.text else []
    if cell.turned and parts:
        half = len(cell.text) * LETTER / 2
        place = Box(box.center_x - TALL / 2, box.center_y - half, box.center_x + TALL / 2, box.center_y + half)
        return [Line(words=(Word(text=cell.text, box=place, confidence=confidence, angle=270),))]
    top = box.top + PAD / 2 if look.align == "top" and not cell.head else box.center_y - len(parts) * PITCH / 2
    centred = look.align == "centre" or cell.head
    return [
        _line(part, box.center_x - len(part) * LETTER / 2 if centred else box.left + PAD, top + index * PITCH, confidence)
        for index, part in enumerate(parts)
        if part.strip()
    ]


def _line(text: str, left: float, top: float, confidence: float) -> Line:
    words = []
    for part in text.split(" "):
        if part:
            words.append(Word(text=part, box=Box(left, top, left + len(part) * LETTER, top + TALL), confidence=confidence))
        left += (len(part) + 0.6) * LETTER
    return Line(words=tuple(words))


def _drawn(box: Box, rules: str, *, first_row: bool) -> list[Segment]:
    top, bottom, left, right = (
        Segment(box.left, box.top, box.right, box.top),
        Segment(box.left, box.bottom, box.right, box.bottom),
        Segment(box.left, box.top, box.left, box.bottom),
        Segment(box.right, box.top, box.right, box.bottom),
    )
    match rules:
        case "full":
            return [top, bottom, left, right]
        case "rows":
            return [top, bottom]
        case "columns":
            return [left, right]
        case "head" if first_row:
            return [top, bottom]
        case _:
            return []
