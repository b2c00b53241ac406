"""What a page of somebody else's can do through a browser: forged requests, foreign origins, hosts, frames, markup that wants to run."""

import json
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any

from tests.hostile.case import Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer, request
from tests.malformed.rawpdf import one_page

JSON = ("content-type", "application/json")
EVIL = ("origin", "https://evil.example")
MARKUP = "<script>alert(1)</script><img src=x onerror=alert(1)>"
COOKIE = "doctray_session"

CHANGES = (
    ("DELETE", "/v1/jobs/{job}"),
    ("POST", "/v1/jobs/{job}/cancel"),
    ("PUT", "/v1/jobs/{job}/review"),
    ("POST", "/v1/webhook-secret"),
    ("POST", "/v1/jobs"),
    ("POST", "/v1/batches"),
    ("DELETE", "/console/session"),
)


def cases() -> Iterator[Case]:
    for method, route in CHANGES:
        yield Case(
            group="CSRF", name=f"{method} {route} without the token", act=partial(_forged, method, route, ""), must=("403 forbidden",)
        )
    yield Case(group="CSRF", name="another session's token", act=_others_token, must=("403 forbidden",))
    yield Case(
        group="CSRF",
        name="a token of bytes beyond ASCII",
        act=partial(_forged, "DELETE", "/v1/jobs/{job}", "\xff\xfe"),
        must=("403 forbidden",),
    )
    yield Case(group="CSRF", name="a sign-in as a plain form", act=_form_sign_in, must=("403 forbidden",))
    yield Case(group="CSRF", name="a sign-in from a foreign page", act=_foreign_sign_in, must=("403 forbidden",))
    yield Case(group="CSRF", name="a submission by text/plain", act=_plain_submission, must=("403 forbidden", "400 malformed_request"))
    for name, cookie in {
        "made up": "AAAA",
        "empty": "",
        "a key": "{alice}",
        "of 20 KB": "a" * 20_000,
        "bytes beyond ASCII": "\xff\xfe",
        "cut short": "{cut}",
        "one sign changed": "{bent}",
        "of another secret": "gAAAAABlAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA==",
    }.items():
        yield Case(group="sessions", name=f"cookie {name}", act=partial(_cookie, cookie), must=("401 unauthenticated",))
    yield Case(group="sessions", name="a cookie set before sign-in", act=_fixation, must=("200, under a new cookie",))
    yield Case(group="sessions", name="the cookie's flags", act=_flags, must=("HttpOnly, SameSite=strict, Path=/",))
    yield Case(group="sessions", name="a session in the query", act=_session_in_query, must=("401 unauthenticated",))
    yield Case(group="CORS", name="a foreign origin reads", act=partial(_cors, "GET", "https://evil.example"), must=("200, not shared",))
    yield Case(
        group="CORS",
        name="a foreign origin asks",
        act=partial(_cors, "OPTIONS", "https://evil.example"),
        must=("400, not shared",),
        bare=True,
    )
    yield Case(group="CORS", name="no origin", act=partial(_cors, "GET", "null"), must=("200, not shared",))
    yield Case(
        group="CORS",
        name="a name that begins the same",
        act=partial(_cors, "GET", "https://portal.example.evil.example"),
        must=("200, not shared",),
    )
    yield Case(
        group="CORS", name="a name that ends the same", act=partial(_cors, "GET", "https://evilportal.example"), must=("200, not shared",)
    )
    yield Case(group="CORS", name="http for https", act=partial(_cors, "GET", "http://portal.example"), must=("200, not shared",))
    yield Case(
        group="CORS",
        name="the origin that may",
        act=partial(_cors, "GET", "https://portal.example"),
        must=("200, shared without credentials",),
    )
    for path in (
        "//evil.example/",
        "/\\evil.example",
        "/%2f%2fevil.example/",
        "/http://evil.example/",
        "/docs/",
        "/v1/jobs/",
        "/?next=//evil.example",
    ):
        yield Case(group="redirects", name=f"GET {path}", act=partial(_redirect, path), must=("no redirect",))
    for name, host in {
        "a foreign name": "evil.example",
        "a name and a port": "evil.example:1",
        "a name with a path": "evil.example/path",
        "a name with markup": "<script>",
        "an empty name": "",
    }.items():
        yield Case(group="Host", name=name, act=partial(_host, host), must=("202, and the name is nowhere",))
    for name, header in {
        "X-Forwarded-Host": ("x-forwarded-host", "evil.example"),
        "X-Forwarded-Proto": ("x-forwarded-proto", "evil.example"),
        "X-Original-URL": ("x-original-url", "/v1/admin/keys"),
        "X-Rewrite-URL": ("x-rewrite-url", "/v1/admin/keys"),
        "Forwarded": ("forwarded", "host=evil.example;proto=javascript"),
    }.items():
        yield Case(group="Host", name=name, act=partial(_forwarded, header), must=("202, and the name is nowhere",))
    for name, value in {"POST to DELETE": "DELETE", "POST to PUT": "PUT"}.items():
        for overriding in ("x-http-method-override", "x-method-override"):
            yield Case(
                group="method override",
                name=f"{name} by {overriding}",
                act=partial(_overridden, overriding, value),
                must=("405 malformed_request",),
            )
    yield Case(group="method override", name="_method in the query", act=_method_in_query, must=("405 malformed_request",))
    for name, act in _SHOWN.items():
        yield Case(group="markup", name=name, act=act, must=("shown as text",))


def _signed_in(target: Target, name: str = "browser") -> tuple[str, str]:
    """(the cookie, its token)."""
    answer = target.ask("POST", "/console/session", JSON, body=json.dumps({"key": target.keys[name]}).encode())
    session: Any = answer.json()
    return answer.header("set-cookie").partition(";")[0].partition("=")[2], session["csrf"]


def _forged(method: str, route: str, token: str, target: Target) -> Answer:
    cookie, _ = _signed_in(target)
    shown = (("x-csrf-token", token),) if token else ()
    body = b"{}" if method != "DELETE" else b""
    return target.ask(method, route.replace("{job}", target.job), ("cookie", f"{COOKIE}={cookie}"), JSON, *shown, body=body)


def _others_token(target: Target) -> Answer:
    _, token = _signed_in(target, "mallory")
    return _forged("DELETE", "/v1/jobs/{job}", token, target)


def _form_sign_in(target: Target) -> Answer:
    form = ("content-type", "application/x-www-form-urlencoded")
    return target.ask("POST", "/console/session", form, EVIL, body=b"key=" + target.keys["mallory"].encode())


def _foreign_sign_in(target: Target) -> Answer:
    body = json.dumps({"key": target.keys["mallory"]}).encode()
    return target.ask("POST", "/console/session", JSON, EVIL, ("sec-fetch-site", "cross-site"), body=body)


def _plain_submission(target: Target) -> Answer:
    """What a page may send without asking first: text/plain that happens to be JSON, with the browser's cookie."""
    cookie, _ = _signed_in(target)
    plain = ("content-type", "text/plain")
    return target.ask("POST", "/v1/jobs", ("cookie", f"{COOKIE}={cookie}"), plain, EVIL, body=b'{"file_path": "good.pdf"}')


def _cookie(cookie: str, target: Target) -> Answer:
    good, _ = _signed_in(target)
    bent = good[:40] + ("A" if good[40] != "A" else "B") + good[41:]
    value = cookie.replace("{alice}", target.keys["alice"]).replace("{cut}", good[:-4]).replace("{bent}", bent)
    return target.ask("GET", "/v1/jobs", ("cookie", f"{COOKIE}={value}"))


def _fixation(target: Target) -> Answer:
    given, _ = _signed_in(target, "mallory")
    body = json.dumps({"key": target.keys["browser"]}).encode()
    answer = target.ask("POST", "/console/session", JSON, ("cookie", f"{COOKIE}={given}"), body=body)
    now = answer.header("set-cookie").partition(";")[0].partition("=")[2]
    return answer.saying("200, under a new cookie" if answer.status == 200 and now not in ("", given) else answer.outcome)


def _flags(target: Target) -> Answer:
    answer = target.ask("POST", "/console/session", JSON, body=json.dumps({"key": target.keys["browser"]}).encode())
    flags = {part.strip() for part in answer.header("set-cookie").split(";")[1:]}
    return answer.saying(", ".join(flag for flag in ("HttpOnly", "SameSite=strict", "Path=/") if flag in flags))


def _session_in_query(target: Target) -> Answer:
    cookie, _ = _signed_in(target)
    return target.ask("GET", f"/v1/jobs?{COOKIE}={cookie}")


def _cors(method: str, origin: str, target: Target) -> Answer:
    asking = (("access-control-request-method", "GET"), ("access-control-request-headers", "x-read-token")) if method == "OPTIONS" else ()
    answer = target.ask(method, f"/v1/jobs/{target.job}?token={target.token}", ("origin", origin), *asking)
    shared = answer.header("access-control-allow-origin")
    credentials = answer.header("access-control-allow-credentials")
    how = "not shared" if not shared else "shared" + (" with credentials" if credentials else " without credentials")
    return answer.saying(f"{answer.outcome}, {how}")


def _redirect(path: str, target: Target) -> Answer:
    answer = target.ask("GET", path)
    away = 300 <= answer.status < 400 or answer.header("location") or answer.header("refresh")
    return answer.saying(f"{answer.status} to {answer.header('location')}" if away else "no redirect")


def _host(host: str, target: Target) -> Answer:
    answer = request(
        target.port, "POST", "/v1/jobs", (("x-api-key", target.keys["mallory"]), JSON), b'{"file_path": "good.pdf"}', host=host or " "
    )
    return _nowhere(answer, "evil.example", "<script>")


def _forwarded(header: tuple[str, str], target: Target) -> Answer:
    return _nowhere(target.post_json("/v1/jobs", {"file_path": "good.pdf"}, headers=(header,)), "evil.example", "javascript")


def _nowhere(answer: Answer, *words: str) -> Answer:
    if answer.status == 202 and not any(word.encode() in answer.raw for word in words):
        return answer.saying("202, and the name is nowhere")
    return answer


def _overridden(header: str, method: str, target: Target) -> Answer:
    return target.ask("POST", f"/v1/jobs/{target.job}", (header, method), key="alice")


def _method_in_query(target: Target) -> Answer:
    return target.ask("POST", f"/v1/jobs/{target.job}?_method=DELETE", key="alice")


def _shown_in(act: Callable[[Target], list[Answer]]) -> Callable[[Target], Answer]:
    """Every answer says what it is, is not to be taken for anything else, and may run nothing."""

    def judged(target: Target) -> Answer:
        for answer in act(target):
            kind = answer.header("content-type").partition(";")[0]
            runs = kind in ("text/html", "image/svg+xml", "text/javascript", "application/javascript") and MARKUP.encode() in answer.body
            unguarded = answer.header("x-content-type-options") != "nosniff" or "default-src 'none'" not in answer.header(
                "content-security-policy"
            )
            if answer.status >= 500 or runs or unguarded:
                return answer.saying(f"{answer.outcome} {kind}, {'could run' if runs else 'not guarded' if unguarded else 'failed'}")
        return answer.saying("shown as text")

    return judged


def _in_names(target: Target) -> list[Answer]:
    answer = target.post_json("/v1/jobs", {"file_path": "good.pdf", "file_name": MARKUP, "metadata": {MARKUP: MARKUP}})
    ticket: Any = answer.json()
    job = f"/v1/jobs/{ticket['request_id']}"
    target.ended(answer)
    paths = (job, f"/status/{ticket['request_id']}", "/v1/jobs", f"{job}/result", f"{job}/events", "/v1/jobs?q=%3Cscript%3E")
    return [target.ask("GET", path, ("accept", "*/*"), key="mallory") for path in paths]


def _in_text(target: Target) -> list[Answer]:
    escaped = MARKUP.replace("(", "\\(").replace(")", "\\)").encode()
    answer = target.upload(one_page(b"BT /F1 6 Tf 5 80 Td (" + escaped + b") Tj 0 -20 Td (=cmd|' /C calc'!A0) Tj ET"))
    ticket: Any = answer.json()
    target.ended(answer)
    forms = ("json", "md", "txt", "csv", "hocr")
    return [target.ask("GET", f"/v1/jobs/{ticket['request_id']}/result.{form}", key="mallory") for form in forms]


def _in_problems(target: Target) -> list[Answer]:
    quoted = "%3Cscript%3Ealert(1)%3C/script%3E%3Cimg%20src=x%20onerror=alert(1)%3E"
    paths = (
        f"/{quoted}",
        f"/problems/{quoted}",
        f"/v1/jobs/{quoted}",
        f"/v1/jobs?status={quoted}",
        f"/console/{quoted}",
        f"/docs?{quoted}",
    )
    return [target.ask("GET", path, ("accept", "text/html"), key="mallory") for path in paths]


def _in_options(target: Target) -> list[Answer]:
    return [
        target.post_json("/v1/jobs", {"file_path": "good.pdf", MARKUP: 1}),
        target.post_json("/v1/jobs", {"file_path": "good.pdf", "engine": MARKUP}),
        target.upload(PDF, document_type=MARKUP),
        target.post_form([(f'form-data; name="{MARKUP}"', b"x")]),
    ]


_SHOWN = {
    "in a file's name and metadata": _shown_in(_in_names),
    "in the document": _shown_in(_in_text),
    "in what is refused by path": _shown_in(_in_problems),
    "in what is refused by option": _shown_in(_in_options),
}
