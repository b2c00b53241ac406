"""Learns what stands at the foot of the cells, well below the subject, where nothing else is printed around it: teachers, or rooms."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from statistics import median

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell, box_of
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.kinds import are_groups, are_rooms, is_everywhere, is_room
from doctray.extraction.rules.timetable.names import BREAKS, TEACHER
from doctray.extraction.rules.timetable.reading import Found, plain_text, read, size_of
from doctray.extraction.rules.timetable.sorting import Habits
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

_GAP, _CLEARLY = 0.8, 2.0
"""Heights of letters between the two texts of a cell; and how many times as far apart they are as the lines of either."""

_LINE_GAP = 0.3
_FEWEST, _USUAL, _MOSTLY = 6, 0.6, 0.7

_NAMED = re.compile(r"(?:[A-Z]{2,6}\s?-\s?)?(?:[A-Z]\.?\s){0,2}[A-ZÀ-ÖØ-Þ][^\W\d_]*\.?(?:[\s'’-][A-ZÀ-ÖØ-Þ][^\W\d_]*\.?){1,3}")
"""Two to four words with capitals, after a code where there is one: CSNJ-NAJLA MUSTHAFA."""


@dataclass(frozen=True, slots=True)
class Halves:
    """What the foot of the cells of one table holds: teacher or room."""

    holds: str

    def content(self, cell: Cell, habits: Habits) -> Content | None:
        """The lesson of a cell with its foot told apart; None for a cell without one."""
        halves = _halves(cell)
        if halves is None or BREAKS.search(read(cell.words).text):
            return None
        upper, lower = halves
        found = contents(read([word for line in upper for word in line]), habits)
        if len(found) != 1 or found[0].subject is None:
            return None
        said = Found(value=_text(lower), words=tuple(word for line in lower for word in line), certainty=0.85)
        return replace(found[0], teacher=said) if self.holds == "teacher" else replace(found[0], room=said)


def halves_of(cells: Sequence[Cell]) -> Halves | None:
    """What stands at the foot of most cells; None where few have a text of their own there, or it is neither people nor rooms."""
    upright = [cell for cell in cells if len(cell.words) > 1 and not any(word.angle for word in cell.words)]
    upright = [cell for cell in upright if not BREAKS.search(read(cell.words).text)]
    halves = [both for cell in upright if (both := _halves(cell))]
    if len(halves) < max(_FEWEST, _USUAL * len(upright)):
        return None
    beside = [(_text(lower), _text(upper)) for upper, lower in halves]
    texts = [text for text, _ in beside]
    if are_groups(texts) or len(set(texts)) < 3:
        return None
    if sum(map(_may_be_people, texts)) >= _MOSTLY * len(texts) and not is_everywhere(beside):
        return Halves("teacher")
    return Halves("room") if sum(map(is_room, texts)) >= _MOSTLY * len(texts) or are_rooms(beside) else None


_Lines = Sequence[tuple[Word, ...]]


def _halves(cell: Cell) -> tuple[_Lines, _Lines] | None:
    """The lines of a cell above and below the one wide gap between them."""
    reading = read(cell.words)
    lines = reading.lines
    if len(lines) < 2 or reading.stacked:
        return None
    size = median(size_of(word) for word in cell.words)
    gaps = [box_of(below).top - box_of(above).bottom for above, below in pairwise(lines)]
    widest = max(range(len(gaps)), key=lambda index: gaps[index])
    others = [gap for index, gap in enumerate(gaps) if index != widest]
    if gaps[widest] < max(_GAP * size, _CLEARLY * max([_LINE_GAP * size, *others])):
        return None
    return lines[: widest + 1], lines[widest + 1 :]


def _may_be_people(text: str) -> bool:
    lesson = any(part.casefold().strip(".,") in SUBJECT_WORDS for part in re.split(r"[\s-]+", text))
    return TEACHER.search(text) is not None or (not lesson and _NAMED.fullmatch(text) is not None)


def _text(lines: _Lines) -> str:
    return " ".join(plain_text(line) for line in lines)
