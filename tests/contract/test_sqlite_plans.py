"""Every query of the journal is served by an index, so that a year of tombstones slows nothing down."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from doctray.domain.job import JobStatus, announce_nothing
from doctray.ports import JobQuery
from doctray.storage import claims_sql, deliveries_sql, jobs_sql, lists_sql, queue_sql, workers_sql
from doctray.storage.sqlite_store import sqlite_engine
from doctray.storage.store import Tx
from doctray.testing import FakeClock
from tests.contract.builders import a_job, a_worker

OPERATIONS: dict[str, Callable[[Tx], Any]] = {
    "due": lambda tx: queue_sql.due(tx, limit=100),
    "queue_state": queue_sql.queue_state,
    "next_ring": lambda tx: queue_sql.next_ring(tx, "x"),
    "find_result": lambda tx: jobs_sql.find_result(tx, "acme", "key", younger_than_s=60),
    "expired": lambda tx: jobs_sql.expired(tx, retention_s=60, limit=100),
    "existing": lambda tx: jobs_sql.existing(tx, ["x", "y"]),
    "overdue": lambda tx: claims_sql.overdue(tx, announce=announce_nothing, limit=100, retention_s=60),
    "dead_leases": lambda tx: claims_sql.dead_leases(tx, announce=announce_nothing, max_lost=1, limit=100, retention_s=60),
    "register": lambda tx: workers_sql.register(tx, a_worker(FakeClock(), "w9"), lease_s=15),
    "list of an owner": lambda tx: lists_sql.list_jobs(tx, JobQuery(owner="acme", q="x")),
    "list of all": lambda tx: lists_sql.list_jobs(tx, JobQuery(owner=None)),
    "dead letters": lambda tx: lists_sql.list_jobs(tx, JobQuery(owner=None, status=JobStatus.FAILED, dead_lettered=True)),
    "due_deliveries": lambda tx: deliveries_sql.due_deliveries(tx, lease_s=60, limit=20, per_target=2, busy={"http://a.test": 2}),
    "deliveries": lambda tx: deliveries_sql.deliveries_of(tx, "x"),
    "drop_deliveries": lambda tx: deliveries_sql.drop_deliveries(tx, "x"),
}


def _claim_and_finish(tx: Tx) -> None:
    job = jobs_sql.add(tx, a_job(FakeClock()), promise=None, announce=None, retention_s=60)
    queue_sql.queue_position(tx, job.request_id)
    claim = claims_sql.claim(tx, job.request_id, worker_id="w1", fingerprint="f", cache_ttl_s=60)
    assert claim is not None
    assert claims_sql.release(tx, claim, delay_s=0, error=None, charged=False)
    assert jobs_sql.attempts_of(tx, job.request_id)


@pytest.mark.parametrize("name", [*OPERATIONS, "claim and release"])
def test_no_operation_scans_a_table_that_grows(sqlite_dsn: str, name: str) -> None:
    clock = FakeClock()
    engine = sqlite_engine(sqlite_dsn, begin="BEGIN IMMEDIATE")
    seen: list[tuple[str, Any]] = []
    with engine.begin() as conn:
        tx = Tx(conn, clock.now())
        workers_sql.register(tx, a_worker(clock), lease_s=1000)
        event.listen(conn, "before_cursor_execute", lambda _c, _cur, statement, parameters, *_: seen.append((statement, parameters)))
        OPERATIONS.get(name, _claim_and_finish)(tx)
        driver = conn.connection.driver_connection
        assert driver is not None
        plans = [
            row[3]
            for statement, parameters in seen
            if statement.startswith(("SELECT", "UPDATE", "DELETE"))
            for row in driver.execute("EXPLAIN QUERY PLAN " + statement, parameters)
        ]
    engine.dispose()
    assert plans
    scans = [plan for plan in plans if plan.startswith("SCAN") and any(table in plan for table in ("jobs", "deliveries", "attempts"))]
    assert [plan for plan in scans if "INDEX" not in plan] == []
    # Of one job's few deliveries the order is sorted out.
    assert name == "deliveries" or [plan for plan in plans if "TEMP B-TREE" in plan] == []
