"""The Python client and the commands on it, against the real front door on a real socket; and against servers that misbehave."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any, TypeVar

import pytest

from doctray.client import BadSignature, Client, ProblemError, Unreachable, WaitTimeout, verify_webhook
from doctray.domain.job import JobStatus, Outcome, Progress
from doctray.domain.keys import Scope
from doctray.outbound.signing import new_secret, sign
from doctray.ports import Claim
from tests.integration.api.door import PDF, RESULT, Door
from tests.integration.api.test_results import make_all
from tests.integration.client.served import Served
from tests.integration.outbound.servers import Answering, Seen, Server, answering, hanging_up, serving
from tests.settling import until

T = TypeVar("T")


@pytest.fixture
def document(tmp_path: Path) -> Path:
    path = tmp_path / "Zertifikat für Jürgen.pdf"
    path.write_bytes(PDF)
    return path


async def test_a_file_goes_in_and_its_fields_come_out(served: Served, document: Path) -> None:
    told: list[dict[str, Any]] = []
    accepted = await served.ask(lambda client: client.submit(document, document_type="certificate"))
    request_id = accepted["request_id"]
    waiting = asyncio.create_task(served.ask(lambda client: client.wait(request_id, timeout_s=20, on_progress=told.append)))
    await until(lambda: bool(told))
    claim = await served.door.claim(request_id)
    await served.door.tell(request_id, Progress(stage="ocr", pages_done=1, pages_total=2, percent=40))
    await until(lambda: any((job.get("progress") or {}).get("stage") == "ocr" for job in told))
    job = await served.door.journal.get(request_id)
    assert job is not None
    assert (job.file_name, job.options.document_type.value) == ("Zertifikat für Jürgen.pdf", "certificate")
    await _finish(served.door, claim)
    done = await waiting
    assert (done["status"], done["result"]) == ("completed", RESULT)
    assert (told[0]["status"], told[-1]["status"]) == ("queued", "completed")
    assert await served.ask(lambda client: client.result(request_id)) == RESULT


async def test_every_option_arrives(served: Served) -> None:
    schema = {"type": "object", "properties": {"number": {"type": "string"}}}
    accepted = await served.ask(
        lambda client: client.submit(
            PDF,
            file_name="a.pdf",
            document_type="custom",
            schema=schema,
            priority=7,
            languages=["en"],
            pages="1-3,5",
            metadata={"order": [1, "\N{SNOWMAN}"]},
            no_cache=True,
            deadline_seconds=90.5,
        )
    )
    job = await served.door.journal.get(accepted["request_id"])
    assert job is not None
    options = job.options
    assert json.loads(options.schema or "") == schema
    assert (options.document_type.value, options.priority, options.languages, options.pages) == ("custom", 7, ("en",), "1-3,5")
    assert (options.no_cache, options.deadline_seconds) == (True, 90.5)
    assert job.metadata == {"order": [1, "\N{SNOWMAN}"]}


async def test_every_submission_is_its_own_unless_the_key_is_given(served: Served) -> None:
    first, second = [(await served.ask(lambda client: client.submit(PDF)))["request_id"] for _ in range(2)]
    again, repeated = [(await served.ask(lambda client: client.submit(PDF, idempotency_key="k1")))["request_id"] for _ in range(2)]
    assert len({first, second, again}) == 3
    assert again == repeated


async def test_a_submission_can_wait_for_the_end(served: Served, document: Path) -> None:
    submitting = asyncio.create_task(served.ask(lambda client: client.submit(str(document), wait_s=20)))
    request_id = await _first_job(served.door)
    await served.door.complete(request_id)
    done = await submitting
    assert (done["status"], done["result"]) == ("completed", RESULT)


async def test_a_refusal_is_told_as_the_service_told_it(served: Served) -> None:
    with pytest.raises(ProblemError) as caught:
        await served.ask(lambda client: client.submit(b"just text", file_name="a.pdf"))
    problem = caught.value
    assert (problem.code, problem.status, problem.retryable) == ("unsupported_media_type", 415, False)
    assert problem.detail


async def test_a_url_is_handed_in_and_judged(served: Served) -> None:
    with pytest.raises(ProblemError) as caught:
        await served.ask(lambda client: client.submit("http://127.0.0.1:1/private.pdf"))
    assert (caught.value.code, caught.value.status) == ("unsafe_url", 422)


async def test_the_key_opens_the_door(served: Served) -> None:
    key = await served.door.make_key(Scope.SUBMIT, Scope.READ)
    with pytest.raises(ProblemError) as caught:
        await served.ask(lambda client: client.list(), api_key="dt_wrong")
    assert (caught.value.code, caught.value.status) == ("unauthenticated", 401)
    accepted = await served.ask(lambda client: client.submit(PDF), api_key=key)
    assert (await served.ask(lambda client: client.status(accepted["request_id"]), api_key=key))["status"] == "queued"


async def test_a_job_can_be_cancelled_listed_and_deleted(served: Served) -> None:
    request_id = (await served.ask(lambda client: client.submit(PDF)))["request_id"]
    assert (await served.ask(lambda client: client.cancel(request_id)))["status"] == "cancelled"
    done = await served.ask(lambda client: client.wait(request_id, timeout_s=10))
    assert done["error"]["code"] == "cancelled_by_caller"
    listed = await served.ask(lambda client: client.list(status="cancelled", limit=10))
    assert [job["request_id"] for job in listed["jobs"]] == [request_id]
    await served.ask(lambda client: client.delete(request_id))
    with pytest.raises(ProblemError) as caught:
        await served.ask(lambda client: client.status(request_id))
    assert caught.value.code == "not_found"


async def test_a_form_that_has_to_be_made_is_waited_for(served: Served) -> None:
    request_id = (await served.ask(lambda client: client.submit(PDF)))["request_id"]
    await served.door.complete(request_id)
    assert (await served.ask(lambda client: client.result(request_id, form="csv"))).startswith(b"request_id,")
    waiting = asyncio.create_task(served.ask(lambda client: client.result(request_id, form="xlsx")))
    async with asyncio.timeout(60):
        while await served.door.journal.artifact(request_id, "xlsx") is None:
            await asyncio.sleep(0.01)
    await make_all(served.door)
    assert (await waiting).startswith(b"PK")
    with pytest.raises(WaitTimeout):
        await served.ask(lambda client: client.result(request_id, form="pdf", timeout_s=0.2))
    with pytest.raises(ProblemError) as refused:
        await served.ask(lambda client: client.result(request_id, form="docx"))
    assert refused.value.code == "not_acceptable"


async def test_a_review_is_handed_in_and_read(served: Served) -> None:
    request_id = (await served.ask(lambda client: client.submit(PDF)))["request_id"]
    await served.door.complete(request_id)
    kept = await served.ask(lambda client: client.review(request_id, {"kind": "other"}, reviewed_by="Ana", note="by phone"))
    assert (kept["number"], kept["reviewed_by"], kept["note"]) == (1, "Ana", "by phone")
    with pytest.raises(ProblemError) as late:
        await served.ask(lambda client: client.review(request_id, {"kind": "insurance"}))
    assert late.value.code == "review_conflict"
    await served.ask(lambda client: client.review(request_id, {"kind": "insurance"}, if_match='"1"'))
    with pytest.raises(ProblemError) as wrong:
        await served.ask(lambda client: client.review(request_id, {"kind": "x"}, if_match="*"))
    assert [fault["pointer"] for fault in wrong.value.errors] == ["/fields/kind"]
    reviews = await served.ask(lambda client: client.reviews(request_id))
    assert [review["fields"] for review in reviews] == [{"kind": "other"}, {"kind": "insurance"}]


async def test_a_failed_job_says_why(served: Served) -> None:
    request_id = (await served.ask(lambda client: client.submit(PDF)))["request_id"]
    with pytest.raises(ProblemError) as early:
        await served.ask(lambda client: client.result(request_id))
    assert early.value.code == "not_finished"
    await served.door.fail(request_id)
    done = await served.ask(lambda client: client.wait(request_id))
    assert (done["status"], done["error"]["code"]) == ("failed", "corrupt_document")
    with pytest.raises(ProblemError) as caught:
        await served.ask(lambda client: client.result(request_id))
    assert caught.value.code == "corrupt_document"


async def test_waiting_ends_when_its_time_is_up_and_the_job_goes_on(served: Served) -> None:
    request_id = (await served.ask(lambda client: client.submit(PDF)))["request_id"]
    with pytest.raises(WaitTimeout) as caught:
        await served.ask(lambda client: client.wait(request_id, timeout_s=0.2))
    assert caught.value.job["status"] == "queued"


async def test_an_id_cannot_lead_to_another_route(served: Served) -> None:
    with pytest.raises(ProblemError) as caught:
        await served.ask(lambda client: client.status("../../health"))
    assert caught.value.status == 404


# Servers that misbehave


async def ask(server: Server, call: Callable[[Client], T], *, tries: int = 4) -> tuple[T, list[float]]:
    """What the call returns, and the pauses that the client made."""
    pauses: list[float] = []

    def talk() -> T:
        with Client(server.url(""), tries=tries, sleep=pauses.append) as client:
            return call(client)

    return await asyncio.to_thread(talk), pauses


def in_turn(*answers: Answering) -> Answering:
    left = list(answers)

    async def answer(seen: Seen, writer: asyncio.StreamWriter) -> None:
        await left.pop(0)(seen, writer)

    return answer


def as_json(body: dict[str, Any], status: int = 200, **headers: str) -> Answering:
    return answering(status, json.dumps(body).encode(), content_type="application/json", **headers)


ACCEPTED = as_json({"request_id": "01job", "status": "queued"}, 202)
BUSY = as_json({"code": "queue_full", "status": 503, "detail": "Full.", "retryable": True}, 503, retry_after="7")


async def test_a_busy_service_is_asked_again_when_it_said_with_the_same_key_and_document(document: Path) -> None:
    async with serving(in_turn(BUSY, hanging_up, ACCEPTED)) as server:
        accepted, pauses = await ask(server, lambda client: client.submit(document))
    assert accepted["request_id"] == "01job"
    assert pauses == [7.0, 1.0]
    assert len({seen.headers["idempotency-key"] for seen in server.seen}) == 1
    assert all(PDF in seen.body for seen in server.seen)


async def test_a_service_that_is_busy_for_long_is_not_waited_for() -> None:
    async with serving(as_json({"code": "maintenance", "status": 503}, 503, retry_after="3600")) as server:
        with pytest.raises(ProblemError) as caught:
            await ask(server, lambda client: client.submit(PDF))
    assert (caught.value.code, caught.value.retry_after_s) == ("maintenance", 3600)
    assert len(server.seen) == 1


async def test_a_service_that_stays_busy_is_given_up() -> None:
    async with serving(BUSY) as server:
        with pytest.raises(ProblemError) as caught:
            await ask(server, lambda client: client.submit(PDF), tries=3)
    assert caught.value.retryable
    assert len(server.seen) == 3


@pytest.mark.parametrize("status", [400, 401, 403, 404, 409, 413, 415, 422, 500])
async def test_a_refusal_is_not_repeated(status: int) -> None:
    async with serving(as_json({"code": "some_code", "detail": "No."}, status)) as server:
        with pytest.raises(ProblemError, match="No") as caught:
            await ask(server, lambda client: client.submit(PDF))
    assert (caught.value.code, caught.value.status) == ("some_code", status)
    assert len(server.seen) == 1


async def test_a_key_that_is_in_use_is_waited_for() -> None:
    """The first try may still be being received when the second arrives."""
    async with serving(in_turn(as_json({"code": "idempotency_conflict"}, 409), ACCEPTED)) as server:
        accepted, _ = await ask(server, lambda client: client.submit(PDF))
    assert accepted["request_id"] == "01job"


async def test_a_proxy_of_the_environment_does_not_stand_before_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    async with serving(answering(502)) as proxy, serving(ACCEPTED) as server:
        monkeypatch.setenv("http_proxy", proxy.url())
        await ask(server, lambda client: client.submit(PDF))
    assert proxy.connections == 0


async def test_a_service_that_is_not_there_is_said() -> None:
    async with serving(answering()) as server:
        pass
    with pytest.raises(Unreachable, match="does not answer"):
        await ask(server, lambda client: client.status("01job"))


@pytest.mark.parametrize("answer", [answering(200, b"<html>"), answering(200, b"[]"), answering(204)])
async def test_something_else_at_the_address_is_noticed(answer: Answering) -> None:
    async with serving(answer) as server:
        with pytest.raises(Unreachable, match="is the address right"):
            await ask(server, lambda client: client.status("01job"))


async def test_a_refusal_that_is_no_problem_is_still_told() -> None:
    async with serving(answering(404, b"<html>nginx</html>")) as server:
        with pytest.raises(ProblemError) as caught:
            await ask(server, lambda client: client.status("01job"))
    assert (caught.value.code, caught.value.status) == ("http_404", 404)


async def test_a_service_that_does_not_hold_the_request_is_polled_as_it_asks() -> None:
    queued = as_json({"request_id": "01job", "status": "queued"}, retry_after="3", etag='"a"')
    unchanged = answering(304, retry_after="5")
    done = as_json({"request_id": "01job", "status": "completed"}, etag='"b"')
    told: list[str] = []
    async with serving(in_turn(queued, unchanged, unchanged, done)) as server:
        job, pauses = await ask(server, lambda client: client.wait("01job", on_progress=lambda job: told.append(job["status"])))
    assert job["status"] == "completed"
    assert told == ["queued", "completed"]
    assert pauses == [0.1, 5.0, 5.0]
    assert [seen.headers.get("if-none-match") for seen in server.seen] == [None, '"a"', '"a"', '"a"']
    assert [seen.path.partition("?")[2] for seen in server.seen] == ["", "wait=20", "wait=20", "wait=20"]


def test_a_webhook_is_verified_for_receivers() -> None:
    secret, body = new_secret(), b'{"type":"job.completed"}'
    headers = dict(sign("msg_1", 1614265330, body, [secret]))
    assert verify_webhook(headers, body, secret, now=1614265331) == {"type": "job.completed"}
    with pytest.raises(BadSignature):
        verify_webhook(headers, body, secret)


async def _finish(door: Door, claim: Claim) -> None:
    async def stored() -> AsyncIterator[bytes]:
        yield json.dumps(RESULT).encode()

    ref = await door.blobs.put(f"jobs/{claim.request_id}/result.json", stored())
    outcome = Outcome(status=JobStatus.COMPLETED, result=ref, result_type="certificate")
    assert await door.journal.finish(claim, outcome, announce=door.announcer.for_job())
    await door.notices.publish(claim.request_id, None)


async def _first_job(door: Door) -> str:
    async with asyncio.timeout(60):
        while not (rings := door.queue.answer()):
            await asyncio.sleep(0.01)
    return rings[0].request_id


async def test_a_wait_on_the_service_outlasts_the_clients_own_patience(served: Served) -> None:
    def hand_in_and_wait() -> dict[str, Any]:
        with Client(served.url, timeout_s=0.2, tries=1) as client:
            return client.submit(PDF, wait_s=1)

    assert (await asyncio.to_thread(hand_in_and_wait))["status"] == "queued"
