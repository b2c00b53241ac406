"""Learns the names of teachers who stand above the subjects in the cells of a table, after a department or over two lines."""

import re
from collections import defaultdict
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell
from doctray.extraction.rules.timetable.lines import text_of
from doctray.extraction.rules.timetable.names import ROOM, TEACHER
from doctray.extraction.rules.timetable.reading import plain_text, size_of
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

Lines = Sequence[tuple[Word, ...]]

_FEWEST, _MOSTLY, _TITLED, _TAUGHT = 4, 0.8, 0.5, 0.3
"""Shares of the cells: that open with a person, of whom so many by title or department; that name a lesson beneath where none does."""

_OF_DEPARTMENT = re.compile(r"[A-Z][A-Za-z&]{1,9}\s?-\s?(?:(?:Dr|Mrs?|M[sS]|Engr|Prof)\b\.?\s?)?[A-Z][a-z]+(?:\s[A-Z][a-z]*\.?){0,3}")
"""A person after the short name of a department: CS-Imran Latif, HUM-MS Saman."""

_UNTITLED = re.compile(r"(?:[A-Z]\.\s?){1,3}[A-Z][^\W\d_]+|(?:[A-Z]\.\s?){0,3}[A-Z][^\W\d_]+(?:\s[A-Z][^\W\d_]*\.?){1,3}")
_LAST_NAME = re.compile(r"[A-Z][^\W\d_]+\.?")


def names_above(written: Sequence[tuple[Lines, Cell]]) -> frozenset[str]:
    """The teachers who open the cells, each as its lines print it; none where most cells open otherwise.

    A name goes on in the next line where it had no room in its own, unless it stands alone in another cell.
    """
    firsts = [plain_text(lines[0]) for lines, _ in written]
    persons = [text for text in firsts if _is_person(text)]
    if len(firsts) < _FEWEST or len(persons) < _MOSTLY * len(firsts):
        return _repeated(written)
    titled = sum(bool(TEACHER.search(text) or _OF_DEPARTMENT.fullmatch(text)) for text in persons)
    beneath = sum(_names_lesson(" ".join(map(plain_text, lines[1:]))) for lines, _ in written)
    if titled < _TITLED * len(persons) and beneath < _TAUGHT * len(written):
        return frozenset()
    whole = {plain_text(lines[0]) for lines, cell in written if _is_person(plain_text(lines[0])) and not _is_full(lines[0], lines[1], cell)}
    return frozenset(_name(lines, cell, whole) for lines, cell in written if _is_person(plain_text(lines[0])))


def _repeated(written: Sequence[tuple[Lines, Cell]]) -> frozenset[str]:
    """First names or surnames alone that stand above the subjects of most cells: each above few of them, which have hardly another.

    Of three signs two are asked for: lines break there on purpose; what stands beneath often names a lesson; names are set in capitals
    above subjects that are not, and some have several of them.
    """
    told = [(*_headed(list(map(plain_text, lines))), lines, cell) for lines, cell in written]
    told = [each for each in told if not all(_BRACKETED.fullmatch(text_of(line)) for line in each[2][1:])]
    told = [each for each in told if _SHORT_NAME.fullmatch(each[0]) and not _names_lesson(each[0]) and not ROOM.fullmatch(each[0])]
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for name, subject, _, _ in told:
        taught[name].add(_LESSON_ALONE.sub("", subject).casefold())
    subjects = {subject for own in taught.values() for subject in own}
    pairs = sum(map(len, taught.values()))
    usual = len(told) >= max(2 * _FEWEST, _OFTEN * len(written)) and _FEWEST <= len(taught) < len(told)
    few = sum(len(own) > _MOST_TAUGHT for own in taught.values()) <= _SELDOM * len(taught) and pairs <= _MOST_TEACHERS * len(subjects)
    on_purpose = sum(not _is_full(lines[0], lines[1], cell) for _, _, lines, cell in told) >= _OFTEN * len(told)
    capitals = sum(name.isupper() and _is_title(subject) for name, subject, _, _ in told) >= _MOSTLY * len(told)
    shared = any(len(own) > 1 for own in taught.values())
    beneath = sum(_names_lesson(subject) for _, subject, _, _ in told) >= _TAUGHT * len(told)
    apart = (on_purpose and (beneath or (capitals and shared))) or (capitals and beneath)
    return frozenset(taught) if usual and few and apart else frozenset()


def _headed(texts: list[str]) -> tuple[str, str]:
    """The first line of a cell, or the two that alone are set in capitals, and the lines beneath."""
    count = 2 if len(texts) > 2 and texts[0].isupper() and texts[1].isupper() and not texts[2].isupper() else 1
    return " ".join(texts[:count]), " ".join(texts[count:])


def _is_title(subject: str) -> bool:
    """Whether what stands beneath a word in capitals is set in small letters and is no person: then the word may be one."""
    return not subject.isupper() and (_names_lesson(subject) or not (_UNTITLED.fullmatch(subject) or TEACHER.search(subject)))


_BRACKETED = re.compile(r"\([^()]*\)")
"""A line in brackets tells the place or the kind of the lesson above, and names none."""

_SHORT_NAME = re.compile(r"[A-ZÀ-ÖØ-Þ][^\W\d_]{2,}(?:\s[A-ZÀ-ÖØ-Þ][^\W\d_]{2,})?")
_LESSON_ALONE = re.compile(r"\s*(?:[(\[].*|\b[\w/]*\d[\w/]*)$")
"""What follows a subject and its lessons differ in: a bracket, a room."""

_OFTEN, _SELDOM, _MOST_TAUGHT, _MOST_TEACHERS = 0.6, 0.15, 3, 1.5


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
