"""Reads the legend beside a table: which codes in its cells are people."""

import re
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.names import TEACHER
from doctray.extraction.rules.timetable.reading import read

_EXPLAINED = re.compile(r"(?<![^\s,;(|])(?P<code>[A-Z][A-Za-z]{1,4})\)?\s?[-–—:=]\s?(?=[A-Z])")
"""A code before the sign that its meaning follows: GS - Sh. Gurpreet Singh."""

_AFTER_NAME = re.compile(r"\s?[-–—([]\s?(?P<code>[A-Z]{2,5}|[A-Z][a-z]{1,3})(?=[)\]]|\s|$)")
"""A code behind the name that it stands for: Mr. S. V. Patil (PAT)."""


def teachers_in_legend(words: Sequence[Word]) -> frozenset[str]:
    """Codes that the lines of these words explain by the name of a person with a title."""
    lines = read(words).line_texts
    before = {match["code"] for line in lines for match in _EXPLAINED.finditer(line) if TEACHER.match(line, match.end())}
    behind = {code["code"] for line in lines for name in TEACHER.finditer(line) if (code := _AFTER_NAME.match(line, name.end()))}
    return frozenset(before | behind)
