"""Reads weeks without a column of times: below the name of each day, in its column or its card, stand lessons that print their own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doctray.domain.document import Box, Page, Word
from doctray.extraction.rules.grid import Cell, box_of, hull
from doctray.extraction.rules.timetable.aligned import phrases_of
from doctray.extraction.rules.timetable.cells import contents
from doctray.extraction.rules.timetable.days import DayName, day_name
from doctray.extraction.rules.timetable.habits import habits_of
from doctray.extraction.rules.timetable.list import Draft, Listed, settled
from doctray.extraction.rules.timetable.reading import Reading, read
from doctray.extraction.rules.timetable.titles import titles
from doctray.extraction.times import PrintedSpan, find_label_spans

_FEWEST_DAYS, _FEWEST_LESSONS = 2, 3
_LONGEST_NAME = 24
_SURE = 0.9
_NEARLY = 0.8
"""So many of the ranges below the days' names belong to lessons of theirs: else they are labels of rows."""

_MOST_LINES, _SELDOM = 5, 0.1
"""So seldom has a lesson more lines: else lines of lessons that print no time, or print it elsewhere, were put to it."""

_MOST_WORDS = 1000
"""A poster of a week has a few hundred words."""

_LETTERS = re.compile(r"[^\W\d_]{2}")
_Line = tuple[Word, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Day:
    """What a day's name heads. left, right: from where to where its column or its card runs."""

    name: DayName
    words: _Line
    box: Box
    left: float
    right: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Lesson:
    """Lines of a lesson without those words that print its time."""

    day: _Day
    lines: tuple[_Line, ...]
    timing: Reading
    span: PrintedSpan


def lessons_below_days(page: Page) -> Listed | None:
    """The week of a page that prints a range of times at each lesson, below a day's name; None where most ranges stand elsewhere."""
    words = [word for word in page.words if word.angle == 0 and _is_print(word)]
    if len(words) > _MOST_WORDS:
        return None
    phrases = phrases_of(words)
    levels = _levels(phrases, page)
    days = [day for level in levels for day in level]
    if len({day.name.days for day in days}) < _FEWEST_DAYS:
        return None
    heads = {id(word) for day in days for word in day.words}
    first = min(day.box.bottom for day in days)
    below = [phrase for phrase in phrases if id(phrase[0]) not in heads and box_of(phrase).center_y > first]
    own: dict[int, list[Word]] = {}
    for phrase in below:
        if (home := _home(box_of(phrase), levels)) is not None:
            own.setdefault(id(home), []).extend(phrase)
    lines = {key: read(inside).lines for key, inside in own.items()}
    opens = _times_open(list(lines.values()))
    lessons = [lesson for day in days if id(day) in lines for lesson in _lessons(day, lines[id(day)], opens=opens)]
    ranges = sum(_range_of(phrase) is not None for phrase in below)
    if (
        len(lessons) < _FEWEST_LESSONS
        or len(lessons) < _NEARLY * ranges
        or len({lesson.day.name.days for lesson in lessons}) < _FEWEST_DAYS
    ):
        return None
    if sum(len(lesson.lines) > _MOST_LINES for lesson in lessons) > _SELDOM * len(lessons):
        return None
    made = settled(_drafts(lessons, page))
    frame = hull(box_of(line) for line in (*(day.words for day in days), *(line for lesson in lessons for line in lesson.lines)))
    around = titles(page, Box(0, frame.top, page.width, frame.bottom), inside=(), above=0.0, below=float(page.height))
    return Listed(titles=around, blocks=made) if len(made) >= _FEWEST_LESSONS else None


def _is_print(word: Word) -> bool:
    """Whether a word is more than a piece of a line that an engine took for a sign."""
    return bool(word.text.strip()) and (word.confidence == 1.0 or word.text.strip() not in tuple("Il1|()[]{}!/\\-_"))


def _levels(phrases: Sequence[_Line], page: Page) -> list[list[_Day]]:
    """The names of days, those on one line together, from the top of the page down."""
    named: list[tuple[Box, DayName, _Line]] = []
    for phrase in phrases:
        text = " ".join(word.text for word in phrase)
        name = day_name(text) if len(text) <= _LONGEST_NAME and not find_label_spans(text) else None
        if name and name.certainty >= _SURE and len(text.strip(" .:")) > 2:
            named.append((box_of(phrase), name, phrase))
    levels: list[list[tuple[Box, DayName, _Line]]] = []
    for item in sorted(named, key=lambda item: item[0].center_y):
        if levels and item[0].top < levels[-1][-1][0].center_y:
            levels[-1].append(item)
        else:
            levels.append([item])
    return [_columns(sorted(level, key=lambda item: item[0].left), page) for level in levels]


def _columns(level: Sequence[tuple[Box, DayName, _Line]], page: Page) -> list[_Day]:
    """Each day with its column: up to the middle between its name and the next; the outer ones are as wide as their neighbours."""
    middles = [box.center_x for box, _, _ in level]
    borders = [(one + other) / 2 for one, other in pairwise(middles)]
    left = middles[0] - (borders[0] - middles[0]) if borders else 0.0
    right = middles[-1] + (middles[-1] - borders[-1]) if borders else float(page.width)
    return [
        _Day(name=name, words=words, box=box, left=low, right=high)
        for (box, name, words), (low, high) in zip(level, pairwise([left, *borders, right]), strict=True)
    ]


def _home(box: Box, levels: Sequence[Sequence[_Day]]) -> _Day | None:
    above = [level for level in levels if level[0].box.bottom <= box.center_y]
    return next((day for day in above[-1] if day.left <= box.center_x < day.right), None) if above else None


def _range_of(line: _Line) -> PrintedSpan | None:
    """The one range that a line prints; None where it prints none or several."""
    spans = [span for span in find_label_spans(" ".join(word.text for word in line)) if span.end is not None]
    return spans[0] if len(spans) == 1 else None


def _says_something(words: Sequence[Word]) -> bool:
    return any(_LETTERS.search(word.text) for word in words)


def _parted(line: _Line, span: PrintedSpan) -> tuple[Reading, _Line]:
    """The words of a line that print its time, and the others."""
    taken = {id(word) for word in Reading((line,)).between(span.begin, span.stop)}
    return Reading((line,)), tuple(word for word in line if id(word) not in taken)


def _times_open(sections: Sequence[Sequence[_Line]]) -> bool:
    """Whether a time alone on its line stands above its lesson, as it does where most days begin with one."""
    first = [lines[0] for lines in sections if any(_range_of(line) for line in lines)]
    opening = sum((span := _range_of(line)) is not None and not _says_something(_parted(line, span)[1]) for line in first)
    return 2 * opening > len(first)


def _lessons(day: _Day, lines: Sequence[_Line], *, opens: bool) -> list[_Lesson]:
    """opens: whether the time of a lesson stands above it and not below. A line may hold both."""
    found: list[_Lesson] = []
    waiting: list[_Line] = []
    for line in lines:
        span = _range_of(line)
        if span is None:
            if opens and found:
                found[-1] = replace(found[-1], lines=(*found[-1].lines, line))
            elif not opens:
                waiting.append(line)
            continue
        timing, rest = _parted(line, span)
        own = (rest,) if _says_something(rest) else ()
        found.append(_Lesson(day=day, lines=(*waiting, *own), timing=timing, span=span))
        waiting = []
    return [lesson for lesson in found if any(_says_something(line) for line in lesson.lines)]


def _drafts(lessons: Sequence[_Lesson], page: Page) -> list[Draft]:
    habits = habits_of([_cell(lesson) for lesson in lessons], timed=True)
    drafts: list[Draft] = []
    for lesson in lessons:
        content = next(iter(contents(Reading(lesson.lines), habits)), None)
        if content is None or content.subject is None:
            continue
        span, timing = lesson.span, lesson.timing
        timed = replace(
            content,
            span=None,
            start_words=timing.between(span.begin, span.end_begin),
            end_words=timing.between(span.end_begin, span.stop),
        )
        drafts.append(Draft(page=page.number, name=lesson.day.name, day_words=lesson.day.words, content=timed, span=span))
    return drafts


def _cell(lesson: _Lesson) -> Cell:
    words = tuple(word for line in lesson.lines for word in line)
    return Cell(box=box_of(words), words=words)
