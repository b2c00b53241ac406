"""The journal against its rules: random histories of callers, workers, upkeep, receivers and time, on SQLite and PostgreSQL alike."""

import asyncio
import logging
from collections.abc import Iterator

import pytest
import structlog
from hypothesis import HealthCheck, settings
from hypothesis.stateful import run_state_machine_as_test

from doctray.service import sweep
from doctray.storage.journal_sql import open_store
from doctray.testing import FakeClock
from tests.model import sides
from tests.model.machine import Bench, Machine

COMMON = settings(
    database=None,
    deadline=None,
    print_blob=True,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
SHORT = settings(COMMON, derandomize=True, max_examples=20)
LONG = settings(COMMON, max_examples=1500, stateful_step_count=60)
"""Another history each time; pytest's --hypothesis-seed repeats one."""


@pytest.fixture
def _quiet() -> Iterator[None]:
    """Thousands of steps would be logged."""
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    yield
    structlog.reset_defaults()


@pytest.fixture(params=["sqlite", "postgres"])
def bench(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch, _quiet: None) -> Iterator[Bench]:
    monkeypatch.setattr(sweep, "MAX_LEASES_LOST", sides.MAX_LOST)
    dsn = str(request.getfixturevalue("sqlite_dsn" if request.param == "sqlite" else "postgres_server"))
    clock = FakeClock()
    with asyncio.Runner() as runner:
        sql = sides.sql_side(clock, lambda: open_store(dsn, now=clock.timestamp))
        yield Bench(runner=runner, clock=clock, sql=sql, lax=request.param == "postgres")
        for store in sql.stores:
            runner.run(store.aclose())


def test_random_histories_keep_the_rules(bench: Bench) -> None:
    run_state_machine_as_test(_machine(bench), settings=SHORT)


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_many_random_histories_keep_the_rules(bench: Bench) -> None:
    run_state_machine_as_test(_machine(bench), settings=LONG)


def _machine(bench: Bench) -> type[Machine]:
    class OnBench(Machine):
        def __init__(self) -> None:
            super().__init__(bench)

    return OnBench
