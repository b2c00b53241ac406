"""Finds the codes of teachers in the cells of a table, whatever parts them from the subject: OS (HK), CD - DJ, DC/AG, or DSU above PAT."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from doctray.extraction.rules.timetable.enders import NO_INITIALS
from doctray.extraction.rules.timetable.names import BREAKS, CODE, GROUP_AHEAD, KIND_OF_LESSON, REMOTE, ROOM, is_group
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

_CODE = r"[A-ZÀ-ÖØ-Þ]{2,5}"
_SHORT = r"[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{1,3}"
_INITIAL = r"[A-ZÀ-ÖØ-Þ]\.\s?"
_WORD = r"[A-ZÀ-ÖØ-Þ](?:[^\W\d_]|['’])"
_NAME = rf"(?:(?:{_INITIAL}){{1,3}}{_WORD}+|{_WORD}{{2,}}(?:\s(?:{_INITIAL}){{0,2}}{_WORD}+|\s[A-ZÀ-ÖØ-Þ]\b\.?(?:\s{_WORD}+)?)?)"
"""A name or two, or one with initials before, behind or between: Rao, Priya Rao, P. Rao, Rao P., Priya S Rao."""

_AND = r"\s?[,/&+]\s?"
_CODES = rf"{_CODE}(?:{_AND}{_CODE})*"
_PEOPLE = rf"(?:{_CODE}|{_SHORT}|{_NAME})(?:{_AND}(?:{_CODE}|{_SHORT}|{_NAME}))*"

_ROOM = rf"(?P<room>{ROOM.pattern})"
_BEHIND = (
    re.compile(rf"(?P<subject>.*?)\s?[(\[{{](?P<codes>{_PEOPLE})[)\]}}](?:[\s,–-]+{_ROOM})?"),
    re.compile(rf"(?P<subject>.*[^\s–—-])\s[-–—]\s?(?P<codes>{_PEOPLE})(?:(?:\s?[-–—,]\s?|\s){_ROOM})?"),
    re.compile(rf"(?P<subject>.*[^\s–—-])\s?[-–—‐]\s?(?P<codes>{_CODES})(?:(?:\s?[-–—,]\s?|\s){_ROOM})?"),
    re.compile(rf"(?P<subject>[^/]*[^\s/])\s?/\s?(?P<codes>{_CODE}|{_SHORT}|{_NAME})(?:\s?/\s?{_ROOM})?"),
    re.compile(rf"(?P<subject>)(?P<codes>{_CODES})(?:[\s,/–-]+{_ROOM})?"),
    re.compile(rf"(?P<subject>){_ROOM}[\s,/–-]+(?P<codes>{_CODES})"),
    re.compile(r"(?P<subject>)(?P<codes>[A-ZÀ-ÖØ-Þ]{2,}(?:[\s-][A-ZÀ-ÖØ-Þ]{2,}){0,3})"),
)
"""How a line prints the teachers of a lesson: in brackets, behind a dash or a slash, alone or beside a room; a room may follow."""

_IN_CAPITALS = len(_BEHIND) - 1
"""A line in capitals below a subject that is not: WAGNER."""

_ALONE = len(_BEHIND) - 3
"""From here on a line holds no subject; all of them are one way."""

_CHAIN = re.compile(
    rf"(?:(?P<group>{GROUP_AHEAD.pattern})\s?[-–—]\s?)?(?P<subject>\S.{{0,60}}?)\s?[-–—]\s?(?P<room>{ROOM.pattern}|\d\d)\s?[-–—]\s?(?P<codes>{_CODES})"
)
"""A line that tells all of a lesson behind dashes, its room before its teachers: A2 Batch - Chemistry - 515 - GP."""

_LONGEST = 120
_OF_GROUP = re.compile(r"[A-Z]\d?")
_OF_LESSONS = frozenset(re.split(r"\s+", "II III IV VI VII LAB LEC LIB PR PRAC TH TUT TBA TA AM PM FREE HALL GYM HL ADV"))
"""Kinds, numbers and places of lessons, which are nobody's codes; others of NO_INITIALS may be where enough other codes are told."""

_FEWEST, _FEWEST_CODES, _FEWEST_OF_A_WAY = 8, 4, 3
_USUAL = 0.5
_MANY, _SELDOM = 8, 0.15
_MOST_TAUGHT = 3
"""Subjects of one teacher. What stands behind more of them is a room, a branch or a group."""

_MOST_TEACHERS = 1.5
"""Codes that a subject has on the average, or subjects that a code has where there are many: subjects of several classes have several
teachers. What changes more often behind one subject is a group, or a room."""

_MOST_SHORT = 0.25
"""Of the codes so many may be made of letters of their subject by chance. More, and they abbreviate it: Operating Systems (OS)."""

_MOST_SUBJECTS = 0.2
"""Of the codes so many may also open cells. More, and they are lessons side by side."""


@dataclass(frozen=True, slots=True)
class _Behind:
    way: int
    subject: str
    codes: str

    @property
    def single(self) -> list[str]:
        return re.split(_AND, self.codes)


def initials_of(cells: Sequence[Sequence[str]]) -> frozenset[str]:
    """What can only be codes of teachers, or their names, as the cells, given by their lines, print them; () otherwise."""
    lessons = [told for lines in cells if not BREAKS.search(" ".join(lines)) and (told := _told(lines))]
    every = [_of_one_lesson(list(_found(lines))) for lines in lessons]
    ways = Counter(way for way, _ in {(behind.way, behind.codes) for own in every for behind in own})
    every = [[behind for behind in own if ways[behind.way] >= _FEWEST_OF_A_WAY] for own in every]
    found = [behind for own in every for behind in own]
    sure = [behind for behind in found if not _is_usual_word(behind.codes)]
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for behind in sure:
        for code in behind.single:
            taught[code].add(behind.subject)
    pairs = {(behind.codes, behind.subject) for behind in sure}
    opening = {lines[0].strip(" ()[]") for lines in lessons}
    usual = len(sure) >= _FEWEST and sum(map(bool, every)) >= _USUAL * len(lessons)
    few = sum(len(subjects) > _MOST_TAUGHT for subjects in taught.values()) <= _SELDOM * len(taught)
    own = sum(code in opening for code in taught) <= _MOST_SUBJECTS * len(taught)
    short = sum(_abbreviates(codes, subject) for codes, subject in pairs) <= _MOST_SHORT * len(pairs)
    subjects = len({subject for _, subject in pairs})
    held = len(pairs) <= _MOST_TEACHERS * subjects or (len(taught) >= _MANY and len(pairs) <= _MOST_TEACHERS * len(taught))
    if not (usual and few and own and short and held and len(taught) >= _FEWEST_CODES):
        return frozenset()
    return frozenset(
        behind.codes
        for behind in found
        if all(len(taught[code]) <= _MOST_TAUGHT for code in behind.single)
        and not (_is_usual_word(behind.codes) and behind.codes in opening)
    )


def chained_codes(lines: Iterable[str]) -> frozenset[str]:
    """The codes of teachers that end lines which tell all of a lesson behind dashes; () where there are too few to tell.

    One of them at least has lessons in several rooms, or one room several of them: the number of a course and its short name
    (CS - 201 - OOP) stand by each other alone.
    """
    found = [match for line in lines if len(line) <= _LONGEST and (match := _CHAIN.fullmatch(line)) and _may_be_people(match["codes"])]
    held = {(match["room"], match["codes"]) for match in found if not _is_usual_word(match["codes"])}
    crossed = len(held) > max(len({room for room, _ in held}), len({codes for _, codes in held}))
    return frozenset(codes for _, codes in held) if len(found) >= _FEWEST_OF_A_WAY and crossed else frozenset()


def _told(lines: Sequence[str]) -> list[str]:
    """The lines of a cell that may name its lesson or its teacher: no group, and no room."""
    others = (is_group, _OF_GROUP.fullmatch, ROOM.fullmatch, REMOTE.fullmatch)
    if lines and CODE.fullmatch(lines[0]):
        return [lines[0], *_told(lines[1:])]
    return [line for line in lines if any(map(str.isalpha, line)) and not any(test(line) for test in others)]


def _found(lines: Sequence[str]) -> Iterator[_Behind]:
    before: list[str] = []
    for line in lines:
        for way, pattern in enumerate(_BEHIND if len(line) <= _LONGEST else ()):
            match = pattern.fullmatch(line)
            subject = (match["subject"] or " ".join(before)) if match else ""
            if (
                match
                and any(map(str.isalpha, subject))
                and _may_be_people(match["codes"])
                and (way != _IN_CAPITALS or not before[0].isupper())
            ):
                yield _Behind(min(way, _ALONE), _key(subject), match["codes"])
                break
        else:
            before.append(line)


def _of_one_lesson(found: list[_Behind]) -> list[_Behind]:
    """What a cell tells, but for codes below one another: they are lessons themselves."""
    alone = sum(behind.way == _ALONE for behind in found)
    return found if alone < 2 else [behind for behind in found if behind.way != _ALONE]


def _may_be_people(codes: str) -> bool:
    return not all(
        code.upper() in _OF_LESSONS or any(part.casefold() in SUBJECT_WORDS for part in code.split()) or KIND_OF_LESSON.fullmatch(code)
        for code in re.split(_AND, codes)
    )


def _is_usual_word(codes: str) -> bool:
    """Whether a code may be a lesson's as well: SC, IT."""
    return all(code.upper() in NO_INITIALS for code in re.split(_AND, codes))


def _key(subject: str) -> str:
    """The subject without what its lessons differ in: DSA (L+T), DSA Lab."""
    plain = re.sub(r"[(\[][^()\[\]]*[)\]]", " ", subject)
    words = [word for word in re.split(r"[\s,]+", plain) if any(c.isalnum() for c in word) and not KIND_OF_LESSON.fullmatch(word)]
    return " ".join(words).casefold() or subject.casefold()


def _abbreviates(code: str, subject: str) -> bool:
    """Whether the letters of a code stand in the subject in their order, the first of them first."""
    letters = iter(subject.upper())
    return subject[:1].upper() == code[0].upper() and all(letter in letters for letter in code.upper())


def initials_in(text: str, known: frozenset[str]) -> re.Match[str] | None:
    """A line that prints known codes of teachers: groups codes, subject before them, room beside them and group where there are such."""
    if not known or len(text) > _LONGEST:
        return None
    matches = (pattern.fullmatch(text) for pattern in (_CHAIN, *_BEHIND))
    return next((match for match in matches if match and match["codes"] in known), None)
