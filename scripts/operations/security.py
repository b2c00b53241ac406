"""Security from outside: what a stranger or a careless caller sends is refused, in the words of docs/errors.md."""

from collections.abc import Callable

import httpx

from scripts.operations.finding import Finding, Status
from scripts.operations.target import Target

Ask = Callable[[Target], str]


def secure(target: Target) -> list[Finding]:
    return [_finding(item, title, ask, target) for item, title, ask in CASES]


def _finding(item: str, title: str, ask: Ask, target: Target) -> Finding:
    try:
        return Finding(item=item, title=title, status=Status.PASSED, said=ask(target))
    except (AssertionError, httpx.HTTPError, KeyError, ValueError, TypeError) as error:
        return Finding(item=item, title=title, status=Status.FAILED, said=f"{type(error).__name__}: {error}")


def _closed(target: Target) -> str:
    """Without a key nothing about jobs is open, whatever the method."""
    asked = (
        ("GET", "/v1/jobs"),
        ("POST", "/v1/jobs"),
        ("GET", "/v1/admin/keys"),
        ("DELETE", "/v1/jobs/none"),
        ("GET", "/v1/webhook-secret"),
    )
    with target.client(key="") as client:
        for method, path in asked:
            status = client.request(method, path).status_code
            assert status == 401, f"{method} {path} answers {status}"
    return f"{len(asked)} routes answer 401 without a key"


def _no_admin(target: Target) -> str:
    with target.client() as client:
        status = client.get("/v1/admin/keys").status_code
    assert status == 403, f"/v1/admin/keys answers {status} to a key of scopes submit and read"
    return "403 for a key without the scope admin"


def _others_job(target: Target) -> str:
    with target.client() as client:
        answer = client.get("/v1/jobs/00000000000000000000000000")
    assert answer.status_code == 404, f"a job that is not one's own answers {answer.status_code}"
    return "404, as for a job that there is not"


def _refused(json: dict[str, object], code: str) -> Ask:
    def ask(target: Target) -> str:
        with target.client() as client:
            answer = client.post("/v1/jobs", json=json)
        body = answer.json()
        assert answer.status_code in (400, 404, 422), f"{answer.status_code} {answer.text[:200]}"
        assert body["code"] == code, f"{body['code']} instead of {code}"
        return f"{answer.status_code} {code}"

    return ask


def _disguised(target: Target) -> str:
    with target.client() as client:
        answer = client.post("/v1/jobs", files={"file": ("paper.pdf", b"MZ" + bytes(512), "application/pdf")})
    assert answer.status_code == 415, f"a program named paper.pdf answers {answer.status_code}"
    return "415: judged by content, not by name"


def _quiet(target: Target) -> str:
    """No answer tells of files, lines or versions of what is underneath."""
    with target.client() as client:
        answers = [client.get("/nowhere"), client.post("/v1/jobs", content=b"{", headers={"content-type": "application/json"})]
    for answer in answers:
        assert answer.status_code in (400, 404, 422), f"{answer.status_code}"
        assert not any(word in answer.text for word in ("Traceback", "site-packages", "sqlalchemy")), "an answer shows the inside"
    return "refusals tell nothing of the inside"


CASES: tuple[tuple[str, str, Ask], ...] = (
    ("closed", "Nothing is open without a key", _closed),
    ("admin", "A caller's key administers nothing", _no_admin),
    ("others", "Another's job is not there", _others_job),
    ("path", "file_path stays in its folder", _refused({"file_path": "../../../../etc/passwd"}, "path_outside_documents")),
    ("loopback", "url reaches no private address", _refused({"url": "http://127.0.0.1:6379/"}, "unsafe_url")),
    ("metadata", "url reaches no cloud metadata", _refused({"url": "http://169.254.169.254/latest/"}, "unsafe_url")),
    ("disguise", "A program is no document", _disguised),
    ("quiet", "Refusals are quiet", _quiet),
)
