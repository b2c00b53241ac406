"""Fields as CSV (RFC 4180): UTF-8, CRLF, a header line, and nothing that a spreadsheet would run.

Text that a spreadsheet could take for a formula gets an apostrophe in front (OWASP, "CSV Injection"). Programs that want values to the
letter take the JSON.
"""

import csv
import io

from doctray.export.shown import Shown
from doctray.export.table import Cell, looks_like_formula, main_table


def to_csv(shown: Shown) -> bytes:
    """The main table, see `doctray.export.table`."""
    table = main_table(shown)
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_written(name) for name in table.columns])
    writer.writerows([_written(cell) for cell in row] for row in table.rows)
    return text.getvalue().encode("utf-8", "replace")


def _written(cell: Cell) -> str:
    match cell:
        case None:
            return ""
        case bool():
            return "true" if cell else "false"
        case str():
            told = cell.replace("\0", "")
            return f"'{told}" if looks_like_formula(told) else told
        case _:
            return str(cell)
