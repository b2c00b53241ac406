"""Sweep, cancel, delete, replay."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.document import PageSource
from doctray.domain.errors import CorruptDocument, NotFound
from doctray.domain.job import HIGHEST_PRIORITY, JobStatus
from doctray.service.jobs import cancel, delete, replay
from doctray.service.process import process
from doctray.service.sweep import BATCH, PURGE
from tests.integration.service.house import PNG, SOMEBODY, House, Opener, a_page, once
from tests.integration.service.test_process import claimed, processed


async def test_the_sweep_rings_what_redis_forgot(house: House) -> None:
    job = await house.submit()
    house.queue.answer()
    await house.sweeper().sweep()
    assert [(ring.request_id, ring.ring_no) for ring in house.queue.rings] == [(job.request_id, 2)]
    await house.sweeper().sweep()
    assert len(house.queue.rings) == 1


async def test_a_job_accepted_without_redis_is_rung_when_it_is_back(house: House) -> None:
    house.queue.reachable = False
    job = await house.submit()
    await house.sweeper().sweep()
    house.queue.reachable = True
    await house.sweeper().sweep()
    assert [ring.request_id for ring in house.queue.rings] == [job.request_id]


async def test_a_dead_workers_job_goes_to_another_uncharged_and_the_first_cannot_end_it(house: House) -> None:
    job = await house.submit()
    lost = await claimed(house, job.request_id)
    house.queue.answer()
    house.clock.advance(16)
    await house.register("w2")
    await house.sweeper().sweep()
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert (after.status, after.tries_used, after.leases_lost) == (JobStatus.QUEUED, 0, 1)
    assert [(ring.request_id, ring.priority) for ring in house.queue.rings] == [(job.request_id, HIGHEST_PRIORITY)]
    second = await claimed(house, job.request_id, "w2")
    await process(lost, tools=house.tools())
    assert (await house.journal.get(job.request_id)).status is JobStatus.PROCESSING  # type: ignore[union-attr]
    await process(second, tools=house.tools())
    assert (await house.journal.get(job.request_id)).status is JobStatus.COMPLETED  # type: ignore[union-attr]


async def test_a_deadline_cancels_also_without_a_worker(house: House) -> None:
    job = await house.submit(options={"deadline_seconds": 5.0})
    house.clock.advance(6)
    await house.sweeper().sweep()
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert (after.status, after.error and after.error.code) == (JobStatus.CANCELLED, "deadline_exceeded")


async def test_retention_removes_data_and_keeps_a_tombstone(house: House) -> None:
    job = await processed(house)
    house.clock.advance(8 * 86400)
    await house.sweeper().expire()
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert after.deleted_at is not None
    assert after.result is None
    assert house.blobs.keys == []


async def test_orphans_go_after_an_hour_and_jobs_stay(house: House) -> None:
    job = await house.submit()
    await house.blobs.put("jobs/orphan/source", once(PNG))
    await house.sweeper().remove_orphans()
    assert "jobs/orphan/source" in house.blobs.keys
    house.clock.advance(3601)
    await house.sweeper().remove_orphans()
    assert house.blobs.keys == [f"jobs/{job.request_id}/source"]


async def test_cancel_is_for_the_owner_and_ends_a_job_once(house: House) -> None:
    job = await house.submit(webhook_url="https://example.com/hook")
    given: dict[str, Any] = {"journal": house.journal, "notices": house.notices, "announcer": house.announcer}
    with pytest.raises(NotFound):
        await cancel(job.request_id, owner="another", **given)
    assert (await cancel(job.request_id, owner="default", **given)).status is JobStatus.CANCELLED
    assert (await cancel(job.request_id, owner="default", **given)).status is JobStatus.CANCELLED
    assert len(await house.journal.deliveries(job.request_id)) == 1


async def test_delete_leaves_no_blob_and_no_cache_entry(house: House) -> None:
    job = await processed(house)
    given: dict[str, Any] = {"journal": house.journal, "notices": house.notices, "announcer": house.announcer, "blobs": house.blobs}
    with pytest.raises(NotFound):
        await delete(job.request_id, owner="another", by=SOMEBODY, **given)
    await delete(job.request_id, owner="default", by=SOMEBODY, **given)
    assert house.blobs.keys == []
    assert (await house.submit()).status is JobStatus.QUEUED


async def test_delete_of_a_live_job_cancels_it_first(house: House) -> None:
    job = await house.submit()
    claim = await claimed(house, job.request_id)
    await delete(
        job.request_id,
        owner="default",
        by=SOMEBODY,
        journal=house.journal,
        notices=house.notices,
        announcer=house.announcer,
        blobs=house.blobs,
    )
    await process(claim, tools=house.tools(pages=Opener(error=NotFound())))
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert after.deleted_at is not None


async def test_what_a_worker_writes_for_a_deleted_job_is_removed_again(house: House) -> None:
    job = await house.submit()
    claim = await claimed(house, job.request_id)

    class DeletedMeanwhile(Opener):
        @asynccontextmanager
        async def open(self, path: Path, **given: Any) -> AsyncIterator[Opener.Session]:
            async with super().open(path, **given) as session:
                given = {
                    "journal": house.journal,
                    "notices": house.notices,
                    "announcer": house.announcer,
                    "blobs": house.blobs,
                }
                await delete(job.request_id, owner="default", by=SOMEBODY, **given)
                yield session

    await process(claim, tools=house.tools(pages=DeletedMeanwhile(a_page(source=PageSource.TEXT_LAYER))))
    assert house.blobs.keys == []


async def test_while_a_backup_is_made_nothing_is_purged(house: House) -> None:
    await processed(house)
    await house.blobs.put("jobs/orphan/source", once(PNG))
    house.clock.advance(8 * 86400)
    assert await house.journal.take_turn(PURGE, holder="a backup", hold_s=60)
    before = house.blobs.keys
    await house.sweeper().expire()
    await house.sweeper().remove_orphans()
    assert house.blobs.keys == before
    house.clock.advance(60)
    await house.sweeper().expire()
    await house.sweeper().remove_orphans()
    assert house.blobs.keys == []


async def test_a_purge_takes_all_that_has_expired_and_gives_its_turn_back(house: House) -> None:
    for number in range(BATCH + 3):
        job = await house.submit(PNG + bytes([number]), webhook_url=None)
        await cancel(job.request_id, owner="default", journal=house.journal, notices=house.notices, announcer=house.announcer)
    house.clock.advance(8 * 86400)
    await house.sweeper().expire()
    assert house.blobs.keys == []
    assert await house.journal.take_turn(PURGE, holder="a backup", hold_s=60)


async def test_a_failed_job_can_be_replayed_and_announces_again(house: House) -> None:
    job = await processed(house, house.tools(pages=Opener(error=CorruptDocument())), webhook_url="https://example.com/hook")
    house.queue.answer()
    again = await replay(job.request_id, owner=None, journal=house.journal, queue=house.queue, by=SOMEBODY)
    assert (again.status, again.generation, again.tries_used) == (JobStatus.QUEUED, 2, 0)
    assert [ring.request_id for ring in house.queue.rings] == [job.request_id]
    await process(await claimed(house, job.request_id), tools=house.tools())
    deliveries = await house.journal.deliveries(job.request_id)
    assert sorted(delivery.type for delivery in deliveries) == ["job.completed", "job.failed"]
    assert len({delivery.webhook_id for delivery in deliveries}) == 2
    with pytest.raises(NotFound):
        await replay(job.request_id, owner=None, journal=house.journal, queue=house.queue, by=SOMEBODY)
