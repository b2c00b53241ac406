"""Server-side request forgery: every spelling of a place inside, as source, as webhook, behind a redirect, behind a name."""

import time
from collections.abc import Callable, Iterator
from functools import partial
from typing import Any
from urllib.parse import quote

from tests.hostile.case import Case
from tests.hostile.target import PDF, Target
from tests.hostile.wire import Answer

REFUSED = ("422 unsafe_url",)

SPELLINGS = {
    "loopback": "http://127.0.0.1:{port}/",
    "localhost": "http://localhost:{port}/",
    "a name below localhost": "http://a.localhost:{port}/",
    "another loopback address": "http://127.127.127.127:{port}/",
    "decimal": "http://2130706433:{port}/",
    "hexadecimal": "http://0x7f000001:{port}/",
    "hexadecimal by parts": "http://0x7f.0x0.0x0.0x1:{port}/",
    "octal": "http://0177.0.0.1:{port}/",
    "octal with many zeros": "http://0000177.0.0.01:{port}/",
    "short": "http://127.1:{port}/",
    "three parts": "http://127.0.1:{port}/",
    "mixed bases": "http://0x7f.1:{port}/",
    "overflowing parts": "http://383.256.256.257:{port}/",
    "zero": "http://0:{port}/",
    "this network": "http://0.0.0.0:{port}/",
    "trailing dot": "http://127.0.0.1.:{port}/",
    "localhost with a trailing dot": "http://localhost.:{port}/",
    "two trailing dots": "http://127.0.0.1..:{port}/",
    "IPv6 loopback": "http://[::1]:{port}/",
    "IPv6 loopback in full": "http://[0:0:0:0:0:0:0:1]:{port}/",
    "unspecified IPv6": "http://[::]:{port}/",
    "mapped IPv4": "http://[::ffff:127.0.0.1]:{port}/",
    "mapped IPv4 in hexadecimal": "http://[::ffff:7f00:1]:{port}/",
    "compatible IPv4": "http://[::127.0.0.1]:{port}/",
    "6to4": "http://[2002:7f00:1::]:{port}/",
    "NAT64": "http://[64:ff9b::7f00:1]:{port}/",
    "local NAT64": "http://[64:ff9b:1::7f00:1]:{port}/",
    "Teredo": "http://[2001:0:7f00:1::1]:{port}/",
    "ISATAP": "http://[2606:4700::5efe:7f00:1]:{port}/",
    "zone id": "http://[fe80::1%25eth0]:{port}/",
    "zone id of the loopback": "http://[::1%25lo]:{port}/",
    "link-local IPv6": "http://[fe80::1]:{port}/",
    "unique local IPv6": "http://[fd00::1]:{port}/",
    "multicast IPv6": "http://[ff02::1]:{port}/",
    "fullwidth digits": "http://１２７.０.０.１:{port}/",
    "circled digits": "http://①②⑦.⓪.⓪.①:{port}/",
    "ideographic full stops": "http://127。0。0。1:{port}/",
    "fullwidth letters": "http://ｌｏｃａｌｈｏｓｔ:{port}/",
    "soft hyphen": "http://local\u00adhost:{port}/",
    "percent-encoded": "http://%31%32%37.0.0.1:{port}/",
    "user name": "http://example.com@127.0.0.1:{port}/",
    "user name and password": "http://a:b@127.0.0.1:{port}/",
    "fragment before the host": "http://127.0.0.1:{port}#@example.com/",
    "backslash": "http://example.com\\@127.0.0.1:{port}/",
    "two hosts": "http://127.0.0.1:{port}@example.com:80/",
    "metadata of AWS": "http://169.254.169.254/latest/meta-data/",
    "metadata of AWS by IPv6": "http://[fd00:ec2::254]/latest/meta-data/",
    "metadata of AWS in decimal": "http://2852039166/latest/meta-data/",
    "metadata of Alibaba": "http://100.100.100.200/latest/meta-data/",
    "metadata of Azure": "http://168.63.129.16/machine/",
    "metadata of Oracle": "http://192.0.0.192/opc/v2/",
    "private 10": "http://10.0.0.1/",
    "private 172": "http://172.16.0.1/",
    "private 192": "http://192.168.0.1/",
    "carrier-grade NAT": "http://100.64.0.1/",
    "benchmarking network": "http://198.18.0.1/",
    "multicast": "http://224.0.0.1/",
    "broadcast": "http://255.255.255.255/",
    "file": "file:///etc/passwd",
    "file on localhost": "file://localhost/etc/passwd",
    "gopher": "gopher://127.0.0.1:{port}/_GET",
    "dict": "dict://127.0.0.1:{port}/stat",
    "ftp": "ftp://127.0.0.1:{port}/a.pdf",
    "data": "data:application/pdf;base64,JVBERi0xLjc=",
    "jar": "jar:http://127.0.0.1:{port}!/a.pdf",
    "javascript": "javascript:alert(1)",
    "unix socket": "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "no scheme": "//127.0.0.1:{port}/",
    "scheme without slashes": "http:127.0.0.1:{port}/",
    "three slashes": "http:///127.0.0.1:{port}/",
    "no host": "http://:{port}/",
    "port 0": "http://example.com:0/",
    "port beyond 65535": "http://example.com:65616/",
    "port that is no number": "http://example.com:80x/",
    "a bracket that is not closed": "http://[::1:{port}/",
    "a name that is too long": "http://" + "a." * 140 + "example/",
    "the allowed host on another port": "http://127.0.0.1:{port}/to",
}

NOT_A_URL = {
    "a line break": "http://127.0.0.1\r\nhost: evil/",
    "a tab in the scheme": "ht\ttp://127.0.0.1/",
    "a leading space": " http://127.0.0.1/",
    "NUL": "http://127.0.0.1\x00.example.com/",
    "a name that is no text": 4711,
    "a list": ["http://127.0.0.1/"],
    "half a surrogate pair": "http://\ud800.example/",
    "longer than 2048": "http://example.com/" + "a" * 2048,
}

NAMES = ("loopback", "private", "metadata", "mixed", "loopback6", "mapped", "nat64", "sixtofour", "unique-local", "any")

LEADING_INSIDE = {
    "loopback": "http://127.0.0.1:{port}/",
    "a decimal address": "http://2130706433:{port}/",
    "metadata": "http://169.254.169.254/",
    "IPv6 loopback": "http://[::1]:{port}/",
    "another scheme": "file:///etc/passwd",
    "gopher": "gopher://127.0.0.1:{port}/",
    "a name of a private address": "http://private.hostile.test/",
    "no scheme": "//127.0.0.1:{port}/",
}


def cases() -> Iterator[Case]:
    for name, url in SPELLINGS.items():
        yield _case("SSRF, url", name, partial(_as_source, url), REFUSED)
    for name, url in SPELLINGS.items():
        if name.startswith(("loopback", "metadata", "mapped", "user", "file", "6to4", "fullwidth", "short", "zone")):
            yield _case("SSRF, webhook_url", name, partial(_as_webhook, url), REFUSED)
    for name, value in NOT_A_URL.items():
        odd_type = not isinstance(value, str)
        # An address with a line break is refused before it is taken for a URL at all.
        yield _case(
            "SSRF, url", name, partial(_raw_source, value), ("400 malformed_request",) if odd_type else (*REFUSED, "422 invalid_option")
        )
    for name in NAMES:
        yield _case("SSRF, names", f"a name that leads to: {name}", partial(_as_source, f"http://{name}.hostile.test:{{port}}/"), REFUSED)
    yield _case("SSRF, names", "ecosteps' image_url", partial(_as_image, "http://loopback.hostile.test/"), REFUSED)
    yield _case("SSRF, names", "the scraper's url", partial(_as_scrape, "http://metadata.hostile.test/"), REFUSED)
    yield _case("SSRF, names", "rebinding between the front door and the worker", _rebinding, ("202, then failed unsafe_url",))
    yield _case("SSRF, names", "rebinding between the front door and the webhook", _rebinding_webhook, ("202, then unsafe_url",))
    for name, url in LEADING_INSIDE.items():
        yield _case("SSRF, redirects", f"to {name}", partial(_behind_redirect, url), ("202, then failed unsafe_url",))
    yield _case("SSRF, redirects", "in a circle", _in_a_circle, ("202, then failed download_failed",))
    yield _case("SSRF, downloads", "a gzip that was not asked for", partial(_download, "/bomb"), ("202, then failed download_failed",))
    yield _case("SSRF, downloads", "a document without end", partial(_download, "/endless"), ("202, then failed too_large",))
    yield _case("SSRF, downloads", "no document", partial(_download, "/text"), ("202, then failed unsupported_media_type",))


def _case(group: str, name: str, act: Callable[[Target], Answer], must: tuple[str, ...]) -> Case:
    return Case(group=group, name=name, act=act, must=must, long=must[0].startswith("202") or group == "SSRF, webhook_url")


def _filled(url: str, target: Target) -> str:
    return url.replace("{port}", str(target.canary.port))


def _as_source(url: str, target: Target) -> Answer:
    return target.post_json("/v1/jobs", {"url": _filled(url, target)})


def _raw_source(value: object, target: Target) -> Answer:
    return target.post_json("/v1/jobs", {"url": value})


def _as_webhook(url: str, target: Target) -> Answer:
    return target.upload(PDF, webhook_url=_filled(url, target))


def _as_image(url: str, target: Target) -> Answer:
    return target.post_json("/api/v1/ocr-ecosteps", {"image_url": url})


def _as_scrape(url: str, target: Target) -> Answer:
    return target.post_json("/api/scrape", {"url": url, "schema": {"title": "string"}})


def _rebinding(target: Target) -> Answer:
    return target.ended(target.post_json("/v1/jobs", {"url": f"http://a.rebind.hostile.test:{target.canary.port}/"}))


def _rebinding_webhook(target: Target) -> Answer:
    """The first try is made as soon as the job has ended; what came of it is among its deliveries."""
    accepted = target.upload(PDF, webhook_url=f"http://b.rebind.hostile.test:{target.canary.port}/")
    ended = target.ended(accepted)
    if accepted.status != 202:
        return accepted
    ticket: Any = accepted.json()
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        seen: Any = target.ask("GET", f"/v1/jobs/{ticket['request_id']}/deliveries", key="mallory").json()
        tries = [each for delivery in seen["deliveries"] for each in delivery["tries"]]
        if tries:
            return ended.saying(f"202, then {tries[0]['error']}")
        time.sleep(0.1)
    return ended.saying("202, and no try")


def _behind_redirect(url: str, target: Target) -> Answer:
    return _download(f"/to?u={quote(_filled(url, target), safe='')}", target)


def _in_a_circle(target: Target) -> Answer:
    return _download(f"/to?u={quote('/to?u=/to', safe='')}", target)


def _download(path: str, target: Target) -> Answer:
    return target.ended(target.post_json("/v1/jobs", {"url": f"http://127.0.0.1:{target.origin}{path}"}))
