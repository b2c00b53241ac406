"""Parts headings of several columns that stand in one cell, because the line between them was not seen on their coloured row."""

from collections.abc import Sequence
from itertools import pairwise

from doctray.domain.document import Box
from doctray.extraction.rules.timetable.headings import heading_of, joint_heading_of
from doctray.extraction.rules.timetable.reading import Reading, read

_Row = Sequence[tuple[Box, Reading]]


def with_heads_parted(heads: _Row, rows: Sequence[_Row]) -> _Row:
    """The row of headings with each cell that says nothing as a whole cut where the rows below are, if each part is a heading."""
    return [part for box, reading in heads for part in _parts(box, reading, rows)]


def _parts(box: Box, reading: Reading, rows: Sequence[_Row]) -> _Row:
    # one word heads one column: most cells are told by that alone, and every row of a table may be its headings
    if len(reading.words) < 2 or heading_of(reading.text) or joint_heading_of(reading.text):
        return [(box, reading)]
    edges = [box.left, *_edges_within(box, rows), box.right]
    parts = [
        (Box(left, box.top, right, box.bottom), read([word for word in reading.words if left <= word.box.center_x < right]))
        for left, right in pairwise(edges)
    ]
    return parts if len(parts) > 1 and all(heading_of(part.text) for _, part in parts) else [(box, reading)]


def _edges_within(box: Box, rows: Sequence[_Row]) -> list[float]:
    """Where cells of most rows begin below a cell, but for its own edge."""
    lefts = sorted(cell.left for row in rows for cell, _ in row if box.left + box.height / 4 < cell.left < box.right - box.height / 4)
    runs: list[list[float]] = []
    for left in lefts:
        if runs and left - runs[-1][-1] <= box.height / 4:
            runs[-1].append(left)
        else:
            runs.append([left])
    return [sum(run) / len(run) for run in runs if 2 * len(run) > len(rows)]
