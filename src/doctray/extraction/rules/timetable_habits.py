"""Learns from all the cells of a table what one of them alone does not tell: which lines are teachers' names without a title."""

import re
from collections.abc import Sequence
from statistics import median

from doctray.domain.document import Word
from doctray.extraction.rules.timetable_cells import ROOM, TEACHER, Habits
from doctray.extraction.rules.timetable_grid import Cell
from doctray.extraction.rules.timetable_reading import read, size_of
from doctray.extraction.rules.timetable_subjects import SUBJECT_WORDS
from doctray.extraction.times import find_spans

_NAME = re.compile(
    r"(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ]\.\s?){1,3}|[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*,?\s)(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ]\.?|bin|binti|de|del|da"
    r"|van|von|der|ur|ul|al|el|la|le|di)\s)*"
    r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*\.?"
)
"""Two to five words that begin with a capital, initials among them."""

_CODE = re.compile(r"[A-ZÄÖÜÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ]{1,4}")
"""How planning software abbreviates a teacher: Mül, HOF, Sm."""

_FEWEST = 3
_USUAL = 0.4
_SMALLER = 0.85


def habits_of(cells: Sequence[Cell], *, timed: bool) -> Habits:
    """Of a table with these cells of lessons. timed: whether its labels print the times."""
    written = [(lines, cell) for cell in cells if len(lines := _lines(cell)) > 1]
    found = [{_text(line) for index, line in enumerate(lines) if _may_be_name(lines, index, cell)} for lines, cell in written]
    usual = sum(bool(names) for names in found) >= max(_FEWEST, _USUAL * len(written))
    names = frozenset(name for names in found for name in names) if usual else frozenset()
    return Habits(names=names | _codes([lines for lines, _ in written]), timed=timed)


def _lines(cell: Cell) -> list[tuple[Word, ...]]:
    return [line for line in read(cell.words).lines if any(c.isalnum() for c in _text(line)) and not find_spans(_text(line))]


def _text(line: Sequence[Word]) -> str:
    return " ".join(word.text for word in line).strip(" \t-–—:;,|/•·*()[]")


def _may_be_name(lines: Sequence[tuple[Word, ...]], index: int, cell: Cell) -> bool:
    text = _text(lines[index])
    if not _NAME.fullmatch(text) or TEACHER.search(text) or any(part.casefold().strip(".,") in SUBJECT_WORDS for part in text.split()):
        return False
    if index == 0:
        sizes = [median(size_of(word) for word in line) for line in lines]
        return sizes[0] < _SMALLER * max(sizes)
    return _is_set_apart(lines[index - 1], lines[index], cell)


def _is_set_apart(before: tuple[Word, ...], line: tuple[Word, ...], cell: Cell) -> bool:
    """Whether the first word of the line would have had room in the line before: its line was begun on purpose."""
    if any(word.angle for word in (*before, *line)):
        return False
    size = size_of(before[-1])
    used = before[-1].box.right - before[0].box.left
    return used + 0.3 * size + line[0].box.width < cell.box.width - 0.5 * size


def _codes(written: Sequence[Sequence[tuple[Word, ...]]]) -> set[str]:
    """Codes of cells that print a subject, a short code and a room, each in a line or the last two in one, where most cells do."""
    threes = [lines for lines in written if len(lines) == 3 and _CODE.fullmatch(_text(lines[1])) and ROOM.fullmatch(_text(lines[2]))]
    twos = [lines[1] for lines in written if len(lines) == 2 and len(lines[1]) > 1 and _is_code_and_room(lines[1])]
    found: set[str] = set()
    for codes, usual in (({_text(lines[1]) for lines in threes}, len(threes)), ({line[0].text for line in twos}, len(twos))):
        if len(codes) > 1 and usual >= max(_FEWEST, 0.6 * len(written)):
            found |= codes
    return found


def _is_code_and_room(line: Sequence[Word]) -> bool:
    return _CODE.fullmatch(line[0].text) is not None and ROOM.fullmatch(_text(line[1:])) is not None
