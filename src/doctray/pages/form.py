"""Form fields of a PDF page, and their values as words. Runs in the page process only."""

from collections.abc import Iterable, Sequence
from typing import Any

from doctray.domain.document import Box, FormField, Word
from doctray.pages.mupdf import pymupdf
from doctray.pages.placement import Placement

_KINDS = {
    pymupdf.PDF_WIDGET_TYPE_TEXT: "text",
    pymupdf.PDF_WIDGET_TYPE_CHECKBOX: "checkbox",
    pymupdf.PDF_WIDGET_TYPE_RADIOBUTTON: "radio",
    pymupdf.PDF_WIDGET_TYPE_COMBOBOX: "choice",
    pymupdf.PDF_WIDGET_TYPE_LISTBOX: "choice",
}
"""Push buttons and signatures hold no value."""

_TICK = "X"
"""How a ticked box stands among the words: what most flattened forms and typewriters print."""

_MOST_LINE_PX = 30.0
"""Height given to a line of a value whose appearance is missing from the file: about 12 points with leading at 150 dpi."""


def form_fields(page: Any, placement: Placement) -> tuple[FormField, ...]:
    """The page's fields that are shown, in the file's order."""
    fields = []
    for widget in page.widgets():
        kind = _KINDS.get(widget.field_type)
        box = placement.box(tuple(widget.rect))
        if kind is not None and box is not None and widget.field_display != 1:
            fields.append(FormField(name=widget.field_name or "", kind=kind, value=_value(kind, widget.field_value), box=box))
    return tuple(fields)


def _value(kind: str, value: object) -> str:
    if kind in ("checkbox", "radio"):
        return "off" if value in (None, False, "", "Off") else "on"
    if isinstance(value, list | tuple):
        return "\n".join(str(item) for item in value)
    return "" if value is None else str(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def with_values(words: Sequence[Word], fields: Iterable[FormField]) -> list[Word]:
    """The page's words, with each filled field's value among them exactly once.

    A text value that is drawn is left as drawn. One that the file draws nowhere, or letter by letter (comb fields), is laid into its
    box. A ticked box becomes the word "X"; the symbol font's letter that draws the tick is taken out.
    """
    kept = list(words)
    for field in fields:
        if field.kind in ("checkbox", "radio"):
            kept = [word for word in kept if not _lies_in(word.box, field.box)]
            if field.value == "on":
                kept.append(Word(text=_TICK, box=field.box, confidence=1.0))
        elif field.value and not _is_drawn(field.value, [word for word in kept if _lies_in(word.box, field.box)]):
            kept = [word for word in kept if not _lies_in(word.box, field.box)]
            kept += _laid_out(field.value, field.box)
    return kept


def _lies_in(box: Box, field: Box) -> bool:
    return field.left <= box.center_x <= field.right and field.top <= box.center_y <= field.bottom


def _is_drawn(value: str, inside: Sequence[Word]) -> bool:
    expected = value.split()
    shown = {word.text for word in inside}
    # a long value may be cut off by its box, so most of its words are enough
    return 2 * sum(text in shown for text in expected) >= len(expected)


def _laid_out(value: str, box: Box) -> list[Word]:
    lines = [line.split() for line in value.split("\n") if line.strip()]
    height = min(_MOST_LINE_PX, box.height / max(1, len(lines)))
    words = []
    for row, line in enumerate(lines):
        letters = len(" ".join(line))
        advance = min(height / 2, box.width / max(1, letters))
        top = box.top + row * height if len(lines) > 1 else box.center_y - height / 2
        left = box.left
        for text in line:
            right = left + advance * len(text)
            words.append(Word(text=text, box=Box(left, top, right, top + height), confidence=1.0))
            left = right + advance
    return words
