"""Coverages in a table that draws no columns and whose cells run over several lines: lines across or space part its rows."""

from collections.abc import Mapping, Sequence
from itertools import pairwise

from doctray.domain.document import Word
from doctray.extraction.parse import DateOrder
from doctray.extraction.rules.certificate.coverage import Coverage, is_sentence
from doctray.extraction.rules.certificate.coverage_tables import Column, coverage_of, ends_table, headings, is_policy
from doctray.extraction.rules.certificate.wrapped_cells import is_broken, whole, with_whole_sums
from doctray.extraction.rules.reading import Phrase, Sheet, rows_of

_LEAST_COLUMNS = 3
_ALIGNED = 0.7
"""Share of the phrases that begin beneath the beginning of a heading where cells are flush left."""

_FLUSH = 0.6
"""Line heights between the left edges of a heading and of what is flush with it."""

_SPACE = 0.35
"""Line heights by which the space between two rows of a table is wider than that between the lines of a cell."""

_FARTHEST = 3.5
"""Line heights between two rows of one table at most."""

_ACROSS = 0.8
"""Share of the table's width that a line that parts its rows runs along."""

Row = Sequence[Phrase]


def banded(sheet: Sheet, rows: Sequence[Row], index: int, order: DateOrder | None) -> tuple[list[Coverage], set[int]]:
    """The coverages of a table whose headings the row at index begins, and the rows it takes; ([], set()) where it is none such.

    A table each of whose cells is one line is none: there rows need no parting.
    """
    heads, columns = headings(rows, index)
    if len(columns) < _LEAST_COLUMNS:
        return [], set()
    first = index + heads
    bands = _parted_by_lines(sheet, rows, first, columns) or _parted_by_space(rows, first, columns)
    flush = _are_flush(rows, [number for band in bands for number in band], columns)
    read: list[Coverage] = []
    taken = set(range(index, first))
    wrapped = False
    for band in bands:
        lines = _cells(sheet, [rows[number] for number in band], columns, flush=flush)
        coverage = coverage_of(sheet, _readable(lines), order)
        if not is_policy(coverage, lines, columns) or _holds_several(sheet, [rows[number] for number in band], columns, order, flush=flush):
            break
        wrapped = wrapped or _needs_parting(lines)
        read.append(coverage)
        taken |= set(band)
    return (read, taken) if wrapped else ([], set())


def _needs_parting(cells: Mapping[str, Sequence[Phrase]]) -> bool:
    """Whether a cell of a row, other than those of sums and names, has a second line, which line by line would be read as another row."""
    return any(len(lines) > 1 and (is_broken(lines) or key in ("insurer", "period", "insurer_and_number")) for key, lines in cells.items())


def _holds_several(sheet: Sheet, rows: Sequence[Row], columns: Sequence[Column], order: DateOrder | None, *, flush: bool) -> bool:
    """Whether more than one line of a band is a policy of its own, so that what parts the bands is not what parts the table's rows."""
    cells = (_cells(sheet, [row], columns, flush=flush) for row in rows)
    return sum(is_policy(coverage_of(sheet, line, order), line, columns) for line in cells) > 1


def _parted_by_lines(sheet: Sheet, rows: Sequence[Row], first: int, columns: Sequence[Column]) -> list[list[int]]:
    """The numbers of the rows between two lines that are drawn across the table; nothing where fewer than two are."""
    left, right = columns[0].box.left, columns[-1].box.right
    top = max(column.box.bottom for column in columns)
    drawn: dict[int, float] = {}
    for line in sheet.page.segments:
        if line.horizontal and line.top > top:
            at = next((height for height in drawn if abs(height - line.top) <= 2), round(line.top))
            drawn[at] = drawn.get(at, 0.0) + max(0.0, min(line.right, right) - max(line.left, left))
    heights = sorted(at for at, length in drawn.items() if length >= _ACROSS * (right - left))
    if len(heights) < 2:
        return []
    bands: list[list[int]] = []
    bottom = top
    for over, under in pairwise([top, *heights, float(sheet.height)]):
        band = [number for number in range(first, len(rows)) if over <= _middle(rows[number]) < under]
        if under == sheet.height:
            band = next(iter(_parted_by_space(rows, band[0], columns, bottom=bottom)), []) if band else []
        if not band and bands:
            break
        if band and _is_beyond(rows[band[0]], columns, bottom):
            break
        if band:
            bands.append(band)
            bottom = max(_bottom(rows[number]) for number in band)
    return bands


def _is_beyond(row: Row, columns: Sequence[Column], bottom: float | None) -> bool:
    """Whether a row is no more of the table that ends so far at a height: too far off, a sentence, or the beginning of another matter."""
    far = bottom is not None and _top(row) - bottom > _FARTHEST * _height(row)
    return far or is_sentence(row) or (row[0].box.left < columns[1].box.left and ends_table(row))


def _parted_by_space(rows: Sequence[Row], first: int, columns: Sequence[Column], *, bottom: float | None = None) -> list[list[int]]:
    """The numbers of the rows that wider space parts from those before; nothing where all spaces are alike."""
    numbers: list[int] = []
    for number in range(first, len(rows)):
        if _is_beyond(rows[number], columns, bottom):
            break
        numbers.append(number)
        bottom = _bottom(rows[number])
    spaces = {under: _top(rows[under]) - _bottom(rows[over]) for over, under in pairwise(numbers)}
    if not spaces:
        return [numbers] if numbers else []
    within = min(spaces.values())
    bands: list[list[int]] = []
    for number in numbers:
        if not bands or spaces[number] > within + _SPACE * _height(rows[number]):
            bands.append([])
        bands[-1].append(number)
    return bands if len(bands) < len(numbers) else []


def _are_flush(rows: Sequence[Row], numbers: Sequence[int], columns: Sequence[Column]) -> bool:
    phrases = [phrase for number in numbers for phrase in rows[number]]
    aligned = sum(any(abs(phrase.box.left - column.box.left) < _FLUSH * phrase.height for column in columns) for phrase in phrases)
    return aligned >= _ALIGNED * len(phrases)


def _cells(sheet: Sheet, rows: Sequence[Row], columns: Sequence[Column], *, flush: bool) -> dict[str, list[Phrase]]:
    """Column key → lines of the band's cell beneath its heading. flush: cells begin where their headings do, so that words are told
    apart though no gap parts two cells."""
    placed: dict[str, list[Word]] = {}
    for phrase in (phrase for row in rows for phrase in row):
        for word in phrase.words:
            box, reach = (word.box if flush else phrase.box), _FLUSH * phrase.height
            if flush:
                column = next((c for c in reversed(columns) if c.box.left - reach <= box.left), columns[0])
            else:
                column = min(columns, key=lambda c: abs(c.box.center_x - box.center_x))
            placed.setdefault(f"limit:{column.label}" if column.key == "limit" else column.key, []).append(word)
    return {key: [Phrase.of(sheet.number, row) for row in rows_of(words)] for key, words in placed.items()}


def _readable(cells: Mapping[str, list[Phrase]]) -> dict[str, list[Phrase]]:
    """The cells with what is one value in one line; sums keep a line each."""
    return {
        key: with_whole_sums(lines) if key.startswith("limit:") else lines if key == "insurer_and_number" else [whole(lines)]
        for key, lines in cells.items()
    }


def _top(row: Row) -> float:
    return min(phrase.box.top for phrase in row)


def _bottom(row: Row) -> float:
    return max(phrase.box.bottom for phrase in row)


def _middle(row: Row) -> float:
    return (_top(row) + _bottom(row)) / 2


def _height(row: Row) -> float:
    return max(phrase.height for phrase in row)
