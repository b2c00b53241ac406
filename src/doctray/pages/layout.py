"""Words → lines → reading order, by geometry alone: the same for text layers and for every OCR engine. Pure Python."""

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from statistics import median

from doctray.domain.document import Box, Line, Segment, Word, rotate_box

_SPACE_HEIGHTS = 0.8
"""A wider gap than this many heights parts columns. A printed space is 0.25 to 0.35 of the type size, stretched in justified
text to about 0.7; cells of tables stand one size apart and more."""

_SAME_LINE_OVERLAP = 0.5
"""Two neighbours are on one line when they share this part of the lower one's height."""

_MOST_UNLIKE_HEIGHTS = 2.5
"""A word this many times as high as its neighbour (a drop cap, a logo) is not on the neighbour's line."""

_GUTTER_HEIGHTS = 1.5
"""A blank strip down a group of lines is a gutter between columns of running text when it is this many heights wide."""

_PROSE_LETTERS = 25
"""Median length of lines from which a column counts as running text (read down) and not as a column of cells (read across)."""

_BLOCK_GAP_HEIGHTS = 0.3
"""Lines of one paragraph stand closer than this many heights (set tight to one and a third of the type size)."""

_MANY_LINES = 3000
"""Above this a page is no letter or form: its rows are read across without looking for columns, which takes quadratic time."""


def lines_of(words: Sequence[Word], *, segments: Sequence[Segment] = ()) -> tuple[Line, ...]:
    """The words as lines in reading order.

    Lines end at column gaps and at vertical rules (`segments`, where they are known). Running text in columns is read column by
    column, tables row by row. Words that are turned (angle not 0) make lines of their own, after the upright ones.
    """
    rules = sorted((s for s in segments if not s.horizontal), key=lambda s: s.left)
    upright = [word for word in words if word.angle % 360 == 0]
    ordered = _in_reading_order(_lines(upright, [word.box for word in upright], rules))
    for angle in (90, 180, 270):
        turned = [word for word in words if word.angle % 360 == angle]
        ordered += _in_reading_order(_lines(turned, _as_if_upright(turned, angle), ()))
    return tuple(placed.line for placed in ordered)


@dataclass(frozen=True, slots=True)
class _Placed:
    """A line and its box on the page turned so that the line is upright. letters: of its text, with the spaces between."""

    line: Line
    box: Box
    letters: int


def _as_if_upright(words: Sequence[Word], angle: int) -> list[Box]:
    width = max((word.box.right for word in words), default=0.0)
    height = max((word.box.bottom for word in words), default=0.0)
    return [rotate_box(word.box, -angle, width=width, height=height) for word in words]


def _lines(words: Sequence[Word], boxes: Sequence[Box], rules: Sequence[Segment]) -> list[_Placed]:
    placed = []
    for chain in _chains(boxes, rules):
        box = boxes[chain[0]]
        for index in chain[1:]:
            box = box.union(boxes[index])
        line = Line(words=tuple(words[index] for index in chain))
        placed.append(_Placed(line, box, len(line.text)))
    return placed


def _chains(boxes: Sequence[Box], rules: Sequence[Segment]) -> list[list[int]]:
    """Indices of boxes that follow one another on one baseline.

    From left to right each box joins the open chain whose *last* box is beside it, so that a skewed baseline is followed.
    Open chains are kept in horizontal strips to find the near ones quickly.
    """
    if not boxes:
        return []
    strip_px = max(1.0, median(box.height for box in boxes))
    rule_x = [rule.left for rule in rules]
    chains: list[list[int]] = []
    open_in: defaultdict[int, set[int]] = defaultdict(set)
    for index in sorted(range(len(boxes)), key=lambda i: (boxes[i].left, boxes[i].top)):
        box = boxes[index]
        strips = range(int(box.top // strip_px), int(box.bottom // strip_px) + 1)
        best: tuple[float, int] | None = None
        for strip in strips:
            for number in tuple(open_in[strip]):
                last = boxes[chains[number][-1]]
                gap = box.left - last.right
                if gap > _SPACE_HEIGHTS * 4 * max(strip_px, last.height):
                    open_in[strip].discard(number)
                elif _follows(last, box) and not _rule_between(last, box, rules, rule_x):
                    distance = abs(last.center_y - box.center_y) + max(0.0, gap) / 4
                    if best is None or distance < best[0]:
                        best = (distance, number)
        if best is None:
            chains.append([index])
            number = len(chains) - 1
        else:
            number = best[1]
            last = boxes[chains[number][-1]]
            for strip in range(int(last.top // strip_px), int(last.bottom // strip_px) + 1):
                open_in[strip].discard(number)
            chains[number].append(index)
        for strip in strips:
            open_in[strip].add(number)
    return chains


def _follows(last: Box, box: Box) -> bool:
    low, high = sorted((last.height, box.height))
    if high > _MOST_UNLIKE_HEIGHTS * max(low, 1.0):
        return False
    shared = min(last.bottom, box.bottom) - max(last.top, box.top)
    gap = box.left - last.right
    return shared >= _SAME_LINE_OVERLAP * low and -0.5 * min(last.width, box.width) <= gap <= _SPACE_HEIGHTS * (low + high) / 2


def _rule_between(last: Box, box: Box, rules: Sequence[Segment], rule_x: Sequence[float]) -> bool:
    # a word may overhang the edge of its cell a little
    slack = 0.25 * min(last.height, box.height)
    middle = (max(last.top, box.top) + min(last.bottom, box.bottom)) / 2
    at = bisect_left(rule_x, last.right - slack)
    while at < len(rules) and rule_x[at] <= box.left + slack:
        if rules[at].top <= middle <= rules[at].bottom:
            return True
        at += 1
    return False


def _in_reading_order(lines: list[_Placed]) -> list[_Placed]:
    """Cut in two at a gutter between columns of running text, else at the widest blank band across, until only rows are left."""
    if len(lines) > _MANY_LINES:
        return _across(lines)
    ordered: list[_Placed] = []
    waiting = [lines]
    while waiting:
        group = waiting.pop()
        parts = _columns(group) or _bands(group) if len(group) > 1 else None
        if parts is None:
            ordered += _across(group)
        else:
            waiting += reversed(parts)
    return ordered


def _columns(group: list[_Placed]) -> tuple[list[_Placed], list[_Placed]] | None:
    if len(group) < 4 or 2 * sum(placed.letters >= _PROSE_LETTERS for placed in group) < len(group):
        # each side would have as many lines of running text as it has others
        return None
    height = _height(group)
    for left, right in _cuts(group, _x_span, _GUTTER_HEIGHTS * height):
        if min(len(left), len(right)) >= 2 and (_is_prose(left) and _is_prose(right)):
            return left, right
    return None


def _is_prose(lines: Sequence[_Placed]) -> bool:
    return median(placed.letters for placed in lines) >= _PROSE_LETTERS


def _bands(group: list[_Placed]) -> tuple[list[_Placed], list[_Placed]] | None:
    cuts = _cuts(group, _y_span, _BLOCK_GAP_HEIGHTS * _height(group))
    return cuts[0] if cuts else None


def _across(lines: list[_Placed]) -> list[_Placed]:
    """Rows from the top, each from left to right. A line belongs to the row that it shares most height with."""
    rows: list[list[_Placed]] = []
    for placed in sorted(lines, key=lambda p: p.box.center_y):
        if rows and _beside(rows[-1][-1].box, placed.box):
            rows[-1].append(placed)
        else:
            rows.append([placed])
    return [placed for row in rows for placed in sorted(row, key=lambda p: p.box.left)]


def _beside(one: Box, other: Box) -> bool:
    shared = min(one.bottom, other.bottom) - max(one.top, other.top)
    return shared >= _SAME_LINE_OVERLAP * min(one.height, other.height)


def _height(group: Sequence[_Placed]) -> float:
    return max(1.0, median(placed.box.height for placed in group))


def _x_span(placed: _Placed) -> tuple[float, float]:
    return placed.box.left, placed.box.right


def _y_span(placed: _Placed) -> tuple[float, float]:
    return placed.box.top, placed.box.bottom


def _cuts(
    group: Sequence[_Placed], span: Callable[[_Placed], tuple[float, float]], least: float
) -> list[tuple[list[_Placed], list[_Placed]]]:
    """The ways to part the group at a blank strip of at least this width that no line crosses, widest strip first."""
    spans = sorted(((span(placed), at) for at, placed in enumerate(group)))
    strips: list[tuple[float, int]] = []
    reach = spans[0][0][1]
    for at, ((low, high), _) in enumerate(spans):
        if low - reach >= least:
            strips.append((low - reach, at))
        reach = max(reach, high)
    strips.sort(key=lambda strip: (-strip[0], strip[1]))
    ordered = [group[at] for _, at in spans] if strips else []
    return [(ordered[:at], ordered[at:]) for _, at in strips]
