"""A webhook secret rotated through HTTP, and what receivers then get."""

from collections.abc import AsyncIterator
from random import Random

import pytest

from doctray.client import verify_webhook
from doctray.clock import SystemClock
from doctray.domain.keys import Scope
from doctray.outbound.guard import OutboundGuard
from doctray.outbound.send import HttpSender
from doctray.service.deliver import Deliverer
from tests.integration.api.door import PDF, Door, open_door
from tests.integration.outbound.servers import Seen, answering, serving


@pytest.fixture
async def door(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    """One that may post to this machine."""
    monkeypatch.setenv("OUTBOUND_ALLOW", "127.0.0.1")
    async with open_door(database) as opened:
        yield opened


async def test_old_and_new_secret_both_verify_while_they_overlap(door: Door) -> None:
    key = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ, owner="shop")}
    first = (await door.client.get("/v1/webhook-secret", headers=key)).json()["secret"]
    async with serving(answering(204)) as receiver:
        before = await announced(door, receiver.url(), receiver.seen, key)
        assert verify_webhook(before.headers, before.body, first)
        assert signatures(before) == 1

        rotated = (await door.client.post("/v1/webhook-secret", headers=key)).json()
        assert rotated["previous"] == [first]
        during = await announced(door, receiver.url(), receiver.seen, key)
        assert signatures(during) == 2
        for secret in (first, rotated["secret"]):
            assert verify_webhook(during.headers, during.body, secret)["data"]["status"] == "failed"


async def test_a_webhook_sent_again_after_a_rotation_is_signed_with_the_new_secret(door: Door) -> None:
    key = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ, owner="shop")}
    async with serving(answering(410)) as receiver:
        first = await announced(door, receiver.url(), receiver.seen, key)
        secret = (await door.client.post("/v1/webhook-secret", headers=key)).json()["secret"]
        [job] = (await door.client.get("/v1/jobs", headers=key)).json()["jobs"]
        [delivery] = (await door.client.get(f"/v1/jobs/{job['request_id']}/deliveries", headers=key)).json()["deliveries"]
        assert delivery["status"] == "stopped"

        receiver.answer = answering(200)
        assert (await door.client.post(f"/v1/deliveries/{delivery['delivery_id']}/redeliver", headers=key)).status_code == 202
        await deliver(door)
        again = receiver.seen[-1]
    assert again.headers["webhook-id"] == first.headers["webhook-id"]
    assert again.body == first.body
    assert verify_webhook(again.headers, again.body, secret)
    [delivery] = (await door.client.get(f"/v1/jobs/{job['request_id']}/deliveries", headers=key)).json()["deliveries"]
    assert (delivery["status"], [one["status_code"] for one in delivery["tries"]]) == ("delivered", [410, 200])


async def announced(door: Door, url: str, seen: list[Seen], key: dict[str, str]) -> Seen:
    """A job that fails, and its webhook delivered as a worker does."""
    ticket = await door.submit(PDF + bytes([len(seen)]), webhook_url=url, headers=key)
    await door.fail(ticket["request_id"])
    await deliver(door)
    return seen[-1]


async def deliver(door: Door) -> None:
    parts = door.app.state.house.parts
    deliverer = Deliverer(
        journal=door.journal,
        keys=door.journal,
        sender=HttpSender(OutboundGuard(("127.0.0.1",)), clock=SystemClock()),
        sealer=parts.sealer,
        clock=SystemClock(),
        default_secret=None,
        laravel=None,
        rng=Random(1),
    )
    assert await deliverer.start_due() == 1
    await deliverer.drain(grace_s=60)


def signatures(seen: Seen) -> int:
    return len(seen.headers["webhook-signature"].split())
