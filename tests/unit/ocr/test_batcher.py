import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import pytest

from doctray.domain.document import Page
from doctray.domain.errors import EngineFailure, EngineOutOfMemory, InvalidOption, TimedOut
from doctray.ocr.batcher import Batcher, BatchLimits, BatchRead, reading_job
from doctray.ocr.null_engine import NullEngine
from tests.engines.broken import BrokenEngine
from tests.engines.images import an_image
from tests.engines.out_of_memory import OutOfMemoryEngine
from tests.engines.raising import RaisingEngine
from tests.engines.scripted import HeldReader
from tests.engines.wrong_length import WrongLengthEngine

PAIRS = BatchLimits(max_pages=2, wait_s=0.0)
FOURS = BatchLimits(max_pages=4, wait_s=0.0)


@asynccontextmanager
async def batching(reader: HeldReader, limits: BatchLimits, **options: object) -> AsyncIterator[Batcher]:
    async with Batcher(reader, limits=limits, page_timeout_s=10.0, **options) as batcher:  # type: ignore[arg-type]
        yield batcher


async def queued(batcher: Batcher, pages: int) -> None:
    async with asyncio.timeout(60):
        while batcher.queue_pages != pages:
            await asyncio.sleep(0)


async def hold_one(reader: HeldReader, batcher: Batcher) -> "asyncio.Task[Page]":
    """A first page that keeps the engine busy, so that what follows piles up."""
    first = asyncio.create_task(batcher.read(an_image(900), job="first"))
    await reader.begun(1)
    return first


async def test_a_page_alone_is_read_without_company() -> None:
    reader = HeldReader(NullEngine())
    async with batching(reader, BatchLimits(max_pages=8, wait_s=0.002)) as batcher:
        page = await batcher.read(an_image(7))
    assert page.number == 7
    assert reader.batches == [(7,)]


async def test_pages_that_wait_travel_together_up_to_the_limit() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, FOURS) as batcher:
        first = await hold_one(reader, batcher)
        others = [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in range(2, 8)]
        await queued(batcher, 6)
        reader.let_go()
        pages = await asyncio.gather(*others)
        await first
    assert reader.batches == [(900,), (2, 3, 4, 5), (6, 7)]
    assert [page.number for page in pages] == [2, 3, 4, 5, 6, 7]
    assert reader.timeouts_s == [10.0, 40.0, 20.0]


async def test_a_full_batch_does_not_wait_for_more() -> None:
    reader = HeldReader(NullEngine())
    async with batching(reader, BatchLimits(max_pages=2, wait_s=3600.0)) as batcher, asyncio.timeout(60):
        await asyncio.gather(batcher.read(an_image(2)), batcher.read(an_image(3)))
    assert reader.batches == [(2, 3)]


async def test_pixels_bound_a_batch_and_a_huge_page_is_read_alone() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=4, max_pixels=2000, wait_s=0.0)) as batcher:
        first = await hold_one(reader, batcher)
        sizes = {2: (100, 10), 3: (100, 10), 4: (100, 90), 5: (10, 10)}
        others = [
            asyncio.create_task(batcher.read(an_image(number, width=width, height=height), job="a"))
            for number, (width, height) in sizes.items()
        ]
        await queued(batcher, 4)
        reader.let_go()
        await asyncio.gather(first, *others)
    assert reader.batches[1:] == [(2, 3), (4,), (5,)]


async def test_pages_for_different_engines_never_share_a_batch() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, FOURS) as batcher:
        first = await hold_one(reader, batcher)
        wanted = [(2, None), (3, "other"), (4, None), (5, "other")]
        others = [asyncio.create_task(batcher.read(an_image(number), engine=engine, job=str(number))) for number, engine in wanted]
        await queued(batcher, 4)
        reader.let_go()
        await asyncio.gather(first, *others)
    assert reader.batches[1:] == [(2, 4), (3, 5)]
    assert reader.engines[1:] == [None, "other"]


async def test_a_long_document_does_not_hold_up_a_short_one() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=1, wait_s=0.0)) as batcher:
        first = await hold_one(reader, batcher)
        long = [asyncio.create_task(batcher.read(an_image(number), job="long")) for number in range(2, 102)]
        await queued(batcher, 100)
        short = asyncio.create_task(batcher.read(an_image(500), job="short"))
        await queued(batcher, 101)
        reader.let_go()
        await asyncio.gather(first, short, *long)
    assert reader.batches.index((500,)) <= 2


async def test_whose_page_it_is_comes_from_the_context() -> None:
    async def read_as(job: str, batcher: Batcher, number: int) -> None:
        reading_job.set(job)
        await batcher.read(an_image(number))

    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=1, wait_s=0.0)) as batcher:
        first = await hold_one(reader, batcher)
        tasks = [asyncio.create_task(read_as(job, batcher, number)) for job, number in (("a", 2), ("a", 3), ("b", 4))]
        await queued(batcher, 3)
        reader.let_go()
        await asyncio.gather(first, *tasks)
    assert reader.batches == [(900,), (2,), (4,), (3,)]


async def test_out_of_memory_halves_the_batch_until_it_fits() -> None:
    engine = OutOfMemoryEngine(most_pages=1)
    reader = HeldReader(engine, held=True)
    async with batching(reader, FOURS) as batcher:
        first = await hold_one(reader, batcher)
        others = [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3, 4, 5)]
        await queued(batcher, 4)
        reader.let_go()
        await asyncio.gather(first, *others)
    assert engine.batches == [1, 4, 2, 1, 1, 2, 1, 1]


async def test_a_page_that_does_not_fit_alone_is_out_of_memory() -> None:
    async with batching(HeldReader(OutOfMemoryEngine(most_pages=0)), FOURS) as batcher:
        with pytest.raises(EngineOutOfMemory):
            await batcher.read(an_image())


@pytest.mark.parametrize("error", [EngineFailure(), TimedOut(), InvalidOption("languages: xx not known")])
async def test_only_the_page_that_fails_alone_gets_the_error(error: Exception) -> None:
    reader = HeldReader(RaisingEngine(error, 3), held=True)
    async with batching(reader, FOURS) as batcher:
        first = await hold_one(reader, batcher)
        others = [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3, 4)]
        await queued(batcher, 3)
        reader.let_go()
        await first
        answers = await asyncio.gather(*others, return_exceptions=True)
    assert answers[1] is error
    assert [answer.number for answer in answers if isinstance(answer, Page)] == [2, 4]
    assert reader.batches[1:] == [(2, 3, 4), (2,), (3,), (4,)]


async def test_a_wrong_number_of_pages_is_never_handed_out() -> None:
    reader = HeldReader(WrongLengthEngine(), held=True)
    async with batching(reader, PAIRS) as batcher:
        first = await hold_one(reader, batcher)
        others = [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3)]
        await queued(batcher, 2)
        reader.let_go()
        await first
        pages = await asyncio.gather(*others)
    assert [page.number for page in pages] == [2, 3]
    assert reader.batches[1:] == [(2, 3), (2,), (3,)]


async def test_an_error_that_is_none_of_ours_becomes_an_engine_failure_without_its_message() -> None:
    async with batching(HeldReader(BrokenEngine()), PAIRS) as batcher:
        with pytest.raises(EngineFailure) as failure:
            await batcher.read(an_image())
    assert "12-345" not in failure.value.detail


async def test_a_waiter_that_gives_up_takes_its_page_along() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, PAIRS) as batcher:
        first = await hold_one(reader, batcher)
        dropped, kept = (asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3))
        await queued(batcher, 2)
        dropped.cancel()
        await queued(batcher, 1)
        reader.let_go()
        await asyncio.gather(first, kept)
    assert reader.batches == [(900,), (3,)]
    assert dropped.cancelled()


async def test_a_waiter_that_gives_up_during_the_read_does_not_disturb_its_neighbours() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=2, wait_s=3600.0)) as batcher:
        dropped, kept = (asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3))
        await reader.begun(1)
        dropped.cancel()
        reader.let_go()
        assert (await kept).number == 3


async def test_pages_that_nobody_waits_for_any_more_lose_the_engine_to_those_that_are_wanted() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(wait_s=0.0, abandoned_s=0.05)) as batcher:
        cancelled = await hold_one(reader, batcher)
        wanted = asyncio.create_task(batcher.read(an_image(2), job="a"))
        await queued(batcher, 1)
        cancelled.cancel()
        await reader.begun(2)
        reader.let_go()
        assert (await wanted).number == 2
    assert reader.batches == [(900,), (2,)]


async def test_pages_that_somebody_waits_for_are_read_to_their_end() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=2, wait_s=3600.0, abandoned_s=0.0)) as batcher:
        dropped, kept = (asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3))
        await reader.begun(1)
        dropped.cancel()
        await asyncio.gather(dropped, return_exceptions=True)
        reader.let_go()
        assert (await kept).number == 3
    assert reader.batches == [(2, 3)]


async def test_beyond_its_bound_pages_wait_outside_and_get_in_later() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=1, wait_s=0.0, queue_pages=2)) as batcher:
        first = await hold_one(reader, batcher)
        others = [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in range(2, 9)]
        await queued(batcher, 2)
        for _ in range(20):
            await asyncio.sleep(0)
        assert batcher.queue_pages == 2
        reader.let_go()
        pages = await asyncio.gather(*others)
        await first
    assert [page.number for page in pages] == list(range(2, 9))


async def test_closing_fails_what_is_read_what_waits_and_what_waits_outside() -> None:
    reader = HeldReader(NullEngine(), held=True)
    async with batching(reader, BatchLimits(max_pages=1, wait_s=0.0, queue_pages=1)) as batcher:
        tasks = [await hold_one(reader, batcher)]
        tasks += [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3, 4)]
        await queued(batcher, 1)
    answers = await asyncio.wait_for(asyncio.gather(*tasks, return_exceptions=True), 60)
    assert [type(answer) for answer in answers] == [EngineFailure] * 4
    with pytest.raises(EngineFailure):
        await batcher.read(an_image())


async def test_every_call_of_the_engine_is_told() -> None:
    told: list[BatchRead] = []
    reader = HeldReader(OutOfMemoryEngine(most_pages=1), held=True)
    async with batching(reader, PAIRS, on_batch=told.append) as batcher:
        first = await hold_one(reader, batcher)
        others = [asyncio.create_task(batcher.read(an_image(number), job="a")) for number in (2, 3, 4)]
        await queued(batcher, 3)
        reader.let_go()
        await asyncio.gather(first, *others)
    assert [(event.outcome, event.pages, event.queue_pages) for event in told] == [
        ("read", 1, 3),
        ("engine_out_of_memory", 2, 1),
        ("read", 1, 1),
        ("read", 1, 1),
        ("read", 1, 0),
    ]
    assert told[1].pixels == 2 * 60 * 20
    assert all(event.waited_s >= 0 and event.seconds >= 0 for event in told)
