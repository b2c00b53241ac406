"""Keys that are guessed, keys that may not, tokens that open something else, and other people's jobs by every route."""

from collections.abc import Iterator
from functools import partial
from itertools import chain

from tests.hostile.case import Case
from tests.hostile.target import PDF, READS_PER_MINUTE, Target
from tests.hostile.wire import Answer

NOBODY = ("401 unauthenticated",)
NOT_YOURS = ("404 not_found",)
MAY_NOT = ("403 forbidden",)
FORM = ("content-type", "multipart/form-data; boundary=cut")
JSON = ("content-type", "application/json")

READ_ROUTES = (
    "/status/{job}",
    "/v1/jobs/{job}",
    "/v1/jobs/{job}/result",
    *(f"/v1/jobs/{{job}}/result.{form}" for form in ("json", "md", "txt", "csv", "xlsx", "ics", "hocr", "pdf")),
    "/v1/jobs/{job}/pages/1.png",
    "/v1/jobs/{job}/events",
    "/api/jobs/{job}",
    "/api/scrape/{job}",
)
OWNER_ROUTES = (
    ("GET", "/v1/jobs/{job}/deliveries"),
    ("GET", "/v1/jobs/{job}/review"),
    ("PUT", "/v1/jobs/{job}/review"),
    ("POST", "/v1/jobs/{job}/cancel"),
    ("POST", "/v1/jobs/{job}/replay"),
    ("DELETE", "/v1/jobs/{job}"),
    ("GET", "/v1/batches/{batch}"),
    ("POST", "/v1/deliveries/{delivery}/redeliver"),
)
ADMIN_ROUTES = (
    ("GET", "/v1/admin/keys"),
    ("POST", "/v1/admin/keys"),
    ("POST", "/v1/admin/keys/any/rotate"),
    ("DELETE", "/v1/admin/keys/any"),
    ("GET", "/v1/admin/workers"),
    ("GET", "/v1/admin/dead-letters"),
    ("GET", "/v1/admin/dead-letters/any"),
    ("POST", "/v1/admin/dead-letters/replay"),
    ("GET", "/v1/admin/audit"),
)
SUBMIT_ROUTES = (
    "/v1/jobs",
    "/v1/batches",
    "/process",
    "/process-certificate",
    "/process-timetable",
    "/process-insurance-certificate",
    "/api/v1/ocr-ecosteps",
    "/api/v1/documents/upload",
    "/api/pipeline/run",
    "/api/scrape",
)
KEYS = {
    "none": (),
    "wrong": (("x-api-key", "dt_wrong"),),
    "empty": (("x-api-key", ""),),
    "of 16 KB": (("x-api-key", "a" * 16_384),),
    "SQL": (("x-api-key", "' OR 1=1 --"),),
    "bytes beyond ASCII": (("x-api-key", "\xff\xfe\xe9"),),
    "revoked": (("x-api-key", "{gone}"),),
    "the hash of a right one": (("x-api-key", "{alice_hash}"),),
    "a right one cut short": (("x-api-key", "{alice_short}"),),
    "a right one in capitals": (("x-api-key", "{alice_upper}"),),
    "two in one header": (("x-api-key", "dt_wrong, {alice}"),),
    "a wrong one before a right one": (("x-api-key", "dt_wrong"), ("x-api-key", "{alice}")),
    "as a bearer, wrong": (("authorization", "Bearer dt_wrong"),),
    "as basic": (("authorization", "Basic YWxpY2U6YQ=="),),
    "in the query": (),
    "in a cookie": (("cookie", "x-api-key={alice}"),),
    "LARAVEL_API_KEY's header": (("x-laravel-key", "{alice}"),),
}


def cases() -> Iterator[Case]:
    for name, headers in KEYS.items():
        yield Case(group="keys", name=name, act=partial(_with_key, name, headers), must=NOBODY)
    yield Case(
        group="keys",
        name=f"{READS_PER_MINUTE + 20} guesses from one address",
        act=_guesses,
        must=("401 until 429, and a right key is answered",),
        long=True,
    )
    yield Case(
        group="keys",
        name="guesses at the console's sign-in",
        act=_sign_ins,
        must=("401 until 429, and a right key is answered",),
        long=True,
    )
    yield Case(group="keys", name="a fourth submission with a rate of three", act=_rate, must=("202, 202, 202, 429 rate_limited",))
    yield Case(group="keys", name="a third document with a quota of two", act=_quota, must=("202, 202, 429 quota_exceeded",))
    yield Case(group="keys", name="a forged client address", act=_forwarded, must=("counted together",))
    for route in SUBMIT_ROUTES:
        yield Case(group="keys", name=f"none at {route}", act=partial(_submit, route, None), must=NOBODY)
    for route in SUBMIT_ROUTES[:4]:
        yield Case(group="scopes", name=f"read at {route}", act=partial(_submit, route, "poller"), must=MAY_NOT)
    for route in READ_ROUTES[:3]:
        yield Case(group="scopes", name=f"submit at {route}", act=partial(_asked, "GET", route, "poster"), must=MAY_NOT)
    for method, route in ADMIN_ROUTES:
        yield Case(group="scopes", name=f"submit and read at {method} {route}", act=partial(_asked, method, route, "mallory"), must=MAY_NOT)
    yield Case(group="scopes", name="an administrator at another's job", act=partial(_asked, "GET", "/v1/jobs/{job}", "root"), must=MAY_NOT)
    yield Case(group="scopes", name="read at DELETE", act=partial(_asked, "DELETE", "/v1/jobs/{job}", "poller"), must=MAY_NOT)
    for method, route in chain((("GET", route) for route in READ_ROUTES), OWNER_ROUTES):
        yield Case(group="another's job", name=f"{method} {route}", act=partial(_asked, method, route, "mallory"), must=NOT_YOURS)
    for name, job in {
        "an id that there is not": "01JZZZZZZZZZZZZZZZZZZZZZZZ",
        "an id of 10 KB": "a" * 10_000,
        "an id with a path": "..%2F..%2Fetc",
        "an id with NUL": "%00",
        "an id with bytes that are no UTF-8": "%ff%fe",
        "an id with SQL": "%27%20OR%201%3D1--",
        "an id in another case": "{job_lower}",
    }.items():
        must = ("400 malformed_request",) if job == "%00" else NOT_YOURS
        yield Case(group="another's job", name=name, act=partial(_asked, "GET", f"/v1/jobs/{job}", "mallory"), must=must)
    for route in READ_ROUTES:
        yield Case(
            group="read tokens", name=f"of another job at {route}", act=partial(_tokened, "GET", route, "other"), must=NOBODY, long=True
        )
    for token in ("empty", "cut short", "longer", "in capitals", "of bytes beyond ASCII"):
        yield Case(group="read tokens", name=token, act=partial(_tokened, "GET", "/v1/jobs/{job}", token), must=NOBODY)
    for method, route in OWNER_ROUTES[:6]:
        yield Case(
            group="read tokens", name=f"the right one at {method} {route}", act=partial(_tokened, method, route, "right"), must=NOBODY
        )
    for route in ("/v1/jobs", "/v1/admin/keys", "/v1/webhook-secret", "/v1/batches/{batch}"):
        yield Case(group="read tokens", name=f"the right one at GET {route}", act=partial(_tokened, "GET", route, "right"), must=NOBODY)
    yield Case(group="read tokens", name="the right one at POST /v1/jobs", act=partial(_tokened, "POST", "/v1/jobs", "right"), must=NOBODY)
    yield Case(group="read tokens", name="the right one, of a deleted job", act=_after_deletion, must=("404 not_found",))
    yield Case(group="read tokens", name="from another origin, wrong", act=_from_a_page, must=NOT_YOURS)


def _filled(text: str, target: Target) -> str:
    import hashlib

    alice = target.keys["alice"]
    for name, value in {
        "{alice}": alice,
        "{gone}": target.keys["gone"],
        "{alice_hash}": hashlib.sha256(alice.encode()).hexdigest(),
        "{alice_short}": alice[:-1],
        "{alice_upper}": alice.upper(),
        "{job}": target.job,
        "{job_lower}": target.job.swapcase(),
        "{batch}": target.batch,
        "{delivery}": target.delivery,
    }.items():
        text = text.replace(name, value)
    return text


def _with_key(name: str, headers: tuple[tuple[str, str], ...], target: Target) -> Answer:
    query = f"?x-api-key={target.keys['alice']}&api_key={target.keys['alice']}" if name == "in the query" else ""
    return target.ask("GET", f"/v1/jobs{query}", *((key, _filled(value, target)) for key, value in headers))


def _asked(method: str, route: str, key: str, target: Target) -> Answer:
    body = b'{"fields": {}, "name": "a"}' if method in ("PUT", "POST") else b""
    return target.ask(method, _filled(route, target), *((JSON,) if body else ()), body=body, key=key)


def _submit(route: str, key: str | None, target: Target) -> Answer:
    return target.ask("POST", route, JSON, body=b'{"file_path": "good.pdf"}', key=key)


def _tokened(method: str, route: str, token: str, target: Target) -> Answer:
    other = target.upload(PDF).json() if token == "other" else {}
    assert isinstance(other, dict)
    shown = {
        "right": target.token,
        "other": other.get("read_token", ""),
        "cut short": target.token[:-1],
        "longer": target.token + "a",
        "in capitals": target.token.swapcase(),
        "of bytes beyond ASCII": "\xff" * 20,
        "empty": "",
    }[token]
    body = b"{}" if method in ("PUT", "POST") else b""
    return target.ask(method, _filled(route, target), ("x-read-token", shown), *((JSON,) if body else ()), body=body)


def _after_deletion(target: Target) -> Answer:
    made = target.upload(PDF).json()
    assert isinstance(made, dict)
    target.ask("DELETE", f"/v1/jobs/{made['request_id']}", key="mallory")
    return target.ask("GET", f"/v1/jobs/{made['request_id']}", ("x-read-token", made["read_token"]))


def _from_a_page(target: Target) -> Answer:
    return target.ask("GET", f"/v1/jobs/{target.job}?token=wrong", ("origin", "https://evil.example"))


def _guesses(target: Target) -> Answer:
    """From an address of their own, so that the other cases keep their reads."""
    source = "127.0.0.66"
    seen = [target.ask("GET", "/v1/jobs", key=f"dt_guess{number}", source=source).outcome for number in range(READS_PER_MINUTE + 20)]
    return _judged(seen, target.ask("GET", "/v1/jobs", key="alice", source=source))


def _sign_ins(target: Target) -> Answer:
    source = "127.0.0.67"
    guess = b'{"key": "dt_guess"}'
    seen = [target.ask("POST", "/console/session", JSON, body=guess, source=source).outcome for _ in range(READS_PER_MINUTE + 20)]
    right = target.ask("POST", "/console/session", JSON, body=b'{"key": "%s"}' % target.keys["alice"].encode(), source=source)
    return _judged(seen, right)


def _judged(seen: list[str], right: Answer) -> Answer:
    at = seen.index("429 rate_limited") if "429 rate_limited" in seen else len(seen)
    in_order = 0 < at < len(seen) and set(seen[:at]) == {"401 unauthenticated"} and set(seen[at:]) == {"429 rate_limited"}
    if in_order and right.status == 200:
        return right.saying("401 until 429, and a right key is answered")
    return right.saying(f"{sorted(set(seen))}, and a right key gets {right.outcome}")


def _rate(target: Target) -> Answer:
    answers = [target.upload(PDF, key="slow") for _ in range(4)]
    return answers[-1].saying(", ".join(answer.outcome for answer in answers))


def _quota(target: Target) -> Answer:
    answers = [target.upload(PDF, key="few") for _ in range(3)]
    return answers[-1].saying(", ".join(answer.outcome for answer in answers))


def _forwarded(target: Target) -> Answer:
    """X-Forwarded-For counts only from a proxy that the operator names: guesses under forged addresses are one guesser's."""
    left = []
    for number in range(3):
        answer = target.ask(
            "GET", "/v1/jobs", ("x-forwarded-for", f"10.0.0.{number}"), ("forwarded", f"for=10.0.0.{number}"), source="127.0.0.68"
        )
        left.append(int(answer.header("ratelimit").partition("r=")[2].partition(";")[0]))
    return answer.saying("counted together" if left == [left[0], left[0] - 1, left[0] - 2] else f"counted apart: {left}")
