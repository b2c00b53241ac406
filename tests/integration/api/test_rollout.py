"""Rollouts over HTTP: who may change them, what is refused, what a submission is assigned, and what retirement closes."""

from typing import Any

import httpx
import pytest

from doctray.clock import SystemClock
from doctray.domain.keys import Scope
from doctray.domain.rollout import Arm, RolloutKind
from doctray.ports import WorkerInfo
from tests.integration.api.door import FINGERPRINT, PDF, Door

PLAN: dict[str, Any] = {"kind": "engine", "baseline": "easyocr", "candidate": "rapidocr"}


async def put(door: Door, *, seen: int | str = 0, **members: object) -> httpx.Response:
    tag = "*" if seen == "*" else f'"{seen}"'
    return await door.client.put("/v1/admin/rollout", json={**PLAN, **members}, headers={"if-match": tag})


async def retire(door: Door, name: str, **members: object) -> httpx.Response:
    return await door.client.post("/v1/admin/rollout/retire", json={"name": name, **members})


async def test_before_the_first_plan_there_is_none_and_its_etag_makes_one(door: Door) -> None:
    shown = await door.client.get("/v1/admin/rollout")
    assert (shown.status_code, shown.json()) == (200, {"kind": "engine", "plan": None, "retired": []})
    made = await door.client.put("/v1/admin/rollout", json=PLAN, headers={"if-match": shown.headers["etag"]})
    assert (made.status_code, made.json()["plan"]["stages"]) == (200, [0, 5, 15, 35, 60, 85, 100])
    assert (await door.client.get("/v1/admin/rollout")).json() == made.json()
    assert (await door.client.get("/v1/admin/rollout?kind=extractor")).json()["plan"] is None


@pytest.mark.parametrize("tag", [None, '"0"', '"7"', '"x"', "nonsense", '"1", "2"'])
async def test_a_change_from_any_state_but_the_present_one_is_refused(door: Door, tag: str | None) -> None:
    assert (await put(door)).status_code == 200
    headers = {} if tag is None else {"if-match": tag}
    late = await door.client.put("/v1/admin/rollout", json={**PLAN, "percentage": 100}, headers=headers)
    assert (late.status_code, late.json()["code"]) == (409, "rollout_conflict")
    assert (await put(door, seen="*", percentage=5)).json()["plan"]["revision"] == 2


@pytest.mark.parametrize(
    "members",
    [
        {"percentage": 101},
        {"percentage": 5.5},
        {"candidate": "easyocr"},
        {"stages": [0, 50, 20, 100]},
        {"stages": [5, 100]},
        {"forced": {"acme": "both"}},
        {"thresholds": {"success": 1.5}},
        {"thresholds": {"success": 0.5, "critical_success": 0.9}},
        {"thresholds": {"luck": 1}},
        {"auto_advance_after_s": 0},
        {"kind": "printer"},
        {"revision": 3},
    ],
)
async def test_a_plan_that_contradicts_itself_is_refused(door: Door, members: dict[str, Any]) -> None:
    answer = await put(door, **members)
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")
    assert (await door.client.get("/v1/admin/rollout")).json()["plan"] is None


async def test_an_extractor_that_is_not_configured_is_no_candidate(door: Door) -> None:
    answer = await put(door, kind="extractor", baseline="rules", candidate="gemini")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


async def test_a_candidate_must_be_offered_by_every_worker(door: Door) -> None:
    for worker_id, engines in (("w1", ("easyocr", "rapidocr", "null")), ("w2", ("easyocr", "null"))):
        info = WorkerInfo(
            worker_id=worker_id,
            host="here",
            pid=1,
            device="cpu",
            slots=1,
            fingerprint=FINGERPRINT,
            started_at=SystemClock().now(),
            engines=engines,
        )
        await door.journal.register(info, lease_s=60)
    refused = await put(door)
    assert (refused.status_code, "easyocr, null" in refused.json()["detail"]) == (422, True)
    assert (await put(door, candidate="null")).status_code == 200


async def test_only_an_administrator_sees_or_changes_a_rollout(door: Door) -> None:
    key = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ)}
    for answer in (
        await door.client.get("/v1/admin/rollout", headers=key),
        await door.client.put("/v1/admin/rollout", json=PLAN, headers=key),
        await door.client.get("/v1/admin/rollout/history", headers=key),
        await door.client.post("/v1/admin/rollout/retire", json={"name": "easyocr"}, headers=key),
        await door.client.put("/v1/admin/keys/x/rollout", json={"rollout": "candidate"}, headers=key),
    ):
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_the_history_names_the_key_that_changed_it(door: Door) -> None:
    admin = {"x-api-key": await door.make_key(Scope.ADMIN)}
    await door.client.put("/v1/admin/rollout", json={**PLAN, "reason": "A first look."}, headers=admin)
    await door.client.put("/v1/admin/rollout", json={**PLAN, "percentage": 5}, headers={**admin, "if-match": '"1"'})
    changes = (await door.client.get("/v1/admin/rollout/history", headers=admin)).json()["changes"]
    assert [(each["action"], each["name"], each["from_percentage"], each["to_percentage"], each["reason"]) for each in changes] == [
        ("advanced", "test", 0, 5, ""),
        ("planned", "test", None, 0, "A first look."),
    ]
    assert (await door.client.get("/v1/admin/rollout/history?kind=extractor", headers=admin)).json() == {"changes": []}


async def test_the_history_tells_a_step_back_from_a_rollback_and_a_switch(door: Door) -> None:
    steps: tuple[dict[str, Any], ...] = (
        {"percentage": 35},
        {"percentage": 15},
        {"percentage": 0},
        {"enabled": False},
        {},
        {"on_breach": "to_zero"},
    )
    for seen, members in enumerate(steps):
        assert (await put(door, seen=seen, **members)).status_code == 200
    changes = (await door.client.get("/v1/admin/rollout/history")).json()["changes"]
    assert [each["action"] for each in reversed(changes)] == ["planned", "stepped_back", "rolled_back", "disabled", "enabled", "planned"]


async def test_a_key_that_opted_in_reaches_the_candidate_at_once_and_no_other_does(door: Door) -> None:
    await put(door)
    admin = {"x-api-key": await door.make_key(Scope.ADMIN)}
    made = await door.client.post("/v1/admin/keys", json={"name": "pilot"}, headers=admin)
    plain = await door.client.post("/v1/admin/keys", json={"name": "plain", "owner": "plain"}, headers=admin)
    key_id = made.json()["key_id"]
    opted = await door.client.put(f"/v1/admin/keys/{key_id}/rollout", json={"rollout": "candidate"}, headers=admin)
    assert (opted.status_code, opted.json()) == (200, {"key_id": key_id, "rollout": "candidate"})
    pilot = await door.submit(headers={"x-api-key": made.json()["key"]})
    other = await door.submit(headers={"x-api-key": plain.json()["key"]})
    claims = [await door.claim(ticket["request_id"]) for ticket in (pilot, other)]
    assert [(claim.job.assigned_engine, claim.job.engine_arm) for claim in claims] == [
        ("rapidocr", Arm.CANDIDATE),
        ("easyocr", Arm.BASELINE),
    ]
    gone = await door.client.put("/v1/admin/keys/nobody/rollout", json={"rollout": None}, headers=admin)
    assert (gone.status_code, gone.json()["code"]) == (404, "not_found")


async def test_a_cached_answer_is_given_within_an_arm_only(door: Door) -> None:
    await put(door)
    first = await door.submit()
    await door.complete(first["request_id"])
    assert (await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})).json()["cached"] is True
    await put(door, seen=1, percentage=100)
    assert (await door.submit())["cached"] is False


async def test_a_baseline_is_retired_only_once_the_candidate_reads_everything(door: Door) -> None:
    none = await retire(door, "easyocr")
    assert (none.status_code, none.json()["code"]) == (404, "not_found")
    await put(door, percentage=85)
    early, wrong = await retire(door, "easyocr"), await retire(door, "rapidocr", force=True)
    assert [answer.status_code for answer in (early, wrong)] == [422, 422]
    await put(door, seen=1, percentage=100)
    done = (await retire(door, "easyocr", reason="Moved.")).json()
    assert (done["retired"], done["plan"]["baseline"], done["plan"]["settled"]) == (["easyocr"], "rapidocr", True)
    again = await retire(door, "rapidocr", force=True)
    assert again.status_code == 422


async def test_what_is_retired_can_be_asked_for_and_planned_with_no_more(door: Door) -> None:
    waiting = await door.submit(engine="easyocr")
    await put(door, percentage=100)
    await retire(door, "easyocr")
    for answer in (
        await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, data={"engine": "easyocr"}),
        await door.client.post("/v1/batches", files=[("file", ("a.pdf", PDF))], data={"engine": "easyocr"}),
        await put(door, seen="*", candidate="null"),
        await put(door, seen="*", baseline="rapidocr", candidate="easyocr"),
    ):
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")
        assert "is retired here" in answer.json()["detail"]
    assert (await door.client.get(f"/status/{waiting['request_id']}")).status_code == 200
    ticket = await door.submit(PDF + b"more")
    assert (await door.claim(ticket["request_id"])).job.assigned_engine == "rapidocr"
    onward = await put(door, seen="*", baseline="rapidocr", candidate="null")
    assert onward.status_code == 200


async def test_a_settled_plan_can_be_sent_back_as_it_is(door: Door) -> None:
    await put(door, percentage=100)
    settled = (await retire(door, "easyocr")).json()["plan"]
    answer = await put(door, seen=settled["revision"], baseline="rapidocr", candidate="rapidocr", auto_advance_after_s=60.0)
    assert (answer.status_code, answer.json()["plan"]["settled"]) == (200, True)


async def test_a_change_holds_for_the_next_claim_without_a_restart(door: Door) -> None:
    await put(door, percentage=100)
    tickets = [await door.submit(PDF + bytes([number])) for number in range(2)]
    first = await door.claim(tickets[0]["request_id"])
    await put(door, seen=1)
    second = await door.claim(tickets[1]["request_id"])
    assert [claim.job.engine_arm for claim in (first, second)] == [Arm.CANDIDATE, Arm.BASELINE]
    stands = await door.journal.rollout(RolloutKind.ENGINE)
    assert stands is not None
    assert stands.revision == 2
