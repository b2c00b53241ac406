"""Learns from all the cells of a table what one of them alone does not tell: which lines are teachers' names without a title."""

import re
from collections.abc import Sequence
from statistics import median

from doctray.domain.document import Word
from doctray.extraction.rules.timetable_cells import ROOM, TEACHER, Habits
from doctray.extraction.rules.timetable_grid import Cell
from doctray.extraction.rules.timetable_reading import read, size_of
from doctray.extraction.times import find_spans

_NAME = re.compile(
    r"(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ]\.\s?){1,3}|[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*,?\s)(?:(?:[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ]\.?|bin|binti|de|del|da|van|von|der|ur|ul|al|el|la|le|di)\s)*"
    r"[A-ZÀ-ÖØ-ÞŁŚŻČŠŽİ](?:[^\W\d_]|['’-])*\.?"
)
"""Two to five words that begin with a capital, initials among them."""

_CODE = re.compile(r"[A-ZÄÖÜÀ-ÖØ-Þ][A-Za-zÀ-ÖØ-öø-ÿ]{1,4}")
"""How planning software abbreviates a teacher: Mül, HOF, Sm."""

_SUBJECT_WORDS_TEXT = """
    academic accounting activity activities advanced agriculture algebra algorithms analysis analytics anatomy and applied architecture art
    arts assembly astronomy basic basics biology block break business calculus care chemistry circuits citizenship civics civil class club
    clubs commerce communication communications community comprehension computer computing concepts construction control cooking craft
    creative data databases design development digital drama drawing drive economics education electrical electronics elective
    engineering english environment environmental ethics european exam experimental finance fine fitness food foundation foundations free
    french fundamentals further games general geography geology geometry german grammar graphics group guidance hall handwriting health
    history home humanities hour human industrial information innovation intelligence international introduction it italian jazz journal
    kinesiology knowledge lab laboratory language languages latin law learning lecture lesson library life linear literacy literature
    logic lunch machine management maths math mathematical mathematics mechanical mechanics media mentoring methods modern morning
    music natural network networks numeracy number operating operations optional organic oral outdoor paint personal philosophy phonics
    photography physical physics play poetry political politics practical practice presentation principles private probability problem
    process production professional programming project psychology public quantitative quantum reading real registration religion
    religious research revision robotics science sciences security self seminar session shared skills social society sociology software
    songs spanish special spelling sport sports statistics statistical story structures studies study swimming system systems tea teaching
    technical technologies technology test theatre theory thermal thinking time topic topics training transport tutorial tutor visual
    vocabulary web welfare wellbeing whole work workshop world writing yoga
"""
_SUBJECT_WORDS = frozenset(_SUBJECT_WORDS_TEXT.split())
"""Words that are in names of lessons and not in names of people."""

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
    if not _NAME.fullmatch(text) or TEACHER.search(text) or any(part.casefold().strip(".,") in _SUBJECT_WORDS for part in text.split()):
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
    """Middle lines of cells that print a subject, a short code and a room, where most cells do."""
    threes = [lines for lines in written if len(lines) == 3 and _CODE.fullmatch(_text(lines[1])) and ROOM.fullmatch(_text(lines[2]))]
    codes = {_text(lines[1]) for lines in threes}
    return codes if len(codes) > 1 and len(threes) >= max(_FEWEST, 0.6 * len(written)) else set()
