"""Timetables by rules: every table of a document, its blocks and titles, each value with the words it was read from."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from doctray.domain.document import Box, Document, Page, PageSource
from doctray.domain.extraction import Extraction, Fields, Warning
from doctray.extraction.confidence import Evidence
from doctray.extraction.rules.grid import Grid, hull, ruled_grids
from doctray.extraction.rules.timetable.aligned import aligned_grids
from doctray.extraction.rules.timetable.axes import Layout, layouts
from doctray.extraction.rules.timetable.bars import with_bars_joined
from doctray.extraction.rules.timetable.blocks import Block, blocks
from doctray.extraction.rules.timetable.columned_days import lessons_below_days
from doctray.extraction.rules.timetable.continued import continued
from doctray.extraction.rules.timetable.echoes import without_echoes
from doctray.extraction.rules.timetable.fields import Table, nothing_found, weighable, written
from doctray.extraction.rules.timetable.glued import with_times_parted
from doctray.extraction.rules.timetable.lanes import lane_layouts, nested_layouts
from doctray.extraction.rules.timetable.list import (
    Listed,
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
from doctray.extraction.rules.timetable.rows import rowed_blocks
from doctray.extraction.rules.timetable.sessions import session_blocks
from doctray.extraction.rules.timetable.soundness import print_among, told
from doctray.extraction.rules.timetable.spaced import with_words_whole
from doctray.extraction.rules.timetable.strips import with_strips_joined
from doctray.extraction.rules.timetable.ticks import with_ticks
from doctray.extraction.rules.timetable.titles import table_titles, titles
from doctray.extraction.rules.timetable.unparted import with_labels_parted
from doctray.extraction.rules.timetable.votes import with_one_reading
from doctray.extraction.rules.timetable.walls import with_unseen_walls
from doctray.extraction.rules.timetable.weeks import week_layouts
from doctray.extraction.rules.timetable.worth import is_flawed, is_unsound, outweighs, place, reads_well, tells_more

_MOST_WORDS = 3000
"""The plan of a whole school on one page has about 2000 words. What has more is a book, or was made to keep readers busy."""

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
    tables = continued([table for page in document.pages for table in _tables(page)])
    return [replace(table, blocks=with_one_reading(table.blocks), doubtful=_is_doubtful(table)) for table in tables]


def _is_doubtful(table: Table) -> bool:
    """Whether so much of a table cannot be right that its structure was probably misread: none of its values is sure then."""
    timed = any(block.start.minutes is not None for block in table.blocks)
    places = Counter(place(block) for block in table.blocks if timed)
    twice = sum(count - 1 for count in places.values())
    flawed = sum(is_flawed(block) for block in table.blocks)
    return twice + flawed > _MOST_FLAWED * len(table.blocks)


def _tables(page: Page) -> list[Table]:
    if sum(len(line.words) for line in page.lines) > _MOST_WORDS:
        return []
    page = with_times_parted(with_words_whole(without_echoes(without_notices(page))))
    grids = ruled_grids(page)
    if (clear := without_moire(page, grids)) is not page:
        page, grids = clear, ruled_grids(clear)
    if sessions := session_blocks(grids):
        return [_listed(page, hull(grid.box for grid in grids), sessions)]
    for grid in grids:
        if rows := tabled_blocks(grid) or _headed_above(grid, page):
            return [_listed(page, grid.box, rows)]
        if (subjects := rowed_blocks(grid)) is not None:
            table = _listed(page, grid.box, subjects.blocks)
            return [replace(table, titles=replace(table.titles, class_name=table.titles.class_name or subjects.group))]
    downwards = sorted(grids, key=lambda grid: grid.box.top)
    if headed := [blocks for grid in downwards if (blocks := headed_blocks(grid, page))]:
        return [_listed(page, downwards[0].box, tuple(block for own in headed for block in own))]
    if _names_days_again(untitled := _from_untitled(page, grids)) and not _from_columns(page):
        return untitled
    best = _gridded(page, grids)
    if reads_well(best):
        # of a text layer the lines are those of its file; of a picture some may not have been seen
        seen = page.source is not PageSource.TEXT_LAYER
        return aligned if seen and outweighs(aligned := _from_alignment(page), best) else best
    for other in (_from_columns, _from_alignment, _from_list, lambda _: untitled, _below_days):
        if tells_more(found := other(page), best) or outweighs(found, best):
            best = found
    # lines that make no sound table were probably not drawn for one: cards beside their labels, frames, what a background leaves
    unruled = _from_alignment(replace(page, segments=())) if is_unsound(best) else []
    return unruled if outweighs(unruled, best) else best


def _listed(page: Page, box: Box, made: tuple[Block, ...]) -> Table:
    """A list that fills a box, with the titles that stand anywhere around it."""
    return _as_table(page, Listed(titles=titles(page, box, inside=(), above=0.0, below=float(page.height)), blocks=made))


def _as_table(page: Page, listed: Listed) -> Table:
    return Table(page=page.number, titles=listed.titles, blocks=listed.blocks, family="list")


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
    return tuple(with_ticks(with_bars_joined(part), page) for layout in found for part in parted(layout, page))


def _from_alignment(page: Page) -> list[Table]:
    return _gridded(page, aligned_grids(page))


def _from_list(page: Page) -> list[Table]:
    listed = listed_blocks(page)
    return [_as_table(page, listed)] if listed else []


def _below_days(page: Page) -> list[Table]:
    listed = lessons_below_days(page)
    return [_as_table(page, listed)] if listed else []


def _from_columns(page: Page) -> list[Table]:
    return [_as_table(page, listed) for listed in columned_blocks(page)]


def _from_untitled(page: Page, grids: Sequence[Grid]) -> list[Table]:
    for grid in grids:
        if made := untitled_blocks(grid):
            return [_listed(page, grid.box, made)]
    listed = lined_blocks(page)
    return [_as_table(page, listed)] if listed else []


def _names_days_again(tables: Sequence[Table]) -> bool:
    """Whether a list names a day in the row of each lesson, which no table of the week does."""
    made = [block for table in tables for block in table.blocks]
    return len({block.day.words for block in made}) > len({block.day.value for block in made})
