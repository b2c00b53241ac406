"""Finds the initials of teachers that stand in brackets behind most subjects of a table: CC (CD), SP LAB (NR,KNS,RCP)."""

import re
from collections import defaultdict
from collections.abc import Sequence

from doctray.extraction.rules.timetable.enders import NO_INITIALS
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

_BEHIND = re.compile(r"^(?P<subject>.*?)\s?\((?P<codes>[A-Z]{2,4}(?:\s?[,/&+]\s?[A-Z]{2,4})*)\)$")
_FEWEST_LINES = 8
_FEWEST_CODES = 4
_USUAL = 0.6
_MOST_TAUGHT = 3
"""Subjects of one teacher. What stands behind more of them is a room, a branch or a group."""

_MOST_TEACHERS = 1.5
"""Codes that a subject has on the average. What changes more often behind one subject is a group, or a room."""

_MOST_SHORT = 0.25
"""Of the codes so many may be made of letters of their subject by chance. More, and they abbreviate it: Operating Systems (OS)."""


def initials_behind(cells: Sequence[Sequence[str]]) -> frozenset[str]:
    """What stands in brackets behind the subjects of the cells, given by their lines, where it can only be initials; () otherwise."""
    taught: defaultdict[str, set[str]] = defaultdict(set)
    teachers: defaultdict[str, set[str]] = defaultdict(set)
    found: list[str] = []
    bracketed = 0
    for lines in cells:
        before = ""
        own = 0
        for line in lines:
            match = _BEHIND.fullmatch(line)
            subject, before = (match["subject"] or before) if match else "", line
            codes = re.split(r"\s?[,/&+]\s?", match["codes"]) if match else []
            if match is None or not subject or all(code in NO_INITIALS or code.casefold() in SUBJECT_WORDS for code in codes):
                continue
            found.append(match["codes"])
            own = 1
            if len(codes) == 1:
                taught[codes[0]].add(subject)
                teachers[subject].add(codes[0])
        bracketed += own
    pairs = [(code, subject) for code, subjects in taught.items() for subject in subjects]
    short = sum(_abbreviates(code, subject) for code, subject in pairs)
    usual = len(found) >= _FEWEST_LINES and bracketed >= _USUAL * len(cells)
    people = len(taught) >= _FEWEST_CODES and all(len(subjects) <= _MOST_TAUGHT for subjects in taught.values())
    held = len(pairs) <= _MOST_TEACHERS * len(teachers) and short <= _MOST_SHORT * len(pairs)
    return frozenset(found) if usual and people and held else frozenset()


def _abbreviates(code: str, subject: str) -> bool:
    """Whether the letters of a code stand in the subject in their order, the first of them first."""
    letters = iter(subject.upper())
    return subject[:1].upper() == code[0] and all(letter in letters for letter in code)
