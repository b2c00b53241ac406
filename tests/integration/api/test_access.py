"""Who may do what: keys, scopes, owners, read tokens, limits."""

from pathlib import Path

import pytest

from doctray.domain.identity import read_token
from doctray.domain.keys import Scope
from tests.integration.api.door import PDF, SECRET_KEY, Door, open_door

BOTH = (Scope.SUBMIT, Scope.READ)


async def test_without_any_key_everybody_is_the_default_owner(door: Door) -> None:
    ticket = await door.submit(headers={"x-api-key": "left over from somewhere"})

    assert (await door.client.get(ticket["status_url"])).status_code == 200
    assert (await door.client.get("/v1/admin/keys")).status_code == 200


async def test_a_key_is_needed_as_soon_as_one_exists(door: Door) -> None:
    ticket = await door.submit()
    key = await door.make_key(*BOTH)

    refused = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
    assert (refused.status_code, refused.json()["code"]) == (401, "unauthenticated")
    assert refused.headers["www-authenticate"] == "Bearer"
    assert (await door.client.get(ticket["status_url"])).status_code == 401
    assert (await door.client.get("/v1/jobs", headers={"x-api-key": "dt_guess"})).status_code == 401
    assert (await door.client.get("/v1/jobs", headers={"x-api-key": key})).status_code == 200
    assert (await door.client.get("/v1/jobs", headers={"authorization": f"Bearer {key}"})).status_code == 200
    assert (await door.client.get("/v1/jobs", headers={"authorization": f"bearer  {key}"})).status_code == 200
    assert (await door.client.get("/v1/jobs", headers={"authorization": f"Basic {key}"})).status_code == 401


async def test_api_key_of_the_environment_submits_and_reads_but_administers_nothing(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "an-old-key")
    monkeypatch.setenv("LARAVEL_API_KEY", "laravels-key")
    async with open_door(database) as door:
        headers = {"x-api-key": "an-old-key"}
        ticket = await door.submit(headers=headers)
        job = await door.journal.get(ticket["request_id"])
        assert job is not None
        assert job.owner == "default"
        assert (await door.client.get(ticket["status_url"], headers=headers)).status_code == 200
        forbidden = await door.client.get("/v1/admin/keys", headers=headers)
        assert (forbidden.status_code, forbidden.json()["code"]) == (403, "forbidden")
        assert (await door.client.get("/v1/jobs", headers={"x-api-key": "laravels-key"})).status_code == 401


@pytest.mark.parametrize(
    ("scope", "method", "path", "allowed"),
    [
        (Scope.READ, "POST", "/v1/jobs", False),
        (Scope.READ, "POST", "/v1/jobs/x/cancel", False),
        (Scope.READ, "DELETE", "/v1/jobs/x", False),
        (Scope.READ, "GET", "/v1/webhook-secret", False),
        (Scope.READ, "GET", "/v1/jobs", True),
        (Scope.SUBMIT, "GET", "/v1/jobs", False),
        (Scope.SUBMIT, "GET", "/v1/jobs/x/deliveries", False),
        (Scope.SUBMIT, "GET", "/v1/admin/workers", False),
        (Scope.READ, "GET", "/v1/admin/dead-letters", False),
        (Scope.READ, "GET", "/v1/admin/dead-letters/x", False),
        (Scope.SUBMIT, "POST", "/v1/admin/dead-letters/replay", False),
        (Scope.READ, "POST", "/v1/admin/keys", False),
        (Scope.ADMIN, "GET", "/v1/admin/workers", True),
        (Scope.ADMIN, "POST", "/v1/jobs", False),
    ],
)
async def test_scopes(door: Door, scope: Scope, method: str, path: str, allowed: bool) -> None:
    key = await door.make_key(scope)

    answer = await door.client.request(method, path, headers={"x-api-key": key})
    if allowed:
        assert answer.status_code == 200
    else:
        assert (answer.status_code, answer.json()["code"]) == (403, "forbidden")


async def test_another_owners_job_is_404(door: Door) -> None:
    mine = {"x-api-key": await door.make_key(*BOTH, owner="mine")}
    theirs = {"x-api-key": await door.make_key(*BOTH, owner="theirs")}
    ticket = await door.submit(headers=mine)
    request_id = ticket["request_id"]
    await door.complete(request_id)

    for method, path in (
        ("GET", f"/status/{request_id}"),
        ("GET", f"/v1/jobs/{request_id}/result"),
        ("GET", f"/v1/jobs/{request_id}/result.txt"),
        ("GET", f"/v1/jobs/{request_id}/pages/1.png"),
        ("GET", f"/v1/jobs/{request_id}/deliveries"),
        ("POST", f"/v1/jobs/{request_id}/cancel"),
        ("POST", f"/v1/jobs/{request_id}/replay"),
        ("DELETE", f"/v1/jobs/{request_id}"),
    ):
        answer = await door.client.request(method, path, headers=theirs)
        assert (answer.status_code, answer.json()["code"]) == (404, "not_found"), path
    assert (await door.client.get("/v1/jobs", headers=theirs)).json()["jobs"] == []
    assert (await door.client.get(f"/status/{request_id}", headers=mine)).status_code == 200


async def test_another_key_of_the_same_owner_sees_the_job(door: Door) -> None:
    ticket = await door.submit(headers={"x-api-key": await door.make_key(*BOTH, owner="we")})
    other = {"x-api-key": await door.make_key(Scope.READ, owner="we")}

    assert (await door.client.get(ticket["status_url"], headers=other)).status_code == 200


async def test_a_read_token_opens_this_jobs_status_result_and_pages_and_nothing_else(door: Door) -> None:
    key = {"x-api-key": await door.make_key(*BOTH)}
    ticket = await door.submit(headers=key)
    request_id, token = ticket["request_id"], ticket["read_token"]
    await door.complete(request_id)
    # One token in 64 ends with an x already.
    forged = token[:-1] + ("x" if token[-1] != "x" else "y")

    for path in (f"/status/{request_id}", f"/v1/jobs/{request_id}/result", f"/v1/jobs/{request_id}/pages/1.png"):
        assert (await door.client.get(path, headers={"x-read-token": token})).status_code == 200
        assert (await door.client.get(path, params={"token": token})).status_code == 200
        assert (await door.client.get(path, params={"token": forged})).status_code == 401
        assert (await door.client.get(path)).status_code == 401
    for method, path in (
        ("GET", f"/v1/jobs/{request_id}/deliveries"),
        ("DELETE", f"/v1/jobs/{request_id}"),
        ("POST", f"/v1/jobs/{request_id}/cancel"),
        ("GET", "/v1/jobs"),
    ):
        assert (await door.client.request(method, path, params={"token": token})).status_code == 401
    other = await door.submit(PDF + b"2", headers=key)
    assert (await door.client.get(other["status_url"], params={"token": token})).status_code == 401


async def test_a_read_token_dies_with_its_job(door: Door) -> None:
    ticket = await door.submit()
    await door.client.delete(f"/v1/jobs/{ticket['request_id']}")

    answer = await door.client.get(ticket["status_url"], params={"token": read_token(SECRET_KEY, ticket["request_id"])})
    assert answer.status_code == 404


async def test_a_revoked_key_is_refused_at_once_whoever_revoked_it(door: Door) -> None:
    key = await door.make_key(*BOTH)
    admin = await door.make_key(Scope.ADMIN)
    assert (await door.client.get("/v1/jobs", headers={"x-api-key": key})).status_code == 200
    shown = (await door.client.get("/v1/admin/keys", headers={"x-api-key": admin})).json()["keys"]
    key_id = next(item["key_id"] for item in shown if item["prefix"] == key[:9])

    await door.journal.revoke_key(key_id)  # as another process does it
    assert (await door.client.get("/v1/jobs", headers={"x-api-key": key})).status_code == 401


async def test_submissions_are_limited_per_minute_and_say_so(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_RATE_LIMIT_PER_MINUTE", "2")
    async with open_door(database) as door:
        first = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
        assert first.headers["ratelimit-policy"] == '"submit";q=2;w=60'
        assert first.headers["ratelimit"].startswith('"submit";r=1;t=')
        await door.client.post("/process-timetable", files={"file": ("a.pdf", PDF)})
        third = await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})

        assert (third.status_code, third.json()["code"]) == (429, "rate_limited")
        assert 1 <= int(third.headers["retry-after"]) <= 60
        assert third.headers["ratelimit"].startswith('"submit";r=0;')
        assert (await door.client.get("/v1/jobs")).status_code == 200


async def test_a_keys_own_rate_wins(door: Door) -> None:
    slow = {"x-api-key": await door.make_key(*BOTH, rate_per_minute=1)}
    other = {"x-api-key": await door.make_key(*BOTH)}
    await door.submit(headers=slow)

    assert (await door.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers=slow)).status_code == 429
    await door.submit(headers=other)


async def test_reads_and_guesses_at_keys_are_limited(database: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_READ_LIMIT_PER_MINUTE", "3")
    monkeypatch.setenv("API_KEY", "right")
    async with open_door(database) as door:
        guesses = [(await door.client.get("/v1/jobs", headers={"x-api-key": f"g{number}"})).status_code for number in range(4)]
        assert guesses == [401, 401, 401, 429]
        reads = [(await door.client.get("/v1/jobs", headers={"x-api-key": "right"})).status_code for _ in range(4)]
        assert reads == [200, 200, 200, 429]
        assert (await door.client.get("/livez")).status_code == 200


async def test_the_headers_are_judged_before_the_body(database: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("API_KEY", "right")

    class Body:
        read = False

        def __aiter__(self) -> "Body":
            return self

        async def __anext__(self) -> bytes:
            self.read = True
            raise StopAsyncIteration

    async with open_door(database) as door:
        body = Body()
        headers = {"content-type": "application/json", "content-length": "5", "expect": "100-continue"}
        answer = await door.client.post("/v1/jobs", content=body, headers=headers)
        assert answer.status_code == 401
        assert body.read is False


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "evil.example"},
        {"host": "evil.example:8000"},
        {"host": "localhost.evil.example"},
        {"host": ""},
        {"host": "["},
        {"origin": "https://evil.example"},
        {"origin": "null"},
        {"origin": "http://["},
        {"origin": "http://localhost:9999"},
    ],
)
async def test_without_a_key_pages_in_a_browser_stay_out(door: Door, headers: dict[str, str]) -> None:
    for path in ("/v1/webhook-secret", "/v1/jobs"):
        answer = await door.client.post(path, files={"file": ("a.pdf", PDF)}, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "unauthenticated")
    assert (await door.journal.queue_state()).queued == 0


@pytest.mark.parametrize(
    "headers",
    [
        {"host": "127.0.0.1:8000"},
        {"host": "[::1]:8000"},
        {"host": "localhost:8000", "origin": "http://localhost:8000"},
        {"origin": "https://app.example"},
    ],
)
async def test_without_a_key_local_programs_and_named_origins_are_answered(
    database: str, monkeypatch: pytest.MonkeyPatch, headers: dict[str, str]
) -> None:
    monkeypatch.setenv("CORS_ORIGINS", "https://app.example")
    async with open_door(database) as door:
        await door.submit(headers=headers)


async def test_with_a_key_any_host_and_origin_is_answered(door: Door) -> None:
    key = await door.make_key(*BOTH)
    await door.submit(headers={"x-api-key": key, "host": "docs.example", "origin": "https://app.example"})


async def test_the_use_of_a_key_is_noted(door: Door) -> None:
    key = await door.make_key(*BOTH)
    assert (await door.journal.keys())[0].last_used_at is None
    await door.client.get("/v1/jobs", headers={"x-api-key": key})
    assert (await door.journal.keys())[0].last_used_at is not None


async def test_a_key_is_rotated_with_overlap_and_old_keys_are_marked(door: Door) -> None:
    admin = await door.make_key(Scope.ADMIN)
    key = await door.make_key(Scope.READ, owner="acme", rate_per_minute=7)
    headers = {"x-api-key": admin}
    listed = (await door.client.get("/v1/admin/keys", headers=headers)).json()["keys"]
    key_id = next(each["key_id"] for each in listed if each["owner"] == "acme")
    assert {(each["age_days"], each["old"]) for each in listed} == {(0, False)}
    made = await door.client.post(f"/v1/admin/keys/{key_id}/rotate", json={"overlap_hours": 1}, headers=headers)
    assert made.status_code == 201
    assert (made.json()["owner"], made.json()["rate_per_minute"]) == ("acme", 7)
    for each in (key, made.json()["key"]):
        assert (await door.client.get("/v1/jobs", headers={"x-api-key": each})).status_code == 200
    at_once = await door.client.post(f"/v1/admin/keys/{made.json()['key_id']}/rotate", json={"overlap_hours": 0}, headers=headers)
    assert (await door.client.get("/v1/jobs", headers={"x-api-key": made.json()["key"]})).status_code == 401
    assert (await door.client.get("/v1/jobs", headers={"x-api-key": at_once.json()["key"]})).status_code == 200
    assert (await door.client.post("/v1/admin/keys/none/rotate", json={}, headers=headers)).status_code == 404
    assert (await door.client.post(f"/v1/admin/keys/{key_id}/rotate", json={"overlap": 1}, headers=headers)).status_code == 422
