"""Learns the names of teachers who stand above the subjects in the cells of a table, after a department or over two lines."""

import re
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.names import ROOM, TEACHER
from doctray.extraction.rules.timetable.reading import plain_text, size_of
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

Lines = Sequence[tuple[Word, ...]]

_FEWEST, _MOSTLY, _TITLED, _TAUGHT = 4, 0.8, 0.5, 0.3
"""Shares of the cells: that open with a person, of whom so many by title or department; that name a lesson beneath where none does."""

_OF_DEPARTMENT = re.compile(r"[A-Z][A-Za-z&]{1,9}\s?-\s?(?:(?:Dr|Mrs?|M[sS]|Engr|Prof)\b\.?\s?)?[A-Z][a-z]+(?:\s[A-Z][a-z]*\.?){0,3}")
"""A person after the short name of a department: CS-Imran Latif, HUM-MS Saman."""

_UNTITLED = re.compile(r"(?:[A-Z]\.\s?){0,3}[A-Z][^\W\d_]+(?:\s[A-Z][^\W\d_]*\.?){1,3}")
_LAST_NAME = re.compile(r"[A-Z][^\W\d_]+\.?")


def names_above(written: Sequence[tuple[Lines, Cell]]) -> frozenset[str]:
    """The teachers who open the cells, each as its lines print it; none where most cells open otherwise.

    A name goes on in the next line where it had no room in its own, unless it stands alone in another cell.
    """
    firsts = [plain_text(lines[0]) for lines, _ in written]
    persons = [text for text in firsts if _is_person(text)]
    if len(firsts) < _FEWEST or len(persons) < _MOSTLY * len(firsts):
        return frozenset()
    titled = sum(bool(TEACHER.search(text) or _OF_DEPARTMENT.fullmatch(text)) for text in persons)
    beneath = sum(_names_lesson(" ".join(map(plain_text, lines[1:]))) for lines, _ in written)
    if titled < _TITLED * len(persons) and beneath < _TAUGHT * len(written):
        return frozenset()
    whole = {plain_text(lines[0]) for lines, cell in written if _is_person(plain_text(lines[0])) and not _is_full(lines[0], lines[1], cell)}
    return frozenset(_name(lines, cell, whole) for lines, cell in written if _is_person(plain_text(lines[0])))


def _name(lines: Lines, cell: Cell, whole: set[str]) -> str:
    first, second = plain_text(lines[0]), plain_text(lines[1])
    longer = f"{first} {second}"
    goes_on = len(lines) > 2 and first not in whole and _LAST_NAME.fullmatch(second) is not None and not _names_lesson(second)
    return longer if longer in whole or (goes_on and _is_full(lines[0], lines[1], cell)) else first


def _is_person(text: str) -> bool:
    if _names_lesson(text.split("-")[-1]) or ROOM.fullmatch(text):
        return False
    return any((TEACHER.match(text), _OF_DEPARTMENT.fullmatch(text), _UNTITLED.fullmatch(text)))


def _names_lesson(text: str) -> bool:
    return any(part.casefold().strip(".,&()") in SUBJECT_WORDS for part in text.split())


def _is_full(line: tuple[Word, ...], following: tuple[Word, ...], cell: Cell) -> bool:
    """Whether the next line's first word would not have had room in this one."""
    used = line[-1].box.right - line[0].box.left
    return used + following[0].box.width > cell.box.width - 1.5 * size_of(line[-1])
