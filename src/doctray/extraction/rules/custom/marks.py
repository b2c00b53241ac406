"""Ticks and crosses: whether the box beside a label is marked, printed as signs, drawn in brackets, or held by a PDF form field."""

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from doctray.domain.document import Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold
from doctray.extraction.rules.labels import likeness
from doctray.extraction.rules.reading import Phrase, Sheet, in_row

_MARK = re.compile(r"\[\s?(?P<in>[xXvV✓✔*]?)\s?\]|\(\s?(?P<round>[xXvV✓✔*]?)\s?\)|(?P<sign>[☐☑☒✓✔✗✘□■◻◼❑❏])|(?P<cross>^[xX]$)")
_MARKED = frozenset("xXvV✓✔*☑☒✗✘■◼")

_REACH = 3.0
"""A box belongs to a label within this many line heights."""


@dataclass(frozen=True, slots=True)
class TickBox:
    """A box and what stands beside it. words: of the mark itself. label: the words up to the next box. field: name of the form field."""

    page: int
    marked: bool
    words: tuple[Word, ...]
    label: Phrase | None
    field: str = ""


def boxes_of(sheets: Sequence[Sheet]) -> tuple[TickBox, ...]:
    """Every box of a document: those of forms first, then the printed ones, page by page."""
    return tuple(box for sheet in sheets for box in (*_form_boxes(sheet), *(box for row in sheet.rows() for box in _boxes(row))))


def marked(boxes: Sequence[TickBox], names: Sequence[str]) -> Found | None:
    """Whether the box of this label is marked; None when no box stands beside it. names: folded, the most telling first."""
    for name in names:
        for box in boxes:
            if box.label is not None and likeness(box.label.folded, name):
                return Found(value=box.marked, page=box.page, words=(*box.words, *box.label.words), trust=0.9)
            if box.field and likeness(box.field, name):
                return Found(value=box.marked, page=box.page, words=box.words, trust=0.9)
    return None


def chosen(phrases: Iterable[Phrase]) -> list[Phrase]:
    """Of choices printed side by side with a box each, the labels of those that are marked; empty where none is, or no box is there."""
    return [box.label for box in _boxes(list(phrases)) if box.marked and box.label is not None]


def marked_choice(boxes: Sequence[TickBox], choices: Sequence[str]) -> tuple[Found | None, bool]:
    """The only one of the choices whose box is marked, wherever they are printed; and whether any of them has a box at all."""
    theirs = [
        (choice, box, box.label)
        for box in boxes
        for choice in choices
        if box.label is not None and likeness(box.label.folded, fold(choice))
    ]
    crossed = [entry for entry in theirs if entry[1].marked]
    if len({choice for choice, _, _ in crossed}) != 1:
        return None, bool(theirs)
    choice, box, label = crossed[0]
    return Found(value=choice, page=box.page, words=(*box.words, *label.words), trust=0.9), True


def has_boxes(phrases: Iterable[Phrase]) -> bool:
    return any(_MARK.search(word.text) for phrase in phrases for word in phrase.words)


def _boxes(row: Sequence[Phrase]) -> Iterator[TickBox]:
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
        yield TickBox(phrase.page, _is_marked(word.text), (word,), label)


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


def _form_boxes(sheet: Sheet) -> Iterator[TickBox]:
    """Tick boxes of a form, each with the phrase beside it. Its own place stands for its words."""
    for item in sheet.page.form_fields:
        if item.kind not in ("checkbox", "radio"):
            continue
        row = [phrase for phrase in sheet.phrases if in_row(item.box, phrase.box)]
        right = [p for p in row if 0 <= p.box.left - item.box.right + 2 < _REACH * item.box.height]
        left = [p for p in row if 0 <= item.box.left - p.box.right + 2 < _REACH * item.box.height]
        label = min(right, key=lambda p: p.box.left, default=None) or max(left, key=lambda p: p.box.right, default=None)
        if label is not None and label.words[0].text == "X" and len(label.words) > 1:
            label = label.part(1)
        mark = Word(text="X" if item.value == "on" else "", box=item.box, confidence=1.0)
        yield TickBox(sheet.number, item.value == "on", (mark,), label, _spoken(item.name))


def _spoken(name: str) -> str:
    """The last part of a form field's name, as words: form1.page[0].isSmoker[0] → is smoker."""
    last = re.sub(r"\[\d+\]$", "", name).rsplit(".", 1)[-1]
    return fold(re.sub(r"(?<=[a-z])(?=[A-Z])|[_\[\]]", " ", last))
