"""Learns from the blocks of calendars, which print title, time and place in this order, what is a place whatever its print."""

from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.names import ROOM, TEACHER
from doctray.extraction.rules.timetable.reading import plain_text
from doctray.extraction.times import find_spans

_FEWEST, _USUAL, _PLACES = 4, 0.4, 0.6
"""Blocks with something behind their time; as a part of all; and how many of these can be places by their print."""

_LONGEST = 30


def places_behind_times(cells: Sequence[Sequence[tuple[Word, ...]]]) -> frozenset[str]:
    """The last texts of blocks that stand behind a time which itself stands behind a title: 4 - 5:30pm above Angell Hall, 10am, 1372 East.

    None unless most of them hold a number or a word for a place, and no person's title.
    """
    found = [text for lines in cells if (text := _behind(lines))]
    places = sum(any(letter.isdigit() for letter in text) or ROOM.fullmatch(text) is not None for text in found)
    if len(found) < max(_FEWEST, _USUAL * len(cells)) or places < _PLACES * len(found) or any(map(TEACHER.search, found)):
        return frozenset()
    return frozenset(found)


def _behind(lines: Sequence[tuple[Word, ...]]) -> str:
    for index, line in enumerate(lines):
        text = " ".join(word.text for word in line)
        spans = find_spans(text)
        if not index or not spans or spans[0].begin or not (spans[0].end or spans[0].start.half):
            continue
        rest = text[spans[0].stop :].strip(" ,")
        below = [plain_text(other) for other in lines[index + 1 :]]
        behind = [rest, *below] if rest else below
        return behind[0] if len(behind) == 1 and len(behind[0]) <= _LONGEST and any(map(str.isalpha, behind[0])) else ""
    return ""
