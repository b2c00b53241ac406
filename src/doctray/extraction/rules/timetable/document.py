"""Timetables by rules: every table of a document, its blocks and titles, each value with the words it was read from."""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import pairwise

from doctray.domain.document import Document, Page, PageSource
from doctray.domain.extraction import Extraction, Fields, Warning
from doctray.extraction.confidence import Evidence
from doctray.extraction.rules.grid import Grid, hull, ruled_grids
from doctray.extraction.rules.timetable.aligned import aligned_grids
from doctray.extraction.rules.timetable.axes import Layout, layouts
from doctray.extraction.rules.timetable.blocks import Block, blocks
from doctray.extraction.rules.timetable.days import day_name
from doctray.extraction.rules.timetable.echoes import without_echoes
from doctray.extraction.rules.timetable.fields import Table, nothing_found, weighable, written
from doctray.extraction.rules.timetable.glued import with_times_parted
from doctray.extraction.rules.timetable.lanes import lane_layouts, nested_layouts
from doctray.extraction.rules.timetable.list import (
    columned_blocks,
    headed_blocks,
    lined_blocks,
    listed_blocks,
    tabled_blocks,
    untitled_blocks,
)
from doctray.extraction.rules.timetable.moire import without_moire
from doctray.extraction.rules.timetable.notices import without_notices
from doctray.extraction.rules.timetable.open import with_headings_above
from doctray.extraction.rules.timetable.parted import parted, with_whole_days
from doctray.extraction.rules.timetable.pieces import unread_cells
from doctray.extraction.rules.timetable.reading import Found
from doctray.extraction.rules.timetable.rows import rowed_blocks
from doctray.extraction.rules.timetable.sessions import session_blocks
from doctray.extraction.rules.timetable.soundness import print_among, told
from doctray.extraction.rules.timetable.spaced import with_words_whole
from doctray.extraction.rules.timetable.strips import with_strips_joined
from doctray.extraction.rules.timetable.ticks import with_ticks
from doctray.extraction.rules.timetable.titles import Titles, table_titles, titles
from doctray.extraction.rules.timetable.unparted import with_labels_parted
from doctray.extraction.rules.timetable.votes import with_one_reading
from doctray.extraction.rules.timetable.walls import with_unseen_walls
from doctray.extraction.rules.timetable.weeks import week_layouts
from doctray.extraction.times import find_spans

_CLEARLY = 1.25
"""What was drawn is trusted unless something else finds this many times as much."""

_MISSED = 2.0
"""A reading that tells less than one part in so many of another's found no more than pieces of the table."""

_FAR_SOUNDER = 1.4
"""Chosen on 179 readings of real papers and on 258 with lines taken out of them: at 1.2 the first lose, at 1.4 both gain (decision 43)."""

_POOR, _MOST = 8.0, 0.8
"""A drawn table that tells less than this, in all or a block, is weighed against what alignment and lists give."""

_FLAW = 0.7
"""What a block counts less when it cannot be right: it ends before it begins, or its subject runs over several lessons."""

_MOST_WORDS = 3000
"""The plan of a whole school on one page has about 2000 words. What has more is a book, or was made to keep readers busy."""

_Place = tuple[str, str, str, int | None]
"""(lane, week, day, start) of a block"""

_LONGEST_SUBJECT = 80
_HEADING = re.compile(r"(?:period|lesson|hour)\s?\d{1,2}|.*\btime\s?-?table", re.IGNORECASE)
"""What heads a column or a table is no lesson: Period 4, Grade 10B Timetable. Nor are names of days alone."""

_LONGEST_MINUTES = 6 * 60
_MOST_FLAWED = 0.25


def extract(document: Document) -> Extraction:
    """Fields of the first timetable; those of the others stand in `other_documents`. Boxes in pixels of the page images.

    A table that goes on (other days, other times or the other week, and no other class) is part of the one before it.
    """
    tables = _read(document)
    if not tables:
        return nothing_found()
    first, *others = (written(table) for table in tables)
    if not others:
        return first
    message = f"The document holds {len(tables)} timetables; the fields are those of the first."
    several = Warning(code="several_documents", message=message)
    return replace(first, warnings=(*first.warnings, several), other_documents=tuple(other.fields for other in others))


def evidences(document: Document) -> tuple[Fields, dict[str, Evidence]]:
    """Fields of the first timetable, and what is known of each value: what a calibration is fitted on."""
    tables = _read(document)
    return weighable(tables[0]) if tables else ({}, {})


def _read(document: Document) -> list[Table]:
    tables = _continued([table for page in document.pages for table in _tables(page)])
    return [replace(table, blocks=with_one_reading(table.blocks), doubtful=_is_doubtful(table)) for table in tables]


def _is_doubtful(table: Table) -> bool:
    """Whether so much of a table cannot be right that its structure was probably misread: none of its values is sure then."""
    timed = any(block.start.minutes is not None for block in table.blocks)
    places = Counter(_place(block) for block in table.blocks if timed)
    twice = sum(count - 1 for count in places.values())
    flawed = sum(_is_flawed(block) for block in table.blocks)
    return twice + flawed > _MOST_FLAWED * len(table.blocks)


def _tables(page: Page) -> list[Table]:
    if sum(len(line.words) for line in page.lines) > _MOST_WORDS:
        return []
    page = with_times_parted(with_words_whole(without_echoes(without_notices(page))))
    grids = ruled_grids(page)
    if (clear := without_moire(page, grids)) is not page:
        page, grids = clear, ruled_grids(clear)
    if sessions := session_blocks(grids):
        around = titles(page, hull(grid.box for grid in grids), inside=(), above=0.0, below=float(page.height))
        return [Table(page=page.number, titles=around, blocks=sessions, family="list")]
    for grid in grids:
        if rows := tabled_blocks(grid) or _headed_above(grid, page):
            around = titles(page, grid.box, inside=(), above=0.0, below=float(page.height))
            return [Table(page=page.number, titles=around, blocks=rows, family="list")]
        if (subjects := rowed_blocks(grid)) is not None:
            around = titles(page, grid.box, inside=(), above=0.0, below=float(page.height))
            around = replace(around, class_name=around.class_name or subjects.group)
            return [Table(page=page.number, titles=around, blocks=subjects.blocks, family="list")]
    if headed := [blocks for grid in sorted(grids, key=lambda grid: grid.box.top) if (blocks := headed_blocks(grid, page))]:
        around = titles(page, min(grids, key=lambda grid: grid.box.top).box, inside=(), above=0.0, below=float(page.height))
        return [Table(page=page.number, titles=around, blocks=tuple(block for own in headed for block in own), family="list")]
    if _names_days_again(untitled := _from_untitled(page, grids)) and not _from_columns(page):
        return untitled
    best = _gridded(page, grids)
    if _reads_well(best):
        # of a text layer the lines are those of its file; of a picture some may not have been seen
        drawn = page.source is PageSource.TEXT_LAYER
        return aligned if not drawn and _outweighs(aligned := _from_alignment(page), best) else best
    for other in (_from_columns, _from_alignment, _from_list, lambda _: untitled):
        if _tells_more(found := other(page), best) or _outweighs(found, best):
            best = found
    return best


def _headed_above(grid: Grid, page: Page) -> tuple[Block, ...]:
    headed = with_headings_above(grid, page)
    return tabled_blocks(headed) if headed else ()


def _gridded(page: Page, grids: Sequence[Grid]) -> list[Table]:
    found = [(layout, made) for grid in grids for layout in _layouts(grid, page) if (made := blocks(layout))]
    found.sort(key=lambda item: (item[0].grid.box.top, item[0].grid.box.left))
    tables = []
    used = {word for layout, made in found for word in told(layout, made)}
    above = 0.0
    for index, (layout, made) in enumerate(found):
        below = found[index + 1][0].grid.box.top if index + 1 < len(found) else float(page.height)
        around = table_titles(page, layout, above=above, below=below)
        tables.append(
            Table(
                page=page.number,
                titles=around,
                blocks=made,
                family="ruled" if layout.grid.ruled else "aligned",
                unread=unread_cells(layout),
                printed=print_among(layout, used),
            )
        )
        above = layout.grid.box.bottom
    return tables


def _layouts(grid: Grid, page: Page) -> tuple[Layout, ...]:
    grid = with_whole_days(with_labels_parted(with_unseen_walls(with_strips_joined(grid), page)))
    found = nested_layouts(grid, page) or week_layouts(grid, page) or layouts(grid, page) or lane_layouts(grid, page)
    if not found and (headed := with_headings_above(grid, page)):
        found = layouts(headed, page)
    return tuple(with_ticks(part, page) for layout in found for part in parted(layout, page))


def _from_alignment(page: Page) -> list[Table]:
    return _gridded(page, aligned_grids(page))


def _from_list(page: Page) -> list[Table]:
    listed = listed_blocks(page)
    return [Table(page=page.number, titles=listed.titles, blocks=listed.blocks, family="list")] if listed else []


def _from_columns(page: Page) -> list[Table]:
    return [Table(page=page.number, titles=listed.titles, blocks=listed.blocks, family="list") for listed in columned_blocks(page)]


def _from_untitled(page: Page, grids: Sequence[Grid]) -> list[Table]:
    for grid in grids:
        if made := untitled_blocks(grid):
            around = titles(page, grid.box, inside=(), above=0.0, below=float(page.height))
            return [Table(page=page.number, titles=around, blocks=made, family="list")]
    listed = lined_blocks(page)
    return [Table(page=page.number, titles=listed.titles, blocks=listed.blocks, family="list")] if listed else []


def _names_days_again(tables: Sequence[Table]) -> bool:
    """Whether a list names a day in the row of each lesson, which no table of the week does."""
    made = [block for table in tables for block in table.blocks]
    return len({block.day.words for block in made}) > len({block.day.value for block in made})


def _tells_more(tables: Sequence[Table], others: Sequence[Table]) -> bool:
    """Whether a reading tells clearly more and is no less sound, or so much more that the other one missed the table."""
    worth, other = _worth(tables), _worth(others)
    if not others:
        return worth > 0
    return worth > _CLEARLY * other and (worth > _MISSED * other or _soundly(tables) > _soundly(others))


def _outweighs(tables: Sequence[Table], others: Sequence[Table]) -> bool:
    """Whether a reading is so much sounder than one that was found from lines that these were seen in part only."""
    return _soundly(tables) > _FAR_SOUNDER * max(0.0, _soundly(others))


def _soundly(tables: Sequence[Table]) -> float:
    """The worth of a reading less what speaks against its cells and edges: cells put together, starts that nothing prints, overlaps.

    What is printed once in a grid counts once where it is meant for some days: one name of a day too many gives them another's lessons.
    """
    made = [block for table in map(_in_week, tables) for block in table.blocks]
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
            by_day[_place(block)[:3]].append((block.start.minutes, block.end.minutes))
    return sum(later[0] < before[1] for own in by_day.values() for before, later in pairwise(sorted(own)))


def _worth(tables: Iterable[Table]) -> float:
    """How much a reading of a page tells: each block counts, in each table once for its day and time, and less where it cannot be right."""
    worth = 0.0
    for table in map(_in_week, tables):
        places: set[_Place] = set()
        for block in table.blocks:
            twice = _place(block) in places and block.start.minutes is not None
            places.add(_place(block))
            worth += _worth_of(block) - (1.0 if twice else 0.0)
    return worth


def _worth_of(block: Block) -> float:
    worth = 0.3 if block.start.minutes is None else 1.0
    return worth - _FLAW if _is_flawed(block) else worth


def _is_flawed(block: Block) -> bool:
    start, end = block.start.minutes, block.end.minutes
    impossible = start is not None and end is not None and not 0 < end - start <= _LONGEST_MINUTES
    value = block.subject.value
    heading = _HEADING.fullmatch(value) is not None or all(day_name(word) for word in value.split())
    return impossible or len(value) > _LONGEST_SUBJECT or len(find_spans(value)) > 0 or heading


def _reads_well(tables: Sequence[Table]) -> bool:
    """Whether a drawn table tells so much that no other way of reading the page needs to be tried."""
    made = [block for table in tables for block in table.blocks]
    return _worth(tables) >= max(_POOR, _MOST * len(made))


def _continued(tables: Iterable[Table]) -> list[Table]:
    merged: list[Table] = []
    for table in map(_in_week, tables):
        if merged and _goes_on(merged[-1], table):
            before = merged[-1]
            blocks_of_both, unread = (*before.blocks, *table.blocks), before.unread + table.unread
            named = _with_names_of(before.titles, table.titles)
            merged[-1] = replace(before, titles=named, blocks=blocks_of_both, unread=unread, printed=before.printed + table.printed)
        else:
            merged.append(table)
    return merged


def _in_week(table: Table) -> Table:
    """The week that a title names, given to each block that does not say itself."""
    week = table.titles.week
    return replace(table, blocks=tuple(replace(block, week=block.week or week) for block in table.blocks)) if week else table


def _with_names_of(first: Titles, other: Titles) -> Titles:
    return replace(first, class_name=first.class_name or other.class_name, teacher_name=first.teacher_name or other.teacher_name)


def _goes_on(before: Table, table: Table) -> bool:
    afternoon = _is_afternoon_of(before, table)
    for name in ("class_name", "teacher_name"):
        own, other = _folded(getattr(before.titles, name)), _folded(getattr(table.titles, name))
        if other and other != own and (own or not afternoon):
            return False
    return not {_place(block) for block in before.blocks} & {_place(block) for block in table.blocks}


def _is_afternoon_of(before: Table, table: Table) -> bool:
    """Whether the table below another has the same days, and begins when the other is over."""
    ends = [block.end.minutes for block in before.blocks]
    starts = [block.start.minutes for block in table.blocks]
    known_ends, known_starts = [end for end in ends if end is not None], [start for start in starts if start is not None]
    same_days = {block.day.value for block in before.blocks} == {block.day.value for block in table.blocks}
    timed = len(known_ends) == len(ends) and len(known_starts) == len(starts)
    return before.page == table.page and same_days and timed and max(known_ends) <= min(known_starts)


def _place(block: Block) -> _Place:
    return block.lane, block.week.value.casefold() if block.week else "", block.day.value, block.start.minutes


def _folded(found: Found | None) -> str | None:
    return found.value.casefold() if found else None
