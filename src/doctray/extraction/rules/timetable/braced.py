"""Tells the lines of a cell apart in which kinds of brackets do: OOP (Lecture), {CEAVB}, [Audi - AUD-1]."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.lines import text_of
from doctray.extraction.rules.timetable.names import is_group
from doctray.extraction.rules.timetable.reading import Found

_BRACED = re.compile(r"\{\s?(?P<inner>[^{}]*[^\W\d_][^{}]*?)\s?\}")
_SQUARED = re.compile(r"\[\s?(?P<inner>[^\[\]]*[^\W_][^\[\]]*?)\s?\]")
_FEWEST_LINES = 3
_CERTAINTY = 0.9


@dataclass(frozen=True, slots=True, kw_only=True)
class Braced:
    """One lesson's lines by their brackets. groups: lines that name a group alone, such as Batch-2 above the subject."""

    subject: list[tuple[Word, ...]]
    groups: list[tuple[Word, ...]]
    teacher: Found
    room: Found


def braced(lines: Sequence[tuple[Word, ...]]) -> Braced | None:
    """The lesson of a cell whose last lines are one in braces and one in square brackets; None for any other, and for several.

    Of the two, the one without a digit is the teacher's. Where both have one, or neither, braces hold the teacher.
    """
    if len(lines) < _FEWEST_LINES:
        return None
    last = {kind: line for line in lines[-2:] for kind in (_BRACED, _SQUARED) if kind.fullmatch(text_of(line))}
    if len(last) < 2:
        return None
    in_braces, in_squares = (_found(kind, last[kind]) for kind in (_BRACED, _SQUARED))
    turned = _has_digit(in_braces.value) and not _has_digit(in_squares.value)
    groups = [line for line in lines[:-2] if is_group(text_of(line))]
    subject = [line for line in lines[:-2] if not is_group(text_of(line))]
    if not subject or any(kind.search(text_of(line)) for line in subject for kind in (_BRACED, _SQUARED)):
        return None
    teacher, room = (in_squares, in_braces) if turned else (in_braces, in_squares)
    return Braced(subject=subject, groups=groups, teacher=teacher, room=room)


def _found(kind: re.Pattern[str], line: tuple[Word, ...]) -> Found:
    return Found(value=kind.sub(lambda match: match["inner"], text_of(line)), words=line, certainty=_CERTAINTY)


def _has_digit(text: str) -> bool:
    return any(c.isdigit() for c in text)
