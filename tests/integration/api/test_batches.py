"""Batches over HTTP: many documents at once, each with its own fate."""

import base64
import json

import httpx

from doctray.domain.keys import Scope
from tests.integration.api.door import PDF, Door, open_door

HOOK = "http://93.184.215.14/hook"


def files(*documents: tuple[str, bytes]) -> list[tuple[str, tuple[str, bytes]]]:
    return [("file", document) for document in documents]


async def post(door: Door, *documents: tuple[str, bytes], headers: dict[str, str] | None = None, **fields: str) -> httpx.Response:
    return await door.client.post("/v1/batches", files=files(*documents), data=fields, headers=headers)


async def test_each_document_becomes_a_job_under_the_same_options(door: Door) -> None:
    answer = await post(door, ("a.pdf", PDF), ("b.pdf", PDF + b"b"), document_type="certificate", metadata='{"n": 1}')
    assert answer.status_code == 202
    body = answer.json()
    assert answer.headers["location"] == body["batch_url"] == f"/v1/batches/{body['batch_id']}"
    assert [each["file_name"] for each in body["documents"]] == ["a.pdf", "b.pdf"]
    for each in body["documents"]:
        job = await door.journal.get(each["request_id"])
        assert job is not None
        assert (job.options.document_type.value, dict(job.metadata), job.batch_id) == ("certificate", {"n": 1}, body["batch_id"])
        assert each["read_token"]


async def test_a_hundred_documents_and_their_options_go_into_one_form(door: Door) -> None:
    answer = await post(door, *((f"{number}.pdf", PDF + bytes([number])) for number in range(100)), document_type="certificate")
    assert answer.status_code == 202, answer.text
    assert answer.json()["total"] == 100


async def test_a_refused_document_says_so_in_its_place_and_refuses_no_other(door: Door) -> None:
    answer = await post(door, ("a.pdf", PDF), ("b.exe", b"MZ" + b"no" * 50), ("c.pdf", b""), ("d.pdf", PDF + b"d"))
    assert answer.status_code == 202
    first, second, third, fourth = answer.json()["documents"]
    assert first["status"] == fourth["status"] == "queued"
    assert (second["file_name"], second["error"]["code"], second["error"]["status"]) == ("b.exe", "unsupported_media_type", 415)
    assert third["error"]["code"] == "empty_document"
    assert answer.json()["total"] == 2


async def test_the_batch_is_followed_to_its_completion_and_announced(door: Door) -> None:
    body = (await post(door, ("a.pdf", PDF), ("b.pdf", PDF + b"b"), webhook_url=HOOK)).json()
    first, second = (each["request_id"] for each in body["documents"])
    await door.complete(first)
    status = (await door.client.get(body["batch_url"])).json()
    assert (status["status"], status["counts"]["completed"], status["counts"]["queued"]) == ("open", 1, 1)
    await door.fail(second)
    status = (await door.client.get(body["batch_url"])).json()
    assert (status["status"], status["counts"]["failed"]) == ("completed", 1)
    assert [each["status"] for each in status["documents"]] == ["completed", "failed"]
    assert status["documents"][1]["error"]["code"] == "corrupt_document"
    [delivery] = await door.journal.deliveries(body["batch_id"])
    assert json.loads(delivery.body)["data"]["counts"]["completed"] == 1


async def test_a_list_of_sources_as_json(door: Door) -> None:
    sources = [
        {"url": "http://93.184.215.14/a.pdf"},
        {"content_base64": base64.b64encode(PDF).decode(), "file_name": "b.pdf"},
        {"file_path": "/etc/passwd"},
        {"url": "http://127.0.0.1/a.pdf"},
        {},
    ]
    answer = await door.client.post("/v1/batches", json={"sources": sources, "priority": 3})
    assert answer.status_code == 202, answer.text
    told = [each.get("status") or each["error"]["code"] for each in answer.json()["documents"]]
    assert told == ["queued", "queued", "path_outside_documents", "unsafe_url", "malformed_request"]
    assert answer.json()["documents"][1]["file_name"] == "b.pdf"


async def test_a_repeat_under_its_key_finds_the_same_jobs(door: Door) -> None:
    headers = {"idempotency-key": "k1"}
    first = (await post(door, ("a.pdf", PDF), ("b.pdf", PDF + b"b"), headers=headers)).json()
    again = (await post(door, ("a.pdf", PDF), ("b.pdf", PDF + b"b"), headers=headers)).json()
    assert again["batch_id"] == first["batch_id"]
    assert [each["request_id"] for each in again["documents"]] == [each["request_id"] for each in first["documents"]]
    other = (await post(door, ("a.pdf", PDF + b"x"), headers=headers)).json()
    assert other["documents"][0]["error"]["code"] == "idempotency_mismatch"
    view = (await door.client.get(first["batch_url"])).json()
    assert view["total"] == 2


async def test_what_concerns_all_of_them_refuses_the_whole_and_keeps_nothing(door: Door) -> None:
    for answer in (
        await post(door, ("a.pdf", PDF), colour="blue"),
        await post(door, ("a.pdf", PDF), document_type="poem"),
        await post(door, ("a.pdf", PDF), webhook_url="http://127.0.0.1/"),
    ):
        assert answer.status_code == 422
    assert (await door.client.post("/v1/batches", json={"sources": []})).status_code == 400
    assert (await door.client.post("/v1/batches", json={})).status_code == 400
    too_many = await post(door, *((f"{number}.pdf", PDF) for number in range(101)))
    assert (too_many.status_code, too_many.json()["code"]) == (400, "malformed_request")
    assert await door.blobs.keys_under("jobs/") == []
    assert (await door.client.get("/v1/jobs")).json()["jobs"] == []


async def test_another_owners_batch_is_not_found(database: str) -> None:
    async with open_door(database) as door:
        ours = await door.make_key(Scope.SUBMIT, Scope.READ, owner="acme")
        theirs = await door.make_key(Scope.READ, owner="other")
        body = (await post(door, ("a.pdf", PDF), headers={"x-api-key": ours})).json()
        assert (await door.client.get(body["batch_url"], headers={"x-api-key": ours})).status_code == 200
        assert (await door.client.get(body["batch_url"], headers={"x-api-key": theirs})).status_code == 404
        assert (await door.client.get("/v1/batches/none", headers={"x-api-key": ours})).status_code == 404


async def test_documents_beyond_the_days_quota_say_so_in_their_place(database: str) -> None:
    async with open_door(database) as door:
        key = {"x-api-key": await door.make_key(Scope.SUBMIT, Scope.READ, daily_quota=2)}
        body = (await post(door, ("a.pdf", PDF), ("b.pdf", PDF + b"b"), ("c.pdf", PDF + b"c"), headers=key)).json()
        assert [each.get("status") or each["error"]["code"] for each in body["documents"]] == ["queued", "queued", "quota_exceeded"]
        assert body["total"] == 2
        assert len({key.split("/")[1] for key in door.blobs.keys}) == 2
