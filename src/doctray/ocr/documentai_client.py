"""Document AI over HTTP: one page a request, repeated where that may help, and left alone for a while when it fails and fails.

The host is the operator's choice, so the guard against callers' addresses does not apply. HTTPS_PROXY, NO_PROXY and SSL_CERT_FILE are
honoured. Nothing of an answer but its status words is ever told: a message may quote the document.
"""

import base64
import json
import random
import re
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import httpx
from google.auth import exceptions as auth_errors
from google.auth.credentials import Credentials
from google.auth.transport import Request as AuthRequest
from google.auth.transport import Response as AuthResponse

from doctray.domain.errors import EngineFailure
from doctray.ocr.documentai import DocumentAi
from doctray.outbound.retry_after import retry_after_s

SCOPE = "https://www.googleapis.com/auth/cloud-platform"

ANSWER_LIMIT_BYTES = 64 * 1024 * 1024
"""A page dense with print has 5,000 tokens of some 600 bytes each."""

_FIELDS = "text,pages.pageNumber,pages.dimension,pages.transforms,pages.tokens,pages.lines"
"""Of the answer, what is used: without it the page's image comes back too."""

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504})
"""Statuses after which the same request may succeed."""

_CONNECT_S = 10.0
_FIRST_PAUSE_S, _LONGEST_PAUSE_S = 0.5, 16.0

FAILURES_TO_OPEN = 5
"""Pages failed in a row, after which Google is not asked for OPEN_S; then one page is the test."""
OPEN_S = 30.0

_STATUS_WORD = re.compile(r"[A-Z_]{3,40}")
_ERROR_WORD = re.compile(r"[a-z_]{3,40}")


class DocumentAiClient:
    """For several threads. Closed by `close`.

    Raises EngineFailure from its constructor for a credentials file that is missing or is none.
    """

    def __init__(
        self, settings: DocumentAi, *, sleep: Callable[[float], None] = time.sleep, now_s: Callable[[], float] = time.monotonic
    ) -> None:
        self._settings = settings
        self._sleep = sleep
        self._now_s = now_s
        self._url = f"{settings.endpoint.rstrip('/')}/v1/{settings.processor}:process"
        self._http = httpx.Client(
            follow_redirects=False,
            timeout=httpx.Timeout(settings.timeout_s, connect=min(_CONNECT_S, settings.timeout_s)),
            # Without compression the limit on bytes is one on memory too.
            headers={"accept-encoding": "identity"},
            limits=httpx.Limits(max_connections=settings.requests + 1),
        )
        self._token = _Token(settings, self._http)
        self._circuit = _Circuit(now_s)

    def close(self) -> None:
        self._http.close()

    def process(self, content: bytes, *, media_type: str, language_hints: Sequence[str] = ()) -> Any:
        """A ProcessResponse, parsed. Raises EngineFailure: why, and what to do."""
        body: dict[str, Any] = {
            "rawDocument": {"content": base64.b64encode(content).decode(), "mimeType": media_type},
            "skipHumanReview": True,
            "fieldMask": _FIELDS,
        }
        if language_hints:
            body["processOptions"] = {"ocrConfig": {"hints": {"languageHints": list(language_hints)}}}
        self._circuit.admit()
        try:
            answer = self._ask(json.dumps(body).encode())
        except _NotNow as error:
            self._circuit.failed()
            raise EngineFailure(str(error)) from error
        self._circuit.answered()
        try:
            return json.loads(answer)
        except (ValueError, RecursionError) as error:
            raise EngineFailure("Document AI answered with something that is not JSON") from error

    def _ask(self, body: bytes) -> bytes:
        """Until it answers, refuses for good or the page's time is up."""
        deadline = self._now_s() + self._settings.timeout_s
        pause = _FIRST_PAUSE_S
        renewed = False
        while True:
            status, answer, wait_s, cause = self._post(body, deadline)
            if status == 200:
                return answer
            if status == 401 and not renewed:
                # The token ended or was revoked before its time.
                renewed = True
                self._token.drop()
                continue
            if status is not None and status not in BUSY:
                raise self._refusal(status, answer)
            said = "could not be reached, or hung up" if status is None else f"answered {status}{_status_word(answer)}"
            wait_s = random.uniform(pause / 2, pause) if wait_s is None else wait_s  # noqa: S311 jitter
            if self._now_s() + wait_s >= deadline:
                raise _NotNow(f"Document AI {said} for {self._settings.timeout_s:g} s; the job is tried again later") from cause
            self._sleep(wait_s)
            pause = min(_LONGEST_PAUSE_S, 2 * pause)

    def _post(self, body: bytes, deadline: float) -> tuple[int | None, bytes, float | None, Exception | None]:
        """Status, body, seconds of Retry-After; status None and the cause where no answer came."""
        left = max(0.01, deadline - self._now_s())
        try:
            headers = {"authorization": f"Bearer {self._token.value()}", "content-type": "application/json"}
            timeout = httpx.Timeout(left, connect=min(_CONNECT_S, left))
            with self._http.stream("POST", self._url, content=body, headers=headers, timeout=timeout) as response:
                answer = self._bounded(response, deadline)
                return response.status_code, answer, retry_after_s(response.headers.get("retry-after"), now=datetime.now(UTC)), None
        except httpx.HTTPError as error:
            return None, b"", None, error

    def _bounded(self, response: httpx.Response, deadline: float) -> bytes:
        received = bytearray()
        if response.headers.get("content-encoding", "identity") != "identity":
            raise EngineFailure("Document AI sent a compressed answer, which was not asked for")
        for chunk in response.iter_raw():
            received += chunk
            if len(received) > ANSWER_LIMIT_BYTES:
                raise EngineFailure("Document AI's answer is larger than any that can be meant")
            if self._now_s() > deadline:
                raise httpx.ReadTimeout("the answer takes longer than a page may")
        return bytes(received)

    def _refusal(self, status: int, answer: bytes) -> EngineFailure:
        said = f"Document AI answered {status}{_status_word(answer)}"
        match status:
            case 401 | 403:
                return _NotNow(
                    f"{said}: the account may not use the processor; give it the role Document AI API User "
                    "(roles/documentai.apiUser) and see that GOOGLE_APPLICATION_CREDENTIALS is its key"
                )
            case 404:
                return _NotNow(f"{said}: correct GOOGLE_DOCUMENTAI_PROCESSOR, or GOOGLE_DOCUMENTAI_ENDPOINT if the processor is elsewhere")
            case _ if 300 <= status < 400:
                return _NotNow(f"{said}: it redirects, which is not followed; correct GOOGLE_DOCUMENTAI_ENDPOINT")
            case _:
                return EngineFailure(f"{said}: it does not take the page")


class _NotNow(EngineFailure):
    """Nothing that this page is to blame for: the next one would meet it too."""


class _Circuit:
    """Whether Google is asked: not for OPEN_S after FAILURES_TO_OPEN pages in a row got nothing from it."""

    def __init__(self, now_s: Callable[[], float]) -> None:
        self._now_s = now_s
        self._lock = threading.Lock()
        self._failures = 0
        self._open_until = 0.0

    def admit(self) -> None:
        with self._lock:
            if self._failures < FAILURES_TO_OPEN:
                return
            now = self._now_s()
            if now < self._open_until:
                raise EngineFailure(f"Document AI failed {self._failures} times in a row and is not asked for a while")
            # This page is the test; the others wait for what becomes of it.
            self._open_until = now + OPEN_S

    def failed(self) -> None:
        with self._lock:
            self._failures += 1
            self._open_until = self._now_s() + OPEN_S

    def answered(self) -> None:
        with self._lock:
            self._failures = 0


class _Token:
    """A bearer token, renewed before it ends."""

    def __init__(self, settings: DocumentAi, http: httpx.Client) -> None:
        self._request = _HttpxRequest(http)
        self._file = settings.credentials_file
        self._lock = threading.Lock()
        self._credentials: Any = None if self._file is None else _credentials_of(self._file)

    def value(self) -> str:
        """Raises _NotNow: the account's key is refused, or the token server does not answer."""
        with self._lock:
            try:
                if self._credentials is None:
                    self._credentials = self._of_machine()
                if not self._credentials.valid:
                    self._credentials.refresh(self._request)
            except auth_errors.GoogleAuthError as error:
                raise _NotNow(f"{_why_no_token(error)}; {self._mend}") from error
            return str(self._credentials.token)

    def drop(self) -> None:
        with self._lock:
            if self._credentials is not None:
                self._credentials.token = None

    @property
    def _mend(self) -> str:
        if self._file is None:
            return "set GOOGLE_APPLICATION_CREDENTIALS to the key file of a service account"
        return "see that the file of GOOGLE_APPLICATION_CREDENTIALS holds a key that is still valid, and that the clock is right"

    def _of_machine(self) -> Credentials:
        from google.auth import default

        credentials, _ = default(scopes=[SCOPE], request=self._request)
        return credentials


class _HttpxRequest(AuthRequest):
    """google-auth's way to the token server, through the same client."""

    def __init__(self, http: httpx.Client) -> None:
        self._http = http

    def __call__(
        self,
        url: str,
        method: str = "GET",
        body: bytes | None = None,
        headers: Mapping[str, str] | None = None,
        timeout: float | None = None,
        **_: Any,
    ) -> "_HttpxResponse":
        try:
            with self._http.stream(method, url, content=body, headers=dict(headers or {}), timeout=timeout or _CONNECT_S) as response:
                received = bytearray()
                for chunk in response.iter_raw():
                    received += chunk
                    if len(received) > 1024 * 1024:
                        raise auth_errors.TransportError("the token server's answer is larger than any that can be meant")  # type: ignore[no-untyped-call]
                return _HttpxResponse(response, bytes(received))
        except httpx.HTTPError as error:
            raise auth_errors.TransportError(type(error).__name__) from error  # type: ignore[no-untyped-call]


class _HttpxResponse(AuthResponse):
    def __init__(self, response: httpx.Response, data: bytes) -> None:
        self._response = response
        self._data = data

    @property
    def status(self) -> int:
        return self._response.status_code

    @property
    def headers(self) -> Mapping[str, str]:
        return self._response.headers

    @property
    def data(self) -> bytes:
        return self._data


def _credentials_of(path: Any) -> Any:
    """Raises EngineFailure, which says nothing of the file's content."""
    try:
        info = json.loads(path.read_text("utf-8"))
        match info.get("type"):
            case "service_account":
                from google.oauth2 import service_account

                return service_account.Credentials.from_service_account_info(info, scopes=[SCOPE])  # type: ignore[no-untyped-call]
            case "authorized_user":
                from google.oauth2 import credentials

                return credentials.Credentials.from_authorized_user_info(info, scopes=[SCOPE])  # type: ignore[no-untyped-call]
            case "external_account":
                from google.auth import identity_pool

                return identity_pool.Credentials.from_info(info, scopes=[SCOPE])  # type: ignore[no-untyped-call]
    except OSError as error:
        raise EngineFailure(f"GOOGLE_APPLICATION_CREDENTIALS names a file that cannot be read ({error.strerror})") from error
    except (ValueError, AttributeError, TypeError, auth_errors.GoogleAuthError) as error:
        raise EngineFailure("the file of GOOGLE_APPLICATION_CREDENTIALS is damaged; download the key again") from error
    raise EngineFailure(
        "the file of GOOGLE_APPLICATION_CREDENTIALS is no key of a service account, an authorised user or a workload identity"
    )


def _why_no_token(error: auth_errors.GoogleAuthError) -> str:
    if isinstance(error, auth_errors.TransportError):
        return "Google's token server could not be reached"
    words = [arg.get("error") for arg in error.args if isinstance(arg, dict)]
    word = next((f" ({word})" for word in words if isinstance(word, str) and _ERROR_WORD.fullmatch(word)), "")
    return f"Google gave no access token{word}"


def _status_word(answer: bytes) -> str:
    """The google.rpc.Status word of an error's body, as " RESOURCE_EXHAUSTED"."""
    with suppress(ValueError, LookupError, TypeError, RecursionError):
        word = json.loads(answer)["error"]["status"]
        if isinstance(word, str) and _STATUS_WORD.fullmatch(word):
            return f" {word}"
    return ""
