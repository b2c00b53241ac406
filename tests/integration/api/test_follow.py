"""Following a job: status, ETag, waiting, result, pages, lists."""

import asyncio
from typing import Any

import pytest

from doctray.domain.job import Progress
from tests.integration.api.door import PDF, PNG, RESULT, Door, open_door


async def test_status_of_a_queued_job(door: Door) -> None:
    ticket = await door.submit()

    answer = await door.client.get(f"/v1/jobs/{ticket['request_id']}")
    status = answer.json()
    assert answer.status_code == 200
    assert status == (await door.client.get(f"/status/{ticket['request_id']}")).json()
    assert status["status"] == "queued"
    assert status["queue_position"] == 1
    assert status["result"] is None
    assert status["error"] is None
    assert int(answer.headers["retry-after"]) >= 1


async def test_status_shows_live_progress_per_stage_and_page(door: Door) -> None:
    ticket = await door.submit()
    await door.claim(ticket["request_id"])
    await door.tell(ticket["request_id"], Progress(stage="ocr", pages_done=1, pages_total=3, percent=41))

    status = (await door.client.get(ticket["status_url"])).json()
    assert status["status"] == "processing"
    assert status["progress"] == {"stage": "ocr", "pages_done": 1, "pages_total": 3, "percent": 41}
    assert status["estimated_seconds"] >= 1
    assert status["attempt"] == 1


async def test_status_of_a_completed_job_holds_the_result(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    answer = await door.client.get(ticket["status_url"])
    assert answer.json()["result"] == RESULT
    assert answer.json()["status"] == "completed"
    assert answer.json()["document_type"] == "certificate"
    assert "retry-after" not in answer.headers


async def test_status_of_a_failed_job_holds_a_problem(door: Door) -> None:
    ticket = await door.submit()
    await door.fail(ticket["request_id"], "corrupt_document")

    error = (await door.client.get(ticket["status_url"])).json()["error"]
    assert error["code"] == "corrupt_document"
    assert error["type"] == "/problems/corrupt_document"
    assert error["request_id"] == ticket["request_id"]
    assert error["retryable"] is False


async def test_unchanged_status_is_304(door: Door) -> None:
    ticket = await door.submit()
    etag = (await door.client.get(ticket["status_url"])).headers["etag"]

    for given in (etag, etag.removeprefix("W/"), f'"other", {etag}', "*"):
        answer = await door.client.get(ticket["status_url"], headers={"if-none-match": given})
        assert answer.status_code == 304
        assert answer.content == b""
        assert answer.headers["etag"] == etag


async def test_etag_covers_status_and_progress_but_not_the_place_in_the_queue(door: Door) -> None:
    first = await door.submit(PDF + b"1")
    second = await door.submit(PDF + b"2")
    before = await door.client.get(second["status_url"])
    await door.claim(first["request_id"])
    after = await door.client.get(second["status_url"])
    assert (before.json()["queue_position"], after.json()["queue_position"]) == (2, 1)
    assert before.headers["etag"] == after.headers["etag"]

    tags = {before.headers["etag"]}
    await door.claim(second["request_id"])
    tags.add((await door.client.get(second["status_url"])).headers["etag"])
    await door.tell(second["request_id"], Progress(stage="ocr", percent=40))
    tags.add((await door.client.get(second["status_url"])).headers["etag"])
    await door.tell(second["request_id"], Progress(stage="ocr", percent=41))
    tags.add((await door.client.get(second["status_url"])).headers["etag"])
    assert len(tags) == 4


@pytest.mark.parametrize("way", ["query", "prefer"])
async def test_wait_answers_on_the_next_change(door: Door, way: str) -> None:
    ticket = await door.submit()
    url = ticket["status_url"]
    request = door.client.get(f"{url}?wait=20") if way == "query" else door.client.get(url, headers={"prefer": "wait=20"})
    asked = asyncio.create_task(request)
    await _until_waiting(door, ticket["request_id"])
    await door.claim(ticket["request_id"])

    async with asyncio.timeout(60):
        assert (await asked).json()["status"] == "processing"


async def test_wait_notices_a_change_that_nobody_told(door: Door) -> None:
    ticket = await door.submit()
    asked = asyncio.create_task(door.client.get(f"{ticket['status_url']}?wait=20"))
    await _until_waiting(door, ticket["request_id"])
    publish, door.notices.publish = door.notices.publish, _silence  # type: ignore[method-assign]
    await door.claim(ticket["request_id"])
    door.notices.publish = publish  # type: ignore[method-assign]

    async with asyncio.timeout(60):
        assert (await asked).json()["status"] == "processing"


async def test_wait_ends_after_its_time_and_never_beyond_the_cap(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WAIT_MAX_SECONDS", "0.1")
    async with open_door(database) as door:
        ticket = await door.submit()
        async with asyncio.timeout(60):
            answer = await door.client.get(f"{ticket['status_url']}?wait=3600")
        assert answer.json()["status"] == "queued"


async def test_wait_with_an_old_etag_answers_at_once(door: Door) -> None:
    ticket = await door.submit()
    old = (await door.client.get(ticket["status_url"])).headers["etag"]
    await door.claim(ticket["request_id"])

    async with asyncio.timeout(60):
        answer = await door.client.get(f"{ticket['status_url']}?wait=30", headers={"if-none-match": old})
    assert answer.json()["status"] == "processing"


async def test_wait_on_an_ended_job_answers_at_once(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    async with asyncio.timeout(60):
        assert (await door.client.get(f"{ticket['status_url']}?wait=30")).json()["status"] == "completed"


@pytest.mark.parametrize("wait", ["-1", "nan", "inf", "soon"])
async def test_a_wait_that_is_no_time(door: Door, wait: str) -> None:
    ticket = await door.submit()
    answer = await door.client.get(f"{ticket['status_url']}?wait={wait}")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


async def test_result_is_repeatable_and_has_an_etag(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    first, second = await door.client.get(ticket["result_url"]), await door.client.get(ticket["result_url"])
    assert first.json() == second.json() == RESULT
    assert first.headers["content-type"] == "application/json"
    unchanged = await door.client.get(ticket["result_url"], headers={"if-none-match": first.headers["etag"]})
    assert unchanged.status_code == 304


async def test_result_as_text_by_suffix_and_by_accept(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    by_suffix = await door.client.get(f"{ticket['result_url']}.txt")
    by_accept = await door.client.get(ticket["result_url"], headers={"accept": "text/plain, application/json;q=0.5"})
    assert by_suffix.text == by_accept.text == RESULT["text"]
    assert by_suffix.headers["content-type"] == "text/plain; charset=utf-8"
    assert (await door.client.get(f"{ticket['result_url']}.json", headers={"accept": "text/plain"})).json() == RESULT


@pytest.mark.parametrize(("suffix", "accept"), [(".ics", "*/*"), (".exe", "*/*"), ("", "image/png"), ("", "application/json;q=0")])
async def test_a_form_that_does_not_exist_is_406(door: Door, suffix: str, accept: str) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    answer = await door.client.get(f"{ticket['result_url']}{suffix}", headers={"accept": accept})
    assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")


async def test_result_of_an_unfinished_job_is_409(door: Door) -> None:
    ticket = await door.submit()

    answer = await door.client.get(ticket["result_url"])
    problem = answer.json()
    assert (answer.status_code, problem["code"], problem["request_id"]) == (409, "not_finished", ticket["request_id"])
    assert "retry-after" in answer.headers


async def test_result_of_a_failed_job_is_409_with_its_own_code(door: Door) -> None:
    ticket = await door.submit()
    await door.fail(ticket["request_id"], "encrypted_document")

    answer = await door.client.get(ticket["result_url"])
    assert (answer.status_code, answer.json()["code"], answer.json()["status"]) == (409, "encrypted_document", 409)


async def test_a_deleted_job_is_not_found(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])
    assert (await door.client.delete(f"/v1/jobs/{ticket['request_id']}")).status_code == 204

    for url in (ticket["status_url"], ticket["result_url"], f"/v1/jobs/{ticket['request_id']}/pages/1.png"):
        answer = await door.client.get(url)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found")
    assert door.blobs.keys == []


async def test_a_result_whose_bytes_are_gone_is_410(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])
    await door.blobs.delete_prefix(f"jobs/{ticket['request_id']}/")

    for url in (ticket["result_url"], ticket["status_url"]):
        assert (await door.client.get(url)).json()["code"] == "expired"


async def test_page_image(door: Door) -> None:
    ticket = await door.submit()
    await door.complete(ticket["request_id"])

    answer = await door.client.get(f"/v1/jobs/{ticket['request_id']}/pages/1.png")
    assert (answer.status_code, answer.content, answer.headers["content-type"]) == (200, PNG, "image/png")
    assert (await door.client.get(f"/v1/jobs/{ticket['request_id']}/pages/2.png")).status_code == 404
    assert (await door.client.get(f"/v1/jobs/{ticket['request_id']}/pages/0.png")).status_code == 422


async def test_an_unknown_job_is_404_everywhere(door: Door) -> None:
    for method, path in (
        ("GET", "/status/{id}"),
        ("GET", "/v1/jobs/{id}/result"),
        ("GET", "/v1/jobs/{id}/pages/1.png"),
        ("GET", "/v1/jobs/{id}/deliveries"),
        ("POST", "/v1/jobs/{id}/cancel"),
        ("POST", "/v1/jobs/{id}/replay"),
        ("DELETE", "/v1/jobs/{id}"),
    ):
        for request_id in ("01aaaaaaaaaaaaaaaaaaaaaaaa", "x" * 200):
            answer = await door.client.request(method, path.replace("{id}", request_id))
            assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path


async def test_list_is_newest_first_in_pages(door: Door) -> None:
    made = [(await door.submit(PDF + bytes([number])))["request_id"] for number in range(5)]

    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        page = (await door.client.get(f"/v1/jobs?limit=2{cursor}")).json()
        seen += [job["request_id"] for job in page["jobs"]]
        cursor = f"&cursor={page['next_cursor']}"
    assert seen == made[::-1]
    assert page["next_cursor"] is None


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ({"status": "completed"}, ["a.pdf"]),
        ({"status": "queued"}, ["b.pdf"]),
        ({"document_type": "certificate"}, ["a.pdf"]),
        ({"q": "b.p"}, ["b.pdf"]),
        ({"q": "%"}, []),
        ({"created_after": "2999-01-01T00:00:00Z"}, []),
        ({"created_after": "2020-01-01T00:00:00+02:00"}, ["b.pdf", "a.pdf"]),
    ],
)
async def test_list_filters(door: Door, query: dict[str, str], found: list[str]) -> None:
    first = await door.submit(PDF + b"1", name="a.pdf", document_type="certificate")
    await door.submit(PDF + b"2", name="b.pdf", document_type="timetable")
    await door.complete(first["request_id"])

    answer = await door.client.get("/v1/jobs", params=query)
    assert [job["file_name"] for job in answer.json()["jobs"]] == found
    assert all(job["result"] is None for job in answer.json()["jobs"])


async def test_a_foreign_cursor_is_an_invalid_option(door: Door) -> None:
    answer = await door.client.get("/v1/jobs?cursor=abc")
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


async def _until_waiting(door: Door, request_id: str) -> None:
    async with asyncio.timeout(60):
        while not door.notices._waiters.get(request_id):
            await asyncio.sleep(0.005)


async def _silence(*_args: Any) -> None:
    return None


@pytest.mark.parametrize("moment", ["0.5", "1763811139", "2026-11-22", "2026-11-22T12:00:00", "soon"])
async def test_created_after_is_a_moment_with_its_offset(door: Door, moment: str) -> None:
    answer = await door.client.get("/v1/jobs", params={"created_after": moment})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")
    assert (await door.client.get("/v1/jobs", params={"created_after": "2026-11-22T12:00:00+01:00"})).status_code == 200
