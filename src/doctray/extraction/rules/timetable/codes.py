"""Puts together codes of several parts that a narrow cell breaks behind a hyphen: B12-CSE2003-, LT-AB309."""

import re
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.grid import box_of
from doctray.extraction.rules.timetable.lines import text_of

_OPEN = re.compile(r"(?=.*\d)[A-Z\d]+(?:-[A-Z\d]+)+\s?-")
_REST = re.compile(r"[A-Z\d]+(?:-[A-Z\d]+)*")


def with_whole_codes(lines: Sequence[tuple[Word, ...]]) -> list[tuple[Word, ...]]:
    """The lines of a cell, with a line that is a code with a hyphen at its end and the line that goes on with it as one word."""
    whole: list[tuple[Word, ...]] = []
    for line in lines:
        if whole and _OPEN.fullmatch(text_of(whole[-1])) and _REST.fullmatch(text_of(line)):
            words = (*whole[-1], *line)
            confidence = min(word.confidence for word in words)
            whole[-1] = (Word(text="".join(word.text for word in words), box=box_of(words), confidence=confidence),)
        else:
            whole.append(line)
    return whole
