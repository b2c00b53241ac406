"""The console: what it serves, and signing in with a key."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

import doctray.api
from doctray.api.routes_console import ASSETS
from doctray.api.sessions import COOKIE, LIFETIME, Sessions
from doctray.domain.keys import Scope
from doctray.outbound.sealing import Sealer
from doctray.testing import FakeClock
from tests.integration.api.door import PDF, SECRET_KEY, Door, open_door

KEY = "k" * 40


@pytest.fixture
async def locked(database: str, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Door]:
    monkeypatch.setenv("API_KEY", KEY)
    async with open_door(database) as door:
        yield door


async def sign_in(door: Door, key: str = KEY) -> str:
    """The session's token; the client keeps the cookie."""
    answer = await door.client.post("/console/session", json={"key": key})
    assert answer.status_code == 200, answer.text
    return str(answer.json()["csrf"])


async def test_the_page_and_its_assets_come_from_here_alone(door: Door) -> None:
    page = await door.client.get("/")
    assert page.status_code == 200
    assert page.headers["content-type"].startswith("text/html")
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert "http:" not in page.text
    assert "https:" not in page.text
    for name in ASSETS:
        asset = await door.client.get(f"/console/{name}")
        assert (asset.status_code, asset.headers["x-content-type-options"]) == (200, "nosniff"), name
        again = await door.client.get(f"/console/{name}", headers={"if-none-match": asset.headers["etag"]})
        assert again.status_code == 304


def test_every_file_of_the_console_is_served() -> None:
    folder = Path(doctray.api.__path__[0]) / "console"
    assert {path.name for path in folder.iterdir()} == {*ASSETS, "index.html"}


@pytest.mark.parametrize("name", ["index.html", "..%2fapp.py", "%2e%2e/app.py", "none.js"])
async def test_nothing_else_is_served(door: Door, name: str) -> None:
    assert (await door.client.get(f"/console/{name}")).status_code == 404


async def test_without_a_key_it_shows_nothing(locked: Door) -> None:
    assert (await locked.client.get("/console/session")).json() == {"signed_in": False, "owner": None, "scopes": [], "csrf": None}
    assert (await locked.client.get("/v1/jobs")).status_code == 401


async def test_a_key_is_exchanged_for_a_cookie_that_scripts_cannot_read(locked: Door) -> None:
    answer = await locked.client.post("/console/session", json={"key": KEY})
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=strict" in cookie
    assert KEY not in cookie
    assert (await locked.client.get("/v1/jobs")).status_code == 200
    assert (await locked.client.get("/console/session")).json()["scopes"] == ["read", "submit"]


async def test_over_https_the_cookie_stays_there(locked: Door) -> None:
    answer = await locked.client.post("https://doctray.example/console/session", json={"key": KEY})
    assert "; Secure" in answer.headers["set-cookie"]


@pytest.mark.parametrize("key", ["wrong", " ", "", 7, None])
async def test_a_wrong_key_signs_nobody_in(locked: Door, key: object) -> None:
    answer = await locked.client.post("/console/session", json={"key": key})
    assert answer.status_code in (400, 401)
    assert "set-cookie" not in answer.headers


async def test_guessing_keys_is_slowed_down(locked: Door, monkeypatch: pytest.MonkeyPatch) -> None:
    answers = [await locked.client.post("/console/session", json={"key": f"guess{number}"}) for number in range(601)]
    assert answers[0].status_code == 401
    assert answers[-1].status_code == 429


async def test_a_change_needs_the_sessions_token(locked: Door) -> None:
    token = await sign_in(locked)
    forged = await locked.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)})
    assert (forged.status_code, forged.json()["code"]) == (403, "forbidden")
    wrong = await locked.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers={"x-csrf-token": "0" * 40})
    assert wrong.status_code == 403
    ours = await locked.client.post("/v1/jobs", files={"file": ("a.pdf", PDF)}, headers={"x-csrf-token": token})
    assert ours.status_code == 202


async def test_a_key_in_the_request_counts_before_the_cookie(locked: Door) -> None:
    await sign_in(locked)
    answer = await locked.client.get("/v1/jobs", headers={"x-api-key": "another"})
    assert answer.status_code == 401


async def test_signing_out_forgets_the_browser(locked: Door) -> None:
    token = await sign_in(locked)
    answer = await locked.client.delete("/console/session", headers={"x-csrf-token": token})
    assert answer.status_code == 204
    assert (await locked.client.get("/v1/jobs")).status_code == 401


async def test_a_revoked_key_ends_its_sessions(locked: Door) -> None:
    key = await locked.make_key(Scope.READ)
    await sign_in(locked, key)
    assert (await locked.client.get("/v1/jobs")).status_code == 200
    [made] = await locked.journal.keys()
    await locked.journal.revoke_key(made.key_id)
    locked.app.state.house.gate.forget()
    assert (await locked.client.get("/v1/jobs")).status_code == 401
    assert (await locked.client.get("/console/session")).json()["signed_in"] is False


@pytest.mark.parametrize("cookie", ["", "x", "gAAAAA", "é"])
async def test_a_forged_cookie_opens_nothing(locked: Door, cookie: str) -> None:
    answer = await locked.client.get("/v1/jobs", headers={b"cookie": f"{COOKIE}={cookie}".encode()})
    assert answer.status_code == 401


def test_a_session_ends() -> None:
    clock = FakeClock()
    sessions = Sessions(sealer=Sealer(SECRET_KEY), secret_key=SECRET_KEY)
    cookie, begun = sessions.begin(KEY, now=clock.now())
    assert sessions.open(cookie, now=clock.now()) == begun
    clock.advance(LIFETIME.total_seconds())
    assert sessions.open(cookie, now=clock.now()) is None


def test_what_was_sealed_for_another_purpose_is_no_session() -> None:
    sealer = Sealer(SECRET_KEY)
    sessions = Sessions(sealer=sealer, secret_key=SECRET_KEY)
    assert sessions.open(sealer.seal(b"whsec_abc").decode(), now=FakeClock().now()) is None
    assert sessions.open(sealer.seal(b'{"for": "else", "key": "", "until": 9e9}').decode(), now=FakeClock().now()) is None
    other = Sessions(sealer=Sealer(b"1" * 32), secret_key=b"1" * 32)
    assert sessions.open(other.begin(KEY, now=FakeClock().now())[0], now=FakeClock().now()) is None


async def test_while_no_key_is_set_the_local_user_is_signed_in(door: Door) -> None:
    view = (await door.client.get("/console/session")).json()
    assert (view["signed_in"], view["scopes"]) == (True, ["admin", "read", "submit"])
