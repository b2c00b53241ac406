"""What becomes of a claimed job."""

import asyncio
import json
from typing import Any

import pytest

from doctray.domain.document import PageImage, PageSource
from doctray.domain.errors import (
    CorruptDocument,
    DoctrayError,
    DownloadFailed,
    EngineFailure,
    ExtractionRejected,
    ExtractorUnavailable,
    TemporarilyUnavailable,
    UnsupportedMediaType,
)
from doctray.domain.job import Job, JobStatus
from doctray.ports import Claim
from doctray.service.jobs import cancel
from doctray.service.process import hand_back, process
from doctray.service.tools import Tools
from doctray.testing import ScriptedExtractor, ScriptedReader
from tests.integration.service.house import PNG, TTL_S, WORKER, Fetcher, House, Opener, a_page, an_extraction

IMAGE = PageImage(number=2, width=2, height=2, rgb=b"\0" * 12)


async def claimed(house: House, request_id: str, worker_id: str = WORKER) -> Claim:
    claim = await house.journal.claim(request_id, worker_id=worker_id, fingerprint="f1", cache_ttl_s=TTL_S)
    assert claim is not None
    return claim


async def processed(house: House, tools: Tools | None = None, **changes: Any) -> Job:
    job = await house.submit(**changes)
    await process(await claimed(house, job.request_id), tools=tools or house.tools())
    after = await house.journal.get(job.request_id)
    assert after is not None
    return after


async def result_of(house: House, job: Job) -> dict[str, object]:
    assert job.result is not None
    loaded: dict[str, object] = json.loads(b"".join([chunk async for chunk in house.blobs.read(job.result)]))
    return loaded


async def test_a_document_becomes_a_result_with_pages_in_order(house: House) -> None:
    opener = Opener(a_page(1, "typed", PageSource.TEXT_LAYER), IMAGE, a_page(3, "end", PageSource.TEXT_LAYER))
    job = await processed(house, house.tools(pages=opener, reader=ScriptedReader(a_page(text="scanned"))))
    assert (job.status, job.document_type, job.page_total) == (JobStatus.COMPLETED, "certificate", 3)
    result = await result_of(house, job)
    assert result["text"] == "typed\fscanned\fend"
    assert [page["source"] for page in result["pages"]] == ["text_layer", "ocr", "text_layer"]  # type: ignore[attr-defined]
    assert [key for key in house.blobs.keys if "/pages/" in key] == [f"jobs/{job.request_id}/pages/{number}.png" for number in (1, 2, 3)]


async def test_progress_never_falls_and_ends_with_a_change(house: House) -> None:
    job = await processed(house, house.tools(pages=Opener(a_page(1), a_page(2))))
    told = [progress for request_id, progress in house.notices.published if request_id == job.request_id]
    percents = [progress.percent for progress in told if progress]
    assert percents == sorted(percents)
    assert {progress.stage for progress in told if progress} >= {"render", "ocr", "extract", "store"}
    assert told[-1] is None


async def test_a_damaged_document_fails_at_once(house: House) -> None:
    job = await processed(house, house.tools(pages=Opener(error=CorruptDocument())))
    assert job.status is JobStatus.FAILED
    assert job.error is not None
    assert (job.error.code, job.dead_lettered) == ("corrupt_document", False)


async def test_an_engine_failure_is_tried_three_times_then_dead_lettered(house: House) -> None:
    tools = house.tools(pages=Opener(IMAGE), reader=ScriptedReader(EngineFailure()))
    job = await processed(house, tools)
    for tries_used in (1, 2):
        assert (job.status, job.tries_used) == (JobStatus.QUEUED, tries_used)
        assert house.queue.rings[-1].delay_s > 0
        house.clock.advance(60)
        await house.register()
        await process(await claimed(house, job.request_id), tools=tools)
        after = await house.journal.get(job.request_id)
        assert after is not None
        job = after
    assert (job.status, job.dead_lettered, job.error and job.error.code) == (JobStatus.FAILED, True, "engine_failure")
    attempts = await house.journal.attempts(job.request_id)
    assert [attempt.error_code for attempt in attempts] == ["engine_failure"] * 3


async def test_a_bug_of_ours_is_an_engine_failure_and_never_leaves_a_job_behind(house: House) -> None:
    job = await processed(house, house.tools(pages=Opener(error=ZeroDivisionError())))
    assert (job.status, job.tries_used) == (JobStatus.QUEUED, 1)


async def test_one_bad_page_of_many_gives_the_job_its_code(house: House) -> None:
    images = [PageImage(number=number, width=2, height=2, rgb=b"\0" * 12) for number in (1, 2, 3)]
    job = await processed(house, house.tools(pages=Opener(*images), reader=ScriptedReader(a_page(), EngineFailure())))
    assert (job.status, job.tries_used) == (JobStatus.QUEUED, 1)


async def test_a_job_over_its_budget_times_out(house: House) -> None:
    class Stuck:
        async def read(self, image: PageImage, *, engine: str | None = None) -> object:
            await asyncio.Event().wait()
            raise AssertionError

    job = await processed(house, house.tools(pages=Opener(IMAGE), reader=Stuck(), job_seconds=0.05))  # type: ignore[arg-type]
    attempts = await house.journal.attempts(job.request_id)
    assert [attempt.error_code for attempt in attempts] == ["timeout"]


@pytest.mark.parametrize("error", [ExtractorUnavailable(), ExtractionRejected()])
async def test_rules_take_over_when_another_extractor_fails(house: House, error: DoctrayError) -> None:
    job = await processed(house, house.tools(extractor=ScriptedExtractor(error, name="gemini")))
    result = await result_of(house, job)
    assert result["extractor"]["name"] == "rules"  # type: ignore[index]
    assert [warning["code"] for warning in result["warnings"]] == ["extractor_fallback"]  # type: ignore[attr-defined]
    assert job.needs_review


async def test_rules_that_fail_fail_the_extraction(house: House) -> None:
    job = await processed(house, house.tools(extractor=ScriptedExtractor(ExtractionRejected(), name="rules")))
    attempts = await house.journal.attempts(job.request_id)
    assert [attempt.error_code for attempt in attempts] == ["extraction_failed"]


async def test_a_url_is_fetched_judged_and_read(house: House) -> None:
    job = await processed(house, source_url="https://example.com/a.png")
    assert (job.status, job.media_type) == (JobStatus.COMPLETED, "image/png")
    assert job.content_key is not None


async def test_a_url_with_bytes_seen_before_reuses_their_result(house: House) -> None:
    await processed(house)
    opener = Opener(a_page())
    job = await processed(house, house.tools(pages=opener), source_url="https://example.com/a.png")
    assert (job.status, job.cached, opener.opened) == (JobStatus.COMPLETED, True, 0)


@pytest.mark.parametrize(
    ("fetcher", "status", "code"),
    [
        (Fetcher(content=b"<html>" * 10), JobStatus.FAILED, UnsupportedMediaType.code),
        (Fetcher(error=DownloadFailed()), JobStatus.QUEUED, DownloadFailed.code),
    ],
)
async def test_a_url_that_is_no_document(house: House, fetcher: Fetcher, status: JobStatus, code: str) -> None:
    job = await processed(house, house.tools(fetcher=fetcher), source_url="https://example.com/")
    attempts = await house.journal.attempts(job.request_id)
    assert (job.status, attempts[0].error_code) == (status, code)


async def test_copies_wait_for_the_first_and_reuse_its_result(house: House) -> None:
    first, second = await house.submit(), await house.submit()
    claim = await claimed(house, first.request_id)
    assert await house.journal.claim(second.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S) is None
    house.queue.answer()
    await process(claim, tools=house.tools())
    assert [ring.request_id for ring in house.queue.rings] == [second.request_id]
    opener = Opener(a_page())
    await process(await claimed(house, second.request_id), tools=house.tools(pages=opener))
    after = await house.journal.get(second.request_id)
    assert after is not None
    assert (after.status, after.cached, opener.opened) == (JobStatus.COMPLETED, True, 0)


@pytest.mark.parametrize("end", ["cancelled", "failed"])
async def test_copies_read_for_themselves_when_the_first_gives_no_result(house: House, end: str) -> None:
    first, second = await house.submit(), await house.submit()
    claim = await claimed(house, first.request_id)
    assert await house.journal.claim(second.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S) is None
    if end == "cancelled":
        await cancel(first.request_id, owner="default", journal=house.journal, notices=house.notices, announcer=house.announcer)
    else:
        await process(claim, tools=house.tools(pages=Opener(error=CorruptDocument())))
    await process(await claimed(house, second.request_id), tools=house.tools())
    after = await house.journal.get(second.request_id)
    assert after is not None
    assert (after.status, after.cached) == (JobStatus.COMPLETED, False)


async def test_a_lost_claim_changes_nothing(house: House) -> None:
    job = await house.submit()
    late = await claimed(house, job.request_id)
    await cancel(job.request_id, owner="default", journal=house.journal, notices=house.notices, announcer=house.announcer)
    await process(late, tools=house.tools())
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert after.status is JobStatus.CANCELLED
    assert house.observed.jobs == []


async def test_what_a_lost_claim_writes_does_not_touch_the_result(house: House) -> None:
    """A worker that was stopped and goes on: the other has finished by then, and its result is served with its length and digest."""
    job = await house.submit()
    lost = await claimed(house, job.request_id)
    await house.register()
    await process(await claimed(house, job.request_id), tools=house.tools())
    ended = await house.journal.get(job.request_id)
    assert ended is not None
    before = await result_of(house, ended)
    late = house.tools(pages=Opener(a_page(1, "quite another text", PageSource.TEXT_LAYER)))
    await process(lost, tools=late)
    assert await house.journal.get(job.request_id) == ended
    assert await result_of(house, ended) == before


async def test_what_a_lost_claim_fetches_does_not_touch_the_document(house: House) -> None:
    job = await house.submit(source_url="https://files.test/a.png")
    lost = await claimed(house, job.request_id)
    await house.register()
    await process(await claimed(house, job.request_id), tools=house.tools())
    ended = await house.journal.get(job.request_id)
    assert ended is not None
    assert ended.source is not None
    with pytest.raises(asyncio.CancelledError):
        await process(lost, tools=house.tools(fetcher=Fetcher(PNG + b"other")))
    assert b"".join([chunk async for chunk in house.blobs.read(ended.source)]) == PNG


async def test_a_job_handed_back_is_not_charged_and_is_rung(house: House) -> None:
    job = await house.submit()
    claim = await claimed(house, job.request_id)
    house.queue.answer()
    await hand_back(claim, tools=house.tools())
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert (after.status, after.tries_used) == (JobStatus.QUEUED, 0)
    assert [ring.request_id for ring in house.queue.rings] == [job.request_id]


async def test_a_journal_that_went_away_in_mid_job_charges_nobody(house: House) -> None:
    job = await house.submit(source_url="https://example.com/a.png")
    claim = await claimed(house, job.request_id)

    class Away:
        def __getattr__(self, name: str) -> Any:
            return getattr(house.journal, name)

        async def set_source(self, *args: Any, **given: Any) -> None:
            raise TemporarilyUnavailable

    with pytest.raises(TemporarilyUnavailable):
        await process(claim, tools=house.tools(journal=Away()))
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert (after.status, after.tries_used) == (JobStatus.PROCESSING, 0)


async def test_the_outcome_is_announced_with_the_result_in_it(house: House) -> None:
    job = await processed(house, webhook_url="https://example.com/hook", metadata={"order": 7})
    [delivery] = await house.journal.deliveries(job.request_id)
    event = json.loads(delivery.body)
    assert event["type"] == "job.completed"
    assert (event["data"]["metadata"], event["data"]["status"]) == ({"order": 7}, "completed")
    assert event["data"]["result"]["fields"] == {"kind": "other"}


async def test_a_reused_result_is_announced_like_a_read_one(house: House) -> None:
    await processed(house)
    job = await house.submit(webhook_url="https://example.com/hook")
    assert job.cached
    [delivery] = await house.journal.deliveries(job.request_id)
    assert json.loads(delivery.body)["data"]["result"]["fields"] == {"kind": "other"}


async def test_needs_review_reaches_the_job(house: House) -> None:
    job = await processed(
        house, house.tools(extractor=ScriptedExtractor(an_extraction(needs_review=True), name="rules")), content=PNG + b"r"
    )
    assert job.needs_review
