"""Rules in a process of their own: the same answers, and nothing that they do holds the worker."""

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from structlog.testing import capture_logs

from doctray.domain.document import Document
from doctray.domain.errors import ExtractionFailed, ExtractionRejected
from doctray.domain.extraction import Extraction
from doctray.domain.job import JobStatus
from doctray.extraction.process import ExtractorProcess
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.service.process import process
from tests.integration.extraction.runaways import Runaway
from tests.integration.service.house import TTL_S, WORKER, a_page, opened_house

DOCUMENT = Document(pages=(a_page(text="Certificate"),), page_total=1)


@pytest.fixture
async def runaway() -> AsyncIterator[ExtractorProcess]:
    extractor = ExtractorProcess(Runaway, name="rules", version="1", children=2, seconds=20.0)
    yield extractor
    await extractor.close()


def children() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "doctray.extraction.child" in child.cmdline()]


async def asked(extractor: ExtractorProcess, what: str, schema: str | None = None) -> dict[str, object]:
    return (await extractor.extract(DOCUMENT, document_type=what, schema=schema)).fields


async def asleep(extractor: ExtractorProcess, folder: Path) -> "asyncio.Task[dict[str, object]]":
    """An extraction that is at work in its child, and never ends."""
    mark = folder / "asleep"
    task = asyncio.create_task(asked(extractor, "sleep", str(mark)))
    async with asyncio.timeout(60):
        while not mark.exists():
            await asyncio.sleep(0.01)
    return task


async def test_the_answers_are_those_of_the_extractor_itself() -> None:
    extractor = ExtractorProcess(RulesExtractor, name="rules", version=RulesExtractor.version)
    try:
        for document_type, schema in (("auto", None), ("certificate", None), ("custom", '{"type": "object", "properties": {"name": {}}}')):
            here = await RulesExtractor().extract(DOCUMENT, document_type=document_type, schema=schema)
            assert await extractor.extract(DOCUMENT, document_type=document_type, schema=schema) == here
        with pytest.raises(ExtractionRejected):
            await extractor.extract(DOCUMENT, document_type="custom", schema="[]")
    finally:
        await extractor.close()


async def test_a_child_is_kept_for_the_next_document(runaway: ExtractorProcess) -> None:
    await runaway.start()
    assert await asked(runaway, "") == await asked(runaway, "")
    assert (await asked(runaway, ""))["pid"] != os.getpid()
    assert len(children()) == 2


@pytest.mark.parametrize("what", ["hang", "sleep"])
async def test_one_that_takes_too_long_is_killed_and_others_go_on(what: str) -> None:
    extractor = ExtractorProcess(Runaway, name="rules", version="1", children=2, seconds=5.0)
    try:
        # Both are there, so that the others are answered long before the stuck one's time is over.
        await extractor.start()
        stuck = asyncio.create_task(asked(extractor, what))
        others = [await asked(extractor, "") for _ in range(3)]
        assert {other["pages"] for other in others} == {1}
        assert not stuck.done()
        with pytest.raises(ExtractionFailed, match="within 5 s"):
            await stuck
        assert (await asked(extractor, ""))["pages"] == 1
    finally:
        await extractor.close()
    assert children() == []


async def test_one_that_dies_costs_its_document_alone(runaway: ExtractorProcess) -> None:
    with pytest.raises(ExtractionFailed):
        await asked(runaway, "die")
    assert (await asked(runaway, ""))["pages"] == 1


async def test_a_bug_is_told_without_the_documents_text(runaway: ExtractorProcess) -> None:
    with capture_logs() as logs, pytest.raises(ExtractionFailed) as raised:
        await asked(runaway, "crash")
    assert "Certificate" not in raised.value.detail + str(logs)
    assert [log["cause"].split(":")[0] for log in logs if "cause" in log] == ["ZeroDivisionError at runaways.py"]


async def test_a_cancelled_extraction_ends_its_process(tmp_path: Path) -> None:
    extractor = ExtractorProcess(Runaway, name="rules", version="1", children=2, seconds=600.0)
    await asked(extractor, "")
    (process,) = children()
    task = await asleep(extractor, tmp_path)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert not process.is_running()
    await extractor.close()


async def test_closing_ends_what_is_at_work(tmp_path: Path) -> None:
    extractor = ExtractorProcess(Runaway, name="rules", version="1", children=2, seconds=600.0)
    task = await asleep(extractor, tmp_path)
    await extractor.close()
    with pytest.raises(ExtractionFailed):
        await task
    assert children() == []


async def test_a_job_whose_extraction_runs_away_is_tried_again_as_extraction_failed(tmp_path: Path) -> None:
    extractor = ExtractorProcess(Runaway, name="rules", version="1", children=1, seconds=1.0)

    class Hanging:
        name, version, model = "rules", "1", None

        async def extract(self, document: Document, **given: Any) -> Extraction:
            return await extractor.extract(document, document_type="hang", schema=None)

    try:
        async with opened_house(tmp_path) as house:
            await house.register()
            job = await house.submit()
            claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
            assert claim is not None
            await process(claim, tools=house.tools(extractor=Hanging()))
            after = await house.journal.get(job.request_id)
            assert after is not None
            assert after.status is JobStatus.QUEUED
            assert [attempt.error_code for attempt in await house.journal.attempts(job.request_id)] == ["extraction_failed"]
    finally:
        await extractor.close()
