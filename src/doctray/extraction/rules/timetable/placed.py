"""Reads lessons that print their room behind the time and then the course by its number: 9:10A-10:00A MKB-404 Physics:241 Lab."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.names import COMPONENT
from doctray.extraction.rules.timetable.reading import Found, Reading

_PLACED = re.compile(
    r"(?P<room>[A-Z]{2,5}-\s?[A-Z]?\d{2,4}[A-Z]?)\s(?P<subject>[^\W\d_][^\d:]{1,60}:\s?\d{3,4}[A-Z]?)"
    rf"(?:\s(?P<kind>(?i:class|{COMPONENT.pattern})))?",
)
_CERTAINTY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """One lesson by its parts; kind: what it is of its course, such as Lab."""

    room: Found
    subject: Found
    kind: Found | None


def placed(lines: Sequence[tuple[Word, ...]]) -> Placed | None:
    """The lesson of lines that follow a time; None for any other.

    The course has its number behind a colon, so that the code before it can only be the room: CS-202 Algorithms is a course.
    """
    reading = Reading(tuple(lines))
    match = _PLACED.fullmatch(reading.text)
    if match is None:
        return None
    room = match["room"].replace("- ", "-")
    kind = match["kind"]
    return Placed(
        room=Found(value=room, words=reading.between(*match.span("room")), certainty=_CERTAINTY),
        subject=Found(value=" ".join(match["subject"].split()), words=reading.between(*match.span("subject"))),
        kind=Found(value=kind, words=reading.between(*match.span("kind"))) if kind else None,
    )
