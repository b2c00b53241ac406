"""Good candidates reach everything, bad ones are rolled back before they touched more than is promised, and assignments never waver."""

import os
import subprocess
import sys
from pathlib import Path
from random import Random

import pytest

from doctray.domain.audit import Actor, Means
from doctray.domain.job import BlobRef, Job, JobOptions
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan, assign
from doctray.ports import Journal, WorkerInfo
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.storage.migrate import upgrade
from doctray.testing import FakeClock, MemoryJournal
from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.simulation.world import new_clock

PLAN = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=35)
CONTENTS = [f"{Random(7 + number).getrandbits(256):064x}" for number in range(120)]


@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
async def test_the_good_one_reaches_everything_and_no_bad_one_touches_more_than_is_promised(scenario: Scenario) -> None:
    story = await scenario.play(seed=1)
    assert scenario.kept(story), story


@pytest.mark.full
@pytest.mark.parametrize("scenario", SCENARIOS, ids=[scenario.name for scenario in SCENARIOS])
async def test_so_it_is_in_other_worlds(scenario: Scenario) -> None:
    stories = [await scenario.play(seed) for seed in range(2, 8)]
    assert [story for story in stories if not scenario.kept(story)] == []


async def test_the_same_seed_tells_the_same_story_on_sqlite(tmp_path: Path) -> None:
    """The journal in memory assigns, records and counts as the one in production does."""
    scenario = next(scenario for scenario in SCENARIOS if scenario.name == "crashing")
    dsn = f"sqlite+pysqlite:///{tmp_path}/journal.sqlite3"
    upgrade(dsn)
    clock = new_clock()
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=1e6) as journal:
        assert await scenario.play(3, journal=journal, clock=clock) == await scenario.play(3)


async def test_assignments_are_the_same_after_a_restart_and_in_every_process(tmp_path: Path) -> None:
    clock = new_clock()
    dsn = f"sqlite+pysqlite:///{tmp_path}/journal.sqlite3"
    upgrade(dsn)
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=1e6) as journal:
        await _begin(journal, clock)
        before = await _arms(journal, clock, CONTENTS)
    async with SqlJournal(open_store(dsn, now=clock.timestamp), retention_s=1e6) as journal:
        after = await _arms(journal, clock, CONTENTS, generation=2)
    memory = MemoryJournal(clock=clock)
    await _begin(memory, clock)
    assert before == after == await _arms(memory, clock, CONTENTS) == _arms_elsewhere(CONTENTS)
    assert 20 < before.count("candidate") < 70


def test_a_larger_share_only_adds() -> None:
    reached: set[str] = set()
    for percentage in (*PLAN.stages, 100):
        plan = PLAN.evolve(percentage=percentage)
        found = {content for content in CONTENTS if _arm(plan, content) is Arm.CANDIDATE}
        assert reached <= found
        reached = found
    assert len(reached) == len(CONTENTS)


def _arm(plan: RolloutPlan, content: str) -> Arm | None:
    assignment = assign(plan, sha256=content, owner="acme", wanted=None)
    return assignment.arm if assignment else None


async def _begin(journal: Journal, clock: FakeClock) -> None:
    operator = Actor(means=Means.CLI, name="operator")
    await journal.set_rollout(PLAN, expected_revision=0, action=RolloutAction.PLANNED, reason="begun", by=operator)
    worker = WorkerInfo(worker_id="w1", host="h", pid=1, device="cpu", slots=64, fingerprint="f", started_at=clock.now())
    await journal.register(worker, lease_s=1e9)


async def _arms(journal: Journal, clock: FakeClock, contents: list[str], *, generation: int = 1) -> list[str]:
    arms = []
    for number, content in enumerate(contents):
        job = Job(
            request_id=f"job-{generation}-{number:03}",
            owner="acme",
            options=JobOptions(no_cache=True),
            source=BlobRef(key=f"jobs/{number}/source", size_bytes=1, sha256=content),
            created_at=clock.now(),
            due_at=clock.now(),
        )
        await journal.add(job)
        claim = await journal.claim(job.request_id, worker_id="w1", fingerprint="f", cache_ttl_s=0.0)
        assert claim is not None
        assert claim.job.engine_arm is not None
        arms.append(claim.job.engine_arm.value)
    return arms


def _arms_elsewhere(contents: list[str]) -> list[str]:
    code = (
        "import sys; from tests.simulation.test_simulation import PLAN, _arm; "
        "print(*(_arm(PLAN, content.strip()).value for content in sys.stdin))"
    )
    environment = {**os.environ, "PYTHONHASHSEED": "4242"}
    said = subprocess.run(
        [sys.executable, "-c", code], input="\n".join(contents), capture_output=True, text=True, check=True, timeout=120, env=environment
    )
    return said.stdout.split()
