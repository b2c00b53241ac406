"""A shadow's processes: real ones, with candidates that crash, hang and grow, while a caller's jobs go on in the worker beside them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager
from pathlib import Path

import psutil
import pytest

from doctray.config import Settings
from doctray.domain.job import Job, JobStatus
from doctray.domain.rollout import RolloutAction, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import RolloutRun, RunEnd
from doctray.ocr.wire import MakeEngine
from doctray.ports import OcrEngine
from doctray.service.process import process
from doctray.service.rollout_guard import ITSELF
from doctray.service.shadow import HourlyBudget, ShadowReader
from doctray.service.tools import Tools
from doctray.worker.shadow import NICENESS, Processes, open_processes
from tests.engines.crash import CrashEngine
from tests.engines.making import making
from tests.engines.slow import SlowEngine
from tests.integration.pages.builders import a_pdf
from tests.integration.service.house import TTL_S, WORKER, House, Opener, a_page, opened_house
from tests.integration.service.test_shadow import IMAGE, running
from tests.settling import until

PLAN = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="null", shadow_percentage=100)


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as house:
        await house.register(lease_s=1e6)
        yield house


async def _read_by_the_baseline(house: House, content: bytes, tools: Tools) -> Job:
    job = await house.submit(content)
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert claim is not None
    await process(claim, tools=tools)
    ended = await house.journal.get(job.request_id)
    assert ended is not None
    assert ended.status is JobStatus.COMPLETED
    return ended


def _two_pages() -> bytes:
    """Without a text layer, so that the engine is asked."""
    return bytes(a_pdf(_a_box, _a_box).tobytes())


def _a_box(page: object) -> None:
    page.draw_rect((100, 100, 300, 200), fill=(0, 0, 0))  # type: ignore[attr-defined]


@pytest.mark.parametrize(
    ("engine", "memory_gb", "job_seconds", "code"),
    [
        (CrashEngine(2), "2", 300.0, "engine_failure"),
        (SlowEngine(2), "2", 1.0, "timeout"),
        (SlowEngine(2), "0.01", 300.0, "engine_failure"),
    ],
    ids=["crashing", "hanging", "too large"],
)
async def test_a_candidate_does_what_it_will_and_callers_are_served(
    house: House, engine: OcrEngine, memory_gb: str, job_seconds: float, code: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SHADOW_MEMORY_GB", memory_gb)
    settings = Settings()
    await _begun(house, engine.name)
    shadowed = await _read_by_the_baseline(house, _two_pages(), house.tools(pages=Opener(IMAGE)))
    told: list[RolloutRun] = []
    make: MakeEngine = making(engine)

    def open_house(name: str) -> AbstractAsyncContextManager[Processes]:
        return open_processes(name, tools=house.tools(job_seconds=job_seconds), make=make, settings=settings, device="cpu")

    reader = ShadowReader(
        journal=house.journal,
        clock=house.clock,
        worker_id=WORKER,
        open_house=open_house,
        idle=lambda: True,
        budget=HourlyBudget(900.0, clock=house.clock),
        told=told.append,
        unused_s=0.0,
    )
    async with running(reader):
        # A caller's job while the candidate misbehaves.
        meanwhile = await _read_by_the_baseline(house, b"%PDF-1.7 another", house.tools(pages=Opener(a_page())))
        await until(lambda: bool(told))
    assert (told[0].outcome, told[0].error_code, told[0].good) == (RunEnd.FAILED, code, False)
    assert [await house.journal.get(job.request_id) for job in (shadowed, meanwhile)] == [shadowed, meanwhile]


async def test_its_engine_is_niced_and_ends_with_it(house: House) -> None:
    make = making(SlowEngine())
    async with open_processes("slow", tools=house.tools(), make=make, settings=Settings(), device="cpu") as processes:
        assert processes.engine.pid is not None
        child = psutil.Process(processes.engine.pid)
        assert child.nice() == NICENESS
        # The thread that ends it with its worker was there before, and must not wait for anybody.
        others = [thread.id for thread in child.threads() if psutil.Process(thread.id).nice() != NICENESS]
        assert len(others) <= 1
        assert processes.memory_bytes() > 0
    async with asyncio.timeout(60):
        while child.is_running() and child.status() != psutil.STATUS_ZOMBIE:
            await asyncio.sleep(0.01)


async def _begun(house: House, candidate: str) -> None:
    plan = PLAN.evolve(candidate=candidate)
    await house.journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="a test", by=ITSELF)
