"""The audit log: every act of a person is noted with what came of it, in the same transaction; upkeep is not."""

from datetime import timedelta

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from doctray.domain.audit import Action, Actor, AuditOutcome, Means
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.keys import ApiKey, Scope, hash_api_key
from doctray.domain.rollout import Arm
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.testing import FakeClock, MemoryJournal

ROOT = Actor(means=Means.KEY, key_id="k0", name="root", request_id="r0")
Journal = SqlJournal | MemoryJournal


def a_key(clock: FakeClock, key_id: str = "k1") -> ApiKey:
    scopes = frozenset({Scope.READ})
    return ApiKey(
        key_id=key_id, owner="acme", name="build", prefix="dt_abc", key_hash=hash_api_key(key_id), scopes=scopes, created_at=clock.now()
    )


async def test_a_line_says_who_did_what_to_what_when_and_what_came_of_it(journal: Journal, clock: FakeClock) -> None:
    await journal.add_key(a_key(clock), by=ROOT)
    (entry,) = await journal.audit_log()
    assert (entry.actor, entry.action, entry.target, entry.at) == (ROOT, Action.KEY_CREATED, "k1", clock.now())
    assert entry.outcome is AuditOutcome.DONE
    assert entry.detail == {"owner": "acme", "name": "build", "scopes": ["read"]}


async def test_every_kind_of_act_is_noted_newest_first(journal: Journal, clock: FakeClock) -> None:
    key = a_key(clock)
    acts = (
        (lambda: journal.add_key(key, by=ROOT), Action.KEY_CREATED),
        (
            lambda: journal.rotate_key("k1", key.successor("dt_new", key_id="k2", now=clock.now()), overlap_s=60, by=ROOT),
            Action.KEY_ROTATED,
        ),
        (lambda: journal.set_key_rollout("k2", Arm.CANDIDATE, by=ROOT), Action.KEY_ROLLOUT_SET),
        (lambda: journal.revoke_key("k2", by=ROOT), Action.KEY_REVOKED),
        (lambda: journal.add_webhook_secret("acme", b"sealed", overlap_s=60, by=ROOT), Action.SECRET_ROTATED),
        (lambda: journal.set_flag("maintenance", "on", by=ROOT), Action.SWITCH_SET),
        (lambda: journal.set_flag("maintenance", None, by=ROOT), Action.SWITCH_CLEARED),
        (lambda: journal.note(Action.JOURNAL_BACKED_UP, "b.tar", by=ROOT, detail={"with_secret_key": True}), Action.JOURNAL_BACKED_UP),
    )
    for act, _ in acts:
        await act()
        clock.advance(1)
    assert [(entry.action, entry.outcome) for entry in await journal.audit_log()] == [(action, "done") for _, action in reversed(acts)]


async def test_an_act_that_found_nothing_to_do_is_noted_as_such(journal: Journal, clock: FakeClock) -> None:
    assert not await journal.revoke_key("none", by=ROOT)
    assert await journal.replay("none", owner=None, by=ROOT) is None
    assert await journal.delete("none", owner="acme", by=ROOT) is None
    assert await journal.redeliver("none", owner="acme", by=ROOT) is None
    assert not await journal.rotate_key("none", a_key(clock), overlap_s=60, by=ROOT)
    found = await journal.audit_log()
    assert {entry.outcome for entry in found} == {AuditOutcome.NOTHING}
    assert {entry.action for entry in found} == {
        Action.KEY_REVOKED,
        Action.JOB_REPLAYED,
        Action.JOB_DELETED,
        Action.DELIVERY_REPEATED,
        Action.KEY_ROTATED,
    }


async def test_upkeep_is_not_noted(journal: Journal, clock: FakeClock) -> None:
    await journal.add_key(a_key(clock))
    await journal.set_flag("maintenance", "on")
    assert await journal.delete("none", owner="acme") is None
    assert await journal.audit_log() == []


async def test_the_log_is_read_page_by_page(journal: Journal, clock: FakeClock) -> None:
    for number in range(5):
        await journal.revoke_key(f"k{number}", by=ROOT)
        clock.advance(1)
    first = await journal.audit_log(limit=2)
    rest = await journal.audit_log(limit=9, before=first[-1].entry_id)
    assert [entry.target for entry in (*first, *rest)] == ["k4", "k3", "k2", "k1", "k0"]


async def test_old_lines_are_forgotten_and_young_ones_stay(journal: Journal, clock: FakeClock) -> None:
    await journal.revoke_key("old", by=ROOT)
    clock.advance(timedelta(days=400).total_seconds())
    await journal.revoke_key("young", by=ROOT)
    assert await journal.purge_audit(older_than_s=timedelta(days=365).total_seconds()) == 1
    assert [entry.target for entry in await journal.audit_log()] == ["young"]


@pytest.mark.parametrize("journal_dsn", ["sqlite", "postgres"], indirect=True)
async def test_a_line_cannot_be_rewritten(journal_dsn: str, clock: FakeClock) -> None:
    """Not by a slip of ours either: the database refuses."""
    store = open_store(journal_dsn, now=clock.timestamp)
    async with SqlJournal(store, retention_s=1) as journal:
        await journal.revoke_key("k1", by=ROOT)
        with pytest.raises((DBAPIError, TemporarilyUnavailable)):
            await store.write(lambda tx: tx.conn.execute(text("UPDATE audit SET name = 'somebody else'")))
        assert [entry.actor.name for entry in await journal.audit_log()] == ["root"]


@pytest.mark.parametrize("journal_dsn", ["sqlite", "postgres"], indirect=True)
async def test_an_act_that_is_rolled_back_leaves_no_line(journal_dsn: str, clock: FakeClock) -> None:
    async with SqlJournal(open_store(journal_dsn, now=clock.timestamp), retention_s=1) as journal:
        await journal.add_key(a_key(clock))
        with pytest.raises((DBAPIError, TemporarilyUnavailable)):
            await journal.add_key(a_key(clock), by=ROOT)
        assert await journal.audit_log() == []
