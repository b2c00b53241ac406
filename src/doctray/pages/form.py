"""Form fields of a PDF page, and their values as words. Runs in the page process only."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Any

from doctray.domain.document import Box, FormField, Word
from doctray.pages.mupdf import pymupdf
from doctray.pages.placement import Placement

mupdf: Any = pymupdf.mupdf

_KINDS = {
    pymupdf.PDF_WIDGET_TYPE_TEXT: "text",
    pymupdf.PDF_WIDGET_TYPE_CHECKBOX: "checkbox",
    pymupdf.PDF_WIDGET_TYPE_RADIOBUTTON: "radio",
    pymupdf.PDF_WIDGET_TYPE_COMBOBOX: "choice",
    pymupdf.PDF_WIDGET_TYPE_LISTBOX: "choice",
}
"""Push buttons and signatures hold no value."""

_HIDDEN, _PRINT, _NO_VIEW = 2, 4, 32
"""Annotation flags (ISO 32000-1, table 165)."""

_MOST_FIELDS = 1000
"""No form has more. Fields are matched with words one by one."""

_MOST_CHARACTERS = 50_000
"""Kept of the values of one page; they are laid out as words. The longest that a form shows fills a page, with 5,000."""

_LONGEST_NAME = 1000

_TICK = "X"
"""How a ticked box stands among the words: what most flattened forms and typewriters print."""

_MOST_LINE_PX = 30.0
"""Height given to a line of a value whose appearance is missing from the file: about 12 points with leading at 150 dpi."""


def form_fields(page: Any, placement: Placement) -> tuple[FormField, ...]:
    """The page's fields that are shown, in the file's order, at most _MOST_FIELDS of them."""
    fields: list[FormField] = []
    room = _MOST_CHARACTERS
    for widget in islice(_widgets(page), _MOST_FIELDS):
        kind = _KINDS.get(mupdf.pdf_widget_type(widget))
        box = placement.box(tuple(pymupdf.Rect(mupdf.pdf_bound_annot(widget)) * page.derotation_matrix))
        field = mupdf.pdf_annot_obj(widget)
        if kind is not None and box is not None and not _is_hidden(mupdf.pdf_annot_flags(widget)):
            name = mupdf.pdf_load_field_name(field) or ""
            value = _value(kind, _stored(kind, field))[:room]
            room -= len(value)
            fields.append(FormField(name=name[:_LONGEST_NAME], kind=kind, value=value, box=box))
    return tuple(fields)


def _widgets(page: Any) -> Iterator[Any]:
    """MuPDF's own list. PyMuPDF's `Page.widgets` looks each of them up from the first one on (5,000 take a minute), and goes round for
    ever where a field is its own kid."""
    widget = mupdf.pdf_first_widget(mupdf.pdf_page_from_fz_page(page.this))
    while widget.m_internal:
        yield widget
        widget = mupdf.pdf_next_widget(widget)


def _is_hidden(flags: int) -> bool:
    """As MuPDF's pdf_field_display, which goes round for ever where a field is its own kid. What is only printed is shown to its reader."""
    return bool(flags & _HIDDEN or (flags & _NO_VIEW and not flags & _PRINT))


def _stored(kind: str, field: Any) -> object:
    state = mupdf.pdf_dict_gets(field, "AS") if kind == "radio" else None
    return mupdf.pdf_to_name(state) if state is not None and state.m_internal else mupdf.pdf_field_value(field)


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
