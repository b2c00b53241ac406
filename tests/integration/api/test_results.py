"""Results in every form over HTTP: negotiation, ETags, names, and forms that a worker makes."""

import asyncio
import csv
import io
import json
from typing import Any

import icalendar
import openpyxl
import pytest

from doctray.clock import SystemClock
from doctray.domain.artifact import ArtifactStatus
from doctray.domain.job import JobStatus, Outcome
from doctray.domain.keys import Scope
from doctray.export.markdown import to_markdown
from doctray.export.renderers import WholeRenderer
from doctray.export.xlsx import to_xlsx
from doctray.service.artifacts import ArtifactMaker
from doctray.service.forms import FORMS
from doctray.service.stored import in_one_chunk
from tests.integration.api.door import Door

PAGES = [{"page": 1, "width": 10, "height": 10, "rotation": 0, "source": "ocr", "placement": None, "lines": []}]
TIMETABLE: dict[str, Any] = {
    "document_type": "timetable",
    "fields": {"class_name": "7B", "timeblocks": [{"day": "Monday", "start": "09:00", "end": "09:50", "subject": "=Maths"}]},
    "provenance": {},
    "warnings": [],
    "text": "Monday\nMaths",
    "pages": PAGES,
}


async def finished(door: Door, result: dict[str, Any] = TIMETABLE, *, content: int = 0, **options: Any) -> str:
    """A job that a worker has completed with this result. content: documents with another number are other documents."""
    ticket = await door.submit(b"%%PDF-1.7\n%d" % content, name="Plan für 7b.pdf", **options)
    request_id = str(ticket["request_id"])
    claim = await door.claim(request_id)
    ref = await door.blobs.put(f"jobs/{request_id}/result-1.json", in_one_chunk(json.dumps(result).encode()))
    outcome = Outcome(status=JobStatus.COMPLETED, result=ref, result_type=result["document_type"], confidence=0.9, page_total=1)
    ended = await door.journal.finish(claim, outcome, announce=door.announcer.for_job())
    assert ended is not None
    return request_id


def maker(door: Door, renderers: dict[str, Any] | None = None) -> ArtifactMaker:
    made = renderers or {"xlsx": WholeRenderer(to_xlsx)}
    return ArtifactMaker(journal=door.journal, blobs=door.blobs, notices=door.notices, clock=SystemClock(), renderers=made)


async def make_all(door: Door, renderers: dict[str, Any] | None = None) -> None:
    making = maker(door, renderers)
    await making.start_due()
    await making.drain(grace_s=60)


async def test_light_forms_are_there_at_once(door: Door) -> None:
    request_id = await finished(door)
    forms = {
        "json": ("application/json", b"{"),
        "md": ("text/markdown; charset=utf-8", b"# Plan"),
        "txt": ("text/plain; charset=utf-8", b"Monday\nMaths"),
        "csv": ("text/csv; charset=utf-8", b"request_id,"),
        "ics": ("text/calendar; charset=utf-8", b"BEGIN:VCALENDAR\r\n"),
        "hocr": ("text/vnd.hocr+html; charset=utf-8", b"<?xml"),
    }
    for form, (media_type, start) in forms.items():
        by_suffix = await door.client.get(f"/v1/jobs/{request_id}/result.{form}")
        assert (by_suffix.status_code, by_suffix.headers["content-type"]) == (200, media_type)
        assert by_suffix.content.startswith(start)
        by_accept = await door.client.get(f"/v1/jobs/{request_id}/result", headers={"accept": FORMS[form].media_type})
        assert by_accept.content == by_suffix.content
        assert by_accept.headers["vary"] == "Accept"


async def test_a_form_has_an_etag_a_name_and_a_head(door: Door) -> None:
    request_id = await finished(door)
    for form in ("json", "csv", "ics"):
        got = await door.client.get(f"/v1/jobs/{request_id}/result.{form}")
        assert f'filename="Plan_f_r_7b.{form}"; filename*=UTF-8' in got.headers["content-disposition"]
        again = await door.client.get(f"/v1/jobs/{request_id}/result.{form}", headers={"if-none-match": got.headers["etag"]})
        assert (again.status_code, again.content) == (304, b"")
        head = await door.client.head(f"/v1/jobs/{request_id}/result.{form}")
        assert (head.status_code, head.content) == (200, b"")
        assert head.headers["content-length"] == str(len(got.content))
        assert head.headers["etag"] == got.headers["etag"]


async def test_each_form_has_an_etag_of_its_own(door: Door) -> None:
    request_id = await finished(door)
    answers = [await door.client.head(f"/v1/jobs/{request_id}/result.{form}") for form in ("json", "md", "txt", "csv", "ics", "hocr")]
    assert len({answer.headers["etag"] for answer in answers}) == len(answers)


async def test_what_is_answered_can_be_read(door: Door) -> None:
    request_id = await finished(door)
    rows = list(csv.DictReader(io.StringIO((await door.client.get(f"/v1/jobs/{request_id}/result.csv")).text)))
    assert rows[0]["subject"] == "'=Maths"
    calendar = icalendar.Calendar.from_ical((await door.client.get(f"/v1/jobs/{request_id}/result.ics")).content)
    assert [event["SUMMARY"] for event in calendar.walk("VEVENT")] == ["=Maths"]


async def test_a_form_that_makes_no_sense_is_refused(door: Door) -> None:
    untimed = {"timeblocks": [{"day": "Monday", "subject": "x"}]}
    refusals: list[tuple[dict[str, Any], str, str]] = [
        ({**TIMETABLE, "document_type": "certificate"}, "ics", "json, md, txt, csv, xlsx, hocr or pdf"),
        ({**TIMETABLE, "document_type": "other", "fields": {}}, "csv", "json, md, txt, hocr or pdf"),
        ({**TIMETABLE, "document_type": "other", "fields": {}}, "xlsx", "json, md, txt, hocr or pdf"),
        (TIMETABLE, "docx", "json, md, txt, csv, xlsx, ics, hocr or pdf"),
        ({**TIMETABLE, "fields": untimed}, "ics", "No lesson"),
    ]
    for number, (result, form, said) in enumerate(refusals):
        request_id = await finished(door, result, content=number)
        answer = await door.client.get(f"/v1/jobs/{request_id}/result.{form}")
        assert (answer.status_code, answer.json()["code"]) == (406, "not_acceptable")
        assert said in answer.json()["detail"]


async def test_a_form_of_what_is_not_finished_or_gone_is_refused(door: Door) -> None:
    queued = (await door.submit())["request_id"]
    failed = (await door.submit(b"%PDF-1.7\nother"))["request_id"]
    await door.fail(failed)
    for request_id, status, code in ((queued, 409, "not_finished"), (failed, 409, "corrupt_document")):
        for form in ("pdf", "csv"):
            answer = await door.client.get(f"/v1/jobs/{request_id}/result.{form}")
            assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (status, code, request_id)
    deleted = await finished(door)
    await door.client.delete(f"/v1/jobs/{deleted}")
    answer = await door.client.get(f"/v1/jobs/{deleted}/result.xlsx")
    assert (answer.status_code, answer.json()["code"]) == (404, "not_found")


async def test_a_worker_makes_what_the_api_cannot(door: Door) -> None:
    request_id = await finished(door)
    path = f"/v1/jobs/{request_id}/result.xlsx"
    asked = await door.client.get(path)
    assert (asked.status_code, asked.headers["retry-after"]) == (202, "1")
    assert asked.json() == {"request_id": request_id, "form": "xlsx", "status": "pending"}
    assert (await door.client.get(path)).status_code == 202
    await make_all(door)
    got = await door.client.get(path)
    assert got.status_code == 200
    assert got.headers["content-type"] == FORMS["xlsx"].media_type
    assert int(got.headers["content-length"]) == len(got.content)
    assert openpyxl.load_workbook(io.BytesIO(got.content)).sheetnames[0] == "Values"
    assert (await door.client.get(path, headers={"if-none-match": got.headers["etag"]})).status_code == 304
    head = await door.client.head(path)
    assert (head.status_code, head.headers["content-length"], head.content) == (200, got.headers["content-length"], b"")


async def test_a_caller_may_wait_for_it(door: Door) -> None:
    request_id = await finished(door)
    waiting = asyncio.create_task(door.client.get(f"/v1/jobs/{request_id}/result.xlsx?wait=30"))
    async with asyncio.timeout(60):
        while await door.journal.artifact(request_id, "xlsx") is None:
            await asyncio.sleep(0.01)
    await make_all(door)
    answer = await waiting
    assert answer.status_code == 200
    short = await door.client.get(f"/v1/jobs/{request_id}/result.pdf", headers={"prefer": "wait=0.05"})
    assert short.status_code == 202


async def test_a_failure_is_a_problem_with_its_code(door: Door) -> None:
    """No worker of this test makes PDFs."""
    request_id = await finished(door)
    path = f"/v1/jobs/{request_id}/result.pdf"
    await door.client.get(path)
    await make_all(door)
    answer = await door.client.get(path)
    assert (answer.status_code, answer.json()["code"], answer.json()["request_id"]) == (404, "not_found", request_id)
    artifact = await door.journal.artifact(request_id, "pdf")
    assert artifact is not None
    assert artifact.status is ArtifactStatus.FAILED, "polling does not start it anew"


async def test_a_blob_that_is_gone_is_made_again(door: Door) -> None:
    request_id = await finished(door)
    path = f"/v1/jobs/{request_id}/result.xlsx"
    await door.client.get(path)
    await make_all(door)
    await door.blobs.delete_prefix(f"jobs/{request_id}/forms/")
    assert (await door.client.get(path)).status_code == 202
    await make_all(door)
    assert (await door.client.get(path)).status_code == 200


async def test_large_results_are_worked_up_by_a_worker(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    """The API's process parses no megabytes."""
    monkeypatch.setattr("doctray.api.results.LIGHT_LIMIT_BYTES", 10)
    request_id = await finished(door)
    path = f"/v1/jobs/{request_id}/result.md"
    assert (await door.client.get(path)).status_code == 202
    await make_all(door, {"md": WholeRenderer(to_markdown)})
    got = await door.client.get(path)
    assert (got.status_code, got.headers["content-type"]) == (200, "text/markdown; charset=utf-8")
    assert got.text.startswith("# Plan")
    assert (await door.client.get(f"/v1/jobs/{request_id}/result")).status_code == 200


async def test_forms_are_open_to_the_read_token_alone(door: Door) -> None:
    ticket = await door.submit()
    request_id = ticket["request_id"]
    await door.complete(request_id)
    await door.make_key(Scope.READ, owner="somebody")
    assert (await door.client.get(f"/v1/jobs/{request_id}/result.csv")).status_code == 401
    assert (await door.client.get(f"/v1/jobs/{request_id}/result.csv?token={ticket['read_token']}")).status_code == 200
    assert (await door.client.get(f"/v1/jobs/{request_id}/result.xlsx?token={ticket['read_token']}")).status_code == 202
