"""Posts a webhook, through the guard, and says what the receiver answered."""

import asyncio
import ssl
from collections.abc import Sequence

import httpx

from doctray.domain.errors import UnsafeUrl
from doctray.outbound.guard import LookupFailed, NameNotFound, OutboundGuard
from doctray.outbound.pinned import Timeouts, exchange, trust
from doctray.outbound.retry_after import retry_after_s
from doctray.ports import Answer, Clock

ANSWER_LIMIT_BYTES = 64 * 1024
_DEFAULT_TIMEOUTS = Timeouts(connect=5.0, read=15.0, total=15.0)


class HttpSender:
    """`doctray.ports.WebhookSender` on httpx. The default limit, 15 s for everything, is that of api.md, Webhooks."""

    def __init__(self, guard: OutboundGuard, *, clock: Clock, timeouts: Timeouts = _DEFAULT_TIMEOUTS) -> None:
        self._guard = guard
        self._clock = clock
        self._timeouts = timeouts
        self._context = trust()

    async def post(self, url: str, body: bytes, headers: Sequence[tuple[str, str]]) -> Answer:
        """What came back; a redirect is an answer like any other. Never raises (but for cancellation)."""
        started = self._clock.monotonic()
        answers: list[httpx.Response] = []
        error: str | None = None
        try:
            async with asyncio.timeout(self._timeouts.total):
                target = await self._guard.resolve(url)
                async with exchange("POST", target, headers=headers, body=body, context=self._context, timeouts=self._timeouts) as response:
                    answers.append(response)
                    await _drain(response)
        except (NameNotFound, LookupFailed):
            error = "dns"
        except UnsafeUrl:
            error = "unsafe_url"
        except (TimeoutError, httpx.TimeoutException):
            error = "timeout"
        except httpx.ConnectError as failure:
            error = "tls" if _is_tls(failure) else "refused"
        except (httpx.HTTPError, httpx.InvalidURL, ValueError):
            # ValueError: a header that HTTP cannot carry, such as an operator's key with a line break.
            error = "protocol"
        seconds = self._clock.monotonic() - started
        if not answers:
            return Answer(status_code=None, error=error, retry_after_s=None, seconds=seconds)
        # The status decides, even when the rest of the answer was cut short.
        wait_s = retry_after_s(answers[0].headers.get("retry-after"), now=self._clock.now())
        return Answer(status_code=answers[0].status_code, error=None, retry_after_s=wait_s, seconds=seconds)


async def _drain(response: httpx.Response) -> None:
    """Take a small answer to its end: a receiver that is cut off while answering may log an error or stop half way."""
    received = 0
    async for chunk in response.aiter_raw():
        received += len(chunk)
        if received >= ANSWER_LIMIT_BYTES:
            return


def _is_tls(error: BaseException | None) -> bool:
    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
