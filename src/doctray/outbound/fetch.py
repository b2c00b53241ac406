"""Downloads the document behind a caller's URL, through the guard, at most so large and so long, and not again while it is the same."""

import asyncio
import re
from collections.abc import AsyncIterator, Iterator
from contextlib import AsyncExitStack, asynccontextmanager, contextmanager
from urllib.parse import urljoin

import httpx

from doctray.domain.download import Validators, url_digest
from doctray.domain.errors import DownloadFailed, TooLarge, UnsafeUrl
from doctray.outbound.guard import LookupFailed, NameNotFound, OutboundGuard
from doctray.outbound.pinned import Timeouts, exchange, trust
from doctray.outbound.retry_after import retry_after_s
from doctray.ports import Clock, Download

MAX_REDIRECTS = 5
NOT_MODIFIED = 304
_REDIRECTS = (301, 302, 303, 307, 308)
# Client errors that mean "later" rather than "no" (RFC 9110, RFC 6585, RFC 8470).
_PASSING_CLIENT_ERRORS = (408, 425, 429)
# RFC 9110, 8.8.3 (without the bytes beyond ASCII that it still allows) and 5.6.7.
_ETAG = re.compile(r'(W/)?"[\x21\x23-\x7e]{0,512}"')
_HTTP_DATE = re.compile(r"[A-Z][a-z]{2}, [0-9]{2} [A-Z][a-z]{2} [0-9]{4} [0-9]{2}:[0-9]{2}:[0-9]{2} GMT")
_DEFAULT_TIMEOUTS = Timeouts(connect=5.0, read=15.0, total=120.0)


class DownloadRefused(DownloadFailed):
    """The server said no in a way that asking again does not change."""

    retryable = False


class HttpFetcher:
    """`doctray.ports.Fetcher` on httpx. max_bytes: of the document."""

    def __init__(
        self, guard: OutboundGuard, *, clock: Clock, max_bytes: int, user_agent: str, timeouts: Timeouts = _DEFAULT_TIMEOUTS
    ) -> None:
        self._guard = guard
        self._clock = clock
        self._max_bytes = max_bytes
        self._timeouts = timeouts
        self._context = trust()
        # Identity: what arrives is what counts against the limit, and nothing can unpack to more.
        self._headers = (("user-agent", user_agent), ("accept", "*/*"), ("accept-encoding", "identity"))

    @asynccontextmanager
    async def fetch(self, url: str, *, known: Validators | None = None) -> AsyncIterator[Download]:
        """The document's bytes in chunks; the connection is closed when the context is left.

        Raises UnsafeUrl (also for a redirect that leads somewhere unsafe), TooLarge (before or while it streams), and
        DownloadFailed, worth another try unless it is a DownloadRefused.
        """
        # Around each wait of ours and never around a yield: a timeout must not strike in the consumer's code.
        deadline = asyncio.get_running_loop().time() + self._timeouts.total
        async with AsyncExitStack() as stack:
            with _told_as_failures():
                async with asyncio.timeout_at(deadline):
                    response, answered_by = await self._answer(url, stack, known)
            yield Download(
                unchanged=response.status_code == NOT_MODIFIED,
                validators=_validators_of(response, answered_by, known),
                chunks=self._chunks(response, deadline),
            )

    async def _chunks(self, response: httpx.Response, deadline: float) -> AsyncIterator[bytes]:
        chunks = response.aiter_raw().__aiter__()
        received = 0
        while True:
            with _told_as_failures():
                async with asyncio.timeout_at(deadline):
                    chunk = await anext(chunks, None)
            if chunk is None:
                return
            received += len(chunk)
            if received > self._max_bytes:
                raise self._too_large()
            yield chunk

    async def _answer(self, url: str, stack: AsyncExitStack, known: Validators | None) -> tuple[httpx.Response, str]:
        """The answer that carries the document, after its redirects, and who gave it; each hop is judged anew."""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                target = await self._guard.resolve(url)
            except (NameNotFound, LookupFailed) as error:
                raise DownloadFailed(error.detail) from error
            answered_by = url_digest(target.url)
            conditions = _conditions(known) if known is not None and known.answered_by == answered_by else ()
            hop = await stack.enter_async_context(AsyncExitStack())
            headers = (*self._headers, *conditions)
            response = await hop.enter_async_context(
                exchange("GET", target, headers=headers, context=self._context, timeouts=self._timeouts)
            )
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                if not (conditions and response.status_code == NOT_MODIFIED):
                    self._judge(response)
                return response, answered_by
            await hop.aclose()
            try:
                url = urljoin(target.url, location)
            except ValueError as error:
                raise UnsafeUrl("The server redirects to a URL that cannot be read.") from error
        raise DownloadRefused(f"The server redirects more than {MAX_REDIRECTS} times.")

    def _judge(self, response: httpx.Response) -> None:
        status = response.status_code
        if not response.is_success:
            refused = 300 <= status < 500 and status not in _PASSING_CLIENT_ERRORS
            error_class = DownloadRefused if refused else DownloadFailed
            wait_s = retry_after_s(response.headers.get("retry-after"), now=self._clock.now())
            raise error_class(f"The server answered with status {status}.", retry_after_s=wait_s)
        if response.headers.get("content-encoding", "identity").strip().lower() not in ("", "identity"):
            raise DownloadRefused("The server sent the document in a content encoding that was not asked for.")
        announced = response.headers.get("content-length", "")
        if announced.isascii() and announced.isdigit() and int(announced) > self._max_bytes:
            raise self._too_large()

    def _too_large(self) -> TooLarge:
        return TooLarge(f"The document behind the URL is larger than {self._max_bytes / 1048576:g} MiB.")


@contextmanager
def _told_as_failures() -> Iterator[None]:
    try:
        yield
    except TimeoutError as error:
        raise DownloadFailed("The server took too long to send the document.") from error
    except httpx.TimeoutException as error:
        raise DownloadFailed("The server did not answer in time.") from error
    except (httpx.HTTPError, httpx.InvalidURL) as error:
        raise DownloadFailed("The connection to the server failed.") from error


def _conditions(known: Validators) -> tuple[tuple[str, str], ...]:
    named = (("if-none-match", known.etag), ("if-modified-since", known.last_modified))
    return tuple((name, value) for name, value in named if value is not None)


def _validators_of(response: httpx.Response, answered_by: str, known: Validators | None) -> Validators | None:
    """From the answer; a 304 may leave out what has not changed."""
    if "no-store" in response.headers.get("cache-control", "").lower():
        return None
    before = known if response.status_code == NOT_MODIFIED else None
    etag = _fitting(_ETAG, response.headers.get("etag")) or (before.etag if before else None)
    last_modified = _fitting(_HTTP_DATE, response.headers.get("last-modified")) or (before.last_modified if before else None)
    if etag is None and last_modified is None:
        return None
    return Validators(answered_by=answered_by, etag=etag, last_modified=last_modified)


def _fitting(pattern: re.Pattern[str], value: str | None) -> str | None:
    """The header's value, if it has the form that it must have: it is sent back to the server as it is."""
    return value if value is not None and pattern.fullmatch(value) else None
