"""Tells whether the print of one value is several texts that stand apart: what a cell holds was not told from one another then."""

import re
from collections.abc import Sequence
from itertools import pairwise

from doctray.domain.document import Box, Word
from doctray.extraction.rules.timetable.reading import read, size_of

_GAP = 1.6
"""Words of one text stand closer than this many heights of their letters."""

_SLACK = 1.5
"""A line is full where the next word would have left less than this many heights of its letters."""

_CODED = re.compile(r"[A-Z]{2,6}[ -]?\d{2,4}[A-Z]?(?:[ .-]\w{1,4})?")
"""A course's code, which stands above its title or before it and belongs to it."""


def stand_apart(words: Sequence[Word], box: Box) -> bool:
    """Whether words within a cell are more than one text: a gap between them, or a new line where the last one had room.

    A line that ends in a joining sign, or goes on in small letters or brackets, and a code above its title are one text. Of turned
    print and of words spelt letter by letter nothing can be told.
    """
    if len(words) < 2 or any(word.angle for word in words) or sum(len(word.text.strip()) for word in words) <= 2 * len(words):
        return False
    lines = read(words).lines
    if any(
        after.box.left - before.box.right > _GAP * max(size_of(before), size_of(after))
        for line in lines
        for before, after in pairwise(line)
    ):
        return True
    return any(_begins_anew(line, following, box) for line, following in pairwise(lines))


def _begins_anew(line: Sequence[Word], following: Sequence[Word], box: Box) -> bool:
    text, then = (" ".join(word.text.strip() for word in part) for part in (line, following))
    if (
        _CODED.fullmatch(text)
        or text.endswith(("/", "&", "-", ",", "+"))
        or then.startswith(("(", "[", "{", "/", "&"))
        or then[:1].islower()
    ):
        return False
    used = line[-1].box.right - line[0].box.left
    return used + following[0].box.width + _SLACK * size_of(line[-1]) <= box.width
