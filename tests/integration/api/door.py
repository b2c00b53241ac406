"""The front door for tests: the real app on a real SQLite journal, with fakes for Redis and blobs; and a worker's part by hand."""

import asyncio
import json
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx
from fastapi import FastAPI

from doctray.api.app import create_app
from doctray.api.deps import Parts
from doctray.api.limits import Limiter
from doctray.clock import SystemClock
from doctray.config import Settings
from doctray.domain.identity import new_request_id
from doctray.domain.job import Job, JobError, JobStatus, Outcome, Progress
from doctray.domain.keys import ApiKey, Scope, hash_api_key, new_api_key
from doctray.outbound.guard import OutboundGuard
from doctray.outbound.sealing import Sealer
from doctray.ports import Claim, WorkerInfo
from doctray.service.announce import Announcer
from doctray.service.stored import in_one_chunk
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import MemoryBlobs, MemoryNotices, MemoryQueue

PDF = b"%PDF-1.7\n" + b"x" * 5000
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 64
RESULT: dict[str, Any] = {"document_type": "certificate", "fields": {"number": "A-1"}, "text": "Certificate\nA-1", "pages": []}
FINGERPRINT = "null/1/rules/1"
SECRET_KEY = b"0123456789abcdef0123456789abcdef"


@asynccontextmanager
async def upload_under_way(door: "Door", idempotency_key: str) -> AsyncIterator[asyncio.Task[httpx.Response]]:
    """A submission of PDF as a.pdf that has sent all but its end, which comes at the end of the block; its answer."""
    begun, go_on = asyncio.Event(), asyncio.Event()

    async def slow() -> AsyncIterator[bytes]:
        yield b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n' + PDF
        begun.set()
        await go_on.wait()
        yield b"\r\n--cut--\r\n"

    headers = {"idempotency-key": idempotency_key, "content-type": "multipart/form-data; boundary=cut"}
    answer = asyncio.create_task(door.client.post("/v1/jobs", content=slow(), headers=headers))
    await begun.wait()
    try:
        yield answer
    finally:
        go_on.set()
        await answer


@dataclass(kw_only=True)
class Door:
    """client: speaks to the app in this process. The rest: what stands behind it."""

    app: FastAPI
    client: httpx.AsyncClient
    journal: SqlJournal
    blobs: MemoryBlobs
    queue: MemoryQueue
    notices: MemoryNotices
    settings: Settings
    announcer: Announcer
    _registered: bool = field(default=False)

    async def submit(
        self, data: bytes = PDF, *, name: str = "scan.pdf", headers: dict[str, str] | None = None, **fields: str
    ) -> dict[str, Any]:
        answer = await self.client.post("/v1/jobs", files={"file": (name, data)}, data=fields, headers=headers)
        assert answer.status_code == 202, answer.text
        body: dict[str, Any] = answer.json()
        return body

    async def claim(self, request_id: str) -> Claim:
        """As a worker does."""
        if not self._registered:
            worker = WorkerInfo(
                worker_id="w1",
                host="here",
                pid=1,
                device="cpu",
                slots=4,
                fingerprint=FINGERPRINT,
                started_at=SystemClock().now(),
                engines=("null", "easyocr", "rapidocr"),
            )
            await self.journal.register(worker, lease_s=60)
            self._registered = True
        claim = await self.journal.claim(request_id, worker_id="w1", fingerprint=FINGERPRINT, cache_ttl_s=0)
        assert claim is not None
        await self.notices.publish(request_id, None)
        return claim

    async def complete(self, request_id: str, result: dict[str, Any] | None = None) -> Job:
        """Claim, store a result, finish and tell, as a worker does."""
        claim = await self.claim(request_id)
        ref = await self.blobs.put(f"jobs/{request_id}/result.json", in_one_chunk(json.dumps(result or RESULT).encode()))
        await self.blobs.put(f"jobs/{request_id}/pages/1.png", in_one_chunk(PNG))
        outcome = Outcome(status=JobStatus.COMPLETED, result=ref, result_type="certificate", confidence=0.9, page_total=1, engine="null")
        return await self._finish(claim, outcome)

    async def fail(self, request_id: str, code: str = "corrupt_document", *, dead_lettered: bool = False) -> Job:
        claim = await self.claim(request_id)
        error = JobError(code=code, detail="It is cut short.")
        return await self._finish(claim, Outcome(status=JobStatus.FAILED, error=error, dead_lettered=dead_lettered))

    async def tell(self, request_id: str, progress: Progress) -> None:
        await self.notices.publish(request_id, progress)

    async def make_key(
        self, *scopes: Scope, owner: str = "default", rate_per_minute: int | None = None, daily_quota: int | None = None
    ) -> str:
        secret = new_api_key()
        now = SystemClock().now()
        await self.journal.add_key(
            ApiKey(
                key_id=new_request_id(now),
                owner=owner,
                name="test",
                prefix=secret[:9],
                key_hash=hash_api_key(secret),
                scopes=frozenset(scopes),
                created_at=now,
                rate_per_minute=rate_per_minute,
                daily_quota=daily_quota,
            )
        )
        self.app.state.house.gate.forget()
        return secret

    async def _finish(self, claim: Claim, outcome: Outcome) -> Job:
        ended = await self.journal.finish(claim, outcome, announce=self.announcer.for_job())
        assert ended is not None
        await self.notices.publish(claim.request_id, None)
        return ended[0]


@asynccontextmanager
async def open_door(
    database: str,
    *,
    blobs: MemoryBlobs | None = None,
    background: tuple[Callable[[], Awaitable[None]], ...] = (),
    limiter: Limiter | None = None,
) -> AsyncIterator[Door]:
    """The app with its lifespan entered, on settings of the environment. database: path of a migrated SQLite file."""
    settings = Settings()
    journal = SqlJournal(open_store(f"sqlite+pysqlite:///{database}"), retention_s=settings.retention.retention_days * 86400)
    blobs = blobs or MemoryBlobs()
    queue, notices = MemoryQueue(), MemoryNotices()
    announcer = Announcer(default_url=settings.outbound.laravel_url)
    parts = Parts(
        journal=journal,
        keys=journal,
        blobs=blobs,
        queue=queue,
        notices=notices,
        outbound=OutboundGuard(settings.outbound.allow),
        clock=SystemClock(),
        announcer=announcer,
        sealer=Sealer(SECRET_KEY),
        secret_key=SECRET_KEY,
        limiter=limiter or Limiter(None),
        background=background,
    )
    app = create_app(settings, parts=parts)
    async with journal, app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=app)
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            yield Door(
                app=app,
                client=client,
                journal=journal,
                blobs=blobs,
                queue=queue,
                notices=notices,
                settings=settings,
                announcer=announcer,
            )
