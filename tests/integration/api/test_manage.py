"""Changing jobs, webhooks' log and secret, and the administrator's routes."""

import pytest

from doctray.domain.keys import Scope
from doctray.outbound.signing import key_of
from tests.integration.api.door import PDF, Door, open_door


async def test_cancel_ends_a_queued_job_at_once(door: Door) -> None:
    ticket = await door.submit()

    answer = await door.client.post(f"/v1/jobs/{ticket['request_id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")
    result = await door.client.get(ticket["result_url"])
    assert (result.status_code, result.json()["code"]) == (409, "cancelled_by_caller")


async def test_cancel_leaves_an_ended_job_as_it_is(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    answer = await door.client.post(f"/v1/jobs/{ticket['request_id']}/cancel")
    assert (answer.status_code, answer.json()["status"]) == (200, "completed")


async def test_delete_of_a_live_job_removes_its_bytes(door: Door) -> None:
    ticket = await door.submit()
    await door.claim(ticket["request_id"])

    answer = await door.client.delete(f"/v1/jobs/{ticket['request_id']}")
    assert (answer.status_code, answer.content) == (204, b"")
    assert door.blobs.keys == []
    assert (await door.client.get("/v1/jobs")).json()["jobs"] == []


async def test_deleting_what_is_deleted_changes_nothing(door: Door) -> None:
    ticket = await door.submit()
    answers = [await door.client.delete(f"/v1/jobs/{ticket['request_id']}") for _ in range(2)]
    assert [answer.status_code for answer in answers] == [204, 204]
    assert (await door.client.get(ticket["status_url"])).status_code == 404


async def test_replay_runs_a_failed_job_again(door: Door) -> None:
    ticket = await door.submit()
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)
    door.queue.answer()

    answer = await door.client.post(f"/v1/jobs/{ticket['request_id']}/replay")
    assert (answer.status_code, answer.json()["status"], answer.json()["generation"]) == (202, "queued", 2)
    assert [ring.request_id for ring in door.queue.rings] == [ticket["request_id"]]
    twice = await door.client.post(f"/v1/jobs/{ticket['request_id']}/replay")
    assert (twice.status_code, twice.json()["code"]) == (404, "not_found")


async def test_deliveries_show_what_was_posted_and_can_be_sent_again(door: Door) -> None:
    ticket = await door.submit(webhook_url="https://93.184.216.34/hook")
    await door.fail(ticket["request_id"])

    url = f"/v1/jobs/{ticket['request_id']}/deliveries"
    [delivery] = (await door.client.get(url)).json()["deliveries"]
    assert (delivery["type"], delivery["status"], delivery["tries"]) == ("job.failed", "pending", [])
    answer = await door.client.post(f"/v1/deliveries/{delivery['delivery_id']}/redeliver")
    assert answer.status_code == 202
    assert answer.json()["webhook_id"] == delivery["webhook_id"]
    assert (await door.client.post("/v1/deliveries/nothing/redeliver")).status_code == 404


async def test_another_owners_delivery_cannot_be_sent_again(door: Door) -> None:
    mine = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ, owner="mine")}
    theirs = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ, owner="theirs")}
    ticket = await door.submit(webhook_url="https://93.184.216.34/hook", headers=mine)
    await door.fail(ticket["request_id"])
    [delivery] = (await door.client.get(f"/v1/jobs/{ticket['request_id']}/deliveries", headers=mine)).json()["deliveries"]

    answer = await door.client.post(f"/v1/deliveries/{delivery['delivery_id']}/redeliver", headers=theirs)
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_webhook_secret_is_made_once_and_rotates_with_overlap(door: Door) -> None:
    first = (await door.client.get("/v1/webhook-secret")).json()
    assert first == (await door.client.get("/v1/webhook-secret")).json()
    assert len(key_of(first["secret"])) == 32

    rotated = await door.client.post("/v1/webhook-secret")
    assert rotated.status_code == 201
    assert rotated.json()["secret"] != first["secret"]
    assert rotated.json()["previous"] == [first["secret"]]


async def test_webhook_secret_of_the_environment_is_rotated_there(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WEBHOOK_SECRET", "whsec_c2VjcmV0c2VjcmV0c2VjcmV0")
    async with open_door(database) as door:
        assert (await door.client.get("/v1/webhook-secret")).json() == {
            "secret": "whsec_c2VjcmV0c2VjcmV0c2VjcmV0",
            "previous": [],
            "fixed": True,
        }
        refused = await door.client.post("/v1/webhook-secret")
        assert (refused.status_code, refused.json()["code"]) == (403, "forbidden")


async def test_a_key_made_here_works_is_shown_once_and_can_be_revoked(door: Door) -> None:
    admin = {"x-api-key": await door.make_key(Scope.ADMIN)}
    wanted = {"name": "laravel", "owner": "shop", "scopes": ["submit"], "expires_in_days": 30, "rate_per_minute": 7}
    made = await door.client.post("/v1/admin/keys", json=wanted, headers=admin)
    assert made.status_code == 201
    key = made.json()["key"]
    assert made.json()["owner"] == "shop"
    assert made.json()["prefix"] == key[:9]

    ticket = await door.submit(headers={"x-api-key": key})
    job = await door.journal.get(ticket["request_id"])
    assert job is not None
    assert job.owner == "shop"
    listed = await door.client.get("/v1/admin/keys", headers=admin)
    assert key not in listed.text
    assert (await door.client.delete(f"/v1/admin/keys/{made.json()['key_id']}", headers=admin)).status_code == 204
    assert (await door.client.get("/v1/webhook-secret", headers={"x-api-key": key})).status_code == 401
    assert (await door.client.delete("/v1/admin/keys/nothing", headers=admin)).status_code == 404


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": ""},
        {"name": "a", "scopes": []},
        {"name": "a", "scopes": ["root"]},
        {"name": "a", "owner": "../x"},
        {"name": "a", "colour": "red"},
        {"name": "a", "rate_per_minute": 0},
    ],
)
async def test_a_key_that_makes_no_sense_is_refused(door: Door, body: dict[str, object]) -> None:
    answer = await door.client.post("/v1/admin/keys", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")
    assert (await door.client.get("/v1/admin/keys")).json() == {"keys": []}


async def test_a_form_cannot_make_keys(door: Door) -> None:
    # A page in a browser may post forms and plain text to a service on loopback, but no JSON.
    for content_type in ("text/plain", "application/x-www-form-urlencoded"):
        answer = await door.client.post("/v1/admin/keys", content=b'{"name": "a"}', headers={"content-type": content_type})
        assert (answer.status_code, answer.json()["code"]) == (400, "malformed_request")


async def test_workers_and_dead_letters(door: Door) -> None:
    ticket = await door.submit(metadata='{"private": 1}')
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)
    await door.fail((await door.submit(PDF + b"2"))["request_id"])

    [worker] = (await door.client.get("/v1/admin/workers")).json()["workers"]
    assert (worker["worker_id"], worker["device"], worker["engines"]) == ("w1", "cpu", ["null", "easyocr", "rapidocr"])
    [dead] = (await door.client.get("/v1/admin/dead-letters")).json()["jobs"]
    assert (dead["request_id"], dead["owner"], dead["metadata"]) == (ticket["request_id"], "default", {})


async def test_an_administrator_replays_anybodys_job(door: Door) -> None:
    key = {"x-api-key": await door.make_key(Scope.SUBMIT, owner="shop")}
    admin = {"x-api-key": await door.make_key(Scope.ADMIN, Scope.SUBMIT)}
    ticket = await door.submit(headers=key)
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)

    answer = await door.client.post(f"/v1/jobs/{ticket['request_id']}/replay", headers=admin)
    assert (answer.status_code, answer.json()["status"]) == (202, "queued")
