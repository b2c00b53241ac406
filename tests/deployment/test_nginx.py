"""nginx.conf as it is, on a real nginx: before stand-ins for what it does by itself, before two copies of the API for what callers notice."""

import itertools
import json
import socket
import ssl
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import pytest

from tests.deployment.parts import Parts, parts, until
from tests.deployment.proxy import ADDRESS, NameServer, Proxy, echo, proxy
from tests.ports import free_port

COPIES = ("127.0.0.21", "127.0.0.22")
KEY = "nginx-test-key-0123456789"


def _pdf(number: int) -> bytes:
    return b"%%PDF-1.7\n%% paper %d\n" % number


def _client(front: Proxy, **more: object) -> httpx.Client:
    return httpx.Client(base_url=front.url, verify=front.trust, trust_env=False, timeout=90, headers={"x-api-key": KEY}, **more)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def stand_in(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Proxy]:
    with echo(COPIES[0]) as port, proxy(tmp_path_factory.mktemp("nginx"), [COPIES[0]], port) as front:
        yield front


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Proxy, Parts, int]]:
    """nginx, two copies of the API, and no worker: jobs stay queued."""
    many = {"API_RATE_LIMIT_PER_MINUTE": "1000000", "API_READ_LIMIT_PER_MINUTE": "1000000", "MAX_QUEUE_SIZE": "100000"}
    port = free_port(COPIES[0])
    folder = tmp_path_factory.mktemp("copies")
    with parts(folder, API_KEY=KEY, FORWARDED_ALLOW_IPS=ADDRESS, **many) as running:
        for address in COPIES:
            running.api(address, port)
        with proxy(folder / "nginx", list(COPIES), port) as front:
            yield front, running, port


# --- by itself ---


def test_nginx_takes_the_file(tmp_path: Path) -> None:
    names = NameServer([])
    checked = Proxy(tmp_path, names=names, api_port=8000, changes={}).checked()
    names.close()
    assert checked.returncode == 0, checked.stderr
    assert "[warn]" not in checked.stderr, checked.stderr


def test_plain_http_is_sent_to_https_but_for_certificates_challenges(stand_in: Proxy) -> None:
    (stand_in.acme / ".well-known" / "acme-challenge" / "token").write_text("proof")
    with httpx.Client(base_url=stand_in.plain_url, trust_env=False, timeout=60) as plain:
        moved = plain.post("/v1/jobs?x=1", headers={"host": "papers.example"})
        assert (moved.status_code, moved.headers["location"]) == (308, "https://papers.example/v1/jobs?x=1")
        assert plain.get("/.well-known/acme-challenge/token").text == "proof"
        assert plain.get("/.well-known/acme-challenge/none").status_code == 404


def test_tls_speaks_http2_from_version_1_2_on_and_asks_to_be_remembered(stand_in: Proxy) -> None:
    trust = ssl.create_default_context(cafile=stand_in.config.parent / "fullchain.pem")
    trust.set_alpn_protocols(["h2", "http/1.1"])
    with socket.create_connection((ADDRESS, stand_in.https_port)) as raw, trust.wrap_socket(raw, server_hostname=ADDRESS) as connection:
        assert connection.selected_alpn_protocol() == "h2"
        assert connection.version() in ("TLSv1.2", "TLSv1.3")
    with _client(stand_in) as client:
        assert client.get("/").headers["strict-transport-security"].startswith("max-age=63072000")


def test_a_client_cannot_say_who_it_is(stand_in: Proxy) -> None:
    lies = {"x-forwarded-for": "10.9.9.9", "x-real-ip": "10.9.9.9", "forwarded": "for=10.9.9.9", "x-forwarded-proto": "http"}
    with _client(stand_in) as client:
        seen = client.get("/headers", headers=lies).json()
    assert seen["x-forwarded-for"] == ADDRESS
    assert seen["x-forwarded-proto"] == "https"
    assert "10.9.9.9" not in json.dumps(seen)
    assert seen["host"] == f"{ADDRESS}:{stand_in.https_port}"


def test_a_submission_without_an_idempotency_key_gets_one_and_a_callers_own_is_kept(stand_in: Proxy) -> None:
    with _client(stand_in) as client:
        first, second = (client.post("/v1/jobs", content=b"x").json()["idempotency-key"] for _ in range(2))
        own = client.post("/v1/jobs", content=b"x", headers={"Idempotency-Key": "order-1"}).json()["idempotency-key"]
    assert len(first) == len(second) == 32
    assert first != second
    assert own == "order-1"


def test_a_body_beyond_every_limit_is_refused_with_a_problem_before_it_comes(stand_in: Proxy) -> None:
    head = f"POST /v1/jobs HTTP/1.1\r\nHost: {ADDRESS}\r\nContent-Length: {69 * 1024 * 1024}\r\n\r\n"
    with (
        socket.create_connection((ADDRESS, stand_in.https_port), timeout=30) as raw,
        stand_in.trust.wrap_socket(raw, server_hostname=ADDRESS) as connection,
    ):
        connection.sendall(head.encode())
        answer = b""
        while b"}" not in answer and (chunk := connection.recv(65536)):
            answer += chunk
    head_lines, _, body = answer.decode().partition("\r\n\r\n")
    assert head_lines.startswith("HTTP/1.1 413 ")
    assert "application/problem+json" in head_lines
    assert "strict-transport-security" in head_lines.lower()
    assert json.loads(body)["code"] == "too_large"


@pytest.mark.parametrize(
    ("changes", "path", "status", "code"),
    [
        ({}, "/none", 502, "temporarily_unavailable"),
        ({"proxy_read_timeout 75s": "proxy_read_timeout 300ms"}, "/silent", 504, "temporarily_unavailable"),
        ({"rate=100r/s": "rate=1r/m", "burst=400 nodelay": "burst=1 nodelay"}, "/", 429, "rate_limited"),
    ],
)
def test_its_own_refusals_are_problems(tmp_path: Path, changes: dict[str, str], path: str, status: int, code: str) -> None:
    with (
        echo(COPIES[0]) as port,
        proxy(tmp_path, [COPIES[1] if path == "/none" else COPIES[0]], port, changes) as front,
        _client(front) as client,
    ):
        answers = [client.get(path) for _ in range(4 if status == 429 else 1)]
    refused = answers[-1]
    assert (refused.status_code, refused.headers["content-type"]) == (status, "application/problem+json")
    assert refused.headers["x-content-type-options"] == "nosniff"
    assert int(refused.headers["retry-after"]) > 0
    problem = refused.json()
    assert (problem["code"], problem["status"], problem["type"], problem["retryable"]) == (code, status, f"/problems/{code}", True)


def test_headers_that_cannot_be_read_are_a_problem_too(stand_in: Proxy) -> None:
    with _client(stand_in) as client:
        refused = client.get("/", headers={"x-long": "x" * 40_000})
    assert (refused.status_code, refused.json()["code"]) == (400, "malformed_request")


def test_copies_that_come_and_go_are_found_by_name(tmp_path: Path) -> None:
    with echo(COPIES[0]) as port, echo(COPIES[1], port), proxy(tmp_path, [COPIES[0]], port) as front, _client(front) as client:
        assert client.get("/").json()["at"] == COPIES[0]
        front.names.addresses = [COPIES[1]]
        until(lambda: client.get("/").json()["at"] == COPIES[1], what="the other copy")


def test_tokens_in_addresses_are_not_logged(stand_in: Proxy) -> None:
    with _client(stand_in) as client:
        client.get("/status/x?token=rt_secret")
    until(lambda: any(line["path"] == "/status/x" for line in stand_in.log()), what="the line")
    assert "rt_secret" not in json.dumps(stand_in.log())


# --- before two copies of the API ---


def test_both_copies_take_submissions(service: tuple[Proxy, Parts, int]) -> None:
    front, _, port = service

    def taken(address: str) -> bool:
        return 'route="/v1/jobs",status="202"' in httpx.get(f"http://{address}:{port}/metrics", trust_env=False, timeout=60).text

    numbers = itertools.count(1)
    with _client(front) as client:
        until(
            lambda: client.post("/v1/jobs", files={"file": ("a.pdf", _pdf(next(numbers)))}).status_code == 202 and all(map(taken, COPIES)),
            what="submissions on both copies",
        )
        assert client.get("/metrics").status_code == 404


@pytest.mark.full
def test_a_document_of_the_largest_size_goes_through_and_a_larger_one_gets_the_apis_own_words(service: tuple[Proxy, Parts, int]) -> None:
    largest = 50 * 1024 * 1024
    with _client(service[0]) as client:
        for size, status in ((largest, 202), (largest + 1, 413)):
            answer = client.post("/v1/jobs", files={"file": ("a.pdf", b"%PDF-1.7\n".ljust(size, b"%"))})
            assert answer.status_code == status
        assert "50 MiB" in answer.json()["detail"]


def test_events_come_as_they_happen(service: tuple[Proxy, Parts, int]) -> None:
    with _client(service[0]) as client:
        request_id = client.post("/v1/jobs", files={"file": ("a.pdf", _pdf(-1))}).json()["request_id"]
        with client.stream("GET", f"/v1/jobs/{request_id}/events") as stream:
            lines = stream.iter_lines()
            # Nobody works on it: this event is all that there is until the job is cancelled, so nothing can have pushed it through.
            assert next(line for line in lines if line.startswith("event:")) == "event: progress"
            with _client(service[0]) as other:
                other.post(f"/v1/jobs/{request_id}/cancel")
            assert next(line for line in lines if line.startswith("event:")) == "event: cancelled"


def test_a_long_poll_is_held_until_something_happens(service: tuple[Proxy, Parts, int]) -> None:
    with _client(service[0]) as client, ThreadPoolExecutor(1) as pool:
        request_id = client.post("/v1/jobs", files={"file": ("a.pdf", _pdf(-2))}).json()["request_id"]
        waiting = pool.submit(lambda: client.get(f"/status/{request_id}?wait=50"))
        with _client(service[0]) as other:
            other.post(f"/v1/jobs/{request_id}/cancel")
        answer = waiting.result(timeout=60)
    assert (answer.status_code, answer.json()["status"]) == (200, "cancelled")


def test_limits_are_by_the_clients_real_address_whatever_it_says(service: tuple[Proxy, Parts, int], tmp_path: Path) -> None:
    _, running, _ = service
    address, port = "127.0.0.24", free_port("127.0.0.24")
    copy = running.api(address, port, {"API_READ_LIMIT_PER_MINUTE": "3"})
    with proxy(tmp_path / "nginx", [address], port) as front:
        guesser = httpx.HTTPTransport(verify=front.trust, local_address="127.0.0.5")
        with httpx.Client(base_url=front.url, transport=guesser, timeout=30) as client:
            statuses = [
                client.get("/v1/jobs", headers={"x-api-key": "wrong", "x-forwarded-for": f"10.0.0.{number}"}).status_code
                for number in range(5)
            ]
        assert statuses == [401, 401, 401, 429, 429]
        with httpx.Client(base_url=front.url, verify=front.trust, timeout=30) as other:
            assert other.get("/v1/jobs", headers={"x-api-key": "wrong"}).status_code == 401
    copy.stop()


SUBMITTERS = 6
EACH = 15


def test_a_copy_may_be_killed_under_load_without_a_caller_noticing(service: tuple[Proxy, Parts, int]) -> None:
    """No 5xx and no refusal; and what was sent once is a job once, although nginx may have sent it twice."""
    front, running, port = service
    address = "127.0.0.23"
    victim = running.api(address, port)
    front.names.addresses = [*COPIES, address]
    numbers = itertools.count(1000)
    sent = threading.Semaphore(0)

    def submit_and_poll(_: int) -> list[tuple[int, int, str]]:
        found = []
        with _client(front) as client:
            for _ in range(EACH):
                answer = client.post("/v1/jobs", files={"file": ("a.pdf", _pdf(next(numbers)))})
                sent.release()
                request_id = answer.json().get("request_id", "")
                found.append((answer.status_code, client.get(f"/status/{request_id}").status_code, request_id))
        return found

    def count() -> int:
        with _client(front) as client:
            cursor, jobs = "", 0
            while True:
                page = client.get("/v1/jobs", params={"limit": 100, **({"cursor": cursor} if cursor else {})}).json()
                jobs += len(page["jobs"])
                cursor = page.get("next_cursor") or ""
                if not cursor:
                    return jobs

    before = count()
    with ThreadPoolExecutor(SUBMITTERS) as pool:
        loads = [pool.submit(submit_and_poll, number) for number in range(SUBMITTERS)]
        for _ in range(SUBMITTERS * EACH // 3):
            assert sent.acquire(timeout=60)
        victim.kill()
        found = [each for load in loads for each in load.result(timeout=300)]
    front.names.addresses = list(COPIES)

    assert {(submitted, polled) for submitted, polled, _ in found} == {(202, 200)}
    assert len({request_id for _, _, request_id in found}) == SUBMITTERS * EACH
    assert count() - before == SUBMITTERS * EACH
    passed_on = [line for line in front.log() if "," in str(line["upstream"]) and f"{address}:{port}" in str(line["upstream"])]
    assert passed_on, "no request was passed on: the copy that was killed got none"
