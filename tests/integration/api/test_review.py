"""Reviews over HTTP: kept beside the machine's fields, checked, announced, and never overwritten unseen."""

import csv
import io
import json
from typing import Any

from doctray.domain.keys import Scope
from tests.integration.api.door import Door
from tests.integration.api.test_results import TIMETABLE, finished, make_all

CORRECTED: dict[str, Any] = {
    "class_name": "7C",
    "timeblocks": [{"day": "Monday", "start": "09:00", "end": "09:50", "subject": "Maths", "room": "R1"}],
}


async def put(door: Door, request_id: str, fields: Any = CORRECTED, *, if_match: str | None = None, **more: Any) -> Any:
    headers = {"if-match": if_match} if if_match is not None else {}
    return await door.client.put(f"/v1/jobs/{request_id}/review", json={"fields": fields, **more}, headers=headers)


async def test_a_review_stands_beside_what_was_extracted(door: Door) -> None:
    request_id = await finished(door, {**TIMETABLE, "needs_review": True, "validated": False})
    answer = await put(door, request_id, reviewed_by="Ana", note="by phone")
    assert answer.status_code == 200
    told = answer.json()
    assert (told["number"], told["reviewed_by"], told["note"], told["fields"]) == (1, "Ana", "by phone", CORRECTED)
    result = (await door.client.get(f"/v1/jobs/{request_id}/result")).json()
    assert result["fields"] == TIMETABLE["fields"], "the machine's stay"
    assert (result["validated"], result["needs_review"]) == (True, False)
    assert result["review"]["fields"] == CORRECTED
    assert result["review"]["changed"] == ["/class_name", "/timeblocks/0/room", "/timeblocks/0/subject"]
    status = (await door.client.get(f"/v1/jobs/{request_id}")).json()
    assert (status["validated"], status["needs_review"], status["review_no"]) == (True, False, 1)
    assert status["result"] == result
    (listed,) = (await door.client.get("/v1/jobs")).json()["jobs"]
    assert listed["validated"]


async def test_exports_show_the_reviewed_fields_and_say_so(door: Door) -> None:
    request_id = await finished(door)
    before = await door.client.get(f"/v1/jobs/{request_id}/result.csv")
    await put(door, request_id, reviewed_by="Ana")
    after = await door.client.get(f"/v1/jobs/{request_id}/result.csv", headers={"if-none-match": before.headers["etag"]})
    assert after.status_code == 200, "it is another state"
    (row,) = csv.DictReader(io.StringIO(after.text))
    assert (row["class_name"], row["room"], row["validated"]) == ("7C", "R1", "true")
    assert "Reviewed by Ana on" in (await door.client.get(f"/v1/jobs/{request_id}/result.md")).text
    assert "X-WR-CALDESC:Reviewed by Ana" in (await door.client.get(f"/v1/jobs/{request_id}/result.ics")).text


async def test_forms_that_were_made_before_a_review_are_made_anew(door: Door) -> None:
    request_id = await finished(door)
    path = f"/v1/jobs/{request_id}/result.xlsx"
    await door.client.get(path)
    await make_all(door)
    before = await door.client.get(path)
    await put(door, request_id)
    assert (await door.client.get(path, headers={"if-none-match": before.headers["etag"]})).status_code == 202
    await make_all(door)
    assert (await door.client.get(path)).headers["etag"] != before.headers["etag"]


async def test_of_two_reviewers_the_second_one_is_told(door: Door) -> None:
    request_id = await finished(door)
    seen = await door.client.get(f"/v1/jobs/{request_id}/result")
    assert (await put(door, request_id, if_match=seen.headers["etag"], reviewed_by="Ana")).status_code == 200
    for stale in (seen.headers["etag"], None, '"0"', '"7"'):
        late = await put(door, request_id, {"timeblocks": []}, if_match=stale, reviewed_by="Bo")
        assert (late.status_code, late.json()["code"]) == (409, "review_conflict")
    now = await door.client.get(f"/v1/jobs/{request_id}/review")
    assert [review["reviewed_by"] for review in now.json()["reviews"]] == ["Ana"]
    again = await put(door, request_id, {"timeblocks": []}, if_match=now.headers["etag"], reviewed_by="Bo")
    assert (again.status_code, again.json()["number"]) == (200, 2)
    assert again.headers["etag"] == '"2"'
    history = (await door.client.get(f"/v1/jobs/{request_id}/review")).json()
    assert [(review["number"], review["reviewed_by"]) for review in history["reviews"]] == [(1, "Ana"), (2, "Bo")]
    assert (await put(door, request_id, if_match="*")).status_code == 200
    newest = await door.client.get(f"/v1/jobs/{request_id}/result.csv")
    assert (await put(door, request_id, if_match=newest.headers["etag"])).status_code == 200, "any form names the state"


async def test_fields_that_do_not_fit_the_schema_are_refused_with_their_places(door: Door) -> None:
    request_id = await finished(door)
    faults: list[tuple[dict[str, Any], str]] = [
        ({}, "/fields/timeblocks"),
        ({"timeblocks": [{"day": "Mon", "subject": "x"}]}, "/fields/timeblocks/0/day"),
        ({"timeblocks": [{"day": "Monday", "subject": "x", "start": "9.00"}]}, "/fields/timeblocks/0/start"),
        ({"timeblocks": [{"day": "Monday"}]}, "/fields/timeblocks/0/subject"),
        ({"timeblocks": [], "secret": 1}, "/fields/secret"),
        ({"timeblocks": [], "year": "2024"}, "/fields/year"),
    ]
    for fields, pointer in faults:
        answer = await put(door, request_id, fields)
        assert (answer.status_code, answer.json()["code"]) == (409, "invalid_option")
        assert [fault["pointer"] for fault in answer.json()["errors"]] == [pointer]
    assert not (await door.client.get(f"/v1/jobs/{request_id}")).json()["validated"]


async def test_dates_of_a_certificate_are_dates(door: Door) -> None:
    request_id = await finished(door, {**TIMETABLE, "document_type": "certificate", "fields": {"kind": "other"}})
    for day, status in (("2026-02-30", 409), ("31/01/2026", 409), ("2026-01-31", 200)):
        assert (await put(door, request_id, {"kind": "other", "issue_date": day})).status_code == status


async def test_a_callers_own_schema_counts(door: Door) -> None:
    schema = {"type": "object", "properties": {"total": {"type": "number"}}, "required": ["total"]}
    custom = {**TIMETABLE, "document_type": "custom", "fields": {"total": 1}}
    request_id = await finished(door, custom, document_type="custom", schema=json.dumps(schema))
    refused = await put(door, request_id, {"total": "secret"})
    assert [fault["pointer"] for fault in refused.json()["errors"]] == ["/fields/total"]
    assert "secret" not in refused.text
    assert (await put(door, request_id, {"total": 2})).status_code == 200


async def test_a_body_that_is_no_review_is_refused(door: Door) -> None:
    request_id = await finished(door)
    fields: dict[str, Any] = {"timeblocks": []}
    bodies: tuple[dict[str, Any], ...] = ({}, {"fields": []}, {"fields": fields, "extra": 1}, {"fields": fields, "reviewed_by": "x" * 201})
    for body in bodies:
        answer = await door.client.put(f"/v1/jobs/{request_id}/review", json=body)
        assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


async def test_only_what_is_completed_can_be_reviewed(door: Door) -> None:
    queued = (await door.submit())["request_id"]
    failed = (await door.submit(b"%PDF-1.7\nother"))["request_id"]
    await door.fail(failed)
    for request_id, code in ((queued, "not_finished"), (failed, "corrupt_document")):
        answer = await put(door, request_id)
        assert (answer.status_code, answer.json()["code"]) == (409, code)
    assert (await put(door, "01unknown")).status_code == 404
    deleted = await finished(door)
    await put(door, deleted)
    await door.client.delete(f"/v1/jobs/{deleted}")
    assert (await put(door, deleted)).status_code == 404
    assert (await door.client.get(f"/v1/jobs/{deleted}/review")).status_code == 404


async def test_a_review_is_the_owners_and_names_the_key(door: Door) -> None:
    request_id = await finished(door)
    own = await door.make_key(Scope.SUBMIT, Scope.READ)
    reading = await door.make_key(Scope.READ)
    other = await door.make_key(Scope.SUBMIT, Scope.READ, owner="other")
    statuses = {}
    for name, key in (("none", ""), ("reading", reading), ("other", other), ("own", own)):
        headers = {"x-api-key": key} if key else {}
        answer = await door.client.put(f"/v1/jobs/{request_id}/review", json={"fields": CORRECTED}, headers=headers)
        statuses[name] = answer.status_code
    assert statuses == {"none": 401, "reading": 403, "other": 404, "own": 200}
    told = (await door.client.get(f"/v1/jobs/{request_id}/review", headers={"x-api-key": own})).json()["reviews"][0]
    assert told["reviewed_by"] == "default"
    assert told["key_id"] in {key.key_id for key in await door.journal.keys()}


async def test_a_review_is_announced(door: Door) -> None:
    ticket = await door.submit(webhook_url="http://93.184.216.34/hook")
    request_id = ticket["request_id"]
    await door.complete(request_id, {**TIMETABLE, "document_type": "certificate", "fields": {"kind": "other"}})
    await put(door, request_id, {"kind": "other", "title": "A"})
    await put(door, request_id, {"kind": "other", "title": "x" * 70_000}, if_match='"1"')
    sent = [delivery for delivery in await door.journal.deliveries(request_id) if delivery.type == "job.reviewed"]
    assert len({delivery.webhook_id for delivery in sent}) == 2
    bodies = sorted((json.loads(delivery.body) for delivery in sent), key=lambda body: body["data"]["review"]["number"])
    assert bodies[0]["type"] == "job.reviewed"
    assert bodies[0]["data"]["validated"]
    assert bodies[0]["data"]["review"]["fields"] == {"kind": "other", "title": "A"}
    assert "fields" not in bodies[1]["data"]["review"], "too large for a webhook"
    assert bodies[1]["data"]["result_url"] == f"/v1/jobs/{request_id}/result"


async def test_a_copy_of_the_same_document_is_not_reviewed(door: Door) -> None:
    first = await door.submit(b"%PDF-1.7\nsame")
    await door.complete(first["request_id"], {**TIMETABLE, "document_type": "certificate", "fields": {"kind": "other"}})
    await put(door, first["request_id"], {"kind": "other"})
    again = await door.submit(b"%PDF-1.7\nsame")
    assert again["cached"]
    result = (await door.client.get(f"/v1/jobs/{again['request_id']}/result")).json()
    assert "review" not in result
    assert not (await door.client.get(f"/v1/jobs/{again['request_id']}")).json()["validated"]
