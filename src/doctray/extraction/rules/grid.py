"""Finds the cells of a table from its ruling lines; neighbours with no line between them are one merged cell."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import reduce
from statistics import median

from doctray.domain.document import Box, Page, Segment, Word

_WALL = 0.6
"""A line parts two neighbours when it runs along this much of their common edge."""

_NARROWEST = 0.4
"""Lines nearer than this part of the page's common letter height are one line, drawn double or bent by a camera."""

_GAP = 3.0
"""Times the tolerance of lines: letters that touch a rule hide less of it."""

_MOST_RULES = 1000
"""The longest rules of a page that are looked at; every pair of them is compared. A week of 15-minute rows has about 500."""

_MOST_CELLS = 5_000
"""A drawing with more crossings than this is a picture or a hatching, and no timetable."""

LEVEL_PX = 4.0
"""Pixels by which the borders of cells may lie apart and still be on one line."""


class Axis(StrEnum):
    """A direction of the page."""

    X = "x"  # left to right
    Y = "y"  # top to bottom

    @property
    def other(self) -> "Axis":
        return Axis.Y if self is Axis.X else Axis.X

    def low(self, box: Box) -> float:
        return box.left if self is Axis.X else box.top

    def high(self, box: Box) -> float:
        return box.right if self is Axis.X else box.bottom

    def middle(self, box: Box) -> float:
        return (self.low(box) + self.high(box)) / 2

    def length(self, box: Box) -> float:
        return self.high(box) - self.low(box)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A rectangle of a table with the words whose centre lies in it."""

    box: Box
    words: tuple[Word, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """The cells of one table, top to bottom and left to right. `ruled`: found from lines, not from alignment."""

    page: int
    box: Box
    cells: tuple[Cell, ...]
    ruled: bool


def ruled_grids(page: Page) -> tuple[Grid, ...]:
    """Tables whose cells are drawn, largest first. Coordinates in pixels of the page image."""
    near = max(3.0, 0.004 * min(page.width, page.height))
    words = tuple(page.words)
    apart = max(near, _NARROWEST * median(min(word.box.width, word.box.height) for word in words)) if words else near
    grids = []
    for rules in _connected(_anchored(_rules(page.segments, near), near), near):
        boxes = _cells(rules, near, apart)
        if len(boxes) > 1:
            cells = tuple(Cell(box=box, words=_inside(words, box)) for box in sorted(boxes, key=lambda box: (box.top, box.left)))
            grids.append(Grid(page=page.number, box=hull(boxes), cells=cells, ruled=True))
    return tuple(sorted(grids, key=lambda grid: -grid.box.width * grid.box.height))


def hull(boxes: Iterable[Box]) -> Box:
    """The smallest box around boxes, of which there is at least one."""
    return reduce(Box.union, boxes)


def box_of(words: Iterable[Word]) -> Box:
    """The smallest box around words, of which there is at least one."""
    return hull(word.box for word in words)


@dataclass(frozen=True, slots=True)
class _Rule:
    """A straight line: its coordinate across, and from where to where it runs."""

    axis: Axis
    at: float
    low: float
    high: float

    def meets(self, other: "_Rule", near: float) -> bool:
        if self.axis is other.axis:
            return abs(self.at - other.at) <= near and self.low <= other.high + near and other.low <= self.high + near
        return self.low - near <= other.at <= self.high + near and other.low - near <= self.at <= other.high + near

    def goes_on_in(self, other: "_Rule", near: float) -> bool:
        """Whether the other lies on the same line, behind a gap."""
        gap = max(self.low, other.low) - min(self.high, other.high)
        return self.axis is other.axis and abs(self.at - other.at) <= near / 2 and 0 < gap <= _GAP * near


def _rules(segments: Iterable[Segment], near: float) -> list[_Rule]:
    """Segments with pieces of one line put together."""
    rules: list[_Rule] = []
    for axis in Axis:
        found = [_rule(segment, axis) for segment in segments if segment.horizontal is (axis is Axis.X)]
        for group in _runs(sorted(found, key=lambda rule: rule.at), near / 2):
            rules.extend(_joined(group, near))
    long = sorted((rule for rule in rules if rule.high - rule.low > 2 * near), key=lambda rule: rule.low - rule.high)
    return long[:_MOST_RULES]


def _rule(segment: Segment, axis: Axis) -> _Rule:
    if axis is Axis.X:
        return _Rule(axis, (segment.top + segment.bottom) / 2, segment.left, segment.right)
    return _Rule(axis, (segment.left + segment.right) / 2, segment.top, segment.bottom)


def _runs(rules: Sequence[_Rule], near: float) -> list[list[_Rule]]:
    runs: list[list[_Rule]] = []
    for rule in rules:
        if runs and rule.at - runs[-1][-1].at <= near:
            runs[-1].append(rule)
        else:
            runs.append([rule])
    return runs


def _joined(group: Sequence[_Rule], near: float) -> list[_Rule]:
    joined: list[_Rule] = []
    for rule in sorted(group, key=lambda rule: rule.low):
        last = joined[-1] if joined else None
        if last and rule.low <= last.high + near:
            weight_last, weight = last.high - last.low, rule.high - rule.low
            at = (last.at * weight_last + rule.at * weight) / max(weight_last + weight, 1e-6)
            joined[-1] = _Rule(last.axis, at, last.low, max(last.high, rule.high))
        else:
            joined.append(rule)
    return joined


def _anchored(rules: Sequence[_Rule], near: float) -> list[_Rule]:
    """Rules that meet two others at right angles; what does not is underlining, or noise of a photographed screen.

    Where one goes on beyond a gap, as behind a letter that touches it, one is enough.
    """
    kept = list(rules)
    while True:
        tied = [rule for rule in kept if _is_tied(rule, kept, near)]
        if len(tied) == len(kept):
            return tied
        kept = tied


def _is_tied(rule: _Rule, others: Sequence[_Rule], near: float) -> bool:
    crossed = sum(rule.axis is not other.axis and rule.meets(other, 1.5 * near) for other in others)
    return crossed >= 2 or (crossed == 1 and any(rule.goes_on_in(other, near) for other in others))


def _connected(rules: Sequence[_Rule], near: float) -> list[list[_Rule]]:
    parent = list(range(len(rules)))
    for first in range(len(rules)):
        for second in range(first + 1, len(rules)):
            if _root(parent, first) != _root(parent, second) and rules[first].meets(rules[second], near):
                parent[_root(parent, first)] = _root(parent, second)
    groups: dict[int, list[_Rule]] = {}
    for index, rule in enumerate(rules):
        groups.setdefault(_root(parent, index), []).append(rule)
    return [group for group in groups.values() if {rule.axis for rule in group} == set(Axis)]


def _root(parent: list[int], index: int) -> int:
    while parent[index] != index:
        parent[index] = parent[parent[index]]
        index = parent[index]
    return index


def _cells(rules: Sequence[_Rule], near: float, apart: float) -> list[Box]:
    """Rectangles between the rules; an open outer side counts as drawn."""
    across, down = ([rule for rule in rules if rule.axis is axis] for axis in Axis)
    xs = _positions([rule.at for rule in down] + _extremes(across), apart)
    ys = _positions([rule.at for rule in across] + _extremes(down), apart)
    columns, rows = len(xs) - 1, len(ys) - 1
    if columns < 1 or rows < 1 or columns * rows > _MOST_CELLS:
        return []
    reach = max(apart, 1.5 * near)
    beside = [[rule for rule in down if abs(rule.at - x) <= reach] for x in xs]
    between = [[rule for rule in across if abs(rule.at - y) <= reach] for y in ys]
    parent = list(range(columns * rows))
    for row in range(rows):
        for column in range(columns):
            here = row * columns + column
            if column + 1 < columns and not _drawn(beside[column + 1], ys[row], ys[row + 1]):
                parent[_root(parent, here)] = _root(parent, here + 1)
            if row + 1 < rows and not _drawn(between[row + 1], xs[column], xs[column + 1]):
                parent[_root(parent, here)] = _root(parent, here + columns)
    regions: dict[int, set[tuple[int, int]]] = {}
    for index in range(columns * rows):
        regions.setdefault(_root(parent, index), set()).add(divmod(index, columns))
    return [
        Box(xs[left], ys[top], xs[right], ys[bottom]) for region in regions.values() for top, left, bottom, right in _rectangles(region)
    ]


def _extremes(rules: Sequence[_Rule]) -> list[float]:
    return [min(rule.low for rule in rules), max(rule.high for rule in rules)]


def _positions(values: Sequence[float], near: float) -> list[float]:
    groups: list[list[float]] = []
    for value in sorted(values):
        if groups and value - groups[-1][-1] <= near and value - groups[-1][0] <= 2 * near:
            groups[-1].append(value)
        else:
            groups.append([value])
    return [sum(group) / len(group) for group in groups]


def _drawn(rules: Sequence[_Rule], low: float, high: float) -> bool:
    covered = sum(max(0.0, min(rule.high, high) - max(rule.low, low)) for rule in rules)
    return covered >= _WALL * (high - low)


def _rectangles(region: set[tuple[int, int]]) -> list[tuple[int, int, int, int]]:
    """(top, left, bottom, right), ends exclusive, that tile the region: one when it is a rectangle, as merged cells are."""
    left_over, tiles = set(region), []
    while left_over:
        top, left = min(left_over)
        right = left
        while (top, right) in left_over:
            right += 1
        bottom = top
        while all((bottom, column) in left_over for column in range(left, right)):
            bottom += 1
        left_over -= {(row, column) for row in range(top, bottom) for column in range(left, right)}
        tiles.append((top, left, bottom, right))
    return tiles


def _inside(words: Sequence[Word], box: Box) -> tuple[Word, ...]:
    return tuple(
        word
        for word in words
        if box.left <= word.box.center_x < box.right and box.top <= word.box.center_y < box.bottom and word.text.strip()
    )
