"""Tells by how the texts of one place repeat beside the subjects of a table what they are: rooms, groups, codes of courses."""

import re
from collections import Counter, defaultdict
from collections.abc import Sequence

from doctray.extraction.rules.timetable.names import ROOM
from doctray.extraction.times import find_spans

Beside = Sequence[tuple[str, str]]
"""(text, the subject of its lesson) for each cell that has both"""

_MOSTLY = 0.6
_DIGITS = 0.5
_LONGEST_PLACE, _MOST_WORDS = 18, 3
_MANY = 3
"""So many subjects beside one text make it a place: neither a course's code nor a person is met beside as many."""

_COUNTED = re.compile(r"(?P<word>[^\W\d_]{1,12})(?:\.?[\s#:-]{0,3}\d{1,2}|(?:\.?[\s#:-]{1,3}|(?<=[a-zß-öø-ÿ]))(?:[A-Z]|[IVX]{1,4}))\.?")
"""A word with a short number or a letter, which capitals do not run into: Group 1, Gr. B, SecA, Kelompok 2, and not VIOA."""

_OF_TIME = re.compile(
    r"(?:weeks?|wks?|sem|semaines?|semanas?|wochen?|kw|termin|lec(?:ture)?|tut(?:orial)?|sessions?|units?|parts?)(?![^\W\d_])",
    re.IGNORECASE,
)
"""Words that are counted and name neither a room nor a group."""

_COURSE = re.compile(r"[A-Z]{2,6}[ -]?\d{2,4}[A-Z]?")


def are_rooms(beside: Beside) -> bool:
    """Whether texts are places although their print says nothing of it (NLHC G3, 1F-35, SCB-SF7).

    Most hold a digit; and one place has lessons of many subjects, or subjects are in several places, as no course's code is.
    """
    texts = {text for text, _ in beside}
    subjects = {subject for _, subject in beside}
    if len(texts) < 2 or are_groups([text for text, _ in beside]) or not all(map(_may_be_place, texts)):
        return False
    if sum(any(c.isdigit() for c in text) for text, _ in beside) < _DIGITS * len(beside):
        return False
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for text, subject in beside:
        taught[text].add(subject)
    crossed = len(set(beside)) > max(len(texts), len(subjects))
    shared = 2 * len(texts) <= len(subjects) and max(map(len, taught.values())) >= _MANY
    return crossed or shared


def are_groups(texts: Sequence[str]) -> bool:
    """Whether most texts are one word that is counted on: Group 1 and Group 2, Sec A and Sec B; Lab 1 and Lab 2 are rooms.

    Letters alone are groups as well: A, B, and A, B for both.
    """
    letters = {text for text in texts if _LETTERS.fullmatch(text)}
    if {"A", "B"} <= letters and sum(text in letters for text in texts) >= _NEARLY * len(texts):
        return True
    counted = [match["word"].casefold() for text in texts if (match := _COUNTED.fullmatch(text)) and not ROOM.fullmatch(text)]
    if not counted:
        return False
    word, count = Counter(counted).most_common(1)[0]
    return count >= _MOSTLY * len(texts) and len(word) > 1 and not _OF_TIME.fullmatch(word)


def is_counted(texts: Sequence[str]) -> bool:
    """Whether nearly all texts are one word or letter with a digit: G1, G2, or ASIX1 alone."""
    counted = Counter(match["word"].casefold() for text in texts if (match := _WITH_DIGIT.fullmatch(text)))
    return bool(counted) and counted.most_common(1)[0][1] >= _NEARLY * len(texts)


def is_room(text: str) -> bool:
    """Whether a text can only be a room."""
    return ROOM.fullmatch(text) is not None


def is_place(text: str) -> bool:
    """Whether a text that stands apart from the subject is a place: a room, or a word for one with its number (Multi_Lab-313_Block-E1)."""
    return is_room(text) or _NUMBERED_PLACE.search(text) is not None


_NUMBERED_PLACE = re.compile(
    r"(?<![^\W_])(?:room|lab|hall|block|bldg|building|theatre|auditorium|salle|amphi|sala|aula|raum)[\s_.#-]{0,3}[A-Z]?\d", re.IGNORECASE
)
_LETTERS = re.compile(r"[A-H](?:\s?[,/&+]\s?[A-H])*")
_WITH_DIGIT = re.compile(r"(?P<word>[^\W\d_]{1,8})[ .-]?\d")
_NEARLY = 0.8


def is_everywhere(beside: Beside) -> bool:
    """Whether one text stands beside most subjects, more than a person teaches: the room that a class has for its own."""
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for text, subject in beside:
        taught[text].add(subject)
    subjects = {subject for _, subject in beside}
    return max(map(len, taught.values()), default=0) >= max(_MANY + 1, 0.5 * len(subjects))


def names_whole_class(text: str) -> bool:
    """Whether a text says that a class is not divided into groups, as planners print it beside a lesson: Entire class."""
    return _WHOLE_CLASS.fullmatch(text) is not None


_WHOLE_CLASS = re.compile(
    r"(?:entire|whole) class|celá trieda|celá třída|ganze klasse|cała klasa|classe enti[eè]re|toute la classe|classe intera|tutta la classe"
    r"|clase (?:entera|completa)|toda la clase|turma (?:inteira|completa)|toda a turma|cijeli razred|cel razred|(?:cijelo|celo) odjeljenje"
    r"|celo odeljenje|egész osztály|toată clasa|întreaga clasă|tüm sınıf|visa klasė|hele klas|hela klassen|весь класс?|весь клас|цял клас",
    re.IGNORECASE,
)


def course_codes(beside: Beside) -> frozenset[str]:
    """The texts where each is the code of one course: BAS101 stands by Engineering Physics alone, and that by no other code."""
    codes = {text for text, _ in beside}
    single = len(set(beside)) == len(codes) == len({subject for _, subject in beside})
    repeated = len(beside) > len(codes)
    return frozenset(codes) if len(codes) > 1 and repeated and single and all(map(_COURSE.fullmatch, codes)) else frozenset()


def prints_time(text: str) -> bool:
    """Whether a line tells a time: a range, or one that opens it. What ends it may number a room (Edge Hill 2.01)."""
    return any(span.end or span.start.half or span.begin == 0 for span in find_spans(text))


def _may_be_place(text: str) -> bool:
    return (
        len(text) <= _LONGEST_PLACE
        and len(text.split()) <= _MOST_WORDS
        and not prints_time(text)
        and not _OF_TIME.match(text)
        and any(c.isalpha() for c in text)
    )
