"""Ticks and crosses: whether the box beside a label is marked, printed as signs, drawn in brackets, or held by a PDF form field."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from doctray.domain.document import FormField, Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold
from doctray.extraction.rules.labels import likeness
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

_MARK = re.compile(r"\[\s?(?P<in>[xXvV✓✔*]?)\s?\]|\(\s?(?P<round>[xXvV✓✔*]?)\s?\)|(?P<sign>[☐☑☒✓✔✗✘□■◻◼❑❏])|(?P<cross>^[xX]$)")
_MARKED = frozenset("xXvV✓✔*☑☒✗✘■◼")

_REACH = 3.0
"""A box belongs to a label within this many line heights."""


@dataclass(frozen=True, slots=True)
class _Box:
    """A box and what stands beside it. label: the words up to the next box."""

    marked: bool
    words: tuple[Word, ...]
    label: Phrase | None


def marked(sheets: Sequence[Sheet], names: Sequence[str]) -> Found | None:
    """Whether the box of this label is marked; None when no box stands beside it. names: folded, the most telling first."""
    for name in names:
        for sheet in sheets:
            for box in (*_form_boxes(sheet), *_printed_boxes(sheet)):
                if box.label is not None and likeness(box.label.folded, name):
                    return Found(value=box.marked, page=sheet.number, words=(*box.words, *box.label.words), trust=0.9)
            named = _by_field_name(sheet, name)
            if named is not None:
                return named
    return None


def chosen(phrases: Iterable[Phrase]) -> list[Phrase]:
    """Of choices printed side by side with a box each, the labels of those that are marked; empty where none is, or no box is there."""
    return [box.label for box in _boxes(list(phrases)) if box.marked and box.label is not None]


def has_boxes(phrases: Iterable[Phrase]) -> bool:
    return any(_MARK.search(word.text) for phrase in phrases for word in phrase.words)


def _printed_boxes(sheet: Sheet) -> Iterator[_Box]:
    for row in sheet.rows():
        yield from _boxes(row)


def _boxes(row: Sequence[Phrase]) -> Iterator[_Box]:
    """The boxes of a row, each with the words that follow it; the words before it where the box closes the row's text."""
    words = [(phrase, word) for phrase in row for word in _whole(phrase)]
    marks = [index for index, (_, word) in enumerate(words) if _MARK.fullmatch(word.text)]
    for place, index in enumerate(marks):
        phrase, word = words[index]
        end = marks[place + 1] if place + 1 < len(marks) else len(words)
        after = [item for _, item in words[index + 1 : end]]
        start = marks[place - 1] + 1 if place else 0
        before = [item for _, item in words[start:index]]
        near = after if after and after[0].box.left - word.box.right < _REACH * word.box.height else before
        label = Phrase.of(phrase.page, near) if near else None
        yield _Box(_is_marked(word.text), (word,), label)


def _whole(phrase: Phrase) -> list[Word]:
    """The phrase's words, with brackets that recognition has parted ("[ X ]") put together."""
    out: list[Word] = []
    waiting: list[Word] = []
    for word in phrase.words:
        waiting.append(word)
        text = "".join(item.text for item in waiting)
        if re.fullmatch(r"[\[(]\s?[xXvV✓✔*]?", text) and len(waiting) < 3:
            continue
        if _MARK.fullmatch(text) and len(waiting) > 1:
            box = waiting[0].box
            for item in waiting[1:]:
                box = box.union(item.box)
            out.append(Word(text=text, box=box, confidence=min(item.confidence for item in waiting)))
        else:
            out += waiting
        waiting = []
    return [*out, *waiting]


def _is_marked(text: str) -> bool:
    return any(character in _MARKED for character in text)


def _form_boxes(sheet: Sheet) -> Iterator[_Box]:
    for item in _ticks(sheet):
        row = [phrase for phrase in sheet.phrases if in_row(item.box, phrase.box)]
        right = [p for p in row if 0 <= p.box.left - item.box.right + 2 < _REACH * item.box.height]
        left = [p for p in row if 0 <= item.box.left - p.box.right + 2 < _REACH * item.box.height]
        label = min(right, key=lambda p: p.box.left, default=None) or max(left, key=lambda p: p.box.right, default=None)
        if label is not None and label.words[0].text == "X" and len(label.words) > 1:
            label = label.part(1)
        yield _Box(item.value == "on", (), label)


def _by_field_name(sheet: Sheet, name: str) -> Found | None:
    """A form's tick box that is itself called so. Its place is the box."""
    for item in _ticks(sheet):
        last = re.sub(r"\[\d+\]$", "", item.name).rsplit(".", 1)[-1]
        if likeness(fold(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\[\]]", " ", last)), name):
            word = Word(text="X" if item.value == "on" else "", box=item.box, confidence=1.0)
            return Found(value=item.value == "on", page=sheet.number, words=(word,), trust=0.9)
    return None


def _ticks(sheet: Sheet) -> Iterator[FormField]:
    return (item for item in sheet.page.form_fields if item.kind in ("checkbox", "radio"))
