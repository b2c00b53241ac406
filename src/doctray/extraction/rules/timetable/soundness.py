"""Says what speaks against a table as a whole: one that was misread shows it in many of its cells at once."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain

from doctray.domain.document import Word
from doctray.domain.extraction import Warning
from doctray.extraction.rules.timetable.axes import Layout
from doctray.extraction.rules.timetable.blocks import Block
from doctray.extraction.rules.timetable.names import BREAKS

_NEVER = 0.97
"""Where so many of a kind of edge have no label, the table prints none of the kind: rows that are named by their start alone."""

_PLACE, _CONTENT = frozenset({"day", "time"}), frozenset({"subject", "room", "teacher", "notes", "week"})

_MANY = 0.25
"""A share from which on a person is told. At first readings of real tables less than three quarters of such cells came out right."""

_LOST = 0.05
"""The same for print that no lesson has: a row of ten that is missing, which nothing else would tell."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Print:
    """How many letters and digits stand in a table's cells for lessons, and how many of them no lesson has (`left`)."""

    letters: int = 0
    left: int = 0

    def __add__(self, other: "Print") -> "Print":
        return Print(letters=self.letters + other.letters, left=self.left + other.left)


@dataclass(frozen=True, slots=True, kw_only=True)
class Soundness:
    """Shares in [0, 1] of one table that do not fit it; each is nothing where the table was understood.

    open: starts and ends that no print tells, in a table that prints others of the kind. left: print in cells for lessons that no lesson
    has. loose: lessons whose subject is put together from texts that stand apart. patchy: 1 where half of the lessons name a teacher,
    nothing where all or none do. unread: marks in cells that are no text, for each lesson. weighed: the table has cells, so that `left`
    and `loose` could be told; of a list they are nothing for want of knowledge.
    """

    open: float = 0.0
    left: float = 0.0
    loose: float = 0.0
    patchy: float = 0.0
    unread: float = 0.0
    weighed: bool = False

    @property
    def whole(self) -> bool:
        """Whether everything about the table fits it, as far as can be told."""
        return self.weighed and not any((self.open, self.left, self.loose, self.patchy, self.unread))

    def against(self, field: str) -> Mapping[str, float]:
        """What speaks against a value, by its field: the frame against all of a block, the cells against what they hold; titles by none."""
        frame = {"table.open": self.open, "table.left": self.left} if field in _PLACE | _CONTENT else {}
        cells = {"cells.loose": self.loose, "cells.patchy": self.patchy, "cells.unread": self.unread} if field in _CONTENT else {}
        return {name: round(share, 3) for name, share in {**frame, **cells}.items() if share}

    def warnings(self) -> list[Warning]:
        """One, where so much does not fit that the table may be misread as a whole."""
        said = [
            f"{share:.0%} of {what}"
            for share, least, what in (
                (self.loose, _MANY, "the lessons are put together from texts that stand apart in their cells"),
                (self.open, _MANY, "the starts and ends have no print that tells them"),
                (self.left, _LOST, "the print in its cells belongs to no lesson"),
            )
            if share >= least
        ]
        if not said:
            return []
        message = f"The table may be misread: {'; '.join(said)}. Compare it with the page before its values are used."
        return [Warning(code="doubtful_structure", message=message)]


def soundness(blocks: Sequence[Block], *, printed: Print, unread: int) -> Soundness:
    """Of the blocks of one table. printed: around them (`print_among`). unread: how many cells hold marks that are no text."""
    if not blocks:
        return Soundness()
    lessons = [block for block in blocks if not BREAKS.search(block.subject.value)] or blocks
    taught = _share([block.teacher is not None for block in lessons])
    return Soundness(
        open=_open(blocks),
        left=printed.left / printed.letters if printed.letters else 0.0,
        loose=_share([block.loose for block in lessons]),
        patchy=4 * taught * (1 - taught),
        unread=min(1.0, unread / len(blocks)),
        weighed=printed.letters > 0,
    )


def told(layout: Layout, blocks: Sequence[Block]) -> set[Word]:
    """The words that a table's blocks and labels have."""
    used = {word for block in blocks for word in _words(block)}
    used.update(word for slot in layout.slots for word in chain(slot.start_words, slot.end_words, slot.label_words))
    used.update(word for day in layout.days for word in day.words)
    return used


def print_among(layout: Layout, used: Collection[Word]) -> Print:
    """The letters and digits in the cells for lessons. used: the words that any table of the page has (`told`).

    Times that stand in a cell once more, and labels of what follows them (Venue:), are no loss.
    """
    low, high = min(day.low for day in layout.days), max(day.high for day in layout.days)
    words = [
        word
        for cell in layout.grid.cells
        for word in cell.words
        if layout.time_axis.middle(word.box) > layout.header and low <= layout.day_axis.middle(word.box) <= high
    ]
    places, numbers = {word.box for word in used}, {word.text for word in used if not any(map(str.isalpha, word.text))}
    lost = [word for word in words if word.box not in places and word.text not in numbers and not word.text.endswith(":")]
    return Print(letters=_letters(words), left=_letters(lost))


def _open(blocks: Sequence[Block]) -> float:
    if all(block.start.minutes is None and block.end.minutes is None for block in blocks):
        return 0.0
    starts, ends = _share([not block.start.words for block in blocks]), _share([not block.end.words for block in blocks])
    return (starts + (ends if ends < _NEVER else 0.0)) / 2


def _words(block: Block) -> Collection[Word]:
    found = (block.day, block.week, block.subject, block.room, block.teacher, block.notes)
    return [word for each in found if each for word in each.words] + [*block.start.words, *block.end.words]


def _share(said: Sequence[bool]) -> float:
    return sum(said) / len(said)


def _letters(words: Collection[Word]) -> int:
    return sum(character.isalnum() for word in words for character in word.text)
