"""The Python client: hand in a document, follow it, take its fields.

    with Client("http://127.0.0.1:8000", api_key="dt_…") as doctray:
        job = doctray.submit("certificate.pdf", document_type="certificate")
        done = doctray.wait(job["request_id"], on_progress=print)
        print(done["result"]["fields"])

Answers are the JSON objects of the HTTP contract, as dicts. Receivers of webhooks use `verify_webhook`.
"""

import io
import json
import math
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self, overload
from urllib.parse import quote

import httpx

from doctray.outbound.retry_after import retry_after_s
from doctray.outbound.signing import BadSignature, verify

__all__ = ["BadSignature", "Client", "ProblemError", "Unreachable", "WaitTimeout", "verify_webhook"]

DEFAULT_URL = "http://127.0.0.1:8000"
TERMINAL = ("completed", "failed", "cancelled")
LONG_POLL_S = 20.0
"""How long one status request asks the service to hold it; below WAIT_MAX_SECONDS and common proxy limits."""

SLACK_S = 10.0
"""What an answer may take beyond the wait that was asked for."""

FORM_S = 300.0
"""How long a form of a result is waited for that has to be made: a searchable PDF of 500 pages takes minutes."""

_LOOPBACK = ("127.0.0.1", "localhost", "::1")
_PATIENCE_S = 30.0
_AFTER_CHANGE_S = 0.1
_PASSING = (429, 502, 503, 504)


class ClientError(Exception):
    """Base of what the client raises."""


class ProblemError(ClientError):
    """The service refused: the RFC 9457 problem that it answered with. retry_after_s: where the answer named a time."""

    def __init__(
        self,
        *,
        code: str,
        status: int,
        title: str = "",
        detail: str = "",
        retryable: bool = False,
        request_id: str | None = None,
        retry_after_s: float | None = None,
        errors: Sequence[Mapping[str, Any]] = (),
    ) -> None:
        super().__init__(f"{detail or title or 'The service refused'} ({code}, HTTP {status})")
        self.code = code
        self.status = status
        self.title = title
        self.detail = detail
        self.retryable = retryable
        self.request_id = request_id
        self.retry_after_s = retry_after_s
        self.errors = tuple(errors)


class Unreachable(ClientError):
    """The service did not answer, after several tries."""


class WaitTimeout(ClientError):
    """The job was not finished in the time given; it goes on. job: its last status."""

    def __init__(self, job: dict[str, Any]) -> None:
        super().__init__(f"The job {job.get('request_id')} is still {job.get('status')}")
        self.job = job


class Client:
    """One service and one caller. Not for use by several threads at once.

    A request that waits on the service is given SLACK_S more than it waits. Requests that did not get through, or were answered
    with 429, 502, 503 or 504, are made again up to `tries` times in all, after what Retry-After asks for (at most 30 s, else the
    problem is raised at once). A submission carries one Idempotency-Key through all its tries, so that it is accepted once.
    """

    def __init__(
        self,
        base_url: str = DEFAULT_URL,
        api_key: str | None = None,
        *,
        timeout_s: float = 60.0,
        tries: int = 4,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        headers = {"user-agent": f"doctray-client/{version('doctray')}", "accept": "application/json"}
        if api_key:
            headers["x-api-key"] = api_key
        # A proxy of the environment is for services elsewhere: it would look for this machine's own loopback on itself.
        local = httpx.URL(base_url).host in _LOOPBACK
        self._http = httpx.Client(base_url=base_url.rstrip("/"), headers=headers, timeout=timeout_s, trust_env=not local)
        self._timeout_s = timeout_s
        self._tries = tries
        self._sleep = sleep

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        self._http.close()

    def submit(
        self,
        source: str | Path | bytes,
        *,
        document_type: str = "auto",
        schema: Mapping[str, Any] | None = None,
        priority: int | None = None,
        engine: str | None = None,
        extractor: str | None = None,
        languages: Sequence[str] | None = None,
        pages: str | None = None,
        webhook_url: str | None = None,
        metadata: Mapping[str, Any] | None = None,
        no_cache: bool = False,
        deadline_seconds: float | None = None,
        file_name: str | None = None,
        idempotency_key: str | None = None,
        wait_s: float | None = None,
    ) -> dict[str, Any]:
        """Hand in a document: a path, its bytes, or an http(s) URL that the service downloads from.

        Returns what the service accepted it as (request_id, status, …); with wait_s the job as it stands when finished, or
        after that many seconds. idempotency_key: made up where it is not given. Raises ProblemError, Unreachable, OSError (the
        file cannot be read).
        """
        options: dict[str, Any] = {
            "document_type": document_type,
            "schema": schema,
            "priority": priority,
            "engine": engine,
            "extractor": extractor,
            "languages": list(languages) if languages else None,
            "pages": pages,
            "webhook_url": webhook_url,
            "metadata": metadata,
            "no_cache": no_cache or None,
            "deadline_seconds": deadline_seconds,
        }
        chosen = {name: value for name, value in options.items() if value is not None}
        headers = {"idempotency-key": idempotency_key or uuid.uuid4().hex}
        if wait_s:
            headers["prefer"] = f"wait={wait_s:g}"
        if isinstance(source, str) and source.lower().startswith(("http://", "https://")):
            body = {"url": source, **chosen}
            return _json(self._ask(lambda: self._http.post("/v1/jobs", json=body, headers=headers, timeout=self._patience(wait_s))))
        form = {name: _form_text(value) for name, value in chosen.items()}
        with ExitStack() as stack:
            document: IO[bytes]
            if isinstance(source, bytes):
                document, name = stack.enter_context(io.BytesIO(source)), file_name or "document"
            else:
                document, name = stack.enter_context(Path(source).open("rb")), file_name or Path(source).name

            def upload() -> httpx.Response:
                document.seek(0)
                files = {"file": (name, document, "application/octet-stream")}
                return self._http.post("/v1/jobs", data=form, files=files, headers=headers, timeout=self._patience(wait_s))

            return _json(self._ask(upload))

    def status(self, request_id: str, *, wait_s: float | None = None) -> dict[str, Any]:
        """The job as it stands; with wait_s as soon as it changes, or after that many seconds."""
        return _json(self._get(_path(request_id), wait_s=wait_s))

    @overload
    def result(self, request_id: str) -> dict[str, Any]: ...

    @overload
    def result(self, request_id: str, *, form: str, timeout_s: float = FORM_S) -> bytes: ...

    def result(self, request_id: str, *, form: str | None = None, timeout_s: float = FORM_S) -> dict[str, Any] | bytes:
        """The result; with form its bytes in that form: json, md, txt, csv, xlsx, ics, hocr, or pdf (the document, searchable).

        Some forms are made when they are first asked for, which is waited for. Raises ProblemError: not_finished, expired,
        not_acceptable, or the code that the job or the making failed with; WaitTimeout after timeout_s.
        """
        if form is None:
            return _json(self._get(_path(request_id, "/result")))
        deadline = time.monotonic() + timeout_s
        path = _path(request_id, f"/result.{quote(form, safe='')}")
        while True:
            left_s = deadline - time.monotonic()
            answer = self._get(path, wait_s=max(0.0, min(LONG_POLL_S, left_s)))
            if answer.status_code != httpx.codes.ACCEPTED:
                return answer.content
            if left_s <= 0:
                raise WaitTimeout(_json(answer))
            self._sleep(min(max(left_s, 0.0), _AFTER_CHANGE_S))

    def page_image(self, request_id: str, number: int) -> bytes:
        """Page `number` (from 1) as it was read, as PNG; boxes refer to its pixels. Raises ProblemError: not_found where none is kept."""
        return self._get(_path(request_id, f"/pages/{number}.png")).content

    def review(
        self,
        request_id: str,
        fields: Mapping[str, Any],
        *,
        reviewed_by: str | None = None,
        note: str | None = None,
        if_match: str | None = None,
    ) -> dict[str, Any]:
        """Say what the fields are, all of them; the review as it is kept.

        if_match: the number of the review that these fields were made from, as `"2"` with its quotes, or a result's ETag;
        None: there is none yet; "*": whatever there is. Raises ProblemError: review_conflict when somebody else was faster,
        invalid_option (with errors and their pointers) when the fields do not fit the document's schema.
        """
        body = {"fields": fields, "reviewed_by": reviewed_by, "note": note}
        headers = {"if-match": if_match} if if_match is not None else None
        given = {name: value for name, value in body.items() if value is not None}
        return _json(self._ask(lambda: self._http.put(_path(request_id, "/review"), json=given, headers=headers)))

    def reviews(self, request_id: str) -> list[dict[str, Any]]:
        """Every review of the job, oldest first; the last one counts."""
        found: list[dict[str, Any]] = _json(self._get(_path(request_id, "/review")))["reviews"]
        return found

    def wait(
        self, request_id: str, *, timeout_s: float | None = None, on_progress: Callable[[dict[str, Any]], None] | None = None
    ) -> dict[str, Any]:
        """The job once it is completed, failed or cancelled.

        on_progress: called with the job whenever its status or progress has changed. Raises WaitTimeout after timeout_s.
        """
        deadline = math.inf if timeout_s is None else time.monotonic() + timeout_s
        job: dict[str, Any] = {"request_id": request_id, "status": "unknown"}
        etag, hold_s = "", 0.0
        while True:
            asked = time.monotonic()
            # The service answers at once when the job is no longer what the ETag stands for, else when it changes.
            headers = {"if-none-match": etag} if etag else None
            answer = self._get(_path(request_id), headers=headers, wait_s=hold_s)
            before = job
            if answer.status_code != httpx.codes.NOT_MODIFIED:
                job, etag = _json(answer), answer.headers.get("etag", "")
            if job != before and on_progress is not None:
                on_progress(job)
            if job["status"] in TERMINAL:
                return job
            left_s = deadline - time.monotonic()
            if left_s <= 0:
                raise WaitTimeout(job)
            held = hold_s > 0 and time.monotonic() - asked >= hold_s / 2
            self._sleep(min(left_s, _AFTER_CHANGE_S if held or job != before else _retry_after(answer, default_s=1.0)))
            hold_s = min(LONG_POLL_S, max(0.0, round(deadline - time.monotonic(), 1)))

    def cancel(self, request_id: str) -> dict[str, Any]:
        """The job, cancelled; or as it was when it had ended already."""
        return _json(self._ask(lambda: self._http.post(_path(request_id, "/cancel"))))

    def delete(self, request_id: str) -> None:
        """Document and result are gone; a job that was not finished is cancelled first."""
        self._ask(lambda: self._http.delete(_path(request_id)))

    def list(
        self,
        *,
        status: str | None = None,
        document_type: str | None = None,
        created_after: str | None = None,
        q: str | None = None,
        limit: int = 50,
        cursor: str | None = None,
    ) -> dict[str, Any]:
        """One page of the caller's own jobs, newest first, and the cursor of the next."""
        filters = {
            "status": status,
            "document_type": document_type,
            "created_after": created_after,
            "q": q,
            "limit": str(limit),
            "cursor": cursor,
        }
        return _json(self._get("/v1/jobs", params={name: value for name, value in filters.items() if value is not None}))

    def _get(
        self,
        path: str,
        *,
        params: Mapping[str, str] | None = None,
        headers: Mapping[str, str] | None = None,
        wait_s: float | None = None,
    ) -> httpx.Response:
        query = {**(params or {}), **({"wait": f"{wait_s:g}"} if wait_s else {})}
        return self._ask(lambda: self._http.get(path, params=query or None, headers=headers, timeout=self._patience(wait_s)))

    def _patience(self, wait_s: float | None) -> float:
        return max(self._timeout_s, (wait_s or 0.0) + SLACK_S)

    def _ask(self, send: Callable[[], httpx.Response]) -> httpx.Response:
        for attempt in range(1, self._tries + 1):
            last = attempt == self._tries
            try:
                answer = send()
            except httpx.TransportError as error:
                if last:
                    raise Unreachable(f"{self._http.base_url} does not answer ({type(error).__name__})") from error
                self._sleep(0.25 * 2**attempt)
                continue
            if not answer.is_error:
                return answer
            problem = _problem(answer)
            passing = problem.status in _PASSING or problem.code == "idempotency_conflict"
            pause_s = _retry_after(answer, default_s=0.25 * 2**attempt)
            if last or not passing or pause_s > _PATIENCE_S:
                raise problem
            self._sleep(pause_s)
        raise AssertionError("tries is at least 1")


def verify_webhook(headers: Mapping[str, str], body: bytes, secret: str, *, now: float | None = None) -> dict[str, Any]:
    """The event of a webhook that doctray signed with this secret in the last five minutes; for receivers.

    body: the bytes as received. Raises BadSignature: answer 400 and do nothing. Drop repeats by the header webhook-id.
    """
    return verify(headers, body, secret, now=time.time() if now is None else now)


def _path(request_id: str, part: str = "") -> str:
    return f"/v1/jobs/{quote(request_id, safe='')}{part}"


def _form_text(value: object) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, list):
        return ",".join(str(item) for item in value)
    return json.dumps(value)


def _json(answer: httpx.Response) -> dict[str, Any]:
    try:
        value = answer.json()
    except ValueError:
        value = None
    if not isinstance(value, dict):
        raise Unreachable(f"{answer.url.host} answered, but not as doctray does: is the address right?")
    return value


def _problem(answer: httpx.Response) -> ProblemError:
    try:
        told = answer.json()
    except ValueError:
        told = {}
    if not isinstance(told, dict):
        told = {}
    return ProblemError(
        code=str(told.get("code") or f"http_{answer.status_code}"),
        status=answer.status_code,
        title=str(told.get("title") or answer.reason_phrase),
        detail=str(told.get("detail") or ""),
        retryable=bool(told.get("retryable", answer.status_code in _PASSING)),
        request_id=told.get("request_id"),
        retry_after_s=_retry_after(answer, default_s=None),
        errors=told.get("errors") or (),
    )


@overload
def _retry_after(answer: httpx.Response, *, default_s: float) -> float: ...


@overload
def _retry_after(answer: httpx.Response, *, default_s: None) -> float | None: ...


def _retry_after(answer: httpx.Response, *, default_s: float | None) -> float | None:
    found = retry_after_s(answer.headers.get("retry-after"), now=datetime.now(UTC))
    return default_s if found is None else found
