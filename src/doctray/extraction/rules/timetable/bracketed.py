"""Learns what brackets hold in the cells of a table where most of them agree: places below lessons, teachers' codes behind their times."""

import re
from collections import defaultdict
from collections.abc import Sequence

from doctray.domain.document import Word
from doctray.extraction.rules.timetable.enders import NO_INITIALS
from doctray.extraction.rules.timetable.lines import DASHES, text_of
from doctray.extraction.rules.timetable.names import CLOCK, KIND_OF_LESSON, ROOM, TEACHER, is_group, is_initialed, is_name
from doctray.extraction.rules.timetable.reading import Found, Reading
from doctray.extraction.times import PrintedSpan, find_block_spans

Cells = Sequence[Sequence[tuple[Word, ...]]]

_WHOLE = re.compile(r"\((?P<inner>[^()]{2,30})\)")
_PLACE = re.compile(r"\b(?:lab|lh|lt|hall|room|theatre|workshop|court|block|auditorium|library|annexe?)\b", re.IGNORECASE)
_FEWEST, _MOSTLY = 4, 0.5


def places_in_brackets(cells: Cells) -> frozenset[str]:
    """What stands in brackets in the last lines of cells, where most of these are rooms by their print: (LT-2B), and so (Optics Lab.) too.

    None of a kind of lesson, a group or a person.
    """
    found = [match["inner"].strip(DASHES) for lines in cells if len(lines) > 1 and (match := _WHOLE.fullmatch(text_of(lines[-1])))]
    found = [text for text in found if not _says_another_thing(text)]
    rooms = sum(ROOM.fullmatch(text) is not None and CLOCK.fullmatch(text) is None for text in found)
    return frozenset(filter(_may_be_place, found)) if rooms >= max(_FEWEST, _MOSTLY * len(found)) else frozenset()


def _says_another_thing(text: str) -> bool:
    return any((KIND_OF_LESSON.fullmatch(text), is_group(text), TEACHER.search(text), is_initialed(text)))


def _may_be_place(text: str) -> bool:
    return bool(ROOM.fullmatch(text) or _PLACE.search(text)) or (text[0].isupper() and any(map(str.islower, text)) and not is_name(text))


_CODES = r"[A-Z]{2,4}(?:\s?[-/,&+]\s?[A-Z]{2,4}){0,3}"
_BEHIND = re.compile(rf"\s?\((?P<codes>{_CODES})\)")
_FEWEST_CODES, _MOST_TAUGHT = 3, 3


def teachers_behind_times(cells: Cells) -> frozenset[str]:
    """Codes of teachers that stand in brackets behind the times of most timed cells: 9:00AM-10:20AM (KLM), or (KL-MN) in a line of its own.

    At least three of them, each with at most three subjects: kinds and places of lessons have more.
    """
    timed = 0
    behind = 0
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for lines in cells:
        texts = [text_of(line) for line in lines]
        spans = [(text, span) for text in texts for span in find_block_spans(text) if span.end is not None]
        timed += bool(spans)
        codes = [match["codes"] for text, span in spans if (match := _BEHIND.match(text, span.stop))]
        behind += bool(codes)
        alone = [match["codes"] for text in texts[1:] if spans and (match := _BEHIND.fullmatch(text))]
        for code in (*codes, *alone):
            taught[code].add(texts[0])
    codes_of_lessons = sum(code in NO_INITIALS or KIND_OF_LESSON.fullmatch(code) is not None for code in taught)
    usual = behind >= max(_FEWEST, _MOSTLY * timed) and len(taught) >= _FEWEST_CODES and not codes_of_lessons
    return frozenset(taught) if usual and all(len(subjects) <= _MOST_TAUGHT for subjects in taught.values()) else frozenset()


def teacher_run_on(lines: Sequence[tuple[Word, ...]], span: PrintedSpan | None, known: frozenset[str]) -> Found | None:
    """The known codes of a teacher that a time runs into without a gap, so that they are in its word: 1:15PM(KLM)."""
    reading = Reading(tuple(lines))
    match = _BEHIND.match(reading.text, span.stop) if span else None
    if match is None or match["codes"] not in known or match[0].startswith(" "):
        return None
    return Found(value=match["codes"], words=reading.between(*match.span("codes")), certainty=0.85)
