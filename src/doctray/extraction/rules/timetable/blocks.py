"""Makes one block per day and lesson out of a grid whose axes are known."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from doctray.domain.document import Word
from doctray.extraction.rules.grid import LEVEL_PX
from doctray.extraction.rules.timetable.axes import DaySlot, Lane, Layout
from doctray.extraction.rules.timetable.joins import stand_apart
from doctray.extraction.rules.timetable.pieces import SNAP, Piece, is_readable, lies_in, pieces_of
from doctray.extraction.rules.timetable.reading import Found
from doctray.extraction.rules.timetable.slots import TimeSlot
from doctray.extraction.times import PrintedSpan, TimeSpan, resolve

_APART = 0.1
"""Labels of time that stand further apart than this part of their length leave a time between them that has no label."""

_AT_TICK, _NEAR_QUARTER = 0.12, 4.0
"""An edge within this part of the step from one tick to the next is at the tick; one within these minutes of a quarter is meant for it."""

_EXACT = 0.06
"""An edge further than this part of a column from the column's edge is visibly not on it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Edge:
    """Start or end of a block. minutes: from midnight, None where nothing tells it. words: () when it is inferred.

    loose: the block's border stands beside the label's, not on it, so that a time printed next door may say better.
    """

    minutes: int | None = None
    words: tuple[Word, ...] = ()
    loose: bool = False

    @property
    def inferred(self) -> bool:
        return self.minutes is not None and not self.words


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A lesson on one day. lane: of which of several tables side by side, "" where there is one.

    loose: its subject is put together from texts that stand apart in the cell.
    """

    page: int
    day: Found
    week: Found | None
    start: Edge
    end: Edge
    subject: Found
    room: Found | None
    teacher: Found | None
    notes: Found | None
    lane: str = ""
    loose: bool = False


def blocks(layout: Layout) -> tuple[Block, ...]:
    """Blocks of the table in the order of days, then of their places on the time axis."""
    pieces = pieces_of(layout)
    return tuple(block for day in layout.days for block in _day_blocks(layout, day, pieces))


def _day_blocks(layout: Layout, day: DaySlot, pieces: Sequence[Piece]) -> list[Block]:
    here = [piece for piece in pieces if day in piece.days and (day is _alike(day, piece)[0] or not (day.lane or day.name.week))]
    own = sorted(here, key=lambda piece: (piece.low, piece.order, piece.high))
    noted = {(piece.low, piece.high) for piece in own if piece.order == -1}
    own = [piece for piece in own if piece.order == -1 or not any(lies_in(piece, stretch) for stretch in noted)]
    made = [block for piece in own for block in _timed(layout, piece)]
    made = _settle_printed(made)
    return [block for name in day.name.days for block in _named(made, day, name)]


def _alike(day: DaySlot, piece: Piece) -> list[DaySlot]:
    """The lanes, or the weeks, of one day that a piece covers: it stands once for them all."""
    return [each for each in piece.days if each.name.days == day.name.days]


def _named(made: Sequence["_Draft"], day: DaySlot, name: str) -> list[Block]:
    label = Found(value=name, words=day.words, certainty=day.name.certainty)
    week = Found(value=day.name.week, words=day.words) if day.name.week else None
    blocks = [draft.block(label, week if len(_alike(day, draft.piece)) == 1 else None) for draft in made]
    if day.lane is None:
        return blocks
    return [
        _in_lane(block, day.lane) if len(_alike(day, draft.piece)) == 1 else replace(block, lane=day.lane.label.value)
        for draft, block in zip(made, blocks, strict=True)
    ]


def _in_lane(block: Block, lane: Lane) -> Block:
    """The lesson with what its lane tells of it, unless it says so itself."""
    match lane.holds:
        case "teacher":
            return replace(block, teacher=block.teacher or lane.label, lane=lane.label.value)
        case "room":
            return replace(block, room=block.room or lane.label, lane=lane.label.value)
        case _:
            return replace(block, notes=block.notes or lane.label, lane=lane.label.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    piece: Piece
    page: int
    subject: Found
    start: Edge
    end: Edge
    span: PrintedSpan | None
    window: tuple[int | None, int | None]

    @property
    def trusted(self) -> bool:
        """Printed times that lie within the block's own column, so that neighbours may lean on them."""
        low, high = self.window
        start, end = self.start.minutes, self.end.minutes
        return (low is None or start is None or start >= low) and (high is None or end is None or end <= high)

    def block(self, day: Found, week: Found | None) -> Block:
        content = self.piece.content
        return Block(
            page=self.page, day=day, week=content.week or week, start=self.start, end=self.end, subject=self.subject, room=content.room,
            teacher=content.teacher, notes=content.notes, loose=stand_apart(self.subject.words, self.piece.box),
        )  # fmt: skip


def _timed(layout: Layout, piece: Piece) -> list[_Draft]:
    content = piece.content
    subject = content.subject
    if subject is None or not is_readable(subject):
        return []
    if layout.to_scale:
        start, end = _on_scale(layout.slots, piece.low, piece.high)
    else:
        start, end = _edges(layout.slots, piece.low, piece.high)
        start, end = _by_second(layout.second, piece.low, start, high=False), _by_second(layout.second, piece.high, end, high=True)
    return [
        _Draft(
            piece=piece,
            page=layout.grid.page,
            subject=subject,
            start=start,
            end=end,
            span=content.span,
            window=(start.minutes, end.minutes),
        )
    ]


def _edges(slots: Sequence[TimeSlot], low: float, high: float) -> tuple[Edge, Edge]:
    """What the labels beside a stretch say: the start of the first, the end of the last; an edge amid a label says nothing."""
    if not slots:
        return Edge(), Edge()
    return _start(slots, low), _end(slots, high)


def _by_second(second: Sequence[TimeSlot], place: float, edge: Edge, *, high: bool) -> Edge:
    """The edge, or where it lies amid a label what a second column of labels prints that is cut right there."""
    if edge.minutes is not None and not edge.loose:
        return edge
    for slot in second:
        if abs((slot.high if high else slot.low) - place) <= max(LEVEL_PX, _EXACT * (slot.high - slot.low)):
            return Edge(minutes=slot.end, words=slot.end_words) if high else Edge(minutes=slot.start, words=slot.start_words)
    return edge


def _on_scale(slots: Sequence[TimeSlot], low: float, high: float) -> tuple[Edge, Edge]:
    """What the ticks of a scale say of a stretch: the time at each edge, inferred where it is at none of them."""
    ticks = [(slot.low, Edge(minutes=slot.start, words=slot.start_words)) for slot in slots]
    ticks.append((slots[-1].high, Edge(minutes=slots[-1].end, words=slots[-1].end_words)))
    return _at(ticks, low), _at(ticks, high)


def _at(ticks: Sequence[tuple[float, Edge]], place: float) -> Edge:
    for (before, early), (after, late) in pairwise(ticks):
        part = (place - before) / (after - before)
        if -_AT_TICK <= part <= _AT_TICK:
            return early
        if abs(part - 1) <= _AT_TICK:
            return late
        if 0 < part < 1 and early.minutes is not None and late.minutes is not None:
            return Edge(minutes=_rounded(early.minutes + part * (late.minutes - early.minutes)))
    return Edge()


def _rounded(minutes: float) -> int:
    """The quarter of an hour next to a time, or five minutes where that is far."""
    quarter = 15 * round(minutes / 15)
    return quarter if abs(quarter - minutes) <= _NEAR_QUARTER else 5 * round(minutes / 5)


def _start(slots: Sequence[TimeSlot], low: float) -> Edge:
    for index, slot in enumerate(slots):
        length = slot.high - slot.low
        if low <= slot.low + SNAP * length:
            before = slots[index - 1] if index else None
            gap = slot.low - (before.high if before else slot.low)
            if before and gap > _APART * length and low < slot.low - max(SNAP * gap, 2.0):
                return Edge(minutes=before.end)
            return Edge(minutes=slot.start, words=slot.start_words, loose=abs(low - slot.low) > max(4.0, _EXACT * length))
        if low < slot.high - SNAP * length:
            return Edge()
    return Edge(minutes=slots[-1].end)


def _end(slots: Sequence[TimeSlot], high: float) -> Edge:
    for index in range(len(slots) - 1, -1, -1):
        slot = slots[index]
        length = slot.high - slot.low
        if high >= slot.high - SNAP * length:
            following = slots[index + 1] if index + 1 < len(slots) else None
            gap = (following.low if following else slot.high) - slot.high
            if following and gap > _APART * length and high > slot.high + max(SNAP * gap, 2.0):
                return Edge(minutes=following.start)
            return Edge(minutes=slot.end, words=slot.end_words)
        if high > slot.low + SNAP * length:
            return Edge()
    return Edge(minutes=slots[0].start)


def _settle_printed(drafts: list[_Draft]) -> list[_Draft]:
    """Times printed in the blocks win over their columns; what is still open leans on a touching neighbour's printed time."""
    settled = _resolved(drafts)
    grown = list(settled)
    for (before_index, before), (index, draft) in pairwise(enumerate(settled)):
        touching = abs(draft.piece.low - before.piece.high) <= 0.1 * (draft.piece.high - draft.piece.low) + 3
        if not touching:
            continue
        open_start = draft.start.minutes is None or (draft.start.loose and draft.span is None)
        if open_start and before.span and before.trusted and before.end.words:
            grown[index] = replace(grown[index], start=Edge(minutes=before.end.minutes))
        if before.end.minutes is None and draft.span and draft.trusted and draft.start.words:
            grown[before_index] = replace(grown[before_index], end=Edge(minutes=draft.start.minutes))
        elif before.end.minutes is not None and draft.span and draft.trusted and not before.span and draft.start.minutes is not None:
            inside = before.start.minutes is not None and before.start.minutes < draft.start.minutes < before.end.minutes
            if inside:
                grown[before_index] = replace(grown[before_index], end=Edge(minutes=draft.start.minutes))
    return grown


def _resolved(drafts: Sequence[_Draft]) -> list[_Draft]:
    settled: list[_Draft] = []
    for free, group in groupby(drafts, key=lambda draft: draft.span is not None and draft.window == (None, None)):
        members = list(group)
        if free:
            times = resolve([draft.span for draft in members if draft.span])
            settled.extend(_with_times(draft, time) for draft, time in zip(members, times, strict=True))
            continue
        for draft in members:
            if draft.span is None:
                settled.append(draft)
                continue
            known = draft.window[0] if draft.window[0] is not None else draft.window[1]
            near = TimeSpan(start=known, end=None) if known is not None else None
            settled.append(_with_times(draft, resolve([draft.span], near=near)[0]))
    return settled


def _with_times(draft: _Draft, time: TimeSpan) -> _Draft:
    content = draft.piece.content
    start = Edge(minutes=time.start, words=content.start_words)
    if time.end is not None:
        return replace(draft, start=start, end=Edge(minutes=time.end, words=content.end_words))
    end = draft.end if draft.end.minutes is not None and draft.end.minutes > time.start else Edge()
    return replace(draft, start=start, end=end)
