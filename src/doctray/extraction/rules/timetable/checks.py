"""Looks for what cannot be right in a day: times that overlap, leave a hole, end before they start, fall at night or are missing."""

from collections.abc import Mapping, Sequence
from typing import Any

from doctray.domain.extraction import Warning

_EARLIEST, _LATEST, _LONGEST, _HOLE = 6 * 60, 22 * 60, 6 * 60, 90

_MOSTLY = 0.5
"""A table of which more than this part has no times is told of as one that has none."""


def check_times(timeblocks: Sequence[Mapping[str, Any]]) -> list[Warning]:
    """Warnings on the blocks of one table, as the fields have them; pointers name the later block of a pair."""
    warnings: list[Warning] = []
    timed: dict[tuple[str, str], list[tuple[int, int, int]]] = {}
    for index, block in enumerate(timeblocks):
        start, end = _minutes(block.get("start")), _minutes(block.get("end"))
        pointer = f"/timeblocks/{index}"
        if start is not None and end is not None and end <= start:
            warnings.append(Warning(code="impossible_time", message="The block ends before it starts.", pointer=pointer))
        elif start is not None and end is not None and end - start > _LONGEST:
            warnings.append(Warning(code="impossible_time", message="The block lasts more than six hours.", pointer=pointer))
        elif (start is not None and start < _EARLIEST) or (end is not None and end > _LATEST):
            warnings.append(Warning(code="impossible_time", message="The block lies outside 6:00 to 22:00.", pointer=pointer))
        elif start is not None and end is not None:
            timed.setdefault((block["day"], block.get("week") or ""), []).append((start, end, index))
    for day in timed.values():
        warnings.extend(_overlaps_and_holes(sorted(day)))
    return [*warnings, *_missing(timeblocks)]


def _missing(timeblocks: Sequence[Mapping[str, Any]]) -> list[Warning]:
    """One for a table that names no times, or whose times were not read: its days and subjects may be right all the same."""
    untimed = sum(block.get("start") is None and block.get("end") is None for block in timeblocks)
    if untimed <= _MOSTLY * len(timeblocks):
        return []
    return [Warning(code="missing_times", message=f"No time was read for {untimed} of {len(timeblocks)} blocks.", pointer="/timeblocks")]


def _overlaps_and_holes(day: Sequence[tuple[int, int, int]]) -> list[Warning]:
    warnings = []
    latest = None
    for start, end, index in day:
        pointer = f"/timeblocks/{index}"
        if latest and start < latest[1] and (start, end) != latest:
            warnings.append(Warning(code="overlapping_times", message="The block overlaps another of the same day.", pointer=pointer))
        elif latest and start - latest[1] > _HOLE:
            warnings.append(Warning(code="gap_in_day", message="More than 90 minutes before this block hold nothing.", pointer=pointer))
        if latest is None or end > latest[1]:
            latest = (start, end)
    return warnings


def _minutes(value: str | None) -> int | None:
    return int(value[:2]) * 60 + int(value[3:]) if value else None
