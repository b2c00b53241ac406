"""Callers of earlier systems find their routes, their words and their statuses."""

import pytest

from doctray.api.dialects import properties_of
from doctray.domain.errors import CancelledByCaller
from tests.integration.api.door import PDF, Door

URL = "http://93.184.215.14/form.pdf"


async def test_the_ecosteps_route_takes_image_url_and_passes_over_what_it_does_not_know(door: Door) -> None:
    answer = await door.client.post("/api/v1/ocr-ecosteps", json={"image_url": URL, "metadata": {"order": 7}, "client": "ecosteps"})
    assert answer.status_code == 200
    job = await door.journal.get(answer.json()["request_id"])
    assert job is not None
    assert (job.source_url, dict(job.metadata)) == (URL, {"order": 7})


@pytest.mark.parametrize("beside", [{"s3_url": None}, {"url": None}, {"file_path": None, "content_base64": None}])
async def test_a_source_that_a_caller_leaves_null_is_not_there(door: Door, beside: dict[str, None]) -> None:
    answer = await door.client.post("/api/v1/ocr-ecosteps", json={"image_url": URL, **beside})
    assert answer.status_code == 200
    job = await door.journal.get(answer.json()["request_id"])
    assert job is not None
    assert job.source_url == URL


async def test_the_ecosteps_route_takes_ten_a_minute(door: Door) -> None:
    answers = [await door.client.post("/api/v1/ocr-ecosteps", json={"image_url": URL}) for _ in range(11)]
    assert [answer.status_code for answer in answers] == [200] * 10 + [429]
    assert answers[-1].json()["code"] == "rate_limited"
    assert (await door.client.post("/v1/jobs", json={"url": URL})).status_code == 202


async def test_an_upload_of_the_timetable_platform_answers_its_document_id(door: Door) -> None:
    answer = await door.client.post("/api/v1/documents/upload", files={"document": ("week.pdf", PDF)}, data={"userId": "17"})
    assert answer.status_code == 200
    body = answer.json()
    assert body["documentId"] == body["request_id"]
    job = await door.journal.get(body["documentId"])
    assert job is not None
    assert job.file_name == "week.pdf"


@pytest.mark.parametrize("route", ["/api/pipeline/run", "/api/scrape"])
async def test_a_flat_schema_is_read_as_properties(door: Door, route: str) -> None:
    answer = await door.client.post(route, json={"url": URL, "schema": {"title": "string", "price": "number"}, "strategy": "auto"})
    assert answer.status_code == 200
    assert answer.json()["status"] == "queued"
    job = await door.journal.get(answer.json()["job_id"])
    assert job is not None
    assert job.options.document_type.value == "custom"
    assert job.options.schema == '{"properties":{"price":{"type":"number"},"title":{"type":"string"}},"type":"object"}'


@pytest.mark.parametrize("route", ["/api/jobs", "/api/scrape"])
async def test_a_pipeline_job_is_told_in_its_callers_words(door: Door, route: str) -> None:
    submitted = (await door.client.post("/api/pipeline/run", files={"file": ("a.pdf", PDF)})).json()
    job_id = submitted["job_id"]

    async def status() -> str:
        answer = await door.client.get(f"{route}/{job_id}")
        assert answer.status_code == 200
        assert answer.json()["job_id"] == job_id
        return str(answer.json()["status"])

    assert await status() == "queued"
    await door.claim(job_id)
    assert await status() == "running"


async def test_a_finished_pipeline_job_reads_completed_with_its_result(door: Door) -> None:
    job_id = (await door.client.post("/api/scrape", files={"file": ("a.pdf", PDF)})).json()["job_id"]
    await door.complete(job_id)
    body = (await door.client.get(f"/api/scrape/{job_id}")).json()
    assert body["status"] == "completed"
    assert body["result"]["fields"] == {"number": "A-1"}


async def test_a_cancelled_pipeline_job_reads_failed_with_its_code(door: Door) -> None:
    job_id = (await door.client.post("/api/scrape", files={"file": ("a.pdf", PDF)})).json()["job_id"]
    await door.client.post(f"/v1/jobs/{job_id}/cancel")
    body = (await door.client.get(f"/api/jobs/{job_id}")).json()
    assert (body["status"], body["error"]["code"]) == ("failed", CancelledByCaller.code)


async def test_a_misspelt_option_is_still_refused_where_the_contract_is_ours(door: Door) -> None:
    answer = await door.client.post("/process-timetable", files={"file": ("a.pdf", PDF)}, data={"pririty": "3"})
    assert answer.status_code == 422


async def test_a_bad_value_is_refused_on_every_route(door: Door) -> None:
    answer = await door.client.post("/api/scrape", json={"url": URL, "priority": "high"})
    assert (answer.status_code, answer.json()["code"]) == (422, "invalid_option")


@pytest.mark.parametrize(
    ("given", "schema"),
    [
        ({"title": "string"}, {"type": "object", "properties": {"title": {"type": "string"}}}),
        ({"when": "date"}, {"type": "object", "properties": {"when": {"type": "string", "format": "date"}}}),
        ({"tags": ["string"]}, {"type": "object", "properties": {"tags": {"type": "array", "items": {"type": "string"}}}}),
        ({"n": "the policy number"}, {"type": "object", "properties": {"n": {"type": "string", "description": "the policy number"}}}),
        (
            {"holder": {"name": "string"}},
            {"type": "object", "properties": {"holder": {"type": "object", "properties": {"name": {"type": "string"}}}}},
        ),
        ({"n": {"type": "integer"}}, {"type": "object", "properties": {"n": {"type": "integer"}}}),
        ({"type": "object", "properties": {}}, {"type": "object", "properties": {}}),
        ({"type": "string"}, {"type": "object", "properties": {"type": {"type": "string"}}}),
    ],
)
def test_flat_schemas(given: dict[str, object], schema: dict[str, object]) -> None:
    assert properties_of(given) == schema


async def test_app_status_tells_the_queue_the_workers_and_the_machine(door: Door) -> None:
    await door.submit()
    body = (await door.client.get("/app-status")).json()
    assert (body["queue"]["waiting_in_queue"], body["queue"]["max"]) == (1, door.settings.intake.max_queue_size)
    assert body["workers"] == []
    assert 0 <= body["system"]["memory"]["percent"] <= 100
    assert body["system"]["disk"]["total_bytes"] > 0
    assert body["system"]["gpu"] == []
