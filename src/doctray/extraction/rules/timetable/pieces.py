"""Tells which cell stands for which days and which stretch of the time axis, and what the header alone says."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from doctray.domain.document import Box, Word
from doctray.extraction.rules.grid import Axis, Cell, box_of, hull
from doctray.extraction.rules.timetable.aligned import phrases_of
from doctray.extraction.rules.timetable.axes import DaySlot, Layout
from doctray.extraction.rules.timetable.below import told_below
from doctray.extraction.rules.timetable.beside import columns_of
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.habits import habits_of
from doctray.extraction.rules.timetable.halves import halves_of
from doctray.extraction.rules.timetable.hours import with_hours_spelt_out
from doctray.extraction.rules.timetable.names import BREAKS, is_group
from doctray.extraction.rules.timetable.reading import AS_LETTERS, Found, read
from doctray.extraction.rules.timetable.slots import PERIOD, TimeSlot
from doctray.extraction.rules.timetable.sorting import Habits
from doctray.extraction.rules.timetable.spelt import LETTERS, word_spelt
from doctray.extraction.rules.timetable.zones import zones_of

SNAP = 0.25
"""An edge within this part of a column from the column's own edge is meant to be on it (drawn tables are not exact)."""

_COVERS = 0.5
"""A block belongs to a day when it overlaps this part of the day's stretch, or of its own where it is the smaller."""

_SURE_ROW = 3
"""So many lines that stand in the middles of labels which follow one another are theirs, and not one text by chance."""

_CENTRED = 0.25
"""Text that was set for one column stands in its middle, give or take this part of its width."""

_DRAWN_OVER = 4
"""A break whose cell is drawn over so many days is theirs, and no other's: Saturday ends at noon."""

_LINES_APART, _WELL_APART = 1.4, 1.8
"""Times the pitch of its lines: texts of two rows stand further apart than that. Engines put lines up to a sixth off."""

_SURE_PAIR, _SURE_LETTER = 0.5, 0.9
"""Confidence that two letters, or one, must have to be a subject: engines read turned print as scattered signs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """The content of a cell with the days and the stretch of the time axis that it covers."""

    box: Box
    low: float
    high: float
    days: tuple[DaySlot, ...]
    content: Content
    order: int = 0


def pieces_of(layout: Layout) -> list[Piece]:
    """Everything in the table that is to be a block, on one day or more, in no particular order."""
    pieces = _spread(layout, _merge_parts(layout, _from_cells(layout)))
    pieces.extend(_from_labels(layout, pieces))
    return pieces


def unread_cells(layout: Layout) -> int:
    """How many cells hold marks of which no subject could be read (turned or faint print that an engine took for signs)."""
    body = [cell for cell in layout.grid.cells if _is_body(layout, cell) and _days_of(layout, cell.box)]
    _, cells = _spelled(layout, body)
    habits = _habits(layout, cells)
    found = (content.subject for cell in cells for content in contents(read(cell.words), habits))
    return sum(subject is not None and not is_readable(subject) for subject in found)


def is_readable(found: Found) -> bool:
    """Whether print makes a subject: three letters in a row, or fewer that were read with confidence."""
    longest = max((len(run) for run in re.findall(r"[^\W\d_]+", found.value)), default=0)
    sure = min((word.confidence for word in found.words), default=0.0)
    return longest >= 3 or (longest == 2 and sure >= _SURE_PAIR) or (longest == 1 and sure >= _SURE_LETTER)


def _from_cells(layout: Layout) -> list[Piece]:
    body = [cell for cell in layout.grid.cells if _is_body(layout, cell) and _days_of(layout, cell.box)]
    spelled, cells = _spelled(layout, body)
    pieces = list(spelled)
    habits = _habits(layout, cells)
    parts = [part for whole in cells for part in _parted(layout, whole)]
    below, spent = told_below(parts, layout.time_axis)
    parts = [part for part in parts if id(part) not in spent]
    zones = zones_of(parts) or halves_of(parts) or columns_of(parts)
    for cell in parts:
        holds = _holds(layout, cell.box)
        if holds:
            reading = read(cell.words)
            found = Found(value=reading.text, words=reading.words)
            content = Content(subject=None, room=found if holds == "room" else None, teacher=found if holds == "teacher" else None)
            pieces.append(_piece(layout, cell.box, _days_of(layout, cell.box), content))
            continue
        laid_out = zones.content(cell, habits) if zones else None
        words = with_hours_spelt_out(cell.words, layout.slots, layout.time_axis.low(cell.box), layout.time_axis.high(cell.box))
        told = below.get(id(cell))
        box = told.box if told else cell.box
        for order, content in enumerate((laid_out,) if laid_out else contents(read(words), habits)):
            if told:
                content = replace(content, teacher=content.teacher or told.teacher, room=content.room or told.room)
            pieces.append(_piece(layout, box, _days_of(layout, box), _labelled(layout, box, content), order))
    return pieces


def _labelled(layout: Layout, box: Box, content: Content) -> Content:
    """The content of a cell that prints nothing but a time with what its row says: Morning Break, 10:25."""
    if content.subject or content.room or content.teacher or content.notes:
        return content
    low, high = layout.time_axis.low(box), layout.time_axis.high(box)
    slot = next((slot for slot in layout.slots if min(high, slot.high) - max(low, slot.low) >= _COVERS * (high - low)), None)
    if slot is None or PERIOD.fullmatch(slot.label) or not any(c.isalpha() for c in slot.label):
        return content
    return replace(content, subject=Found(value=slot.label, words=slot.label_words, certainty=0.85))


def _parted(layout: Layout, cell: Cell) -> list[Cell]:
    """A cell over several days, or over several labels of times, whose text stands apart in each: only the lines between were too faint."""
    by_day = _split(layout.day_axis, cell, [(day.low, day.high) for day in layout.days], least=2)
    # a block drawn to scale is one, however many ticks stand beside it
    slots = [] if layout.to_scale else [(slot.low, slot.high) for slot in layout.slots]
    # lines of one text may happen to stand in the middles of two short slots of several
    parts = [_split(layout.time_axis, each, slots, least=len(slots)) for each in by_day]
    return [part for each, own in zip(by_day, parts, strict=True) for part in (own if _is_faint(layout, own) else [each])]


def _is_faint(layout: Layout, parts: Sequence[Cell]) -> bool:
    """Whether a line between two parts may have been too faint: none is seen there on other days, or their texts stand well apart."""
    if len(parts) != 2 or layout.time_axis is Axis.X or not _runs_on([part.words for part in parts], apart=_WELL_APART):
        return True
    axis, border = layout.time_axis, layout.time_axis.high(parts[0].box)
    near = SNAP * min(axis.length(part.box) for part in parts)
    others = [cell.box for cell in layout.grid.cells if _days_of(layout, cell.box) and axis.low(cell.box) >= layout.header]
    return not any(abs(edge - border) <= near for box in others for edge in (axis.low(box), axis.high(box)))


def _split(axis: Axis, cell: Cell, stretches: Sequence[tuple[float, float]], *, least: int) -> list[Cell]:
    """The cell's text by stretches, where it stands in at least so many of them, or in all that the cell covers."""
    low, high = axis.low(cell.box), axis.high(cell.box)
    inside = [stretch for stretch in stretches if min(high, stretch[1]) - max(low, stretch[0]) >= _COVERS * (stretch[1] - stretch[0])]
    if len(inside) < 2 or any(word.angle for word in cell.words) or read(cell.words).stacked:
        return [cell]
    own: dict[tuple[float, float], list[Word]] = {}
    for phrase in (phrase for line in read(cell.words).lines for phrase in phrases_of(line)):
        box = box_of(phrase)
        home = next((s for s in inside if s[0] - 2 <= axis.low(box) and axis.high(box) <= s[1] + 2), None)
        if home is None:
            return [cell]
        own.setdefault(home, []).extend(phrase)
    centred = all(
        abs(axis.middle(box_of(words)) - (stretch[0] + stretch[1]) / 2) <= _CENTRED * (stretch[1] - stretch[0])
        for stretch, words in own.items()
    )
    groups = any(is_group(read(words).text) for words in own.values())
    # what is empty at an end belongs to a neighbour: a fill may run on behind it
    within = [stretch for stretch in inside if own and min(own) <= stretch <= max(own)]
    told = len(own) >= (max(2, min(least, len(inside))) if len(own) < _SURE_ROW else min(least, len(within)))
    if not told or not centred or groups or (axis is Axis.Y and _runs_on([words for _, words in sorted(own.items())], apart=_LINES_APART)):
        return [cell]
    return [Cell(box=_between(axis, cell.box, stretch), words=tuple(words)) for stretch, words in sorted(own.items())]


def _runs_on(texts: Sequence[Sequence[Word]], *, apart: float) -> bool:
    """Whether texts one below the other are no further apart than the lines of one of them: then they are one text."""
    lines = [[box_of(line) for line in read(words).lines] for words in texts]
    pitches = [other.center_y - one.center_y for own in lines for one, other in pairwise(own)]
    gaps = [below[0].center_y - above[-1].center_y for above, below in pairwise(lines)]
    return bool(pitches) and min(gaps) <= apart * max(pitches)


def _between(axis: Axis, box: Box, stretch: tuple[float, float]) -> Box:
    low, high = stretch
    return Box(low, box.top, high, box.bottom) if axis is Axis.X else Box(box.left, low, box.right, high)


def _holds(layout: Layout, box: Box) -> str | None:
    middle = layout.day_axis.middle(box)
    return next((column.holds for column in layout.side_columns if column.low <= middle <= column.high), None)


def _habits(layout: Layout, cells: Sequence[Cell]) -> Habits:
    return habits_of(cells, timed=any(slot.start is not None for slot in layout.slots), teachers=layout.teachers)


def _piece(layout: Layout, box: Box, days: tuple[DaySlot, ...], content: Content, order: int = 0) -> Piece:
    axis = layout.time_axis
    return Piece(box=box, low=axis.low(box), high=axis.high(box), days=days, content=content, order=order)


def _is_body(layout: Layout, cell: Cell) -> bool:
    axis = layout.time_axis
    if not cell.words or axis.middle(cell.box) <= layout.header:
        return False
    if not layout.slots:
        return True
    first, last = layout.slots[0], layout.slots[-1]
    return axis.high(cell.box) > first.low + SNAP * (first.high - first.low) and axis.low(cell.box) < last.high - SNAP * (
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


def _spelled(layout: Layout, cells: Sequence[Cell]) -> tuple[list[Piece], list[Cell]]:
    """Words spelt with one letter a day (B, R, E, A, K): one piece for all those days; and the cells that are left."""
    axis = layout.time_axis
    by_stretch: dict[tuple[int, int], list[Cell]] = {}
    for cell in cells:
        key = next(
            (key for key in by_stretch if abs(key[0] - axis.low(cell.box)) < 6 and abs(key[1] - axis.high(cell.box)) < 6),
            (round(axis.low(cell.box)), round(axis.high(cell.box))),
        )
        by_stretch.setdefault(key, []).append(cell)
    pieces: list[Piece] = []
    spent: set[int] = set()
    for group in by_stretch.values():
        ordered = sorted(group, key=lambda cell: layout.day_axis.low(cell.box))
        letters = [cell for cell in ordered if LETTERS.fullmatch(read(cell.words).text.strip())]
        if len(letters) < 3 or len(letters) + 1 < len(ordered) or any(len(_days_of(layout, cell.box)) != 1 for cell in ordered):
            continue
        words = tuple(word for cell in letters for word in cell.words)
        value = word_spelt("".join("".join(word.text.split()) for word in words).translate(AS_LETTERS))
        if value is None:
            continue
        found = Found(value=value, words=words, certainty=0.95)
        whole = len(letters) + 1 >= len(layout.days) or _is_amid_days(layout, words)
        days = layout.days if whole else tuple(day for cell in ordered for day in _days_of(layout, cell.box))
        middle = axis.middle(ordered[0].box)
        others = [cell for cell in cells if cell not in ordered and axis.low(cell.box) < middle < axis.high(cell.box)]
        taken = {day.low for cell in others for day in _days_of(layout, cell.box)}
        days = tuple(day for day in days if day.low not in taken)
        pieces.append(_piece(layout, ordered[0].box.union(ordered[-1].box), days, Content(subject=found)))
        spent.update(id(cell) for cell in ordered)
    return pieces, [cell for cell in cells if id(cell) not in spent]


def _is_amid_days(layout: Layout, words: Sequence[Word]) -> bool:
    """Whether a word stands in the middle of all days, as one does in a cell that was drawn over them."""
    axis, print_box = layout.day_axis, hull(box_of((word,)) for word in words)
    low, high = layout.days[0].low, layout.days[-1].high
    return abs(axis.middle(print_box) - (low + high) / 2) <= SNAP * (high - low) / len(layout.days)


def _merge_parts(layout: Layout, pieces: list[Piece]) -> list[Piece]:
    """A cell with a room or a teacher only belongs to the lesson that stands before it in the same place."""
    kept: list[Piece] = []
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
            if instead is None:
                continue
            kept.append(
                replace(
                    piece,
                    content=Content(
                        subject=instead, span=piece.content.span, start_words=piece.content.start_words, end_words=piece.content.end_words
                    ),
                )
            )
    return kept


def _same_place(one: Piece, other: Piece) -> bool:
    shared = min(one.high, other.high) - max(one.low, other.low)
    return (
        one.days == other.days
        and shared >= 0.8 * (other.high - other.low)
        and shared >= 0.8 * (one.high - one.low)
        and one.order == other.order
    )


def _spread(layout: Layout, pieces: list[Piece]) -> list[Piece]:
    """A break that stands alone in its stretch is meant for every day, unless it is drawn over several and not over the others."""
    spread = []
    for piece in pieces:
        subject = piece.content.subject
        alone = not any(
            other is not piece and min(other.high, piece.high) - max(other.low, piece.low) > 0.3 * (piece.high - piece.low)
            for other in pieces
        )
        few = len(piece.days) < _DRAWN_OVER and len(piece.days) < len(layout.days) >= 3
        if subject and alone and few and BREAKS.search(subject.value):
            spread.append(replace(piece, days=layout.days, content=replace(piece.content, subject=replace(subject, certainty=0.75))))
        else:
            spread.append(piece)
    return spread


def _from_labels(layout: Layout, pieces: Sequence[Piece]) -> list[Piece]:
    """Blocks that only the header names: a routine row, or a column headed Break whose cells are empty."""
    made: list[Piece] = []
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


def _under_routine(layout: Layout, slot: TimeSlot, subject: Found, pieces: Sequence[Piece]) -> Iterable[Piece]:
    """What a day prints under a routine is its note; see `_day_blocks`, which drops the cell itself."""
    for piece in pieces:
        own = [other for other in layout.slots if _covers(piece, other)]
        if own == [slot] and piece.content.subject and piece.content.span is None:
            content = replace(piece.content, subject=subject, notes=piece.content.subject)
            yield replace(piece, content=content, low=slot.low, high=slot.high, order=-1)


def _covers(piece: Piece, slot: TimeSlot) -> bool:
    return min(piece.high, slot.high) - max(piece.low, slot.low) >= _COVERS * (slot.high - slot.low)


def _slot_box(layout: Layout, slot: TimeSlot, days: Sequence[DaySlot]) -> Box:
    low, high = min(day.low for day in days), max(day.high for day in days)
    return Box(slot.low, low, slot.high, high) if layout.time_axis is Axis.X else Box(low, slot.low, high, slot.high)


def lies_in(piece: Piece, stretch: tuple[float, float]) -> bool:
    """Whether the piece and the stretch are mostly the same part of the time axis."""
    shared = min(piece.high, stretch[1]) - max(piece.low, stretch[0])
    return shared >= 0.5 * (piece.high - piece.low) and shared >= _COVERS * (stretch[1] - stretch[0])
