"""Request lines and headers that two readers may read differently, that have no end, or that smuggle a second request."""

import re
from collections.abc import Iterator
from functools import partial

from tests.hostile.case import HUNG_UP, Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer, exchange, form

REFUSED = ("400 malformed_request",)
TOO_LARGE = ("431 malformed_request",)
FORM = form([('form-data; name="file"; filename="a.pdf"', PDF)])

HEADS: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "no host": (b"GET /livez HTTP/1.1\r\n\r\n", REFUSED),
    "two hosts": (b"GET /livez HTTP/1.1\r\nhost: a\r\nhost: b\r\n\r\n", REFUSED),
    "no HTTP at all": (b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(64), REFUSED),
    "HTTP/0.9": (b"GET /livez\r\n\r\n", REFUSED),
    "HTTP/2 preface": (b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", REFUSED),
    "HTTP/9.9": (b"GET /livez HTTP/9.9\r\nhost: a\r\n\r\n", REFUSED),
    "a method of our own": (b"HACK /livez HTTP/1.1\r\nhost: a\r\n\r\n", REFUSED),
    "a method in lower case": (b"get /livez HTTP/1.1\r\nhost: a\r\n\r\n", REFUSED),
    "CONNECT": (b"CONNECT 127.0.0.1:22 HTTP/1.1\r\nhost: a\r\n\r\n", (*REFUSED, HUNG_UP)),
    "TRACE": (b"TRACE /livez HTTP/1.1\r\nhost: a\r\nx-api-key: k\r\nconnection: close\r\n\r\n", ("405 malformed_request",)),
    "a proxy's request": (b"GET http://169.254.169.254/latest/ HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", ("404 not_found",)),
    "OPTIONS *": (b"OPTIONS * HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", (*REFUSED, "404 not_found")),
    "a space in the target": (b"GET /livez /status HTTP/1.1\r\nhost: a\r\n\r\n", REFUSED),
    "bytes beyond ASCII in the target": (b"GET /\xff\xfe HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", (*REFUSED, "404 not_found")),
    "NUL in the target": (b"GET /livez\x00 HTTP/1.1\r\nhost: a\r\n\r\n", REFUSED),
    "a long target": (b"GET /" + b"a" * 70_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n", TOO_LARGE),
    "a long query": (b"GET /livez?" + b"a=b&" * 20_000 + b" HTTP/1.1\r\nhost: a\r\n\r\n", TOO_LARGE),
    "one header of 1 MB": (b"GET /livez HTTP/1.1\r\nhost: a\r\nx: " + b"a" * 1_000_000 + b"\r\n\r\n", TOO_LARGE),
    "a header name of 64 KB": (b"GET /livez HTTP/1.1\r\nhost: a\r\n" + b"x" * 65_536 + b": y\r\n\r\n", TOO_LARGE),
    "ten thousand headers": (b"GET /livez HTTP/1.1\r\nhost: a\r\n" + b"x: y\r\n" * 10_000 + b"\r\n", TOO_LARGE),
    "a thousand cookies": (b"GET / HTTP/1.1\r\nhost: a\r\n" + b"cookie: a=b\r\n" * 1000 + b"\r\n", TOO_LARGE),
    "NUL in a header": (b"GET /livez HTTP/1.1\r\nhost: a\r\nx: a\x00b\r\n\r\n", REFUSED),
    "a bare line feed in a header": (
        b"GET /livez HTTP/1.1\r\nhost: a\r\nx: a\nx-api-key: b\r\nconnection: close\r\n\r\n",
        (*REFUSED, "200"),
    ),
    "a bare carriage return in a header": (b"GET /livez HTTP/1.1\r\nhost: a\r\nx: a\rb: c\r\n\r\n", REFUSED),
    "a folded header": (b"GET /livez HTTP/1.1\r\nhost: a\r\nx: a\r\n b\r\n\r\n", REFUSED),
    "a space before the colon": (b"GET /livez HTTP/1.1\r\nhost: a\r\nx-api-key : b\r\n\r\n", REFUSED),
    "a header without a name": (b"GET /livez HTTP/1.1\r\nhost: a\r\n: b\r\n\r\n", REFUSED),
    "a header without a colon": (b"GET /livez HTTP/1.1\r\nhost: a\r\nnothing\r\n\r\n", REFUSED),
}

BODIES: dict[str, tuple[bytes, tuple[str, ...]]] = {
    "two different lengths": (b"content-length: 5\r\ncontent-length: 6\r\n\r\n{}   ", REFUSED),
    "twice the same length": (b"content-length: 2\r\ncontent-length: 2\r\n\r\n{}", REFUSED),
    "two lengths in one header": (b"content-length: 2, 3\r\n\r\n{}", REFUSED),
    "a negative length": (b"content-length: -1\r\n\r\n{}", REFUSED),
    "a length with a sign": (b"content-length: +2\r\n\r\n{}", REFUSED),
    "a hexadecimal length": (b"content-length: 0x2\r\n\r\n{}", REFUSED),
    "a length of 30 digits": (b"content-length: " + b"9" * 30 + b"\r\n\r\n{}", REFUSED),
    "a length of 9 exabytes": (b"content-length: 9223372036854775807\r\n\r\n{}", ("413 too_large", "503 storage_full")),
    "a length with digits of another script": (b"content-length: \xd9\xa2\r\n\r\n{}", REFUSED),
    "length and chunks": (b"content-length: 2\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", REFUSED),
    "chunks and length": (b"transfer-encoding: chunked\r\ncontent-length: 2\r\n\r\n2\r\n{}\r\n0\r\n\r\n", REFUSED),
    "an unknown transfer encoding": (b"transfer-encoding: xchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", REFUSED),
    "chunked, but not last": (b"transfer-encoding: chunked, gzip\r\n\r\n2\r\n{}\r\n0\r\n\r\n", REFUSED),
    "a transfer encoding behind a vertical tab": (b"transfer-encoding: \x0bchunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", REFUSED),
    "twice chunked": (b"transfer-encoding: chunked\r\ntransfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n\r\n", REFUSED),
    "a chunk size that is no number": (b"transfer-encoding: chunked\r\n\r\nxyz\r\n{}\r\n0\r\n\r\n", (*REFUSED, HUNG_UP)),
    "a negative chunk size": (b"transfer-encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n", (*REFUSED, HUNG_UP)),
    "a chunk size of 17 digits": (b"transfer-encoding: chunked\r\n\r\nfffffffffffffffff\r\n{}", (*REFUSED, HUNG_UP)),
    "a chunk that is longer than it says": (b"transfer-encoding: chunked\r\n\r\n1\r\n{}{}{}\r\n0\r\n\r\n", (*REFUSED, HUNG_UP)),
    "a chunk with bare line feeds": (b"transfer-encoding: chunked\r\n\r\n2\n{}\n0\n\n", (*REFUSED, HUNG_UP)),
    "chunk extensions of 1 MB": (
        b"transfer-encoding: chunked\r\n\r\n2;" + b"a" * 1_000_000 + b"\r\n{}\r\n0\r\n\r\n",
        (*TOO_LARGE, *REFUSED),
    ),
    "trailers of 1 MB": (b"transfer-encoding: chunked\r\n\r\n2\r\n{}\r\n0\r\n" + b"x: y\r\n" * 170_000 + b"\r\n", (*TOO_LARGE, *REFUSED)),
    "a body that ends too soon": (b"content-length: 1000\r\n\r\n{}", (*REFUSED, HUNG_UP)),
    "an Expect that nobody knows": (b"expect: 200-maybe\r\ncontent-length: 2\r\n\r\n{}", REFUSED),
    "gzip": (b"content-encoding: gzip\r\ncontent-length: 2\r\n\r\n\x1f\x8b", ("415 unsupported_media_type",)),
    "deflate of deflate": (b"content-encoding: deflate, deflate\r\ncontent-length: 2\r\n\r\nx\x9c", ("415 unsupported_media_type",)),
}

_START = b"POST /v1/jobs HTTP/1.1\r\nhost: a\r\nconnection: close\r\nx-api-key: %s\r\ncontent-type: application/json\r\n"


def cases() -> Iterator[Case]:
    for name, (head, must) in HEADS.items():
        yield Case(group="heads", name=name, act=partial(_raw, head), must=must)
    for name, (rest, must) in BODIES.items():
        yield Case(group="framing", name=name, act=partial(_framed, rest), must=must)
    yield Case(group="framing", name="a second request in the body of the first", act=_smuggled, must=("400, then what was asked next",))
    yield Case(group="framing", name="a key in the trailers", act=_key_in_trailers, must=("401 unauthenticated",))
    yield Case(group="framing", name="a thousand requests at once", act=_pipelined, must=("200, a thousand times", "200, then hung up"))
    yield Case(group="heads", name="h2c upgrade", act=_upgraded, must=("200",))
    yield Case(group="heads", name="websocket upgrade", act=_websocket, must=("404 not_found", *REFUSED))


def _raw(head: bytes, target: Target) -> Answer:
    return exchange(target.port, head)


def _framed(rest: bytes, target: Target) -> Answer:
    """A submission whose JSON is `{}` at best; what is right about it is refused as malformed as well."""
    cut = rest.endswith(b"length: 1000\r\n\r\n{}")
    return exchange(target.port, _START % target.keys["mallory"].encode() + rest, half_close=cut)


def _smuggled(target: Target) -> Answer:
    inner = b"DELETE /v1/jobs/%s HTTP/1.1\r\nhost: a\r\nx-api-key: %s\r\n\r\n" % (target.job.encode(), target.keys["mallory"].encode())
    rest = b"content-length: %d\r\n\r\n%s" % (len(inner), inner)
    start = (_START % target.keys["mallory"].encode()).replace(b"connection: close\r\n", b"")
    answer = exchange(target.port, start + rest + b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: close\r\n\r\n", to_the_end=True)
    statuses = [found.decode() for found in re.findall(rb"HTTP/1\.1 ([0-9]{3}) ", answer.raw)]
    alive = b'{"status": "alive"}' in answer.raw
    return answer.saying("400, then what was asked next" if statuses == ["400", "200"] and alive else f"answers {statuses}")


def _key_in_trailers(target: Target) -> Answer:
    head = b"GET /v1/jobs HTTP/1.1\r\nhost: a\r\nconnection: close\r\ntransfer-encoding: chunked\r\ntrailer: x-api-key\r\n\r\n"
    return exchange(target.port, head + b"0\r\nx-api-key: %s\r\n\r\n" % target.keys["alice"].encode())


def _pipelined(target: Target) -> Answer:
    once = b"GET /livez HTTP/1.1\r\nhost: a\r\n\r\n"
    answer = exchange(target.port, once * 999 + once.replace(b"host: a", b"host: a\r\nconnection: close"), to_the_end=True)
    answers = answer.raw.count(b"HTTP/1.1 200 ")
    return answer.saying("200, a thousand times" if answers == 1000 else "200, then hung up" if answers else answer.outcome)


def _upgraded(target: Target) -> Answer:
    head = b"GET /livez HTTP/1.1\r\nhost: a\r\nconnection: upgrade, http2-settings, close\r\nupgrade: h2c\r\nhttp2-settings: AAMAAABkAAQAAP__\r\n\r\n"
    return exchange(target.port, head)


def _websocket(target: Target) -> Answer:
    head = b"GET /v1/jobs/events HTTP/1.1\r\nhost: a\r\nconnection: upgrade, close\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\nsec-websocket-key: eA==\r\n"
    return exchange(target.port, head + b"x-api-key: %s\r\n\r\n" % target.keys["mallory"].encode())
