"""Health, probes, metrics, the reference, and what every answer carries."""

import asyncio

import pytest
import structlog
from structlog.testing import capture_logs

from doctray.api.errors import STATUS
from doctray.domain.errors import TemporarilyUnavailable
from tests.integration.api.door import PDF, Door, open_door


async def test_health_is_healthy_with_a_worker_and_degraded_without(door: Door) -> None:
    before = (await door.client.get("/health")).json()
    assert (before["status"], before["parts"]["workers"]) == ("degraded", "none")

    ticket = await door.submit()
    await door.submit(PDF + b"2")
    await door.claim(ticket["request_id"])
    answer = await door.client.get("/health")
    health = answer.json()
    assert answer.status_code == 200
    assert health["status"] == "healthy"
    assert health["queue_size"] == 1
    assert health["queue"]["processing"] == 1
    assert health["workers"] == 1
    assert set(health["parts"].values()) == {"ok"}


async def test_health_is_degraded_without_redis(door: Door) -> None:
    await door.claim((await door.submit())["request_id"])
    door.queue.reachable = False

    answer = await door.client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["parts"]["redis"] == "unreachable"


async def test_health_shows_maintenance(door: Door) -> None:
    await door.journal.set_flag("maintenance", "on")

    answer = await door.client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "maintenance")


async def test_health_is_503_only_without_the_journal(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def away(_journal: object) -> None:
        raise TemporarilyUnavailable

    monkeypatch.setattr(type(door.journal), "ping", away)
    health, ready, live = [await door.client.get(path) for path in ("/health", "/readyz", "/livez")]
    assert (health.status_code, health.json()["status"]) == (503, "unhealthy")
    assert (ready.status_code, ready.json()["code"]) == (503, "temporarily_unavailable")
    assert live.status_code == 200


async def test_a_refusal_that_is_not_the_callers_fault_is_in_the_log_under_its_request_id(
    door: Door, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(_journal: object, _request_id: str) -> None:
        raise TemporarilyUnavailable from ConnectionResetError()

    monkeypatch.setattr(type(door.journal), "placed", away)
    with capture_logs(processors=[structlog.contextvars.merge_contextvars]) as lines:
        refused, missing = await door.client.get("/status/01m81vd7dh6htzrtm12yabkqpe"), await door.client.get("/nowhere")
    told = [line for line in lines if line["event"] == "request.refused"]
    assert (refused.status_code, missing.status_code) == (503, 404)
    assert [(line["request_id"], line["causes"]) for line in told] == [(refused.headers["x-request-id"], ["builtins.ConnectionResetError"])]


async def test_the_app_ends_although_its_upkeep_swallows_a_cancellation(database: str) -> None:
    """As asyncio.wait_for of Python 3.11 does where it is done in the same step; redis-py and SQLAlchemy wait through it."""
    told = 0
    begun = asyncio.Event()

    async def deaf_once() -> None:
        nonlocal told
        while True:
            try:
                begun.set()
                await asyncio.Event().wait()
            except asyncio.CancelledError:
                told += 1
                if told > 1:
                    raise

    async with asyncio.timeout(60):
        async with open_door(database, background=(deaf_once,)):
            await begun.wait()
    assert told == 2


async def test_health_does_not_wait_for_a_journal_that_hangs(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    async def hang(_journal: object) -> None:
        await asyncio.Event().wait()

    monkeypatch.setattr(type(door.journal), "ping", hang)
    async with asyncio.timeout(60):
        assert (await door.client.get("/health")).status_code == 503


async def test_probes_and_metrics_need_no_key(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "a")
    async with open_door(database) as door:
        for path in ("/health", "/livez", "/readyz", "/metrics", "/docs", "/openapi.json", "/problems/expired"):
            assert (await door.client.get(path)).status_code == 200, path


async def test_metrics_count_by_template_and_never_by_id(door: Door) -> None:
    ticket = await door.submit()
    await door.client.get(ticket["status_url"])
    await door.client.get("/no/such/thing")

    shown = (await door.client.get("/metrics")).text
    assert 'doctray_http_requests_total{method="POST",route="/v1/jobs",status="202"}' in shown
    assert 'route="/status/{request_id}"' in shown
    assert 'route="unmatched",status="404"' in shown
    assert 'doctray_queue_jobs{state="queued"} 1.0' in shown
    assert 'doctray_refusals_total{code="not_found"}' in shown
    assert "doctray_submitted_bytes_bucket" in shown
    assert 'doctray_build_info{version="' in shown
    assert "memory_usage_percent" in shown
    assert "cache_hit_rate" in shown
    assert ticket["request_id"] not in shown


@pytest.mark.parametrize("code", STATUS)
async def test_every_code_is_explained(door: Door, code: str) -> None:
    found = (await door.client.get(f"/problems/{code}")).json()
    assert found["code"] == code
    assert found["why"]
    assert found["remedy"]
    assert found["status"] == STATUS[code]


async def test_a_browser_gets_the_explanation_as_a_page(door: Door) -> None:
    page = await door.client.get("/problems/too_large", headers={"accept": "text/html,*/*"})
    assert page.headers["content-type"].startswith("text/html")
    assert "MAX_FILE_SIZE_MB" in page.text
    assert (await door.client.get("/problems/nonsense")).status_code == 404


async def test_docs_need_nothing_from_elsewhere(door: Door) -> None:
    page = (await door.client.get("/docs")).text
    assert "/v1/jobs" in page
    assert "deadline_seconds" in page
    for word in ("http://", "https://", "<script", "src="):
        assert word not in page


async def test_openapi_describes_the_streamed_bodies_and_problems(door: Door) -> None:
    document = (await door.client.get("/openapi.json")).json()
    body = document["paths"]["/v1/jobs"]["post"]["requestBody"]["content"]
    assert set(body) == {"multipart/form-data", "application/json"}
    assert "deadline_seconds" in body["multipart/form-data"]["schema"]["properties"]
    assert "HTTPValidationError" not in document["components"]["schemas"]
    assert "application/problem+json" in document["paths"]["/v1/jobs"]["post"]["responses"]["415"]["content"]
    assert "/status/{request_id}" in document["paths"]


async def test_every_answer_has_an_id_and_security_headers(door: Door) -> None:
    ids = set()
    for path in ("/livez", "/nowhere", "/v1/jobs", "/docs"):
        answer = await door.client.get(path)
        ids.add(answer.headers["x-request-id"])
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers
    assert len(ids) == 4


async def test_a_submissions_job_has_the_id_of_its_request(door: Door) -> None:
    answer = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
    assert answer.headers["x-request-id"] == answer.json()["request_id"]


async def test_no_other_origin_may_read_unless_named(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    async with open_door(database) as door:
        answer = await door.client.get("/v1/jobs", headers={"origin": "https://app.example"})
        assert "access-control-allow-origin" not in answer.headers
    monkeypatch.setenv("CORS_ORIGINS", "https://app.example")
    async with open_door(database) as door:
        answer = await door.client.get("/v1/jobs", headers={"origin": "https://app.example"})
        assert answer.headers["access-control-allow-origin"] == "https://app.example"
        assert "ETag" in answer.headers["access-control-expose-headers"]
        other = await door.client.get("/v1/jobs", headers={"origin": "https://evil.example"})
        assert "access-control-allow-origin" not in other.headers


async def test_background_runs_with_the_app_and_ends_with_it(database: str) -> None:
    begun, ended = asyncio.Event(), asyncio.Event()

    async def upkeep() -> None:
        begun.set()
        try:
            await asyncio.Event().wait()
        finally:
            ended.set()

    async with open_door(database, background=(upkeep,)):
        async with asyncio.timeout(60):
            await begun.wait()
    assert ended.is_set()


async def test_health_is_degraded_while_the_document_store_is_away(door: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    await door.claim((await door.submit())["request_id"])

    async def away(_blobs: object) -> None:
        raise TemporarilyUnavailable

    monkeypatch.setattr(type(door.blobs), "ping", away)
    answer = await door.client.get("/health")
    assert (answer.status_code, answer.json()["status"]) == (200, "degraded")
    assert answer.json()["parts"]["storage"] == "unreachable"
