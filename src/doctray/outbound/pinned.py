"""One HTTP request to a checked target: connects to its pinned addresses alone, under its own name in Host, SNI and certificate.

No redirects, proxies, cookies, netrc or decompression: only what is asked for here happens.
"""

import ssl
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx

from doctray.outbound.guard import Target

Headers = Sequence[tuple[str, str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Timeouts:
    """Seconds. connect: for each address, TLS included. read: without a byte. total: for everything, lookup included."""

    connect: float
    read: float
    total: float


def trust() -> ssl.SSLContext:
    """certifi's authorities, or those of SSL_CERT_FILE or SSL_CERT_DIR. Takes 50 ms (measured): made once, not for each request."""
    return httpx.create_ssl_context()


@asynccontextmanager
async def exchange(
    method: str, target: Target, *, headers: Headers, body: bytes | None = None, context: ssl.SSLContext, timeouts: Timeouts
) -> AsyncIterator[httpx.Response]:
    """The answer's status and headers; its bytes, as sent, by `aiter_raw`. The connection is closed when the context is left.

    Addresses are tried in order until one takes the connection. Raises httpx.HTTPError.
    """
    async with httpx.AsyncHTTPTransport(verify=context, trust_env=False) as transport:
        response = await _first_answer(transport, method, target, headers=headers, body=body, timeouts=timeouts)
        try:
            yield response
        finally:
            await response.aclose()


async def _first_answer(
    transport: httpx.AsyncHTTPTransport, method: str, target: Target, *, headers: Headers, body: bytes | None, timeouts: Timeouts
) -> httpx.Response:
    *others, last = target.addresses
    for address in others:
        try:
            return await transport.handle_async_request(_request(method, target, address, headers, body, timeouts))
        except (httpx.ConnectError, httpx.ConnectTimeout):
            continue
    return await transport.handle_async_request(_request(method, target, last, headers, body, timeouts))


def _request(method: str, target: Target, address: str, headers: Headers, body: bytes | None, timeouts: Timeouts) -> httpx.Request:
    shown = f"[{address}]" if ":" in address else address
    return httpx.Request(
        method,
        f"{target.scheme}://{shown}:{target.port}{target.path}",
        headers=[("host", target.authority), *headers],
        content=body,
        extensions={
            # httpcore's own hook: the name that is sent as SNI and that the certificate must bear.
            "sni_hostname": target.host,
            "timeout": {"connect": timeouts.connect, "read": timeouts.read, "write": timeouts.read, "pool": timeouts.connect},
        },
    )
