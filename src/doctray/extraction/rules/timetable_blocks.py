"""Makes one block per day and lesson out of a grid whose axes are known."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import groupby, pairwise

from doctray.domain.document import Box, Word
from doctray.extraction.rules.timetable_axes import PERIOD, DaySlot, Layout, TimeSlot
from doctray.extraction.rules.timetable_cells import BREAKS, SPELT, Content, contents
from doctray.extraction.rules.timetable_grid import Axis, Cell
from doctray.extraction.rules.timetable_reading import Found, read
from doctray.extraction.times import PrintedSpan, TimeSpan, resolve

_SNAP = 0.25
"""An edge within this part of a column from the column's own edge is meant to be on it (drawn tables are not exact)."""

_EXACT = 0.06
"""An edge further than this part of a column from the column's edge is visibly not on it."""

_COVERS = 0.5
"""A block belongs to a day when it overlaps this part of the day's stretch, or of its own where it is the smaller."""

_SURE_PAIR, _SURE_LETTER = 0.5, 0.9
"""Confidence that two letters, or one, must have to be a subject: engines read turned print as scattered signs."""


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
    """A lesson on one day."""

    page: int
    day: Found
    week: Found | None
    start: Edge
    end: Edge
    subject: Found
    room: Found | None
    teacher: Found | None
    notes: Found | None


def blocks(layout: Layout) -> tuple[Block, ...]:
    """Blocks of the table in the order of days, then of their places on the time axis."""
    pieces = _spread(layout, _merge_parts(layout, _pieces(layout)))
    pieces.extend(_from_labels(layout, pieces))
    made = [block for day in layout.days for block in _day_blocks(layout, day, pieces)]
    return tuple(made)


def unread_cells(layout: Layout) -> int:
    """How many cells hold marks of which no subject could be read (turned or faint print that an engine took for signs)."""
    body = [cell for cell in layout.grid.cells if _is_body(layout, cell) and _days_of(layout, cell.box)]
    _, cells = _spelled(layout, body)
    found = (content.subject for cell in cells for content in contents(read(cell.words)))
    return sum(subject is not None and not _is_readable(subject) for subject in found)


def _is_readable(found: Found) -> bool:
    """Three letters in a row, or fewer that were read with confidence."""
    longest = max((len(run) for run in re.findall(r"[^\W\d_]+", found.value)), default=0)
    sure = min((word.confidence for word in found.words), default=0.0)
    return longest >= 3 or (longest == 2 and sure >= _SURE_PAIR) or (longest == 1 and sure >= _SURE_LETTER)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """The content of a cell with the days and the stretch of the time axis that it covers."""

    box: Box
    low: float
    high: float
    days: tuple[DaySlot, ...]
    content: Content
    order: int = 0


def _pieces(layout: Layout) -> list[_Piece]:
    body = [cell for cell in layout.grid.cells if _is_body(layout, cell) and _days_of(layout, cell.box)]
    spelled, cells = _spelled(layout, body)
    pieces = list(spelled)
    for cell in cells:
        for order, content in enumerate(contents(read(cell.words))):
            pieces.append(_piece(layout, cell.box, _days_of(layout, cell.box), content, order))
    return pieces


def _piece(layout: Layout, box: Box, days: tuple[DaySlot, ...], content: Content, order: int = 0) -> _Piece:
    axis = layout.time_axis
    return _Piece(box=box, low=axis.low(box), high=axis.high(box), days=days, content=content, order=order)


def _is_body(layout: Layout, cell: Cell) -> bool:
    axis = layout.time_axis
    if not cell.words or axis.middle(cell.box) <= layout.header:
        return False
    if not layout.slots:
        return True
    first, last = layout.slots[0], layout.slots[-1]
    return axis.high(cell.box) > first.low + _SNAP * (first.high - first.low) and axis.low(cell.box) < last.high - _SNAP * (
        last.high - last.low
    )


def _days_of(layout: Layout, box: Box) -> tuple[DaySlot, ...]:
    axis = layout.day_axis
    low, high = axis.low(box), axis.high(box)
    found = []
    for day in layout.days:
        shared = min(high, day.high) - max(low, day.low)
        if shared > 0 and shared >= _COVERS * min(day.high - day.low, high - low):
            found.append(day)
    return tuple(found)


def _spelled(layout: Layout, cells: Sequence[Cell]) -> tuple[list[_Piece], list[Cell]]:
    """Words spelt with one letter a day (B, R, E, A, K): one piece for all those days; and the cells that are left."""
    axis = layout.time_axis
    by_stretch: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        key = next(
            (key for key in by_stretch if abs(key[0] - axis.low(cell.box)) < 6 and abs(key[1] - axis.high(cell.box)) < 6),
            (round(axis.low(cell.box)), round(axis.high(cell.box))),
        )
        by_stretch.setdefault(key, []).append(cell)
    pieces: list[_Piece] = []
    spent: set[int] = set()
    for group in by_stretch.values():
        ordered = sorted(group, key=lambda cell: layout.day_axis.low(cell.box))
        letters = [cell for cell in ordered if re.fullmatch(r"[^\W\d_]", read(cell.words).text.strip())]
        if len(letters) < 3 or len(letters) + 1 < len(ordered) or any(len(_days_of(layout, cell.box)) != 1 for cell in ordered):
            continue
        words = tuple(word for cell in letters for word in cell.words)
        found = Found(value="".join(word.text.strip() for word in words), words=words, certainty=0.95)
        if not SPELT.fullmatch(found.value):
            continue
        days = layout.days if len(letters) + 1 >= len(layout.days) else tuple(day for cell in ordered for day in _days_of(layout, cell.box))
        pieces.append(_piece(layout, ordered[0].box.union(ordered[-1].box), days, Content(subject=found)))
        spent.update(id(cell) for cell in ordered)
    return pieces, [cell for cell in cells if id(cell) not in spent]


def _merge_parts(layout: Layout, pieces: list[_Piece]) -> list[_Piece]:
    """A cell with a room or a teacher only belongs to the lesson that stands before it in the same place."""
    kept: list[_Piece] = []
    for piece in sorted(pieces, key=lambda piece: (layout.day_axis.low(piece.box), piece.low, piece.order)):
        if piece.content.subject:
            kept.append(piece)
            continue
        home = next((index for index, other in enumerate(kept) if _same_place(other, piece)), None)
        if home is not None:
            content, extra = kept[home].content, piece.content
            kept[home] = replace(
                kept[home],
                content=replace(
                    content,
                    room=content.room or extra.room,
                    teacher=content.teacher or extra.teacher,
                    notes=content.notes or extra.notes,
                ),
            )
        else:
            instead = piece.content.notes or piece.content.room or piece.content.teacher
            kept.append(
                replace(
                    piece,
                    content=Content(
                        subject=instead, span=piece.content.span, start_words=piece.content.start_words, end_words=piece.content.end_words
                    ),
                )
            )
    return kept


def _same_place(one: _Piece, other: _Piece) -> bool:
    shared = min(one.high, other.high) - max(one.low, other.low)
    return (
        one.days == other.days
        and shared >= 0.8 * (other.high - other.low)
        and shared >= 0.8 * (one.high - one.low)
        and one.order == other.order
    )


def _spread(layout: Layout, pieces: list[_Piece]) -> list[_Piece]:
    """A break that stands alone in its stretch, on one day only, is meant for every day."""
    spread = []
    for piece in pieces:
        subject = piece.content.subject
        alone = not any(
            other is not piece and min(other.high, piece.high) - max(other.low, piece.low) > 0.3 * (piece.high - piece.low)
            for other in pieces
        )
        if subject and alone and len(piece.days) < len(layout.days) >= 3 and BREAKS.search(subject.value):
            spread.append(replace(piece, days=layout.days, content=replace(piece.content, subject=replace(subject, certainty=0.75))))
        else:
            spread.append(piece)
    return spread


def _from_labels(layout: Layout, pieces: Sequence[_Piece]) -> list[_Piece]:
    """Blocks that only the header names: a routine row, or a column headed Break whose cells are empty."""
    made: list[_Piece] = []
    routines = [slot for slot in layout.slots if slot.routine]
    cells = max(1, len(layout.days) * len(layout.slots))
    use_routine = bool(routines) and sum(len(piece.days) for piece in pieces) < 0.5 * cells
    for slot in layout.slots:
        routine = slot.routine if use_routine else None
        if routine is None and not (slot.label and BREAKS.search(slot.label) and not PERIOD.fullmatch(slot.label)):
            continue
        subject = (
            Found(value=routine.text, words=routine.words) if routine else Found(value=slot.label, words=slot.label_words, certainty=0.9)
        )
        free = tuple(day for day in layout.days if not any(day in piece.days and _covers(piece, slot) for piece in pieces))
        if free:
            box = _slot_box(layout, slot, free)
            made.append(_piece(layout, box, free, Content(subject=subject)))
        if routine:
            made.extend(_under_routine(layout, slot, subject, pieces))
    return made


def _under_routine(layout: Layout, slot: TimeSlot, subject: Found, pieces: Sequence[_Piece]) -> Iterable[_Piece]:
    """What a day prints under a routine is its note; see `_day_blocks`, which drops the cell itself."""
    for piece in pieces:
        own = [other for other in layout.slots if _covers(piece, other)]
        if own == [slot] and piece.content.subject and piece.content.span is None:
            content = replace(piece.content, subject=subject, notes=piece.content.subject)
            yield replace(piece, content=content, low=slot.low, high=slot.high, order=-1)


def _covers(piece: _Piece, slot: TimeSlot) -> bool:
    return min(piece.high, slot.high) - max(piece.low, slot.low) >= _COVERS * (slot.high - slot.low)


def _slot_box(layout: Layout, slot: TimeSlot, days: Sequence[DaySlot]) -> Box:
    low, high = min(day.low for day in days), max(day.high for day in days)
    return Box(slot.low, low, slot.high, high) if layout.time_axis is Axis.X else Box(low, slot.low, high, slot.high)


def _day_blocks(layout: Layout, day: DaySlot, pieces: Sequence[_Piece]) -> list[Block]:
    own = sorted((piece for piece in pieces if day in piece.days), key=lambda piece: (piece.low, piece.order, piece.high))
    noted = {(piece.low, piece.high) for piece in own if piece.order == -1}
    own = [piece for piece in own if piece.order == -1 or not any(_inside(piece, stretch) for stretch in noted)]
    made = [block for piece in own for block in _timed(layout, piece)]
    made = _settle_printed(made)
    return [block for name in day.name.days for block in _named(made, day, name)]


def _inside(piece: _Piece, stretch: tuple[float, float]) -> bool:
    shared = min(piece.high, stretch[1]) - max(piece.low, stretch[0])
    return shared >= 0.5 * (piece.high - piece.low) and shared >= _COVERS * (stretch[1] - stretch[0])


def _named(made: Sequence["_Draft"], day: DaySlot, name: str) -> list[Block]:
    label = Found(value=name, words=day.words, certainty=day.name.certainty)
    week = Found(value=day.name.week, words=day.words) if day.name.week else None
    return [draft.block(label, week) for draft in made]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Draft:
    piece: _Piece
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
            page=self.page, day=day, week=week, start=self.start, end=self.end, subject=self.subject, room=content.room,
            teacher=content.teacher, notes=content.notes,
        )  # fmt: skip


def _timed(layout: Layout, piece: _Piece) -> list[_Draft]:
    content = piece.content
    subject = content.subject
    if subject is None or not _is_readable(subject):
        return []
    start, end = _edges(layout.slots, piece.low, piece.high)
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


def _start(slots: Sequence[TimeSlot], low: float) -> Edge:
    for index, slot in enumerate(slots):
        length = slot.high - slot.low
        if low <= slot.low + _SNAP * length:
            before = slots[index - 1] if index else None
            gap = slot.low - (before.high if before else slot.low)
            if before and gap > 0 and low < slot.low - max(_SNAP * gap, 2.0):
                return Edge(minutes=before.end)
            return Edge(minutes=slot.start, words=slot.start_words, loose=abs(low - slot.low) > max(4.0, _EXACT * length))
        if low < slot.high - _SNAP * length:
            return Edge()
    return Edge(minutes=slots[-1].end)


def _end(slots: Sequence[TimeSlot], high: float) -> Edge:
    for index in range(len(slots) - 1, -1, -1):
        slot = slots[index]
        length = slot.high - slot.low
        if high >= slot.high - _SNAP * length:
            following = slots[index + 1] if index + 1 < len(slots) else None
            gap = (following.low if following else slot.high) - slot.high
            if following and gap > 0 and high > slot.high + max(_SNAP * gap, 2.0):
                return Edge(minutes=following.start)
            return Edge(minutes=slot.end, words=slot.end_words)
        if high > slot.low + _SNAP * length:
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
