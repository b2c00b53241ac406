"""Tells the word that is spelt over several days with a letter or two on each: B, R, E, A, K."""

import re
from difflib import SequenceMatcher

from doctray.extraction.rules.timetable.names import SPELT

LETTERS = re.compile(r"[^\W\d_] ?[^\W\d_]?|[0158]")
"""What stands on one day of such a word: a letter, or two where the days are further apart than its letters."""

_BREAKS = ("LUNCH", "BREAK", "RECESS", "INTERVAL", "LUNCHBREAK")
_LIKE = 0.8


def word_spelt(text: str) -> str | None:
    """The word that the letters spell, or None; of those that engines read with a wrong letter, a break alone: LUONH."""
    if SPELT.fullmatch(text):
        return text
    alike = (word for word in _BREAKS if len(word) == len(text) and SequenceMatcher(None, word, text.upper()).ratio() >= _LIKE)
    return next(alike, None)
