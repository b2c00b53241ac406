"""The key store's rules: API keys and webhook secrets."""

import asyncio
from datetime import timedelta

from doctray.domain.keys import ApiKey, Scope, hash_api_key
from doctray.ports import KeyStore
from doctray.testing import FakeClock


def _key(clock: FakeClock, key_id: str = "k1", **fields: object) -> ApiKey:
    values: dict[str, object] = {
        "key_id": key_id,
        "owner": "acme",
        "name": "build",
        "prefix": "dt_abc",
        "key_hash": hash_api_key(key_id),
        "scopes": frozenset({Scope.SUBMIT, Scope.READ}),
        "created_at": clock.now(),
    }
    return ApiKey(**{**values, **fields})  # type: ignore[arg-type]


async def test_a_key_is_found_by_its_hash_as_it_was_stored(journal: KeyStore, clock: FakeClock) -> None:
    key = _key(clock, expires_at=clock.now() + timedelta(days=1), rate_per_minute=5, daily_quota=100)
    await journal.add_key(key)
    assert await journal.find_key(key.key_hash) == key
    assert await journal.find_key("other") is None


async def test_keys_are_listed_oldest_first(journal: KeyStore, clock: FakeClock) -> None:
    first = _key(clock, "z")
    clock.advance(1)
    second = _key(clock, "a", scopes=frozenset())
    await journal.add_key(second)
    await journal.add_key(first)
    assert await journal.keys() == [first, second]


async def test_a_key_is_revoked_once(journal: KeyStore, clock: FakeClock) -> None:
    await journal.add_key(_key(clock))
    assert await journal.revoke_key("k1")
    assert not await journal.revoke_key("k1")
    assert not await journal.revoke_key("nothing")
    found = await journal.find_key(hash_api_key("k1"))
    assert found is not None
    assert found.revoked_at == clock.now()
    assert not found.usable(clock.now())


async def test_a_rotated_key_works_on_for_the_overlap(journal: KeyStore, clock: FakeClock) -> None:
    old = _key(clock, expires_at=clock.now() + timedelta(days=30))
    await journal.add_key(old)
    clock.advance(86400 * 10)
    successor = old.successor("dt_new", key_id="k2", now=clock.now())
    assert successor.expires_at == clock.now() + timedelta(days=30)
    assert await journal.rotate_key("k1", successor, overlap_s=3600)
    assert await journal.find_key(hash_api_key("dt_new")) == successor
    clock.advance(3599)
    assert [key.usable(clock.now()) for key in await journal.keys()] == [True, True]
    clock.advance(1)
    assert [key.usable(clock.now()) for key in await journal.keys()] == [False, True]


async def test_rotation_never_lengthens_a_keys_life(journal: KeyStore, clock: FakeClock) -> None:
    old = _key(clock, expires_at=clock.now() + timedelta(seconds=60))
    await journal.add_key(old)
    assert await journal.rotate_key("k1", old.successor("dt_new", key_id="k2", now=clock.now()), overlap_s=3600)
    assert (await journal.find_key(old.key_hash) or old).expires_at == old.expires_at


async def test_a_key_that_has_ended_is_not_rotated(journal: KeyStore, clock: FakeClock) -> None:
    old = _key(clock)
    await journal.add_key(old)
    await journal.revoke_key("k1")
    assert not await journal.rotate_key("k1", old.successor("dt_new", key_id="k2", now=clock.now()), overlap_s=1)
    assert not await journal.rotate_key("nothing", old.successor("dt_new", key_id="k2", now=clock.now()), overlap_s=1)
    assert len(await journal.keys()) == 1


async def test_touching_a_key_notes_the_time(journal: KeyStore, clock: FakeClock) -> None:
    await journal.add_key(_key(clock))
    clock.advance(60)
    await journal.touch_key("k1")
    assert (await journal.keys())[0].last_used_at == clock.now()


async def test_only_usable_keys_count(journal: KeyStore, clock: FakeClock) -> None:
    assert not await journal.has_keys()
    await journal.add_key(_key(clock, "k1"))
    await journal.add_key(_key(clock, "k2", expires_at=clock.now() + timedelta(seconds=5)))
    assert await journal.has_keys()
    await journal.revoke_key("k1")
    assert await journal.has_keys()
    clock.advance(5)
    assert not await journal.has_keys()


async def test_a_new_secret_leaves_the_old_one_good_for_the_overlap(journal: KeyStore, clock: FakeClock) -> None:
    assert await journal.webhook_secrets("acme") == []
    await journal.add_webhook_secret("acme", b"one", overlap_s=60)
    await journal.add_webhook_secret("acme", b"two", overlap_s=60)
    await journal.add_webhook_secret("other", b"theirs", overlap_s=60)
    assert await journal.webhook_secrets("acme") == [b"two", b"one"]
    clock.advance(59)
    await journal.add_webhook_secret("acme", b"three", overlap_s=60)
    assert await journal.webhook_secrets("acme") == [b"three", b"two", b"one"], "a rotation does not lengthen an older overlap"
    clock.advance(1)
    assert await journal.webhook_secrets("acme") == [b"three", b"two"]
    clock.advance(60)
    assert await journal.webhook_secrets("acme") == [b"three"]


async def test_a_shorter_overlap_ends_older_ones_too(journal: KeyStore, clock: FakeClock) -> None:
    await journal.add_webhook_secret("acme", b"one", overlap_s=600)
    await journal.add_webhook_secret("acme", b"two", overlap_s=600)
    await journal.add_webhook_secret("acme", b"three", overlap_s=0)
    assert await journal.webhook_secrets("acme") == [b"three"]


async def test_the_first_secret_holds_for_all_who_make_one(journal: KeyStore) -> None:
    made = await asyncio.gather(*(journal.add_first_webhook_secret("acme", bytes([number])) for number in range(8)))
    assert len(set(made)) == 1
    assert await journal.webhook_secrets("acme") == [made[0]]
