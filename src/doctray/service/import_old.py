"""Documents of the old app as finished jobs: what was read there, beside the file itself."""

import asyncio
import json
import math
from collections import Counter
from collections.abc import AsyncIterator, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from doctray.domain.errors import CancelledByCaller, ExtractionFailed
from doctray.domain.extraction import SCHEMA_VERSION, Fields
from doctray.domain.identity import derived_request_id
from doctray.domain.job import Attempt, DocumentType, Job, JobError, JobOptions, JobStatus
from doctray.pages.sniff import HEAD_BYTES, sniff
from doctray.ports import BlobStore, JobImport, OldDocument
from doctray.service.reuse import result_key, source_key
from doctray.service.stored import in_one_chunk

WORKER = "old-app"
ENGINE = "old-app"
CHUNK_BYTES = 1024 * 1024
LONGEST_NAME = 255
LONGEST_ERROR = 500

_COMPLETED = frozenset({"completed", "complete", "done", "success", "succeeded", "processed", "finished", "validated"})
_FAILED = frozenset({"failed", "failure", "error", "errored"})
_UNFINISHED = "It was not finished in the old system when it was imported; submit it again."


@dataclass(slots=True)
class Imported:
    """What became of the documents: brought in now, by an earlier run, and what was missing."""

    jobs: Counter[str] = field(default_factory=Counter)
    before: int = 0
    attempts: int = 0
    timetables: int = 0
    without_file: list[str] = field(default_factory=list)

    @property
    def total(self) -> int:
        return self.jobs.total() + self.before


async def import_old(documents: Iterable[OldDocument], *, uploads: Path, owner: str, journal: JobImport, blobs: BlobStore) -> Imported:
    """One finished job a document; its processing jobs are its attempts. May be repeated: what is there stays as it is.

    uploads: the only folder that files are taken from. Raises StorageFull, TemporarilyUnavailable, OSError.
    """
    imported = Imported()
    for document in documents:
        job = job_of(document, owner=owner)
        imported.attempts += len(document.processing_jobs)
        imported.timetables += len(document.timetables)
        if await journal.get(job.request_id) is not None:
            imported.before += 1
            continue
        path = await asyncio.to_thread(file_of, document.row, uploads)
        if path is None:
            imported.without_file.append(str(document.row["id"]))
        else:
            source = await blobs.put(source_key(job.request_id), _read(path))
            job = job.evolve(source=source, media_type=await asyncio.to_thread(_media_type, path))
        fields = fields_of(document) if job.status is JobStatus.COMPLETED else None
        if fields is not None:
            job = job.evolve(result=await blobs.put(result_key(job.request_id, 0), in_one_chunk(result_of(document, job, fields))))
        await journal.bring_in(job, attempts=attempts_of(document, job), fields=fields)
        imported.jobs[job.status.value] += 1
    return imported


def job_of(document: OldDocument, *, owner: str) -> Job:
    """Without its blobs. The id is derived from the old row, so that it is the same in every run."""
    row, last = document.row, document.processing_jobs[-1] if document.processing_jobs else {}
    created_at = _moment(row.get("created_at"))
    status = _status(document)
    request_id = derived_request_id(created_at, f"{owner}\n{row['id']}\n{row.get('filename')}\n{row.get('created_at')}")
    return Job(
        request_id=request_id,
        owner=owner,
        status=status,
        options=JobOptions(document_type=DocumentType.AUTO),
        file_name=_file_name(row),
        media_type=_text(row.get("file_type")),
        metadata={"old_app_document_id": row["id"] if isinstance(row["id"], int) else _text(row["id"])},
        attempt=len(document.processing_jobs),
        created_at=created_at,
        due_at=created_at,
        started_at=_moment(last["created_at"]) if last.get("created_at") else None,
        result_type=_kind(document) if status is JobStatus.COMPLETED else None,
        confidence=_confidence(document) if status is JobStatus.COMPLETED else None,
        validated=any(table.get("validated") in (1, "1", "true", "True") for table in document.timetables[-1:]),
        error=_error(status, last),
        engine=ENGINE,
    )


def fields_of(document: OldDocument) -> Fields:
    """Of its newest timetable, else what its last processing job left as JSON."""
    if document.timetables:
        return _timetable(document.timetables[-1])
    for row in reversed(document.processing_jobs):
        found = _json(row.get("result_data"))
        if isinstance(found, dict):
            inner = found.get("fields")
            return inner if isinstance(inner, dict) else found
    return {}


def result_of(document: OldDocument, job: Job, fields: Fields) -> bytes:
    """JSON of api.md, Result; nothing is known of where the values stood."""
    texts = [row["result_data"] for row in document.processing_jobs if isinstance(row.get("result_data"), str)]
    text = texts[-1] if texts and _json(texts[-1]) is None else ""
    result = {
        "document_type": job.result_type,
        "schema_version": SCHEMA_VERSION,
        "fields": fields,
        "provenance": {},
        "confidence": job.confidence or 0.0,
        "needs_review": False,
        "validated": job.validated,
        "warnings": [{"code": "imported", "message": "Brought in from the old system; no page was read here.", "pointer": ""}],
        "other_documents": [_timetable(row) for row in reversed(document.timetables[:-1])],
        "text": text,
        "pages": [],
        "page_total": None,
        "engine": {"name": ENGINE, "version": "", "second_reader": None},
        "extractor": {"name": ENGINE, "version": "", "model": None, "second_opinion": None},
        "timings": {},
    }
    return json.dumps(result, ensure_ascii=False).encode("utf-8", "replace")


def attempts_of(document: OldDocument, job: Job) -> list[Attempt]:
    """Its processing jobs, oldest first."""
    return [
        Attempt(
            request_id=job.request_id,
            generation=1,
            number=number,
            worker_id=WORKER,
            started_at=_moment(row.get("created_at")),
            ended=_word(row.get("status")).value,
            error_code=ExtractionFailed.code if _word(row.get("status")) is JobStatus.FAILED else None,
            engine=ENGINE,
        )
        for number, row in enumerate(document.processing_jobs, start=1)
    ]


def file_of(row: Mapping[str, Any], uploads: Path) -> Path | None:
    """The document's file, wherever in the uploads its path leads: as it stands, below the folder, or by its name. None: it is gone.

    A path out of the folder, also by a link, leads nowhere.
    """
    root = uploads.resolve()
    given = str(row.get("file_path") or row.get("filename") or "")
    if not given or "\0" in given:
        return None
    for candidate in (Path(given), uploads / given.lstrip("/"), uploads / Path(given).name):
        found = candidate.resolve()
        if found.is_relative_to(root) and found.is_file():
            return found
    return None


def _status(document: OldDocument) -> JobStatus:
    """That of the last processing job, else the document's own word. A timetable is a result, whatever the words say."""
    if document.timetables:
        return JobStatus.COMPLETED
    row = document.processing_jobs[-1] if document.processing_jobs else document.row
    return _word(row.get("status"))


def _word(status: object) -> JobStatus:
    word = str(status or "").strip().lower()
    if word in _COMPLETED:
        return JobStatus.COMPLETED
    return JobStatus.FAILED if word in _FAILED else JobStatus.CANCELLED


def _kind(document: OldDocument) -> str:
    said = " ".join(str(row.get("job_type") or "") for row in document.processing_jobs).lower()
    if document.timetables or "timetable" in said:
        return "timetable"
    return "certificate" if "certificate" in said else "other"


def _error(status: JobStatus, last: Mapping[str, Any]) -> JobError | None:
    if status is JobStatus.COMPLETED:
        return None
    if status is JobStatus.CANCELLED:
        return JobError(code=CancelledByCaller.code, detail=_UNFINISHED)
    return JobError(code=ExtractionFailed.code, detail=_text(last.get("error_message"))[:LONGEST_ERROR] or ExtractionFailed.why)


def _confidence(document: OldDocument) -> float | None:
    """In [0, 1]; the old app's may be percent."""
    for row in (*document.timetables[-1:], *reversed(document.processing_jobs)):
        value = row.get("confidence")
        if isinstance(value, int | float) and math.isfinite(value) and 0 <= value <= 100:
            return value / 100 if value > 1 else float(value)
    return None


def _timetable(row: Mapping[str, Any]) -> Fields:
    year, blocks = row.get("year"), _json(row.get("timeblocks"))
    return {
        **{name: _text(row.get(name)) or None for name in ("teacher_name", "class_name", "term")},
        "year": int(year) if isinstance(year, int) or (isinstance(year, str) and year.isascii() and year.isdigit()) else None,
        "timeblocks": blocks if isinstance(blocks, list) else [],
    }


def _json(text: object) -> Any:
    try:
        return json.loads(text, parse_constant=lambda _: None, parse_float=_finite) if isinstance(text, str | bytes) else None
    except (ValueError, RecursionError):
        return None


def _finite(written: str) -> float | None:
    return value if math.isfinite(value := float(written)) else None


def _text(value: object) -> str:
    """As one line of ours can hold it: PostgreSQL takes no NUL."""
    return str(value).replace("\0", "\ufffd").strip() if value is not None else ""


def _file_name(row: Mapping[str, Any]) -> str:
    name = _text(row.get("filename") or row.get("file_path")).replace("\\", "/").rpartition("/")[2]
    return "".join(letter for letter in name if letter.isprintable())[:LONGEST_NAME]


def _moment(value: object) -> datetime:
    """ISO 8601 as SQLite and Python write it, UTC where no zone is named, or epoch seconds; 1970 for anything else."""
    try:
        if isinstance(value, int | float):
            return datetime.fromtimestamp(value, UTC)
        found = datetime.fromisoformat(str(value).strip())
        return found.replace(tzinfo=UTC) if found.tzinfo is None else found.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        return datetime.fromtimestamp(0, UTC)


def _media_type(path: Path) -> str:
    with path.open("rb") as file:
        return sniff(file.read(HEAD_BYTES)) or "application/octet-stream"


async def _read(path: Path) -> AsyncIterator[bytes]:
    file = await asyncio.to_thread(path.open, "rb")
    try:
        while chunk := await asyncio.to_thread(file.read, CHUNK_BYTES):
            yield chunk
    finally:
        await asyncio.to_thread(file.close)
