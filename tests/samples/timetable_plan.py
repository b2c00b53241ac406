"""A made-up week: whose it is, its periods, and the lessons on each day. What it looks like on paper is `timetable_looks`."""

from dataclasses import dataclass
from random import Random
from typing import Any

DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday")

_SCHOOLS = ("Wexcombe Park School", "St Alder's Academy", "Harrowgate Lane Primary School", "Tidewater High School", "Greyfield College")
_TERMS = ("Autumn Term", "Spring Term", "Summer Term", "Semester 1", "Semester 2")
_CLASSES = ("7B", "8K", "9C", "10R", "11A", "6D")
_TEACHERS = ("Ms Hartwell", "Mr Okafor", "Mrs Lindgren", "Mr Delaney", "Ms Castellano", "Dr Prior", "Miss Abbey", "Mr Sandhu")
_SUBJECTS = (
    "English", "Maths", "Science", "History", "Geography", "French", "Art", "Music", "PE", "Computing", "Drama", "Biology", "Chemistry",
    "Physics", "Spanish", "Religious Studies", "Design Technology", "Economics", "Linear Algebra", "Data Structures",
)  # fmt: skip
_ROOMS = ("R4", "R7", "R12", "B2", "B09", "Lab 1", "Lab 3", "Gym", "S101", "2.14", "H203")


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A span of the school day, in minutes from midnight. name: of a break that all days share, else None. number: of a period, from 1."""

    start: int
    end: int
    name: str | None = None
    number: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Lesson:
    """What a class does in `length` slots from `slot` on. day: index of DAYS."""

    day: int
    slot: int
    subject: str
    room: str
    teacher: str
    length: int = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """One week of one class."""

    school: str
    term: str
    year: int
    class_name: str
    days: int
    slots: tuple[Slot, ...]
    lessons: tuple[Lesson, ...]

    def at(self, day: int, slot: int) -> Lesson | None:
        """The lesson that begins there."""
        return next((lesson for lesson in self.lessons if (lesson.day, lesson.slot) == (day, slot)), None)

    def covered(self, day: int, slot: int) -> bool:
        """Whether a longer lesson that begins before goes on there."""
        return any(lesson.day == day and lesson.slot < slot < lesson.slot + lesson.length for lesson in self.lessons)

    def span(self, lesson: Lesson) -> Slot:
        return Slot(start=self.slots[lesson.slot].start, end=self.slots[lesson.slot + lesson.length - 1].end)


def a_plan(rng: Random, *, days: int = 5, periods: int = 6, doubles: bool = False, free: float = 0.1, breaks: bool = True) -> Plan:
    """free: share of periods without a lesson. doubles: some lessons last two periods. breaks: a break and a lunch are slots."""
    slots = _school_day(rng, periods=periods, breaks=breaks)
    subjects = rng.sample(_SUBJECTS, 8)
    teacher_of = {subject: rng.choice(_TEACHERS) for subject in subjects}
    lessons: list[Lesson] = []
    for day in range(days):
        taken = 0
        for index, slot in enumerate(slots):
            if slot.name or index < taken or rng.random() < free:
                continue
            goes_on = index + 1 < len(slots) and slots[index + 1].name is None and slots[index + 1].start == slot.end
            length = 2 if doubles and goes_on and rng.random() < 0.3 else 1
            taken = index + length
            subject = rng.choice([subject for subject in subjects if not lessons or subject != lessons[-1].subject])
            lessons.append(
                Lesson(day=day, slot=index, subject=subject, room=rng.choice(_ROOMS), teacher=teacher_of[subject], length=length)
            )
    return Plan(
        school=rng.choice(_SCHOOLS),
        term=rng.choice(_TERMS),
        year=rng.choice((2023, 2024, 2025)),
        class_name=rng.choice(_CLASSES),
        days=days,
        slots=tuple(slots),
        lessons=tuple(lessons),
    )


def block(
    day: int, slot: Slot, subject: str, *, room: str | None = None, teacher: str | None = None, week: str | None = None
) -> dict[str, Any]:
    """A time block as the schema has it. A slot that starts at -1 has no time that is printed; one that ends at -1 no end."""
    return {
        "day": DAYS[day],
        "start": clock(slot.start) if slot.start >= 0 else None,
        "end": clock(slot.end) if slot.end >= 0 else None,
        "subject": subject,
        "room": room,
        "teacher": teacher,
        "notes": None,
        "week": week,
    }


def clock(minutes: int) -> str:
    """HH:MM."""
    return f"{minutes // 60:02d}:{minutes % 60:02d}"


def _school_day(rng: Random, *, periods: int, breaks: bool) -> list[Slot]:
    lesson, now = rng.choice((45, 50, 55, 60)), rng.choice((480, 510, 520, 525, 540))
    slots = []
    for period in range(periods):
        slots.append(Slot(start=now, end=now + lesson, number=period + 1))
        now += lesson
        pause = {1: ("Break", rng.choice((15, 20))), 3: ("Lunch", rng.choice((45, 60)))}.get(period)
        if pause and breaks:
            slots.append(Slot(start=now, end=now + pause[1], name=pause[0]))
        if pause:
            now += pause[1]
    return slots
