"""The HTTP client that model adapters share: verified TLS, no redirects, answers of bounded size.

The host is the operator's choice and may be on the same machine, so the guard against callers' addresses does not apply here.
HTTPS_PROXY, NO_PROXY, SSL_CERT_FILE and SSL_CERT_DIR are honoured, as operators expect of a client.
"""

from collections.abc import AsyncIterator
from datetime import UTC, datetime

import httpx

from doctray.domain.errors import DoctrayError, ExtractionRejected, ExtractorUnavailable
from doctray.extraction.language_model import ModelBusy
from doctray.outbound.retry_after import retry_after_s

ANSWER_LIMIT_BYTES = 4 * 1024 * 1024
"""An answer of 16,000 tokens is about 60 KB."""

CONNECT_S = 10.0

BUSY = frozenset({408, 425, 429, 500, 502, 503, 504, 529})
"""Statuses after which the same request may succeed. 529: overloaded, as some model servers say it."""


def model_client(*, limit_bytes: int = ANSWER_LIMIT_BYTES) -> httpx.AsyncClient:
    """A client whose requests have no time limit but that of connecting: a model is silent until it has finished, so who asks
    bounds the whole. Reading an answer raises ExtractionRejected beyond limit_bytes."""

    async def ask_plainly(request: httpx.Request) -> None:
        # Without compression the limit on bytes is one on memory too.
        request.headers["accept-encoding"] = "identity"

    async def bound(response: httpx.Response) -> None:
        if response.headers.get("content-encoding", "identity") != "identity":
            raise ExtractionRejected("The model's server sent a compressed answer, which was not asked for.")
        stream = response.stream
        assert isinstance(stream, httpx.AsyncByteStream)
        response.stream = _Bounded(stream, limit_bytes)

    return httpx.AsyncClient(
        follow_redirects=False,
        timeout=httpx.Timeout(None, connect=CONNECT_S, pool=None),
        event_hooks={"request": [ask_plainly], "response": [bound]},
    )


def refusal(status: int, *, name: str, retry_after: str | None, wait_s: float | None = None) -> DoctrayError:
    """What an HTTP status other than 200 means. name: of the extractor. retry_after: the header; wait_s: what the body says."""
    if status in BUSY:
        seconds = retry_after_s(retry_after, now=datetime.now(UTC))
        return ModelBusy(f"{name} answered {status}.", retry_after_s=wait_s if seconds is None else seconds)
    if status in (401, 403):
        return ExtractorUnavailable(f"{name} answered {status}: its key is missing, wrong or not allowed to use the model.")
    if status == 404:
        return ExtractorUnavailable(f"{name} answered 404: the model or the address is not known there.")
    if 300 <= status < 400:
        return ExtractorUnavailable(f"{name} answered {status}: it redirects, which is not followed; set the address it redirects to.")
    return ExtractionRejected(f"{name} answered {status}: it does not take the request.")


def no_answer(error: Exception, *, name: str) -> DoctrayError:
    """What a failed exchange means: a connection that was refused or broke may succeed in a moment."""
    if isinstance(error, httpx.ConnectError | httpx.ConnectTimeout | httpx.NetworkError | httpx.RemoteProtocolError):
        return ModelBusy(f"{name} could not be reached, or hung up.")
    return ExtractorUnavailable(f"{name} could not be asked: {type(error).__name__}.")


class _Bounded(httpx.AsyncByteStream):
    """A body that ends with an error once it is longer than it may be."""

    def __init__(self, stream: httpx.AsyncByteStream, limit_bytes: int) -> None:
        self._stream = stream
        self._limit_bytes = limit_bytes

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        async for chunk in self._stream:
            received += len(chunk)
            if received > self._limit_bytes:
                raise ExtractionRejected("The model's answer is larger than any that can be meant.")
            yield chunk

    async def aclose(self) -> None:
        await self._stream.aclose()
