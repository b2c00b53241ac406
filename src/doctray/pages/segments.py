"""Ruling segments from any source made one list: straight, collinear pieces joined, in pixels. Pure Python."""

from collections.abc import Iterable, Sequence

from doctray.domain.document import Segment

_SAME_LINE_PX = 2.0
"""Pieces whose axes are this near lie on one rule: the two edges of a drawn line, or cells' borders drawn one over the other."""

_JOIN_PX = 4.0
"""Pieces of one rule whose ends are this near are one: cell by cell borders, dashes, a scan's faint spots."""

_MOST_SEGMENTS = 4000
"""No form rules more; a drawing does. The longest are kept."""


def merged(pieces: Iterable[Segment], *, shortest_px: float) -> tuple[Segment, ...]:
    """Collinear pieces that touch, joined; those still shorter than shortest_px left out. Horizontal ones first, from the top."""
    horizontal: list[tuple[float, float, float]] = []
    vertical: list[tuple[float, float, float]] = []
    for piece in pieces:
        if piece.horizontal:
            horizontal.append(((piece.top + piece.bottom) / 2, piece.left, piece.right))
        else:
            vertical.append(((piece.left + piece.right) / 2, piece.top, piece.bottom))
    across = [Segment(start, axis, end, axis) for axis, start, end in _joined(horizontal, shortest_px)]
    down = [Segment(axis, start, axis, end) for axis, start, end in _joined(vertical, shortest_px)]
    return tuple(_longest(across + down))


def transposed(segment: Segment) -> Segment:
    """The segment on the page with x and y exchanged."""
    return Segment(segment.top, segment.left, segment.bottom, segment.right)


def _joined(pieces: Sequence[tuple[float, float, float]], shortest_px: float) -> list[tuple[float, float, float]]:
    """pieces: (axis, start, end). Those within _SAME_LINE_PX of a group's first axis are taken as one rule."""
    found: list[tuple[float, float, float]] = []
    group: list[tuple[float, float, float]] = []
    for piece in sorted(pieces):
        if group and piece[0] - group[0][0] > _SAME_LINE_PX:
            found += _runs(group)
            group = []
        group.append(piece)
    found += _runs(group)
    return [run for run in found if run[2] - run[1] >= shortest_px]


def _runs(group: Sequence[tuple[float, float, float]]) -> list[tuple[float, float, float]]:
    runs: list[tuple[float, float, float]] = []
    axes: list[float] = []
    for axis, start, end in sorted(group, key=lambda piece: piece[1]):
        if runs and start - runs[-1][2] <= _JOIN_PX:
            axes.append(axis)
            runs[-1] = (sum(axes) / len(axes), runs[-1][1], max(runs[-1][2], end))
        else:
            axes = [axis]
            runs.append((axis, start, end))
    return runs


def _longest(segments: list[Segment]) -> list[Segment]:
    if len(segments) <= _MOST_SEGMENTS:
        return segments
    kept = sorted(range(len(segments)), key=lambda at: -_length(segments[at]))[:_MOST_SEGMENTS]
    return [segments[at] for at in sorted(kept)]


def _length(segment: Segment) -> float:
    return max(segment.right - segment.left, segment.bottom - segment.top)
