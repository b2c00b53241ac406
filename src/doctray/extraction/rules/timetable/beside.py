"""Learns what stands side by side in the cells: teacher, subject and room in one line, each in a column of its own."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any

from doctray.domain.document import Word
from doctray.extraction.rules.grid import Cell, box_of
from doctray.extraction.rules.timetable.cells import Content, contents
from doctray.extraction.rules.timetable.kinds import is_room
from doctray.extraction.rules.timetable.names import TEACHER
from doctray.extraction.rules.timetable.reading import Found, Reading, plain_text, read, size_of
from doctray.extraction.rules.timetable.sorting import Habits
from doctray.extraction.times import find_spans

_FEWEST, _MOSTLY, _SELDOM = 6, 0.6, 0.1
_GAP = 1.1
"""Heights of its letters: what stands further apart is two texts."""

_COLUMN = 0.12
"""Texts whose middles are nearer than this part of the cell's width stand in one column."""

_SURE = 0.8

_Placed = list[tuple[float, tuple[Word, ...]]]
"""Where in the width of its cell the middle of each text stands, from 0 to 1"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Columns:
    """Where in their cells subject, teacher and room stand, as parts of the width; None for what none has."""

    subject: float
    teacher: float | None = None
    room: float | None = None

    def content(self, cell: Cell, habits: Habits) -> Content | None:
        """The lesson of a cell that is laid out so; None for one that is not."""
        timed, placed = _parted(cell)
        own: dict[str, tuple[Word, ...]] = {}
        for at, phrase in placed:
            name = min(_NAMES, key=lambda name: _distance(getattr(self, name), at))
            if name in own or _distance(getattr(self, name), at) > _COLUMN:
                return None
            own[name] = phrase
        if "subject" not in own or len(own) < 2:
            return None
        times = contents(Reading((timed,)), replace(habits, timed=False)) if timed else ()
        content = times[0] if times else Content(subject=None)
        texts: dict[str, Any] = {name: Found(value=plain_text(words), words=words, certainty=_SURE) for name, words in own.items()}
        return replace(content, **texts)


_NAMES = ("subject", "teacher", "room")


def columns_of(cells: Sequence[Cell]) -> Columns | None:
    """The columns of the cells' texts; None where most hold no such line, or nothing tells what is the subject."""
    rows = [placed for cell in cells if len(placed := _parted(cell)[1]) > 1]
    if len(rows) < max(_FEWEST, _MOSTLY * sum(bool(cell.words) for cell in cells)):
        return None
    columns = _columns(sorted(at for placed in rows for at, _ in placed))
    texts = {column: _texts(column, rows) for column in columns}
    if not 2 <= len(columns) <= len(_NAMES) or any(len(own) < _SELDOM * len(rows) for own in texts.values()):
        return None
    room = next((column for column in columns if sum(map(is_room, texts[column].values())) >= _MOSTLY * len(texts[column])), None)
    others = [column for column in columns if column != room]
    if len(others) == 1:
        return Columns(subject=others[0], room=room)
    if len(others) > 2:
        return None
    told = [(subject, teacher) for subject, teacher in (others, others[::-1]) if _teaches(texts[teacher], texts[subject])]
    return Columns(subject=told[0][0], teacher=told[0][1], room=room) if len(told) == 1 else None


def _teaches(teachers: dict[int, str], subjects: dict[int, str]) -> bool:
    """Whether texts are the teachers of others: they have titles, or each subject has one of them, and some have several subjects."""
    if sum(TEACHER.search(text) is not None for text in teachers.values()) >= _MOSTLY * len(teachers):
        return True
    taught: defaultdict[str, set[str]] = defaultdict(set)
    for index, subject in subjects.items():
        if index in teachers:
            taught[subject].add(teachers[index])
    return bool(taught) and all(len(names) == 1 for names in taught.values()) and len(taught) > len(set(teachers.values()))


def _columns(middles: Sequence[float]) -> list[float]:
    groups: list[list[float]] = []
    for at in middles:
        if groups and at - groups[-1][-1] <= _COLUMN / 2:
            groups[-1].append(at)
        else:
            groups.append([at])
    return [sum(group) / len(group) for group in groups]


def _texts(column: float, rows: Sequence[_Placed]) -> dict[int, str]:
    return {index: plain_text(phrase) for index, placed in enumerate(rows) for at, phrase in placed if abs(at - column) <= _COLUMN}


def _distance(column: float | None, at: float) -> float:
    return 1.0 if column is None else abs(column - at)


def _parted(cell: Cell) -> tuple[tuple[Word, ...], _Placed]:
    """The line of a cell that prints its time, and the texts of the only other line; no texts where there are more."""
    lines = [] if any(word.angle for word in cell.words) else list(read(cell.words).lines)
    timed = next((line for line in lines if (spans := find_spans(plain_text(line))) and spans[0].end), ())
    others = [line for line in lines if line is not timed]
    if len(others) != 1:
        return timed, []
    phrases: list[list[Word]] = []
    for word in others[0]:
        if phrases and word.box.left - phrases[-1][-1].box.right <= _GAP * size_of(word):
            phrases[-1].append(word)
        else:
            phrases.append([word])
    return timed, [((box_of(phrase).center_x - cell.box.left) / max(1.0, cell.box.width), tuple(phrase)) for phrase in phrases]
