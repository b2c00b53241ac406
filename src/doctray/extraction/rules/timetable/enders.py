"""Learns codes of teachers that stand behind the subject in the lines of most lessons: Eng BC, Mat ST."""

import re
from collections import defaultdict
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.reading import plain_text
from doctray.extraction.rules.timetable.subjects import SUBJECT_WORDS

NO_INITIALS = frozenset(
    re.split(
        r"\s+",
        """ADV AM ART CAD CCA CCE EL EN FREE GYM HALL HL ICT II III IT IV KG LAB LEC LIB MATH MT PC PE PM PR PRAC PT RE SC SL SS SST TA TBA
        TH TUT VI VII""",
    )
)
"""Short words in capitals that are no initials: lessons, places, kinds and numbers of lessons."""

_CODE = re.compile(r"[A-ZÀ-ÖØ-Þ]{2,3}|[A-ZÀ-ÖØ-Þ][a-zß-öø-ÿ]{1,2}")
_CAPITALS = re.compile(r"[A-ZÀ-ÖØ-Þ]{2,3}")

_FEWEST, _FEWEST_CODES, _MOSTLY = 8, 5, 0.8
_MOST_TAUGHT = 3
_MOST_TEACHERS = 1.5
"""Codes beside each subject, on average: a lesson's kind or a group stands beside many."""


def codes_at_ends(cells: Sequence[Sequence[tuple[Word, ...]]]) -> frozenset[str]:
    """The codes that end nearly all lines of these cells, each behind a few subjects that have hardly another; () otherwise."""
    lines = [line for lines in cells for line in lines]
    ending = [(plain_text(line[:-1]), line[-1].text) for line in lines if len(line) > 1 and _may_be_code(line[-1])]
    ending = [(subject, code) for subject, code in ending if any(letter.isalpha() for letter in subject)]
    if len(ending) < max(_FEWEST, _MOSTLY * len(lines)):
        return frozenset()
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for subject, code in ending:
        taught[code].add(subject)
    few = all(len(own) <= _MOST_TAUGHT for own in taught.values())
    own = len(set(ending)) <= _MOST_TEACHERS * len({subject for subject, _ in ending})
    printed = sum(_CAPITALS.fullmatch(code) is not None for _, code in ending) >= _MOSTLY * len(ending)
    return frozenset(taught) if few and own and printed and len(taught) >= _FEWEST_CODES else frozenset()


def _may_be_code(word: Word) -> bool:
    return _CODE.fullmatch(word.text) is not None and word.text not in NO_INITIALS and word.text.casefold() not in SUBJECT_WORDS
