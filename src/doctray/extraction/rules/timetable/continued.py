"""Tables that go on below or on the next page: other days, other times or the other week of the same class."""

from collections.abc import Iterable
from dataclasses import replace

from doctray.extraction.rules.timetable.fields import Table
from doctray.extraction.rules.timetable.reading import Found
from doctray.extraction.rules.timetable.titles import Titles
from doctray.extraction.rules.timetable.worth import in_week, place


def continued(tables: Iterable[Table]) -> list[Table]:
    """The tables in their order, those that go on put to the one before them, and without what only explains it."""
    merged: list[Table] = []
    for table in map(in_week, tables):
        if merged and _explains(merged[-1], table):
            continue
        if merged and _goes_on(merged[-1], table):
            before = merged[-1]
            blocks_of_both, unread = (*before.blocks, *table.blocks), before.unread + table.unread
            named = _with_names_of(before.titles, table.titles)
            merged[-1] = replace(before, titles=named, blocks=blocks_of_both, unread=unread, printed=before.printed + table.printed)
        else:
            merged.append(table)
    return merged


def _explains(before: Table, table: Table) -> bool:
    """Whether a table behind a week whose lessons all have times names some of its days, and no time: a legend of subjects or slots."""
    untimed = all(block.start.minutes is None and block.end.minutes is None for block in table.blocks)
    timed = all(block.start.minutes is not None for block in before.blocks)
    fewer = {block.day.value for block in table.blocks} < {block.day.value for block in before.blocks}
    return untimed and timed and fewer and not table.titles.class_name and not table.titles.teacher_name


def _with_names_of(first: Titles, other: Titles) -> Titles:
    return replace(first, class_name=first.class_name or other.class_name, teacher_name=first.teacher_name or other.teacher_name)


def _goes_on(before: Table, table: Table) -> bool:
    afternoon = _is_afternoon_of(before, table)
    for name in ("class_name", "teacher_name"):
        own, other = _folded(getattr(before.titles, name)), _folded(getattr(table.titles, name))
        if other and other != own and (own or not afternoon):
            return False
    return not {place(block) for block in before.blocks} & {place(block) for block in table.blocks}


def _is_afternoon_of(before: Table, table: Table) -> bool:
    """Whether the table below another has the same days, and begins when the other is over."""
    ends = [block.end.minutes for block in before.blocks]
    starts = [block.start.minutes for block in table.blocks]
    known_ends, known_starts = [end for end in ends if end is not None], [start for start in starts if start is not None]
    same_days = {block.day.value for block in before.blocks} == {block.day.value for block in table.blocks}
    timed = len(known_ends) == len(ends) and len(known_starts) == len(starts)
    return before.page == table.page and same_days and timed and max(known_ends) <= min(known_starts)


def _folded(found: Found | None) -> str | None:
    return found.value.casefold() if found else None
