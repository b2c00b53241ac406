"""Downloads the document behind a caller's URL, through the guard, at most so large and so long."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from urllib.parse import urljoin

import httpx

from doctray.domain.errors import DownloadFailed, TooLarge, UnsafeUrl
from doctray.outbound.guard import LookupFailed, NameNotFound, OutboundGuard
from doctray.outbound.pinned import Timeouts, exchange, trust
from doctray.outbound.retry_after import retry_after_s
from doctray.ports import Clock

MAX_REDIRECTS = 5
_REDIRECTS = (301, 302, 303, 307, 308)
# Client errors that mean "later" rather than "no" (RFC 9110, RFC 6585, RFC 8470).
_PASSING_CLIENT_ERRORS = (408, 425, 429)
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

    async def fetch(self, url: str) -> AsyncIterator[bytes]:
        """The document's bytes in chunks. Close the iterator when leaving it early.

        Raises UnsafeUrl (also for a redirect that leads somewhere unsafe), TooLarge (before or while it streams), and
        DownloadFailed, worth another try unless it is a DownloadRefused.
        """
        # Around each wait of ours and never around a yield: a timeout must not strike in the consumer's code.
        deadline = asyncio.get_running_loop().time() + self._timeouts.total
        async with AsyncExitStack() as stack:
            try:
                async with asyncio.timeout_at(deadline):
                    response = await self._answer(url, stack)
                    chunks = response.aiter_raw().__aiter__()
                received = 0
                while True:
                    async with asyncio.timeout_at(deadline):
                        chunk = await anext(chunks, None)
                    if chunk is None:
                        return
                    received += len(chunk)
                    if received > self._max_bytes:
                        raise self._too_large()
                    yield chunk
            except TimeoutError as error:
                raise DownloadFailed("The server took too long to send the document.") from error
            except httpx.TimeoutException as error:
                raise DownloadFailed("The server did not answer in time.") from error
            except (httpx.HTTPError, httpx.InvalidURL) as error:
                raise DownloadFailed("The connection to the server failed.") from error

    async def _answer(self, url: str, stack: AsyncExitStack) -> httpx.Response:
        """The answer that carries the document, after its redirects; each hop is judged anew."""
        for _ in range(MAX_REDIRECTS + 1):
            try:
                target = await self._guard.resolve(url)
            except (NameNotFound, LookupFailed) as error:
                raise DownloadFailed(error.detail) from error
            hop = await stack.enter_async_context(AsyncExitStack())
            response = await hop.enter_async_context(
                exchange("GET", target, headers=self._headers, context=self._context, timeouts=self._timeouts)
            )
            location = response.headers.get("location")
            if response.status_code not in _REDIRECTS or not location:
                self._judge(response)
                return response
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
