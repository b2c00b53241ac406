"""Dead letters, for administrators: listed, looked at, replayed."""

from typing import Any

import pytest

from doctray.domain.keys import Scope
from tests.integration.api.door import PDF, Door

LIST = "/v1/admin/dead-letters"


async def dead(door: Door, number: int = 0, **fields: Any) -> str:
    """A job that failed for good, with what its caller wrote about it."""
    ticket = await door.submit(PDF + bytes([number]), name="private.pdf", metadata='{"note": "private"}', **fields)
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)
    door.queue.answer()
    return str(ticket["request_id"])


async def listed(door: Door) -> list[str]:
    return [job["request_id"] for job in (await door.client.get(LIST)).json()["jobs"]]


async def test_they_are_of_all_owners_and_tell_nothing_that_callers_wrote(door: Door) -> None:
    theirs = {"x-api-key": await door.make_key(Scope.SUBMIT, owner="theirs")}
    admin = {"x-api-key": await door.make_key(Scope.ADMIN, owner="operator")}
    ticket = await door.submit(name="private.pdf", headers=theirs, metadata='{"note": "private"}')
    await door.fail(ticket["request_id"], "engine_failure", dead_lettered=True)
    answer = await door.client.get(LIST, headers=admin)
    [job] = answer.json()["jobs"]
    assert (job["request_id"], job["owner"], job["error"]["code"]) == (ticket["request_id"], "theirs", "engine_failure")
    shown = await door.client.get(f"{LIST}/{ticket['request_id']}", headers=admin)
    assert "private" not in answer.text + shown.text


async def test_one_is_shown_with_every_attempt_at_it(door: Door) -> None:
    request_id = await dead(door)
    await door.client.post(f"{LIST}/replay", json={"all": True})
    await door.fail(request_id, "timeout", dead_lettered=True)

    shown = (await door.client.get(f"{LIST}/{request_id}")).json()
    assert [(one["generation"], one["number"], one["ended"], one["error_code"]) for one in shown["attempts"]] == [
        (1, 1, "failed", "engine_failure"),
        (2, 1, "failed", "timeout"),
    ]
    assert {one["worker_id"] for one in shown["attempts"]} == {"w1"}
    assert all(one["started_at"] <= one["ended_at"] for one in shown["attempts"])
    assert (shown["job"]["status"], shown["job"]["generation"], shown["tries_used"], shown["leases_lost"]) == ("failed", 2, 0, 0)


async def test_what_is_no_dead_letter_is_not_shown(door: Door) -> None:
    failed = await door.submit()
    await door.fail(failed["request_id"], "corrupt_document")
    for request_id in (failed["request_id"], "01nothing"):
        answer = await door.client.get(f"{LIST}/{request_id}")
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_some_are_replayed_and_the_rest_stays(door: Door) -> None:
    first, second, third = [await dead(door, number) for number in range(3)]
    answer = await door.client.post(f"{LIST}/replay", json={"request_ids": [first, "01nothing", third, first]})
    assert (answer.status_code, answer.json()) == (202, {"replayed": [first, third], "not_found": ["01nothing"]})
    assert [ring.request_id for ring in door.queue.rings] == [first, third]
    assert await listed(door) == [second]
    job = (await door.client.get(f"/v1/jobs/{first}")).json()
    assert (job["status"], job["generation"], job["attempt"], job["error"]) == ("queued", 2, 0, None)


async def test_all_are_replayed_each_once_and_a_second_call_finds_none(door: Door) -> None:
    ids = [await dead(door, number) for number in range(3)]
    healthy = await door.submit(PDF + b"healthy")
    answer = await door.client.post(f"{LIST}/replay", json={"all": True})
    assert sorted(answer.json()["replayed"]) == sorted(ids)
    assert await listed(door) == []
    assert (await door.client.post(f"{LIST}/replay", json={"all": True})).json() == {"replayed": [], "not_found": []}
    assert (await door.client.get(f"/v1/jobs/{healthy['request_id']}")).json()["generation"] == 1


async def test_a_failure_that_no_replay_can_mend_is_not_replayed_with_the_others(door: Door) -> None:
    failed = await door.submit()
    await door.fail(failed["request_id"], "corrupt_document")
    answer = await door.client.post(f"{LIST}/replay", json={"request_ids": [failed["request_id"]]})
    assert answer.json() == {"replayed": [], "not_found": [failed["request_id"]]}


async def test_a_replayed_job_is_announced_anew_under_an_id_of_its_own(door: Door) -> None:
    request_id = await dead(door, webhook_url="https://93.184.216.34/hook")
    await door.client.post(f"{LIST}/replay", json={"all": True})
    await door.complete(request_id)
    deliveries = (await door.client.get(f"/v1/jobs/{request_id}/deliveries")).json()["deliveries"]
    assert [one["type"] for one in deliveries] == ["job.failed", "job.completed"]
    assert len({one["webhook_id"] for one in deliveries}) == 2


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"all": False},
        {"all": True, "request_ids": ["x"]},
        {"request_ids": []},
        {"request_ids": "x"},
        {"request_ids": [1]},
        {"ids": ["x"]},
    ],
)
async def test_a_replay_says_which_ones(door: Door, body: dict[str, object]) -> None:
    request_id = await dead(door)
    answer = await door.client.post(f"{LIST}/replay", json=body)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")
    assert await listed(door) == [request_id]


async def test_redis_away_does_not_stop_a_replay(door: Door) -> None:
    request_id = await dead(door)
    door.queue.reachable = False
    answer = await door.client.post(f"{LIST}/replay", json={"all": True})
    assert answer.json()["replayed"] == [request_id]
