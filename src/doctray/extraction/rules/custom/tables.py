"""Lists of objects from tables: a row of headings that name the properties, and every row beneath it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace

from doctray.domain.document import Box, Word
from doctray.extraction.grounding import Found
from doctray.extraction.parse import fold
from doctray.extraction.rules.labels import filled, likeness
from doctray.extraction.rules.reading import Phrase, Sheet

Read = Callable[[str, Phrase], Found | None]
"""Property and cell → the cell as the property's type wants it."""

_ENDS = (
    "total", "sub total", "subtotal", "grand total", "total due", "amount due", "balance due", "net total", "total amount", "rounding",
    "tax", "vat", "gst", "notes", "remarks", "terms", "signature", "signed", "page", "thank you", "continued", "carried forward",
)  # fmt: skip
"""What stands at the beginning of a row that closes a table."""

_TALLEST_GAP = 3.5
"""Line heights without print after which a table has ended, where no ruling line goes on."""

_HEADING_LINES = 1.6
"""Line heights within which a second line of headings belongs to the first."""

Row = dict[str, Found]


@dataclass(frozen=True, slots=True)
class _Column:
    """A heading. name: the property that it names, None for a column that nobody wants."""

    name: str | None
    box: Box


@dataclass(frozen=True, slots=True)
class _Table:
    """A row of headings and the lines beneath it, up to the next row of headings. bottom, height: of the headings."""

    sheet: Sheet
    columns: tuple[_Column, ...]
    lines: tuple[Sequence[Phrase], ...]
    bottom: float
    height: float


def table_rows(sheets: Sequence[Sheet], labels: Mapping[str, Sequence[str]], read: Read) -> list[Row] | None:
    """The rows of every table whose headings name the properties, in page order; None when there is no such table.

    labels: property → what it may be called.
    """
    tables = [table for sheet in sheets for table in _tables(sheet, labels)]
    return [row for table in tables for row in _rows(table, read)] if tables else None


def _tables(sheet: Sheet, labels: Mapping[str, Sequence[str]]) -> list[_Table]:
    wanted = 1 if len(labels) == 1 else 2
    lines = sheet.rows()
    found: list[tuple[int, list[_Column]]] = []
    below = 0.0
    for index, row in enumerate(lines):
        if row[0].box.top < below or len(row) < 2 or any(_is_value(phrase) for phrase in row):
            continue
        columns = _columns(sheet, row, labels)
        if sum(column.name is not None for column in columns) >= wanted:
            found.append((index, columns))
            below = max(column.box.bottom for column in columns)
    ends = [*(index for index, _ in found[1:]), len(lines)]
    return [
        _Table(
            sheet=sheet,
            columns=tuple(columns),
            lines=tuple(lines[index + 1 : end]),
            bottom=max(column.box.bottom for column in columns),
            height=max(phrase.height for phrase in lines[index]),
        )
        for (index, columns), end in zip(found, ends, strict=False)
    ]


def _is_value(phrase: Phrase) -> bool:
    """Whether a phrase is no heading: a label with a colon, or a number or date."""
    text = phrase.text.rstrip()
    return text.endswith(":") or sum(character.isdigit() for character in text) > 0.3 * len(text)


def _columns(sheet: Sheet, row: Sequence[Phrase], labels: Mapping[str, Sequence[str]]) -> list[_Column]:
    """The row's phrases as headings, each with the property that it is most like, a property once at most."""
    texts = [_with_second_line(sheet, phrase) for phrase in row]
    scores = sorted(
        (
            (_score(text, names), -rank, index, name)
            for index, (text, _) in enumerate(texts)
            for rank, (name, names) in enumerate(labels.items())
        ),
        reverse=True,
    )
    taken: dict[int, str] = {}
    for score, _, index, name in scores:
        if score > 0 and index not in taken and name not in taken.values():
            taken[index] = name
    return [_Column(taken.get(index), box) for index, (_, box) in enumerate(texts)]


def _score(text: str, names: Sequence[str]) -> float:
    """How surely a heading names a property: the earlier in its list of labels, the surer."""
    folded = fold(text)
    plain = fold(text.split("(")[0]) or folded
    printed = {folded, plain, plain.removesuffix(" name")}
    return max((alike - 0.01 * rank for rank, name in enumerate(names) for one in printed if (alike := likeness(one, name))), default=0.0)


def _with_second_line(sheet: Sheet, phrase: Phrase) -> tuple[str, Box]:
    """The heading with what stands close beneath it in the same column and holds no digit: UNIT over PRICE."""
    beneath = sheet.below(phrase, lines=_HEADING_LINES)[:1]
    close = [p for p in beneath if p.box.top - phrase.box.bottom < 0.6 * phrase.height and not any(c.isdigit() for c in p.text)]
    if (
        close
        and abs(close[0].box.center_x - phrase.box.center_x) < phrase.height
        and len(close[0].words) <= 2
        and not any(character.isdigit() for p in (*sheet.left_of(close[0]), *sheet.right_of(close[0])) for character in p.text)
    ):
        return f"{phrase.text} {close[0].text}", phrase.box.union(close[0].box)
    return phrase.text, phrase.box


def _rows(table: _Table, read: Read) -> list[Row]:
    rows: list[Row] = []
    printed: list[dict[str, Phrase]] = []
    bottom = table.bottom
    for line in table.lines:
        top = min(phrase.box.top for phrase in line)
        if top < table.bottom - 0.3 * table.height:
            continue
        if (top - bottom > _TALLEST_GAP * table.height and not _ruled(table.sheet, bottom, top)) or _closes(line):
            break
        cells = _cells(line, table.columns)
        values = {name: found for name, phrase in cells.items() if (found := read(name, phrase)) is not None}
        if rows and _goes_on(cells, printed[-1], table):
            _append(rows[-1], printed[-1], cells, read)
        elif len(values) >= min(2, sum(column.name is not None for column in table.columns)):
            rows.append(values)
            printed.append(cells)
        elif not values and rows:
            break
        bottom = max(phrase.box.bottom for phrase in line)
    return rows


def _cells(line: Sequence[Phrase], columns: Sequence[_Column]) -> dict[str, Phrase]:
    """What stands under each wanted heading. A phrase that runs under several headings is parted at its words."""
    words: dict[int, list[Word]] = {}
    for phrase in line:
        under = [index for index, column in enumerate(columns) if _overlap(phrase.box, column.box) > 0]
        for word in phrase.words:
            box = word.box if len(under) > 1 else phrase.box
            words.setdefault(_nearest(box, columns), []).append(word)
    out: dict[str, Phrase] = {}
    for index, found in words.items():
        name = columns[index].name
        if name is not None:
            phrase = Phrase.of(line[0].page, sorted(found, key=lambda word: word.box.left))
            if filled(phrase.text):
                out[name] = phrase
    return out


def _nearest(box: Box, columns: Sequence[_Column]) -> int:
    """The heading that it overlaps most, else whose edge or middle is nearest to its own."""

    def distance(column: _Column) -> tuple[float, float]:
        apart = min(abs(box.left - column.box.left), abs(box.right - column.box.right), abs(box.center_x - column.box.center_x))
        return -_overlap(box, column.box), apart

    return min(range(len(columns)), key=lambda index: distance(columns[index]))


def _overlap(one: Box, other: Box) -> float:
    return max(0.0, min(one.right, other.right) - max(one.left, other.left))


def _goes_on(cells: Mapping[str, Phrase], before: Mapping[str, Phrase], table: _Table) -> bool:
    """Whether a line only carries on the text of the row above it: one cell, in letters, under a cell of text, close beneath it."""
    if len(cells) != 1 or len(before) < 2:
        return False
    name, phrase = next(iter(cells.items()))
    above = before.get(name)
    if above is None or not any(character.isalpha() for character in above.text):
        return False
    return phrase.box.top - above.box.bottom < 0.9 * table.height and abs(phrase.box.left - above.box.left) < 2 * table.height


def _append(row: Row, before: dict[str, Phrase], cells: Mapping[str, Phrase], read: Read) -> None:
    for name, phrase in cells.items():
        whole = Phrase.of(phrase.page, [*before[name].words, *phrase.words])
        found = read(name, whole)
        if found is not None:
            row[name] = replace(found, words=whole.words)
            before[name] = whole


def _closes(line: Sequence[Phrase]) -> bool:
    first = fold(line[0].text.split(":")[0])
    return any(likeness(first, end) or first.startswith(f"{end} ") for end in _ENDS)


def _ruled(sheet: Sheet, top: float, bottom: float) -> bool:
    """Whether a vertical ruling line goes through the gap."""
    return any(not line.horizontal and line.top < top and line.bottom > bottom for line in sheet.page.segments)
