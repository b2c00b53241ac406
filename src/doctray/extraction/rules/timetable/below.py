"""Finds what a spreadsheet tells of a lesson in the cells below it, each in a row of its own: the teacher alone, the room alone."""

import re
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from doctray.domain.document import Box
from doctray.extraction.rules.grid import LEVEL_PX, Axis, Cell
from doctray.extraction.rules.timetable.kinds import is_room
from doctray.extraction.rules.timetable.names import BREAKS, TEACHER
from doctray.extraction.rules.timetable.reading import Found, read

_FEWEST, _MOSTLY = 3, 0.8
"""So many cells, and most of those with a teacher or a room alone, stand right below a lesson that has none."""

_MOST_WORDS, _MOST_WORDS_OF_ROOM = 12, 2
_AND = re.compile(r"\s*[/&,;]\s*")
_LETTERS = re.compile(r"[^\W\d_]{2}")
_NAMES = re.compile(r"(?:\s(?:d[aeiou]s?|del|van|von|bin|al)|\s[A-ZÀ-ÖØ-Þ][\w.'’-]*)*")


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What cells below a lesson tell of it, and the box of all of them."""

    box: Box
    teacher: Found | None = None
    room: Found | None = None


def told_below(cells: Sequence[Cell], axis: Axis) -> tuple[dict[int, Told], set[int]]:
    """For lessons, by their cell's identity, what the cells below tell; and the identities of these. axis: along which the times run."""
    if axis is not Axis.Y:
        return {}, set()
    columns: defaultdict[tuple[int, int], list[Cell]] = defaultdict(list)
    for cell in sorted(cells, key=lambda cell: cell.box.top):
        columns[round(cell.box.left / LEVEL_PX), round(cell.box.right / LEVEL_PX)].append(cell)
    runs = [run for column in columns.values() for run in _runs(column)]
    lower = [cell for run in runs for cell in run[1:]]
    if len(lower) < max(_FEWEST, _MOSTLY * sum(_kind(cell) is not None for cell in cells)):
        return {}, set()
    return {id(run[0]): _told(run) for run in runs if len(run) > 1}, {id(cell) for cell in lower}


def _runs(column: Sequence[Cell]) -> list[list[Cell]]:
    """Each lesson of a column with the cells right below it that hold its teacher or its room."""
    runs: list[list[Cell]] = []
    told: set[str] = set()
    for cell in column:
        kind = _kind(cell)
        touches = bool(runs) and abs(runs[-1][-1].box.bottom - cell.box.top) <= LEVEL_PX
        if kind and kind not in told and touches and _is_lesson(runs[-1][0]):
            runs[-1].append(cell)
            told.add(kind)
        else:
            runs.append([cell])
            told = {"teacher"} if TEACHER.search(read(cell.words).text) else set()
    return runs


def _kind(cell: Cell) -> str | None:
    """teacher or room, where a cell holds nothing else. Spanish Lab 3 is a lesson, and so is what has a room in its second line."""
    reading = read(cell.words)
    text = reading.text.strip()
    if not 0 < len(text.split()) <= _MOST_WORDS:
        return None
    people = [(part, TEACHER.match(part)) for part in _AND.split(text)]
    if all(name and _NAMES.fullmatch(part[name.end() :]) for part, name in people):
        return "teacher"
    alone = len(reading.lines) == 1 and len(text.split()) <= _MOST_WORDS_OF_ROOM
    return "room" if alone and is_room(text) and any(map(str.isdigit, text)) else None


def _is_lesson(cell: Cell) -> bool:
    text = read(cell.words).text
    return _kind(cell) is None and _LETTERS.search(text) is not None and not BREAKS.search(text)


def _told(run: Sequence[Cell]) -> Told:
    found = {
        kind: Found(value=reading.text, words=reading.words) for cell in run[1:] if (kind := _kind(cell)) and (reading := read(cell.words))
    }
    box = run[0].box.union(run[-1].box)
    return Told(box=box, teacher=found.get("teacher"), room=found.get("room"))
