"""Coverages in a table whose cells are drawn: headings that wrap, text in the middle of high cells, one cell for several rows."""

from collections.abc import Mapping, Sequence

from doctray.domain.document import Box, Word
from doctray.extraction.parse import DateOrder
from doctray.extraction.rules.certificate.coverage import Coverage
from doctray.extraction.rules.certificate.coverage_sums import sums_of
from doctray.extraction.rules.certificate.coverage_tables import Column, column_of, coverage_of, is_kind, make_table, with_labels
from doctray.extraction.rules.certificate.wrapped_cells import is_broken, is_one_number, whole, with_whole_sums
from doctray.extraction.rules.grid import Cell, Grid, ruled_grids
from doctray.extraction.rules.reading import Phrase, Sheet, rows_of

_MOST_ROWS_OF_HEADINGS = 3
_MOST_CELLS = 600
_MOST_SEGMENTS = 600
"""A page with more lines than this is a drawing; every pair of them would be compared, once for each section of the paper."""


def drawn(sheet: Sheet, order: DateOrder | None) -> tuple[list[Coverage], list[Box]]:
    """The coverages of the drawn tables of a page that has headings of coverages, and where those tables stand, in pixels."""
    found: list[Coverage] = []
    places: list[Box] = []
    if not sheet.words or len(sheet.page.segments) > _MOST_SEGMENTS:
        return found, places
    top, bottom = min(word.box.top for word in sheet.words), max(word.box.bottom for word in sheet.words)
    for grid in ruled_grids(sheet.page):
        inside = top <= grid.box.top + 0.5 * grid.cells[0].box.height and grid.cells[-1].box.center_y <= bottom + grid.cells[-1].box.height
        if len(grid.cells) > _MOST_CELLS or not inside:
            continue
        head = _headings(sheet, grid)
        made = _coverages(sheet, grid, *head, order) if head is not None else []
        if made:
            found += made
            places.append(grid.box)
    return found, places


def _headings(sheet: Sheet, grid: Grid) -> tuple[list[tuple[Cell, Column]], float] | None:
    """The cells that head the columns, and where they end; None where the table is about something else."""
    tops = sorted({round(cell.box.top) for cell in grid.cells})[:_MOST_ROWS_OF_HEADINGS]
    for top in tops:
        row = [cell for cell in grid.cells if round(cell.box.top) == top and cell.words]
        found = [(cell, column) for cell in row if (column := column_of(Phrase.of(sheet.number, _in_order(cell)))) is not None]
        columns = with_labels([column for _, column in found])
        named = [(cell, column) for (cell, _), column in zip(found, columns, strict=True)]
        if make_table(columns, len(row)):
            return named, max(cell.box.bottom for cell, _ in named)
    return None


def _coverages(sheet: Sheet, grid: Grid, heads: Sequence[tuple[Cell, Column]], below: float, order: DateOrder | None) -> list[Coverage]:
    lead = next(cell for cell, column in heads if column.key in ("type", "policy_number", "insurer_and_number"))
    body = [cell for cell in grid.cells if cell.box.top >= below - 2 and cell.words]
    rows = [cell for cell in body if lead.box.left - 2 <= cell.box.center_x <= lead.box.right + 2]
    numbered = any(column.key in ("policy_number", "insurer_and_number") for _, column in heads)
    out = []
    for row in sorted(rows, key=lambda cell: cell.box.top):
        beside = [cell for cell in body if _is_beside(cell.box, row.box)]
        coverage = coverage_of(sheet, _cells(sheet, beside, heads), order)
        named = coverage.kind is not None and is_kind(str(coverage.kind.value), [column for _, column in heads])
        if coverage.policy_number is not None or (named and (coverage.effective_date is not None or coverage.limits)):
            out.append(coverage)
        elif not numbered and coverage.kind is not None:
            return []  # sums of one policy, each with its label
    return out


def _is_beside(cell: Box, row: Box) -> bool:
    return row.top <= cell.center_y <= row.bottom or cell.top <= row.center_y <= cell.bottom


def _cells(sheet: Sheet, cells: Sequence[Cell], heads: Sequence[tuple[Cell, Column]]) -> Mapping[str, list[Phrase]]:
    """Column key → lines of the cells beneath its heading, the last heading's with all that stands right of it."""
    placed: dict[str, list[Phrase]] = {}
    for cell in sorted(cells, key=lambda cell: (cell.box.top, cell.box.left)):
        home = next((column for head, column in heads if head.box.left - 2 <= cell.box.center_x <= head.box.right + 2), None)
        if home is None:
            continue
        key = f"limit:{home.label}" if home.key == "limit" else home.key
        lines = [Phrase.of(sheet.number, row) for row in rows_of(cell.words)]
        labels = home.key == "limit" and not sums_of(sheet, lines)
        numbered = home.key == "policy_number" and is_one_number(lines)
        one = labels or numbered or home.key == "period" or (home.key != "limit" and is_broken(lines))
        placed.setdefault(key, []).extend([whole(lines)] if one else with_whole_sums(lines) if home.key == "limit" else lines)
    return placed


def _in_order(cell: Cell) -> list[Word]:
    return [word for row in rows_of(cell.words) for word in row]
