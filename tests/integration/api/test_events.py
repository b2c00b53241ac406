"""Server-sent events: a job's course, told once and to its end."""

import asyncio
import json
from typing import Any

import httpx
import pytest

from doctray.api import routes_events
from doctray.domain.job import Progress
from tests.integration.api.door import Door, open_door

Event = tuple[str, str, dict[str, Any]]


def events_of(body: str) -> list[Event]:
    found = []
    for block in body.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line and not line.startswith(":"))
        if "event" in lines:
            found.append((lines["event"], lines["id"], json.loads(lines["data"])))
    return found


async def listen(door: Door, request_id: str, **headers: str) -> httpx.Response:
    async with asyncio.timeout(60):
        return await door.client.get(f"/v1/jobs/{request_id}/events", headers=headers)


async def test_the_course_of_a_job_is_told_to_its_end(door: Door) -> None:
    request_id = (await door.submit())["request_id"]
    listening = asyncio.create_task(listen(door, request_id))
    await asyncio.sleep(0)
    await door.claim(request_id)
    await door.tell(request_id, Progress(stage="ocr", pages_done=1, pages_total=2, percent=45))
    await door.client.post(f"/v1/jobs/{request_id}/cancel")
    answer = await listening
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = events_of(answer.text)
    assert events[-1][0] == "cancelled"
    assert {name for name, _, _ in events[:-1]} <= {"progress"}
    assert events[-1][2]["error"]["code"] == "cancelled_by_caller"
    assert len({event_id for _, event_id, _ in events}) == len(events)


async def test_a_completed_job_says_so_at_once_and_where_its_result_is(door: Door) -> None:
    request_id = (await door.submit())["request_id"]
    await door.complete(request_id)
    [(name, _, data)] = events_of((await listen(door, request_id)).text)
    assert (name, data["result_url"], data["result"]) == ("completed", f"/v1/jobs/{request_id}/result", None)


async def test_a_failed_job_says_why(door: Door) -> None:
    request_id = (await door.submit())["request_id"]
    await door.fail(request_id)
    [(name, _, data)] = events_of((await listen(door, request_id)).text)
    assert (name, data["error"]["code"]) == ("failed", "corrupt_document")


async def test_last_event_id_resumes_without_telling_again_what_was_seen(door: Door) -> None:
    request_id = (await door.submit())["request_id"]
    await door.complete(request_id)
    [(_, event_id, _)] = events_of((await listen(door, request_id)).text)
    assert events_of((await listen(door, request_id, **{"Last-Event-ID": event_id})).text) == []
    assert len(events_of((await listen(door, request_id, **{"Last-Event-ID": "older"})).text)) == 1


async def test_events_open_by_the_read_token_and_are_not_found_without(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "k" * 32)
    async with open_door(database) as door:
        answer = await door.client.post("/v1/jobs", json={"content_base64": "JVBERi0xLjcK"}, headers={"x-api-key": "k" * 32})
        ticket = answer.json()
        await door.complete(ticket["request_id"])
        path = f"/v1/jobs/{ticket['request_id']}/events"
        assert (await door.client.get(path, params={"token": ticket["read_token"]})).status_code == 200
        assert (await door.client.get(path)).status_code == 401
        assert (await door.client.get("/v1/jobs/none/events", params={"token": ticket["read_token"]})).status_code == 401


async def test_a_client_that_opens_too_many_streams_is_told_so(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(routes_events, "STREAMS_PER_ADDRESS", 1)
    request_id = (await door.submit())["request_id"]
    first = asyncio.create_task(listen(door, request_id))
    async with asyncio.timeout(60):
        while not routes_events._open:
            await asyncio.sleep(0.01)
    refused = await listen(door, request_id)
    assert (refused.status_code, refused.json()["code"]) == (429, "rate_limited")
    await door.client.post(f"/v1/jobs/{request_id}/cancel")
    await first
    assert not routes_events._open
