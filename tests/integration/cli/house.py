"""A doctray of finished jobs to be moved, backed up or looked at: real journal, real blobs, on whatever the environment names."""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from doctray.config import Settings
from doctray.domain.identity import new_request_id
from doctray.domain.job import BlobRef, Job, JobStatus, Outcome, announce_nothing
from doctray.ports import BlobStore, JobQuery, WorkerInfo
from doctray.service.stored import in_one_chunk
from doctray.storage.journal_sql import SqlJournal
from doctray.wiring import open_blobs_at, open_journal_at

OWNER = "acme"


def doctray(home: Path, *arguments: str, env: Mapping[str, str] | None = None, within_s: float = 120) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "doctray", *arguments],
        env={**os.environ, "DOCTRAY_HOME": str(home), **(env or {})},
        capture_output=True,
        text=True,
        timeout=within_s,
        check=False,
    )


async def fill(dsn: str, place: str, *, jobs: int, queued: int = 1) -> None:
    """Completed jobs with a source, a result and a page image each, then queued ones; a key, a flag, a review and a webhook secret."""
    settings = Settings()
    async with open_journal_at(settings, dsn) as journal, open_blobs_at(settings, place) as blobs:
        worker = WorkerInfo(worker_id="w1", host="h", pid=1, device="cpu", slots=9, fingerprint="f", started_at=datetime.now(UTC))
        await journal.register(worker, lease_s=600)
        for number in range(jobs):
            await _complete(journal, blobs, await _add(journal, blobs, number), number)
        for number in range(queued):
            await _add(journal, blobs, jobs + number)
        await journal.retire("w1")
        await journal.add_first_webhook_secret(OWNER, b"\x00sealed\xff")
        await journal.set_flag("rollout", "5 %")


async def everything(dsn: str, place: str) -> dict[str, Any]:
    """Each job with the bytes of each of its blobs, by id."""
    settings = Settings()
    found: dict[str, Any] = {}
    async with open_journal_at(settings, dsn) as journal, open_blobs_at(settings, place) as blobs:
        jobs, _ = await journal.list_jobs(JobQuery(owner=OWNER, limit=1000))
        for job in jobs:
            kept = {}
            for key in await blobs.keys_under(f"jobs/{job.request_id}/"):
                kept[key] = b"".join([chunk async for chunk in blobs.read(BlobRef(key=key, size_bytes=0, sha256=""))])
            found[job.request_id] = (job, kept, await journal.attempts(job.request_id), await journal.reviews(job.request_id))
        found["secrets"] = await journal.webhook_secrets(OWNER)
        found["flags"] = (await journal.flag("rollout"), await journal.flag("maintenance"))
    return found


async def _add(journal: SqlJournal, blobs: BlobStore, number: int) -> Job:
    now = datetime.now(UTC)
    request_id = new_request_id(now)
    source = await blobs.put(f"jobs/{request_id}/source", in_one_chunk(f"document {number} ".encode() * 1000))
    job = Job(request_id=request_id, owner=OWNER, source=source, file_name=f"š{number}.pdf", created_at=now, due_at=now)
    return await journal.add(job)


async def _complete(journal: SqlJournal, blobs: BlobStore, job: Job, number: int) -> None:
    claim = await journal.claim(job.request_id, worker_id="w1", fingerprint="f", cache_ttl_s=0)
    assert claim is not None
    fields = {"number": number, "recipient_name": "Ana Šolić"}
    content = json.dumps({"document_type": "certificate", "fields": fields}).encode()
    result = await blobs.put(f"jobs/{job.request_id}/result-1.json", in_one_chunk(content))
    await blobs.put(f"jobs/{job.request_id}/pages/1.png", in_one_chunk(bytes([number % 256]) * 5000))
    outcome = Outcome(
        status=JobStatus.COMPLETED, result=result, result_type="certificate", confidence=0.1 + number / 1e9, page_total=1, fields=fields
    )
    assert await journal.finish(claim, outcome, announce=announce_nothing) is not None
    if number == 0:
        await journal.add_review(
            job.request_id, owner=OWNER, expected=0, fields=fields, reviewed_by="ana", key_id=None, note=None, announce=lambda *_: None
        )
