"""The report of a rollout over HTTP: figures of real jobs and shadows in a real journal, and nothing of the documents."""

import json
from typing import Any

import pytest

from doctray.domain.job import JobStatus, Outcome
from doctray.domain.keys import Scope
from doctray.domain.rollout import Arm, RolloutKind
from doctray.domain.rollout_run import Measured, RolloutRun, RunEnd, tallied
from doctray.domain.shadow import Shadow
from doctray.service.reuse import shadow_key
from doctray.service.stored import in_one_chunk
from tests.integration.api.door import PDF, RESULT, Door
from tests.unit.service.rollout_runs import a_run

PLAN: dict[str, Any] = {"kind": "engine", "baseline": "easyocr", "candidate": "rapidocr", "shadow_percentage": 100}
FIELDS = {"kind": "other", "certificate_number": "A-1", "title": "Certificate"}


async def read_by_both(door: Door, data: bytes, *, candidate: dict[str, Any]) -> str:
    """A job that the baseline reads for its caller, and the candidate as a shadow."""
    request_id = str((await door.submit(data))["request_id"])
    claim = await door.claim(request_id)
    result = await door.blobs.put(f"jobs/{request_id}/result.json", in_one_chunk(json.dumps({**RESULT, "fields": FIELDS}).encode()))
    outcome = Outcome(
        status=JobStatus.COMPLETED, result=result, result_type="certificate", confidence=0.9, page_total=1, engine="easyocr", fields=FIELDS
    )
    measured = Measured(seconds=2.0, engine_pages=1, memory_bytes=10**8)
    assert await door.journal.finish(claim, outcome, announce=door.announcer.for_job(), measured=measured)
    [shadow] = await door.journal.due_shadows("w1", limit=1)
    await door.blobs.put(shadow_key(request_id, RolloutKind.ENGINE, "rapidocr"), in_one_chunk(json.dumps({"fields": candidate}).encode()))
    assert await door.journal.record_shadow(shadow, _run(shadow, candidate))
    return request_id


def _run(shadow: Shadow, candidate: dict[str, Any]) -> RolloutRun:
    same = {f"/{name}": candidate.get(name) == FIELDS.get(name) for name in FIELDS}
    return a_run(
        Arm.CANDIDATE, request_id=shadow.job.request_id, shadow=True, seconds=1.0, outcome=RunEnd.COMPLETED, agreement=tallied(same)
    )


async def test_without_a_plan_there_is_nothing_to_report(door: Door) -> None:
    answer = await door.client.get("/v1/admin/rollout/report")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_only_administrators_see_it(door: Door) -> None:
    key = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ)}
    answer = await door.client.get("/v1/admin/rollout/report", headers=key)
    assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


@pytest.mark.parametrize("asked", ["kind=printer", "hours=0", "hours=-1", "hours=nan", "hours=1e9", "plots=perhaps"])
async def test_what_cannot_be_reported_is_refused(door: Door, asked: str) -> None:
    answer = await door.client.get(f"/v1/admin/rollout/report?{asked}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


async def test_both_arms_are_beside_each_other_and_reviews_count_as_truth(door: Door) -> None:
    assert (await door.client.put("/v1/admin/rollout", json=PLAN)).status_code == 200
    agreeing = await read_by_both(door, PDF, candidate=FIELDS)
    differing = await read_by_both(door, PDF + b"2", candidate={**FIELDS, "certificate_number": "A-7"})
    # The candidate was right: a person says so, after the shadow has ended.
    reviewed = await door.client.put(
        f"/v1/jobs/{differing}/review", json={"fields": {**FIELDS, "certificate_number": "A-7"}, "reviewed_by": "clerk"}
    )
    assert reviewed.status_code == 200, reviewed.text
    answer = await door.client.get("/v1/admin/rollout/report?hours=1&plots=true")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["arms"]["baseline"]["jobs"], told["arms"]["candidate"]["jobs"]) == (2, 0)
    same = told["same_documents"]
    assert (same["documents"], same["seconds_more"]["value"]) == (2, -1.0)
    assert [(each["field"], each["agreed"], each["compared"]) for each in same["fields"]] == [
        ("certificate_number", 1, 2),
        ("kind", 2, 2),
        ("title", 2, 2),
    ]
    assert [each["request_id"] for each in same["worst"]] == [differing]
    assert told["arms"]["baseline"]["truth"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert told["arms"]["candidate"]["truth"]["value"] == 1.0
    assert same["truth_more"]["value"] == pytest.approx(1 / 3, abs=1e-6)
    assert told["plots"]["agreement"].startswith("<svg")
    assert agreeing not in answer.text
    assert "A-7" not in answer.text


async def test_a_document_that_was_deleted_leaves_the_report(door: Door) -> None:
    await door.client.put("/v1/admin/rollout", json=PLAN)
    request_id = await read_by_both(door, PDF, candidate={})
    assert (await door.client.delete(f"/v1/jobs/{request_id}")).status_code == 204
    told = (await door.client.get("/v1/admin/rollout/report")).json()
    assert (told["same_documents"]["documents"], told["same_documents"]["worst"]) == (0, [])
    assert not await door.blobs.keys_under(f"jobs/{request_id}/")


async def test_the_page_comes_with_a_policy_that_allows_it_nothing_but_itself(door: Door) -> None:
    await door.client.put("/v1/admin/rollout", json=PLAN)
    await read_by_both(door, PDF, candidate={"certificate_number": "secret-number"})
    page = await door.client.get("/v1/admin/rollout/report", headers={"accept": "text/html"})
    assert (page.status_code, page.headers["content-type"]) == (200, "text/html; charset=utf-8")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert "certificate_number (0 of 1)" in page.text
    assert "secret-number" not in page.text


async def test_a_shadow_whose_blob_is_gone_is_left_without_truth(door: Door) -> None:
    await door.client.put("/v1/admin/rollout", json=PLAN)
    request_id = await read_by_both(door, PDF, candidate=FIELDS)
    await door.client.put(f"/v1/jobs/{request_id}/review", json={"fields": FIELDS, "reviewed_by": "clerk"})
    await door.blobs.delete_prefix(f"jobs/{request_id}/shadow/")
    told = (await door.client.get("/v1/admin/rollout/report")).json()
    assert told["arms"]["candidate"]["truth"] is None
    assert told["arms"]["baseline"]["truth"]["value"] == 1.0
