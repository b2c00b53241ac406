"""The SQLite database of the app that doctray replaces, read and never written."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterator, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any
from urllib.parse import quote

from doctray.ports import OldDocument

COLUMNS: Mapping[str, tuple[str, ...]] = {
    "documents": ("id", "filename", "file_path", "file_type", "file_size", "status", "created_at"),
    "processing_jobs": ("id", "document_id", "job_type", "status", "confidence", "result_data", "error_message", "created_at"),
    "timetables": (
        *("id", "document_id", "teacher_name", "class_name", "term", "year", "timeblocks", "confidence", "validated", "created_at"),
    ),
}
"""What is read. More columns may be there; `timetables` and `processing_jobs` may be missing."""

_Rows = dict[str, list[Mapping[str, Any]]]


class NotTheOldApp(Exception):
    """The file is no database of that app; the message says what is wrong with it."""


class OldApp:
    """Raises NotTheOldApp when it is opened. Blocks. Everything but the documents themselves is held in memory."""

    def __init__(self, path: Path) -> None:
        try:
            with closing(_open(path)) as conn:
                tables = {table: _columns(conn, table) for table in COLUMNS}
                if not tables["documents"]:
                    raise NotTheOldApp("it has no table documents with a column id")
                self._rows = {table: list(_rows_of(conn, table, columns)) for table, columns in tables.items() if columns}
        except sqlite3.Error as error:
            raise NotTheOldApp(f"it cannot be read as a SQLite database: {error}") from error

    @property
    def counts(self) -> dict[str, int]:
        """table → rows."""
        return {table: len(self._rows.get(table, ())) for table in COLUMNS}

    def documents(self) -> Iterator[OldDocument]:
        """Each with what belongs to it; rows of other tables that name no document are left out."""
        jobs, timetables = self._by_document("processing_jobs"), self._by_document("timetables")
        for row in self._rows["documents"]:
            name = str(row["id"])
            yield OldDocument(row=row, processing_jobs=tuple(jobs.get(name, ())), timetables=tuple(timetables.get(name, ())))

    def _by_document(self, table: str) -> _Rows:
        found: _Rows = defaultdict(list)
        for row in self._rows.get(table, ()):
            found[str(row.get("document_id"))].append(row)
        return found


def _open(path: Path) -> sqlite3.Connection:
    conn = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True)
    # Text of another encoding is brought in with what cannot be read marked, not refused.
    conn.text_factory = lambda raw: raw.decode("utf-8", "replace")
    return conn


def _columns(conn: sqlite3.Connection, table: str) -> list[str]:
    """Those of COLUMNS that are there; none without an id."""
    there = {row[1] for row in conn.execute(f"PRAGMA table_info({table})")}
    return [name for name in COLUMNS[table] if name in there] if "id" in there else []


def _rows_of(conn: sqlite3.Connection, table: str, columns: list[str]) -> Iterator[Mapping[str, Any]]:
    by_age = "created_at, id" if "created_at" in columns else "id"
    for row in conn.execute(f"SELECT {', '.join(columns)} FROM {table} ORDER BY {by_age}"):  # noqa: S608 names of COLUMNS
        yield dict(zip(columns, row, strict=True))
