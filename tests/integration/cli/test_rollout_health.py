"""`doctray rollout health` on a journal of its own: for people, for programs, and as an exit status."""

import asyncio
import json

import pytest
from click.testing import CliRunner, Result

from doctray.cli.main import cli
from doctray.config import Settings
from doctray.domain.job import announce_nothing
from doctray.domain.rollout import RolloutAction, RolloutKind, RolloutPlan, Thresholds
from doctray.domain.rollout_run import Measured
from doctray.service.rollout_guard import ITSELF
from doctray.storage.migrate import upgrade
from doctray.testing import FakeClock
from doctray.wiring import open_journal
from tests.contract.builders import a_job, a_worker, claimed, completed, failed

PLAN = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", percentage=100, thresholds=Thresholds(min_sample=4))


@pytest.fixture
def settings() -> Settings:
    found = Settings()
    upgrade(found.database_dsn)
    return found


async def _filled(settings: Settings, *, failing: int, of: int = 8) -> None:
    clock = FakeClock()
    async with open_journal(settings) as journal:
        await journal.set_rollout(PLAN, expected_revision=0, action=RolloutAction.PLANNED, reason="a test", by=ITSELF)
        await journal.register(a_worker(clock), lease_s=1e6)
        for number in range(of):
            claim = await claimed(journal, await journal.add(a_job(clock)))
            outcome = failed() if number < failing else completed(claim.job)
            await journal.finish(claim, outcome, announce=announce_nothing, measured=Measured(seconds=1.5, engine_pages=1))


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["rollout", "health", *words])


def test_a_healthy_candidate_is_shown_with_its_figures(settings: Settings) -> None:
    asyncio.run(_filled(settings, failing=0))
    shown = run()
    assert shown.exit_code == 0
    assert shown.output.splitlines()[0] == "rapidocr at 100 %: healthy"
    assert any(line.split() == ["seconds", "healthy", "1.5", "-", "30", "60", "8"] for line in shown.output.splitlines())


def test_one_that_breaks_its_thresholds_is_a_status_of_its_own(settings: Settings) -> None:
    asyncio.run(_filled(settings, failing=6))
    shown = run()
    assert shown.exit_code == 3
    assert "errors: 6 of 8 attempts failed (75%), at most 5% may" in shown.output
    assert "next: rolled back to 0 %" in shown.output
    told = run("--output", "json")
    assert told.exit_code == 3
    assert json.loads(told.output)["verdict"] == "critical"


def test_without_a_plan_it_says_how_to_make_one(settings: Settings) -> None:
    assert settings is not None
    shown = run("--kind", "extractor")
    assert shown.exit_code not in (0, 3)
    assert "doctray rollout plan" in shown.output
