"""How much a reading of a page tells, and how sound it is: what readings of one page are chosen by."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.extraction.rules.timetable.blocks import Block
from doctray.extraction.rules.timetable.days import day_name
from doctray.extraction.rules.timetable.fields import Table
from doctray.extraction.times import find_spans

_CLEARLY = 1.25
"""What was drawn is trusted unless something else finds this many times as much."""

_MISSED = 2.0
"""A reading that tells less than one part in so many of another's found no more than pieces of the table."""

_FAR_SOUNDER = 1.4
"""Chosen on 179 readings of real papers and on 258 with lines taken out of them: at 1.2 the first lose, at 1.4 both gain (decision 43)."""

_UNSOUND, _WORTHLESS = 0.6, 0.9
"""A block. Three real tables whose lines mislead have -0.2 to 0.5 and 0.5 to 0.7; two that need theirs 0.7 and 0.9 of the first."""

_POOR, _MOST = 8.0, 0.8
"""A drawn table that tells less than this, in all or a block, is weighed against what alignment and lists give."""

_FLAW = 0.7
"""What a block counts less when it cannot be right: it ends before it begins, or its subject runs over several lessons."""

_Place = tuple[str, str, str, int | None]
"""(lane, week, day, start) of a block"""

_LONGEST_SUBJECT = 80
_HEADING = re.compile(r"(?:period|lesson|hour)\s?\d{1,2}|.*\btime\s?-?table", re.IGNORECASE)
"""What heads a column or a table is no lesson: Period 4, Grade 10B Timetable. Nor are names of days alone."""

_LONGEST_MINUTES = 6 * 60


def tells_more(tables: Sequence[Table], others: Sequence[Table]) -> bool:
    """Whether a reading tells clearly more and is no less sound, or so much more that the other one missed the table."""
    worth, other = _worth(tables), _worth(others)
    if not others:
        return worth > 0
    return worth > _CLEARLY * other and (worth > _MISSED * other or _soundly(tables) > _soundly(others))


def outweighs(tables: Sequence[Table], others: Sequence[Table]) -> bool:
    """Whether a reading is so much sounder than one that was found from lines that these were seen in part only."""
    return _soundly(tables) > _FAR_SOUNDER * max(0.0, _soundly(others))


def is_unsound(tables: Sequence[Table]) -> bool:
    """Whether so much speaks against the cells and edges of a reading that its lines were probably no table's; so of none at all.

    Cells put together alone do not: lines of one lesson beside two labels look like them. Some blocks must be impossible.
    """
    count = sum(len(table.blocks) for table in tables)
    return _soundly(tables) <= _UNSOUND * count and _worth(tables) <= _WORTHLESS * count


def _soundly(tables: Sequence[Table]) -> float:
    """The worth of a reading less what speaks against its cells and edges: cells put together, starts that nothing prints, overlaps.

    What is printed once in a grid counts once where it is meant for some days: one name of a day too many gives them another's lessons.
    """
    made = [block for table in map(in_week, tables) for block in table.blocks]
    against = sum(block.loose for block in made) + sum(not block.start.words for block in made) / 2 + _overlaps(made) / 2
    return _worth(tables) - against - sum(_repeats(table.blocks) for table in tables if table.family != "list")


def _repeats(made: Sequence[Block]) -> int:
    """How many lessons have the words of another day's, where not every day has them."""
    times, days = Counter(block.subject.words for block in made), len({block.day.value for block in made})
    return sum(count - 1 for count in times.values() if count < days)


def _overlaps(made: Iterable[Block]) -> int:
    """How many lessons begin before the one ahead of them on the same day ends."""
    by_day: defaultdict[tuple[str, str, str], list[tuple[int, int]]] = defaultdict(list)
    for block in made:
        if block.start.minutes is not None and block.end.minutes is not None:
            by_day[place(block)[:3]].append((block.start.minutes, block.end.minutes))
    return sum(later[0] < before[1] for own in by_day.values() for before, later in pairwise(sorted(own)))


def _worth(tables: Iterable[Table]) -> float:
    """How much a reading of a page tells: each block counts, in each table once for its day and time, and less where it cannot be right."""
    worth = 0.0
    for table in map(in_week, tables):
        places: set[_Place] = set()
        for block in table.blocks:
            twice = place(block) in places and block.start.minutes is not None
            places.add(place(block))
            worth += _worth_of(block) - (1.0 if twice else 0.0)
    return worth


def _worth_of(block: Block) -> float:
    worth = 0.3 if block.start.minutes is None else 1.0
    return worth - _FLAW if is_flawed(block) else worth


def is_flawed(block: Block) -> bool:
    """Whether a block cannot be right: an impossible length, or a subject that is a heading, a name of a day, a time or very long."""
    start, end = block.start.minutes, block.end.minutes
    impossible = start is not None and end is not None and not 0 < end - start <= _LONGEST_MINUTES
    value = block.subject.value
    heading = _HEADING.fullmatch(value) is not None or all(day_name(word) for word in value.split())
    return impossible or len(value) > _LONGEST_SUBJECT or len(find_spans(value)) > 0 or heading


def reads_well(tables: Sequence[Table]) -> bool:
    """Whether a drawn table tells so much that no other way of reading the page needs to be tried."""
    made = [block for table in tables for block in table.blocks]
    return _worth(tables) >= max(_POOR, _MOST * len(made))


def in_week(table: Table) -> Table:
    """The week that a title names, given to each block that does not say itself."""
    week = table.titles.week
    return replace(table, blocks=tuple(replace(block, week=block.week or week) for block in table.blocks)) if week else table


def place(block: Block) -> _Place:
    """Where a block stands in its table; two of one table at one place cannot both be right."""
    return block.lane, block.week.value.casefold() if block.week else "", block.day.value, block.start.minutes
