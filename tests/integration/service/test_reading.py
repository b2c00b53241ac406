"""Jobs on their way through the stages: who waits for whom, what is held meanwhile, and that nothing is left behind."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.document import Document, Page, PageImage, PageSource
from doctray.domain.errors import CorruptDocument, EngineFailure
from doctray.domain.extraction import Extraction
from doctray.domain.job import BlobRef, Job, JobStatus
from doctray.ports import PageExtras
from doctray.service.process import process
from doctray.service.stages import StageLimits, Stages
from doctray.service.tools import Tools
from tests.integration.service.house import PNG, TTL_S, WORKER, House, Opener, a_page, an_extraction
from tests.settling import until

PAGE_BYTES = 12


def scan(pages: int = 1) -> Opener:
    return Opener(*(PageImage(number=number, width=2, height=2, rgb=b"\0" * PAGE_BYTES) for number in range(1, pages + 1)))


def typed(pages: int = 1) -> Opener:
    return Opener(*(a_page(number, "typed", PageSource.TEXT_LAYER) for number in range(1, pages + 1)))


class Library:
    """Documents by their content: each has pages of its own. Counts those that are open."""

    def __init__(self) -> None:
        self.documents: dict[bytes, Opener] = {}
        self.open_now = 0
        self.open_most = 0

    @asynccontextmanager
    async def open(self, path: Path, *, media_type: str, pages: str | None, languages: Sequence[str]) -> AsyncIterator[Opener.Session]:
        document = self.documents[path.read_bytes()]
        self.open_now += 1
        self.open_most = max(self.open_most, self.open_now)
        try:
            async with document.open(path, media_type=media_type, pages=pages, languages=languages) as session:
                yield session
        finally:
            self.open_now -= 1


class Engine:
    """Reads when it is let; knows how many images were handed to it at once."""

    def __init__(self, *, rotation: int = 0, fails: bool = False) -> None:
        self.go = asyncio.Event()
        self.rotation = rotation
        self.fails = fails
        self.inside = 0
        self.most = 0

    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        self.inside += 1
        self.most = max(self.most, self.inside)
        try:
            await self.go.wait()
        finally:
            self.inside -= 1
        if self.fails:
            raise EngineFailure
        return a_page(image.number, "scanned").evolve(rotation=self.rotation)


class Model:
    name = "model"
    version = "1"
    model: str | None = "m-1"

    def __init__(self) -> None:
        self.go = asyncio.Event()
        self.asked = 0

    async def extract(self, document: Document, **given: Any) -> Extraction:
        self.asked += 1
        await self.go.wait()
        return an_extraction()


class Shop:
    """A worker's stages over one house: jobs are started and watched."""

    def __init__(self, house: House, limits: StageLimits, *, engine: Engine | None = None, **changes: Any) -> None:
        self.house = house
        self.library = Library()
        self.engine = engine or Engine()
        self.stages: Stages = limits.stages()
        self.tools: Tools = house.tools(pages=self.library, reader=self.engine, stages=self.stages, **changes)  # type: ignore[arg-type]
        self.count = 0

    async def start(self, document: Opener, **changes: Any) -> tuple[Job, "asyncio.Task[None]"]:
        content = PNG + b"%d" % self.count
        self.count += 1
        self.library.documents[content] = document
        job = await self.house.submit(content, **changes)
        claim = await self.house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
        assert claim is not None
        return job, asyncio.create_task(process(claim, tools=self.tools))

    async def status(self, job: Job) -> JobStatus:
        found = await self.house.journal.get(job.request_id)
        assert found is not None
        return found.status

    def assert_nothing_held(self) -> None:
        stages = self.stages
        assert (stages.ocr.used_bytes, stages.ocr.running, stages.ocr.waiting) == (0, 0, 0)
        for gate in (stages.fetch, stages.render, stages.extract, stages.model, stages.store):
            assert (gate.waiting, gate.running) == (0, 0), gate.name
        assert self.library.open_now == 0


async def test_a_text_layer_passes_scans_that_wait_for_the_engine(house: House) -> None:
    shop = Shop(house, StageLimits(render=1, image_bytes=2 * PAGE_BYTES))
    scans = [await shop.start(scan(3)) for _ in range(5)]
    await until(lambda: shop.engine.inside == 2 and shop.stages.ocr.waiting == 5)
    text, reading = await shop.start(typed(4))
    await asyncio.wait_for(reading, 60)
    assert await shop.status(text) is JobStatus.COMPLETED
    assert shop.engine.inside == 2
    shop.engine.go.set()
    await asyncio.gather(*(task for _, task in scans))
    assert [await shop.status(job) for job, _ in scans] == [JobStatus.COMPLETED] * 5
    shop.assert_nothing_held()


async def test_images_before_the_engine_and_documents_open_are_bounded_over_all_jobs(house: House) -> None:
    shop = Shop(house, StageLimits(render=2, image_bytes=3 * PAGE_BYTES))
    scans = [await shop.start(scan(4)) for _ in range(6)]
    await until(lambda: shop.engine.inside == 3)
    shop.engine.go.set()
    await asyncio.gather(*(task for _, task in scans))
    assert [await shop.status(job) for job, _ in scans] == [JobStatus.COMPLETED] * 6
    assert shop.engine.most == 3
    assert shop.library.open_most == 2
    shop.assert_nothing_held()


async def test_a_scan_alone_keeps_its_document_open(house: House) -> None:
    shop = Shop(house, StageLimits(render=1, image_bytes=PAGE_BYTES))
    document = scan(5)
    job, reading = await shop.start(document)
    await until(lambda: shop.engine.inside == 1)
    shop.engine.go.set()
    await reading
    assert await shop.status(job) is JobStatus.COMPLETED
    assert document.opened == 1


async def test_a_scan_that_made_way_opens_its_document_again(house: House) -> None:
    shop = Shop(house, StageLimits(render=1, image_bytes=PAGE_BYTES))
    document = scan(3)
    job, reading = await shop.start(document)
    await until(lambda: shop.engine.inside == 1)
    _, text = await shop.start(typed())
    await text
    shop.engine.go.set()
    await reading
    assert await shop.status(job) is JobStatus.COMPLETED
    assert document.opened == 2
    shop.assert_nothing_held()


async def test_a_one_page_job_is_read_soon_though_a_long_one_was_first(house: House) -> None:
    order: list[tuple[int, str]] = []

    class Noting(Engine):
        async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
            page = await super().read(image, engine=engine)
            order.append((image.number, image.languages[0]))
            return page

    shop = Shop(house, StageLimits(render=2, image_bytes=2 * PAGE_BYTES), engine=Noting())
    _, long = await shop.start(scan(60))
    await until(lambda: shop.engine.inside == 2)
    _, short = await shop.start(Opener(PageImage(number=1, width=2, height=2, rgb=b"\0" * 12, languages=("short",))))
    await until(lambda: shop.stages.ocr.waiting == 2)
    shop.engine.go.set()
    await asyncio.gather(long, short)
    assert [who for _, who in order].index("short") <= 4


async def test_a_slow_model_holds_up_neither_the_engine_nor_the_rules(house: House) -> None:
    model = Model()
    shop = Shop(house, StageLimits(render=1, model=1, extract=1), extractor=model)
    shop.engine.go.set()
    slow = [await shop.start(scan()) for _ in range(3)]
    await until(lambda: shop.stages.model.waiting == 2)
    assert (model.asked, shop.stages.ocr.running, shop.stages.render.running) == (1, 0, 0)
    quick, reading = await shop.start(scan(), options={"extractor": "rules"})
    await asyncio.wait_for(reading, 60)
    assert await shop.status(quick) is JobStatus.COMPLETED
    model.go.set()
    await asyncio.gather(*(task for _, task in slow))
    assert [await shop.status(job) for job, _ in slow] == [JobStatus.COMPLETED] * 3
    shop.assert_nothing_held()


async def test_a_page_that_the_engine_turned_is_shown_and_completed_upright(house: House) -> None:
    asked: list[int] = []

    class Turning(Opener.Session):
        async def extras(self, number: int, *, rotation: int) -> PageExtras:
            asked.append(rotation)
            return PageExtras(placement=(0.0, 1.0, -1.0, 0.0, 20.0, 0.0) if rotation else (1.0, 0.0, 0.0, 1.0, 0.0, 0.0))

        async def image_png(self, number: int) -> bytes:
            return b"turned by %d" % asked[-1]

    class TurningDocument(Opener):
        Session = Turning

    shop = Shop(house, StageLimits(), engine=Engine(rotation=90))
    shop.engine.go.set()
    document = TurningDocument(*scan(2).pages)
    job, reading = await shop.start(document)
    await reading
    assert await shop.status(job) is JobStatus.COMPLETED
    assert asked == [0, 0, 90, 90]
    images = [b"".join([chunk async for chunk in house.blobs.read(ref)]) for key, ref in _page_images(house)]
    assert images == [b"turned by 90"] * 2


def _page_images(house: House) -> list[tuple[str, Any]]:
    return [(key, BlobRef(key=key, size_bytes=0, sha256="")) for key in house.blobs.keys if "/pages/" in key]


@pytest.mark.parametrize("waits_for", ["engine", "room", "page process", "model"])
async def test_a_cancelled_job_gives_everything_back(house: House, waits_for: str) -> None:
    model = Model()
    shop = Shop(house, StageLimits(render=1, image_bytes=PAGE_BYTES), extractor=model)
    if waits_for == "model":
        shop.engine.go.set()
    first, second = [await shop.start(scan(2)) for _ in range(2)]
    if waits_for == "model":
        await until(lambda: model.asked == 2)
    else:
        await until(lambda: shop.engine.inside == 1 and shop.stages.ocr.waiting == 2)
    victim = {"engine": first, "room": second, "page process": first, "model": second}[waits_for]
    victim[1].cancel()
    await asyncio.gather(victim[1], return_exceptions=True)
    shop.engine.go.set()
    model.go.set()
    survivor = second if victim is first else first
    await asyncio.wait_for(survivor[1], 60)
    assert await shop.status(survivor[0]) is JobStatus.COMPLETED
    shop.assert_nothing_held()


async def test_a_failing_page_gives_everything_back(house: House) -> None:
    shop = Shop(house, StageLimits(render=1, image_bytes=PAGE_BYTES), engine=Engine(fails=True))
    shop.engine.go.set()
    jobs = [await shop.start(scan(3)) for _ in range(3)]
    await asyncio.gather(*(task for _, task in jobs))
    assert [await shop.status(job) for job, _ in jobs] == [JobStatus.QUEUED] * 3
    shop.assert_nothing_held()


async def test_a_page_that_cannot_be_rendered_gives_its_room_back(house: House) -> None:
    class Damaged(Opener.Session):
        async def image(self, number: int) -> PageImage:
            raise CorruptDocument

    class DamagedDocument(Opener):
        Session = Damaged

    shop = Shop(house, StageLimits())
    job, reading = await shop.start(DamagedDocument(*scan().pages))
    await reading
    assert await shop.status(job) is JobStatus.FAILED
    shop.assert_nothing_held()


async def test_waiting_for_the_engine_is_no_time_of_the_job(house: House) -> None:
    shop = Shop(house, StageLimits(render=1, image_bytes=PAGE_BYTES), job_seconds=0.5)
    shop.engine.go.clear()
    # somebody else has the room for longer than the job may take
    ticket = shop.stages.ocr.ask("other", PAGE_BYTES)
    job, reading = await shop.start(scan())
    await until(lambda: shop.stages.ocr.waiting == 1)
    over = asyncio.get_running_loop().create_future()
    asyncio.get_running_loop().call_later(0.6, over.set_result, None)
    await over
    shop.engine.go.set()
    shop.stages.ocr.give_back(ticket)
    await asyncio.wait_for(reading, 60)
    assert await shop.status(job) is JobStatus.COMPLETED
