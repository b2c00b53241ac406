"""The shipped fakes behave as what they stand for."""

import asyncio

import pytest

from doctray.domain.document import Document, Page, PageImage, PageSource
from doctray.domain.errors import EngineFailure, TemporarilyUnavailable
from doctray.domain.extraction import Extraction
from doctray.domain.job import Progress
from doctray.ports import BellUnreachable, BlobStore, Clock, Extractor, JobQueue, Journal, KeyStore, Notices, PageReader
from doctray.testing import FakeClock, MemoryBlobs, MemoryJournal, MemoryNotices, MemoryQueue, ScriptedExtractor, ScriptedReader

PAGE = Page(number=1, width=1, height=1, source=PageSource.OCR, engine="scripted")
IMAGE = PageImage(number=3, width=2, height=1, rgb=b"\0" * 6)


def test_each_fake_has_the_shape_of_its_port() -> None:
    """Checked by mypy, not at run time."""
    journal: Journal = MemoryJournal()
    keys: KeyStore = MemoryJournal()
    blobs: BlobStore = MemoryBlobs()
    queue: JobQueue = MemoryQueue()
    notices: Notices = MemoryNotices()
    clock: Clock = FakeClock()
    reader: PageReader = ScriptedReader(PAGE)
    extractor: Extractor = ScriptedExtractor(Extraction(document_type="other", fields={}))
    assert all((journal, keys, blobs, queue, notices, clock, reader, extractor))


def test_the_clock_stands_still_until_it_is_moved() -> None:
    clock = FakeClock()
    before = clock.now()
    clock.advance(1.5)
    assert (clock.now() - before).total_seconds() == clock.monotonic() == 1.5
    assert clock.timestamp() == before.timestamp() + 1.5


async def test_a_ring_waits_until_it_is_answered_and_a_repeat_changes_nothing() -> None:
    queue = MemoryQueue()
    await queue.ring("a", 1, priority=2)
    await queue.ring("a", 1)
    await queue.ring("b", 1, delay_s=5)
    assert await queue.depth() == 2
    assert await queue.missing([("a", 1), ("a", 2), ("b", 1), ("c", 1)]) == ["a", "c"]
    assert [(ring.request_id, ring.priority, ring.delay_s) for ring in queue.answer()] == [("a", 2, 0.0), ("b", 0, 5)]
    assert await queue.depth() == 0


async def test_a_queue_that_is_away_says_so() -> None:
    queue = MemoryQueue()
    queue.reachable = False
    for call in (queue.ring("a", 1), queue.missing([("a", 1)]), queue.depth(), queue.ping()):
        with pytest.raises(BellUnreachable):
            await call


async def test_a_journal_that_is_away_says_so() -> None:
    journal = MemoryJournal()
    journal.reachable = False
    with pytest.raises(TemporarilyUnavailable):
        await journal.ping()
    with pytest.raises(TemporarilyUnavailable):
        await journal.get("a")


async def test_a_waiter_hears_of_its_own_job_alone() -> None:
    notices = MemoryNotices()
    waiting = asyncio.create_task(notices.wait("a", timeout_s=20))
    other = asyncio.create_task(notices.wait("b", timeout_s=0.05))
    await asyncio.sleep(0)
    await notices.publish("a", Progress(stage="ocr", percent=40))
    assert await waiting
    assert not await other
    assert await notices.progress("a") == Progress(stage="ocr", percent=40)
    await notices.publish("a", None)
    assert await notices.progress("a") is None
    assert [progress is None for _, progress in notices.published] == [False, True]


async def test_a_reader_follows_its_script_and_repeats_the_end() -> None:
    reader = ScriptedReader(EngineFailure(), PAGE)
    with pytest.raises(EngineFailure):
        await reader.read(IMAGE)
    for _ in range(2):
        page = await reader.read(IMAGE)
        assert (page.number, page.width, page.height, page.engine) == (3, 2, 1, "scripted")
    assert reader.images == [IMAGE] * 3


async def test_a_reader_may_look_at_the_image() -> None:
    reader = ScriptedReader(lambda image: PAGE.evolve(rotation=90 if image.number == 3 else 0))
    assert (await reader.read(IMAGE)).rotation == 90


async def test_an_extractor_follows_its_script() -> None:
    extraction = Extraction(document_type="other", fields={})
    extractor = ScriptedExtractor(extraction, name="gemini", model="m")
    document = Document(pages=(PAGE,), page_total=1)
    assert await extractor.extract(document, document_type="auto", schema=None) is extraction
    assert (extractor.name, extractor.model, extractor.documents) == ("gemini", "m", [document])


def test_a_script_without_answers_is_refused() -> None:
    with pytest.raises(ValueError, match="answer"):
        ScriptedReader()
