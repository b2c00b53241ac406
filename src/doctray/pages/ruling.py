"""Ruling segments seen in a page's image. Runs in the page process only."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from doctray.domain.document import Segment
from doctray.pages.deskew import Rgb
from doctray.pages.segments import merged, transposed

Mask = npt.NDArray[np.uint8]
"""Shape (height, width): 255 where there is ink, 0 elsewhere."""

_SHORTEST_PART = 1 / 45
"""A rule is at least this part of the page's long side (50 px on a page at 200 dpi): longer than strokes of letters in headings."""

_THICKEST_PX = 12
_STEEPEST = 1 / 30
"""A rule across a table rises by less. Where it parts dark fills from light ones, the threshold gives it a border of some pixels too."""

_LONGEST_STROKE_PX = 20
"""Strokes of letters of body text are shorter in images that can be read at all; those of headings are dealt with by the page's size."""

_GAP_PX = 9
_DASH_GAP_PX = 15
"""Dashes and dots of one rule are nearer than this: dashes of Word's borders are parted by 5 to 12 px at 200 dpi."""

_THICKEST_DASH_PX = 5
_LEAST_DASHES = 6
_FEWEST_CROSSED = 2
_MOST_INK_BESIDE_DASHES = 0.06
"""Share of ink in the strips beside a dashed rule. Strokes of letters in a row have the rest of their letters beside them: 0.2 and more."""

_LEAST_CONTRAST = 12.0
"""Gray levels by which a rule is darker than what is around it, at least; a rule of 10 % gray is darker by 25."""

_DARK = 64
"""Half of a slide or a screen with light print on dark is darker than this, in gray levels; of a dim photograph of paper it may be too."""

_PRINT_OVER_GROUND = 40

_PRINT = 80
"""Gray levels by which print differs from its ground, at least."""

_LEAST_STEP = 9.0
"""Levels of one colour channel between a filled area and what it borders on; pastel fills differ from white by 20 and more."""

_STEP_PX = 3
_RULE_PX = 3
_NEAR_PX = 5
"""Edges this near to a drawn rule are that rule's."""

_BESIDE_PX = 6
_MOST_INK_BESIDE = 0.4
"""Share of ink in the strips beside a rule, both taken together. Hatching and dense patterns, which are no rules, have more."""

_SMALL_PX, _MOST_ENLARGED, _LEAST_ENLARGED = 1650, 3.0, 1.15
"""Smaller pictures are looked at enlarged to this (an A4 page at 140 dpi), as far as that helps: in a captured screen of 640 pixels print
stands 3 pixels from the rules."""

_THICK_PX = 4
_MOSTLY = 0.7
"""Part of a rule's length along which the ground beside it has another colour. Letters cover a third to a half of a row of print."""

_ONE_SIDED = 0.4
"""Where the step at one side of a thick rule is less than this part of the step at its other side, it is no rule but the border of a
fill."""

_BAND_PX = 256
"""Rows whose colours are looked at together: what that takes in between (6 bytes a pixel) would be 70 MB for a whole photograph."""


def seen_segments(rgb: Rgb) -> tuple[Segment, ...]:
    """Straight horizontal and vertical rules in the image, in its pixels. The page should be upright and straightened."""
    scale = min(_MOST_ENLARGED, _SMALL_PX / max(rgb.shape[:2]))
    if scale < _LEAST_ENLARGED:
        return _seen_segments(rgb)
    enlarged = np.asarray(cv2.resize(rgb, None, fx=scale, fy=scale, interpolation=cv2.INTER_CUBIC), dtype=np.uint8)
    return tuple(Segment(s.left / scale, s.top / scale, s.right / scale, s.bottom / scale) for s in _seen_segments(enlarged))


def _seen_segments(rgb: Rgb) -> tuple[Segment, ...]:
    gray = cv2.cvtColor(rgb, cv2.COLOR_RGB2GRAY)
    if _is_light_on_dark(np.asarray(gray, dtype=np.uint8)):
        rgb, gray = np.bitwise_not(rgb), cv2.bitwise_not(gray)
    contrast = max(_LEAST_CONTRAST, _texture(np.asarray(gray, dtype=np.uint8)))
    ink = np.asarray(cv2.adaptiveThreshold(gray, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, contrast), dtype=np.uint8)
    del gray
    shortest = max(24, round(max(ink.shape) * _SHORTEST_PART))
    least_step = max(_LEAST_STEP, 1.5 * (contrast - _LEAST_CONTRAST) + _LEAST_STEP)
    across = _seen_across(ink, rgb, shortest, least_step)
    # the same on the page laid on its side, so that there is one way to look for rules
    ink = np.ascontiguousarray(ink.T)
    down = _seen_across(ink, rgb.transpose(1, 0, 2), shortest, least_step)
    return merged([*across.with_dashes(down), *map(transposed, down.with_dashes(across))], shortest_px=shortest)


@dataclass(frozen=True, slots=True)
class _Seen:
    """What runs one way, as horizontal: rules, level edges of filled areas where no rule is drawn, and rules of dashes."""

    rules: list[Segment]
    edges: list[Segment]
    dashed: list[Segment]

    def with_dashes(self, other: "_Seen") -> list[Segment]:
        """All that runs this way; of the dashed rules those that belong to a table. other: what runs the other way, lying on its side."""
        dashed = _crossed(self.dashed, [transposed(segment) for segment in (*other.rules, *other.edges, *other.dashed)])
        return [*self.rules, *dashed, *(edge for edge in self.edges if not any(_covers(rule, edge) for rule in dashed))]


def _covers(rule: Segment, edge: Segment) -> bool:
    return abs(rule.top - edge.top) <= _NEAR_PX and rule.left - _DASH_GAP_PX <= edge.left and edge.right <= rule.right + _DASH_GAP_PX


def _crossed(dashed: Iterable[Segment], others: Sequence[Segment]) -> list[Segment]:
    """Those that meet two rules at right angles, as the rules of a table do and the dots that lead to a number do not."""
    return [rule for rule in dashed if sum(_meets(rule, other) for other in others) >= _FEWEST_CROSSED]


def _meets(one: Segment, other: Segment) -> bool:
    across = one.left - _DASH_GAP_PX <= other.right and other.left <= one.right + _DASH_GAP_PX
    return across and one.top - _DASH_GAP_PX <= other.bottom and other.top <= one.bottom + _DASH_GAP_PX


def _seen_across(ink: Mask, rgb: Rgb, shortest: int, least_step: float) -> _Seen:
    runs = _runs(ink, shortest)
    rules, hidden = [], np.zeros_like(runs)
    for rule, rows in _rules_standing_out(ink, runs, rgb, shortest):
        rules.append(rule)
        # runs that are no rules, as where a dark fill and a rule were taken for one, hide no edges; those that are hide what they cover
        cv2.line(hidden, (round(rule.left), round(rule.top)), (round(rule.right), round(rule.bottom)), 255, _RULE_PX)
        covered = rows, slice(round(rule.left), round(rule.right))
        hidden[covered] |= runs[covered]
    dashed = list(_dashed(ink, _around(runs), 2 * shortest))
    return _Seen(rules=rules, edges=list(_rules(ink, _edges(rgb, _around(hidden), shortest, least_step))), dashed=dashed)


def _around(runs: Mask) -> Mask:
    """255 on and near the runs."""
    return np.asarray(cv2.dilate(runs, np.ones((2 * _NEAR_PX + 1, 1), dtype=np.uint8)), dtype=np.uint8)


def _edges(rgb: Rgb, known: Mask, shortest: int, least_step: float) -> Mask:
    """Level edges of filled areas. known: 255 on and near rules."""
    steps = _steps(rgb, least_step)
    steps[known > 0] = 0
    thick = cv2.dilate(steps, np.ones((3, 1), dtype=np.uint8))
    return np.asarray(cv2.morphologyEx(thick, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (shortest, 1))), dtype=np.uint8)


def _steps(rgb: Rgb, least: float) -> Mask:
    """Where the colour changes from above to below more than it does right beside: the crest of each edge."""
    height = rgb.shape[0]
    # a crest is one by its neighbours' change, which is between means of three rows
    reach = 1 + _STEP_PX + 1
    found = np.empty(rgb.shape[:2], dtype=np.uint8)
    for top in range(0, height, _BAND_PX):
        bottom = min(height, top + _BAND_PX)
        first = max(0, top - reach)
        found[top:bottom] = _crests(np.ascontiguousarray(rgb[first : bottom + reach]), least)[top - first : bottom - first]
    return found


def _crests(rgb: Rgb, least: float) -> Mask:
    mean = cv2.blur(rgb, (5, _STEP_PX))
    change = np.zeros(rgb.shape[:2], dtype=np.uint8)
    if len(rgb) > 2 * _STEP_PX:
        steps = cv2.absdiff(mean[2 * _STEP_PX :], mean[: -2 * _STEP_PX])
        change[_STEP_PX:-_STEP_PX] = np.maximum(np.maximum(steps[..., 0], steps[..., 1]), steps[..., 2])
    crest = change >= np.maximum(np.roll(change, 1, axis=0), np.roll(change, -1, axis=0))
    return np.where(crest & (change >= least), np.uint8(255), np.uint8(0))


def _is_light_on_dark(gray: Mask) -> bool:
    """Whether more of a dark page is thin and light than thin and dark, as strokes of letters are: its rules are dark in its negative."""
    if np.median(gray[::4, ::4]) >= _DARK:
        return False
    around = np.ones((9, 9), dtype=np.uint8)
    light, dark = (cv2.morphologyEx(gray, thin, around) > _PRINT_OVER_GROUND for thin in (cv2.MORPH_TOPHAT, cv2.MORPH_BLACKHAT))
    return bool(np.count_nonzero(light) > np.count_nonzero(dark))


def _texture(gray: Mask) -> float:
    """Gray levels by which most spots without print differ from what is around them: 0 to 5 on scans, 20 in photographs of screens.

    Print is near most spots of a small picture of a dense table.
    """
    around = np.ones((9, 9), dtype=np.uint8)
    differences = cv2.morphologyEx(gray, cv2.MORPH_GRADIENT, around)[::4, ::4]
    ground = differences[differences < _PRINT]
    return float(np.median(ground)) if ground.size else 0.0


def _runs(ink: Mask, shortest: int) -> Mask:
    """Horizontal runs of ink, first found in pieces longer than any stroke of a letter, then joined over the gaps of a faint print."""
    pieces = cv2.morphologyEx(ink, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (max(_LONGEST_STROKE_PX, shortest // 2), 1)))
    joined = cv2.morphologyEx(pieces, cv2.MORPH_CLOSE, cv2.getStructuringElement(cv2.MORPH_RECT, (_GAP_PX, 3)))
    return np.asarray(cv2.morphologyEx(joined, cv2.MORPH_OPEN, cv2.getStructuringElement(cv2.MORPH_RECT, (shortest, 1))), dtype=np.uint8)


def _dashed(ink: Mask, known: Mask, shortest: int) -> Iterator[Segment]:
    """Horizontal rules of dashes or dots: thin pieces of ink in a row, with nothing beside them. known: 255 on and near whole rules."""
    high = cv2.morphologyEx(ink, cv2.MORPH_OPEN, np.ones((_THICKEST_DASH_PX + 1, 1), dtype=np.uint8))
    thin = np.asarray(cv2.bitwise_and(ink, cv2.bitwise_not(cv2.bitwise_or(high, known))), dtype=np.uint8)
    del high
    joined = cv2.morphologyEx(thin, cv2.MORPH_CLOSE, np.ones((1, _DASH_GAP_PX), dtype=np.uint8))
    rows = np.asarray(cv2.morphologyEx(joined, cv2.MORPH_OPEN, np.ones((1, shortest), dtype=np.uint8)), dtype=np.uint8)
    del joined
    for rule in _rules(ink, rows, most_beside=_MOST_INK_BESIDE_DASHES):
        top, left, right = int(rule.top), int(rule.left), int(rule.right)
        shown = thin[max(0, top - 2) : top + 3, left:right].any(axis=0)
        if np.count_nonzero(np.diff(shown.astype(np.int8)) > 0) >= _LEAST_DASHES:
            yield rule


def _rules(ink: Mask, runs: Mask, *, most_beside: float = _MOST_INK_BESIDE) -> Iterator[Segment]:
    """Horizontal rules among the runs. most_beside: share of ink in the strips along a rule, taken together, at the most."""
    for left, top, width, height, _ in _thin(ink, runs, most_beside):
        yield Segment(left, top + height / 2, left + width, top + height / 2)


def _rules_standing_out(ink: Mask, runs: Mask, rgb: Rgb, shortest: int) -> Iterator[tuple[Segment, slice]]:
    """Horizontal rules among the runs as far as they stand out from what they lie in; at the edge of a fill where they border on one.

    With each the rows that its run takes, over which a rule may rise; none where it is the edge of a fill.
    """
    for left, top, width, height, area in _thin(ink, runs, _MOST_INK_BESIDE):
        if not _stands_out(rgb, left, top, width, height):
            continue
        above = max(0, top - _NEAR_PX)
        for first, last in _parts_standing_out(rgb[:, left : left + width], top, height, shortest):
            begin, end = left + first, left + last
            middle = at = top + height / 2
            if area > _THICK_PX * width:
                at = _edge_of_fill(rgb[above : top + height + _NEAR_PX, begin:end], at, above)
            yield Segment(begin, at, end, at), slice(top, top + height if at == middle else top)


def _thin(ink: Mask, runs: Mask, most_beside: float) -> Iterator[tuple[int, int, int, int, int]]:
    """Runs as thin as rules with little ink beside them: left, top, width, height, area."""
    for left, top, width, height, area in _pieces(runs):
        # thick by its area, so that a slightly sloping rule counts and a filled block does not
        if width < 4 * height or area > _THICKEST_PX * width or height > max(2 * _THICKEST_PX, _STEEPEST * width):
            continue
        above = _share(ink, left, top - 1 - _BESIDE_PX, width)
        below = _share(ink, left, top + height + 1, width)
        if above + below <= 2 * most_beside:
            yield left, top, width, height, area


def _stands_out(rgb: Rgb, left: int, top: int, width: int, height: int) -> bool:
    """Whether a run has another colour than the ground above or below it. What lies dark between white letters is the ground itself."""
    along = slice(left, left + width)
    # the darkest of each column, since a rule may rise a little
    own = np.median(rgb[top : top + height, along].min(axis=0), axis=0)
    beside = _rows_beside(top, height, len(rgb))
    return any(float((np.abs(rgb[row, along] - own).max(axis=1) >= _LEAST_STEP).mean()) >= _MOSTLY for row in beside)


def _parts_standing_out(along: Rgb, top: int, height: int, window: int) -> list[tuple[int, int]]:
    """From where to where a run has another colour than the ground above it, or below it, counted over stretches of `window`.

    A rule may run on into the ground between white letters. along: the columns of the image in which the run lies.
    """
    own = along[top : top + height].min(axis=0).astype(np.int16)
    width = len(own)
    stands = np.zeros(width, dtype=np.bool_)
    window = min(window, width)
    for row in _rows_beside(top, height, len(along)):
        other = np.abs(along[row] - own).max(axis=1) >= _LEAST_STEP
        share = np.convolve(other, np.full(window, 1 / window), mode="valid")
        for begin in np.flatnonzero(share >= _MOSTLY).tolist():
            stands[begin : begin + window] = True
    changes = np.flatnonzero(np.diff(stands, prepend=False, append=False))
    return [(first, last) for first, last in changes.reshape(-1, 2).tolist()]


def _rows_beside(top: int, height: int, rows: int) -> list[int]:
    return [row for row in (top - _STEP_PX - 1, top + height + _STEP_PX) if 0 <= row < rows]


def _edge_of_fill(around: Rgb, at: float, top: int) -> float:
    """Where a thick rule is no more than what a threshold sees of a dark fill, the edge of the fill; else where the rule is: `at`.

    around: the image from `top` on, some rows above the rule to some below.
    """
    rows = around.mean(axis=1)
    steps = rows[2:] - rows[:-2]
    channel = int(np.abs(steps).max(axis=0).argmax())
    change = steps[:, channel]
    darker, lighter = int(change.argmin()), int(change.argmax())
    fall, rise = max(0.0, -float(change[darker])), max(0.0, float(change[lighter]))
    if min(fall, rise) >= _ONE_SIDED * max(fall, rise):
        return at
    return float(top + 1.5 + (darker if fall > rise else lighter))


def _pieces(runs: Mask) -> Iterator[tuple[int, int, int, int, int]]:
    """Connected pieces: left, top, width, height, area. Looked for between empty rows, as the labels of a page take 4 bytes a pixel."""
    filled = (cv2.reduce(runs, 1, cv2.REDUCE_MAX) > 0).ravel()
    changes = np.flatnonzero(np.diff(filled, prepend=False, append=False))
    for first, end in changes.reshape(-1, 2).tolist():
        count, _, stats, _ = cv2.connectedComponentsWithStats(runs[first:end], connectivity=8)
        for left, top, width, height, area in stats[1:count].tolist():
            yield left, first + top, width, height, area


def _share(ink: Mask, left: int, top: int, width: int) -> float:
    """Share of ink in the strip of _BESIDE_PX from `top` down."""
    top, bottom = max(0, top), min(ink.shape[0], top + _BESIDE_PX)
    if bottom <= top:
        return 0.0
    return float(cv2.countNonZero(ink[top:bottom, left : left + width]) / ((bottom - top) * width))
