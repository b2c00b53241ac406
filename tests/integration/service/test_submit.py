"""Accepting a document."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from doctray.domain.errors import DoctrayError, EmptyDocument, IdempotencyMismatch, TooLarge, UnsafeUrl, UnsupportedMediaType
from doctray.domain.job import JobStatus
from doctray.service.process import process
from doctray.service.submit import receive
from tests.integration.service.house import PNG, TTL_S, WORKER, House, Outbound, once


async def completed(house: House, **changes: Any) -> str:
    """One job, submitted and read."""
    job = await house.submit(**changes)
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert claim is not None
    await process(claim, tools=house.tools())
    return job.request_id


async def test_an_accepted_document_is_stored_recorded_and_rung(house: House) -> None:
    job = await house.submit(file_name="coi.png")
    assert (job.status, job.media_type, job.file_name) == (JobStatus.QUEUED, "image/png", "coi.png")
    assert house.blobs.keys == [f"jobs/{job.request_id}/source"]
    assert [(ring.request_id, ring.ring_no) for ring in house.queue.rings] == [(job.request_id, 1)]
    stored = await house.journal.get(job.request_id)
    assert stored is not None
    assert stored.status is JobStatus.QUEUED


async def test_redis_away_is_no_reason_to_refuse(house: House) -> None:
    house.queue.reachable = False
    job = await house.submit()
    assert (await house.journal.get(job.request_id)) is not None


@pytest.mark.parametrize(
    ("content", "error"),
    [
        (b"", EmptyDocument),
        (b"plain words", UnsupportedMediaType),
        (b"plain words" * 1000, UnsupportedMediaType),
        (PNG + b"x" * 200, TooLarge),
    ],
)
async def test_what_is_refused_leaves_nothing_behind(house: House, content: bytes, error: type[DoctrayError]) -> None:
    with pytest.raises(error):
        await receive("r", once(content), blobs=house.blobs, max_bytes=len(PNG) + 100 if error is TooLarge else 10**6)
    assert house.blobs.keys == []


async def test_the_size_limit_bites_while_streaming(house: House) -> None:
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        yield PNG
        while True:
            sent += 1000
            yield b"x" * 1000

    with pytest.raises(TooLarge):
        await receive("r", endless(), blobs=house.blobs, max_bytes=10_000)
    assert sent <= 11_000


async def test_an_unsafe_webhook_refuses_the_document_and_keeps_nothing(house: House, monkeypatch: pytest.MonkeyPatch) -> None:
    async def refuse(_self: Outbound, url: str) -> None:
        raise UnsafeUrl

    monkeypatch.setattr(Outbound, "check", refuse)
    with pytest.raises(UnsafeUrl):
        await house.submit(webhook_url="http://10.0.0.1/")
    assert house.blobs.keys == []
    assert house.queue.rings == []


async def test_the_same_content_again_is_completed_at_once_with_its_own_copy(house: House) -> None:
    first = await completed(house)
    again = await house.submit()
    assert (again.status, again.cached, again.confidence) == (JobStatus.COMPLETED, True, 0.9)
    assert again.result is not None
    assert again.result.key == f"jobs/{again.request_id}/result-0.json"
    assert f"jobs/{again.request_id}/pages/1.png" in house.blobs.keys
    await house.blobs.delete_prefix(f"jobs/{first}/")
    assert b"".join([chunk async for chunk in house.blobs.read(again.result)]).startswith(b"{")


@pytest.mark.parametrize(
    "changes",
    [
        {"options": {"no_cache": True}},
        {"options": {"pages": "1"}},
        {"owner": "another"},
        {"content": PNG + b"1"},
    ],
    ids=["no_cache", "other options", "other owner", "other bytes"],
)
async def test_a_result_is_not_reused_for(house: House, changes: dict[str, Any]) -> None:
    await completed(house)
    assert (await house.submit(**changes)).status is JobStatus.QUEUED


async def test_a_result_is_not_reused_after_its_time_nor_when_it_is_gone(house: House) -> None:
    first = await completed(house)
    house.clock.advance(TTL_S + 1)
    assert (await house.submit()).status is JobStatus.QUEUED
    await house.register()
    second = await completed(house, content=PNG + b"2")
    await house.blobs.delete_prefix(f"jobs/{second}/")
    assert (await house.submit(content=PNG + b"2")).status is JobStatus.QUEUED
    assert first != second


async def test_an_idempotent_repeat_is_the_first_job_and_drops_the_new_bytes(house: House) -> None:
    first = await house.submit(idempotency_key="k")
    again = await house.submit(idempotency_key="k")
    assert again.request_id == first.request_id
    assert house.blobs.keys == [f"jobs/{first.request_id}/source"]
    assert len(house.queue.rings) == 1


@pytest.mark.parametrize("changes", [{"content": PNG + b"1"}, {"options": {"priority": 3}}, {"metadata": {"a": 1}}])
async def test_an_idempotency_key_with_other_content_is_a_mismatch(house: House, changes: dict[str, Any]) -> None:
    first = await house.submit(idempotency_key="k")
    with pytest.raises(IdempotencyMismatch):
        await house.submit(idempotency_key="k", **changes)
    assert house.blobs.keys == [f"jobs/{first.request_id}/source"]
