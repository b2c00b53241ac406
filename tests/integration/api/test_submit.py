"""Submitting: every form of it, and what it answers."""

import asyncio
import base64
from typing import Any

import pytest

from tests.integration.api.door import PDF, PNG, RESULT, Door, open_door, upload_under_way


async def test_upload_answers_202_with_a_ticket(door: Door) -> None:
    answer = await door.client.post("/v1/jobs", files={"file": ("scan.pdf", PDF)}, data={"document_type": "certificate"})

    assert answer.status_code == 202
    ticket = answer.json()
    request_id = ticket["request_id"]
    assert ticket["status"] == "queued"
    assert ticket["document_type"] == "certificate"
    assert ticket["cached"] is False
    assert ticket["queue_position"] == 1
    assert ticket["status_url"] == f"/status/{request_id}"
    assert ticket["result_url"] == f"/v1/jobs/{request_id}/result"
    assert answer.headers["location"] == f"/v1/jobs/{request_id}"
    assert int(answer.headers["retry-after"]) >= 1
    job = await door.journal.get(request_id)
    assert job is not None
    assert job.media_type == "application/pdf"
    assert job.source is not None
    assert job.source.size_bytes == len(PDF)
    assert [ring.request_id for ring in door.queue.rings] == [request_id]


async def test_fields_may_follow_the_file(door: Door) -> None:
    boundary = "cut"
    body = (
        b'--cut\r\ncontent-disposition: form-data; name="file"; filename="a.png"\r\ncontent-type: image/png\r\n\r\n'
        + PNG
        + b'\r\n--cut\r\ncontent-disposition: form-data; name="priority"\r\n\r\n7\r\n--cut--\r\n'
    )
    answer = await door.client.post("/v1/jobs", content=body, headers={"content-type": f"multipart/form-data; boundary={boundary}"})

    assert answer.status_code == 202, answer.text
    job = await door.journal.get(answer.json()["request_id"])
    assert job is not None
    assert job.options.priority == 7
    assert job.file_name == "a.png"


async def test_options_as_php_sends_them(door: Door) -> None:
    fields: dict[str, Any] = {"no_cache": "1", "metadata": "[]", "deadline_seconds": "90", "pages": " 1-3, 5", "languages[]": "de"}
    ticket = await door.submit(**fields)

    job = await door.journal.get(ticket["request_id"])
    assert job is not None
    assert job.options.no_cache is True
    assert job.metadata == {}
    assert job.options.deadline_seconds == 90
    assert job.options.pages == "1-3,5"
    assert job.options.languages == ("de",)


async def test_metadata_is_echoed_in_the_status(door: Door) -> None:
    ticket = await door.submit(metadata='{"order": "é-7"}')

    status = (await door.client.get(ticket["status_url"])).json()
    assert status["metadata"] == {"order": "é-7"}


async def test_file_name_is_a_base_name_without_control_characters(door: Door) -> None:
    ticket = await door.submit(name="../../etc/pass\u202ewd.pdf")

    job = await door.journal.get(ticket["request_id"])
    assert job is not None
    assert job.file_name == "passwd.pdf"


@pytest.mark.parametrize("breaks", [False, True])
async def test_content_base64(door: Door, breaks: bool) -> None:
    encoded = base64.encodebytes(PDF).decode() if breaks else base64.b64encode(PDF).decode()
    answer = await door.client.post("/v1/jobs", json={"content_base64": encoded, "file_name": "a.pdf", "priority": 3})

    assert answer.status_code == 202, answer.text
    job = await door.journal.get(answer.json()["request_id"])
    assert job is not None
    assert job.source is not None
    assert job.source.size_bytes == len(PDF)
    assert (job.file_name, job.options.priority) == ("a.pdf", 3)


async def test_url_becomes_a_job_that_a_worker_downloads(door: Door) -> None:
    answer = await door.client.post("/v1/jobs", json={"url": "https://93.184.216.34/papers/a%20b.pdf?sig=1"})

    assert answer.status_code == 202, answer.text
    job = await door.journal.get(answer.json()["request_id"])
    assert job is not None
    assert job.source is None
    assert job.source_url == "https://93.184.216.34/papers/a%20b.pdf?sig=1"
    assert job.file_name == "a b.pdf"


async def test_file_path_is_copied_before_the_answer(door: Door) -> None:
    folder = door.settings.documents_dir
    (folder / "inbox").mkdir(parents=True)
    paper = folder / "inbox" / "a.pdf"
    paper.write_bytes(PDF)

    relative = await door.client.post("/v1/jobs", json={"file_path": "inbox/a.pdf"})
    absolute = await door.client.post("/process-certificate", json={"file_path": str(paper), "priority": 2})
    paper.unlink()

    assert (relative.status_code, absolute.status_code) == (202, 200), relative.text + absolute.text
    job = await door.journal.get(absolute.json()["request_id"])
    assert job is not None
    assert job.source is not None
    assert b"".join([chunk async for chunk in door.blobs.read(job.source)]) == PDF
    assert job.options.document_type == "certificate"
    assert job.options.priority == 2


@pytest.mark.parametrize(
    ("route", "document_type"),
    [("/process-insurance-certificate", "certificate"), ("/process-certificate", "certificate"), ("/process-timetable", "timetable")],
)
async def test_routes_of_earlier_systems_answer_200(door: Door, route: str, document_type: str) -> None:
    answer = await door.client.post(route, files={"file": ("a.pdf", PDF)})

    assert answer.status_code == 200
    assert answer.json()["document_type"] == document_type
    assert answer.json()["status"] == "queued"


async def test_prefer_wait_answers_200_with_the_result_once_the_job_has_ended(door: Door) -> None:
    asked = asyncio.create_task(door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers={"prefer": "wait=20"}))
    request_id = await _first_ring(door)
    await door.complete(request_id)

    answer = await asked
    assert answer.status_code == 200
    assert answer.headers["preference-applied"] == "wait=20"
    body = answer.json()
    assert body["status"] == "completed"
    assert body["result"] == RESULT
    assert body["read_token"].startswith("rt_")


async def test_prefer_wait_answers_202_when_the_time_is_up(door: Door) -> None:
    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers={"prefer": "respond-async, wait=0.05"})

    assert answer.status_code == 202
    assert answer.json()["status"] == "queued"


async def test_the_same_content_again_is_answered_from_the_cache(door: Door) -> None:
    first = await door.submit()
    await door.complete(first["request_id"])

    second = await door.submit()
    assert second["status"] == "completed"
    assert second["cached"] is True
    assert second["request_id"] != first["request_id"]
    assert (await door.client.get(second["result_url"])).json() == RESULT


async def test_idempotency_key_repeats_the_first_answer(door: Door) -> None:
    headers = {"idempotency-key": "order-7"}
    first = await door.submit(headers=headers)
    again = await door.client.post("/v1/jobs", files={"file": ("scan.pdf", PDF)}, headers=headers)

    assert again.status_code == 202
    assert again.json()["request_id"] == first["request_id"]
    assert again.json()["read_token"] == first["read_token"]
    assert again.headers["idempotency-replayed"] == "true"
    assert door.blobs.keys == [f"jobs/{first['request_id']}/source"]


async def test_idempotency_key_with_other_content_is_refused(door: Door) -> None:
    headers = {"idempotency-key": "order-7"}
    await door.submit(headers=headers)
    other = await door.client.post("/v1/jobs", files={"file": ("scan.pdf", PDF + b"y")}, headers=headers)

    assert (other.status_code, other.json()["code"]) == (422, "idempotency_mismatch")


async def test_idempotency_key_whose_first_request_is_still_coming_in_is_a_conflict(door: Door) -> None:
    async with upload_under_way(door, "order-7") as first:
        second = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers={"idempotency-key": "order-7"})

    assert (second.status_code, second.json()["code"]) == (409, "idempotency_conflict")
    assert (await first).status_code == 202


async def test_process_waits_and_answers_the_result_itself(door: Door) -> None:
    asked = asyncio.create_task(door.client.post("/process", files={"file": ("a.pdf", PDF)}))
    await door.complete(await _first_ring(door))

    answer = await asked
    assert answer.status_code == 200
    assert answer.json() == RESULT


async def test_process_answers_a_failed_job_under_its_own_code(door: Door) -> None:
    asked = asyncio.create_task(door.client.post("/process", files={"file": ("a.pdf", PDF)}))
    request_id = await _first_ring(door)
    await door.fail(request_id, "encrypted_document")

    answer = await asked
    assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (422, "encrypted_document", request_id)


async def test_process_names_the_job_when_the_wait_is_over(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAIT_MAX_SECONDS", "0.05")
    async with open_door(database) as door:
        answer = await door.client.post("/process", files={"file": ("a.pdf", PDF)})

        assert (answer.status_code, answer.json()["code"]) == (504, "wait_exceeded")
        assert await door.journal.get(answer.json()["request_id"]) is not None


async def test_a_job_is_accepted_while_redis_is_away(door: Door) -> None:
    door.queue.reachable = False

    ticket = await door.submit()
    assert await door.journal.get(ticket["request_id"]) is not None


async def _first_ring(door: Door) -> str:
    async with asyncio.timeout(60):
        while not door.queue.rings:
            await asyncio.sleep(0.005)
    return door.queue.rings[0].request_id
