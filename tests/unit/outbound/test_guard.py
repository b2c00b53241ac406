"""Every spelling that leads somewhere private is refused, and only those."""

import socket
import threading
from collections.abc import Callable

import pytest

from doctray.domain.errors import TemporarilyUnavailable, UnsafeUrl
from doctray.outbound.guard import LookupFailed, NameNotFound, OutboundGuard, allow_entry_of, origin_of

Resolve = Callable[[str, int], tuple[str, ...]]

PUBLIC = "93.184.215.14"


def names(**hosts: tuple[str, ...]) -> Resolve:
    """A resolver of these names alone; `_` stands for `.`."""
    table = {name.replace("_", "."): addresses for name, addresses in hosts.items()}

    def resolve(host: str, port: int) -> tuple[str, ...]:
        if host not in table:
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        return table[host]

    return resolve


def everything_is(*addresses: str) -> Resolve:
    return lambda host, port: addresses


REFUSED_LITERALS = [
    # loopback, and its odd spellings
    "http://127.0.0.1/",
    "http://127.0.0.1:8000/",
    "http://127.0.0.1./",
    "http://127.255.255.254/",
    "http://127.1/",
    "http://127.0.1/",
    "http://2130706433/",
    "http://0x7f000001/",
    "http://0x7F.0.0.1/",
    "http://0x7f.1/",
    "http://017700000001/",
    "http://0177.0.0.1/",
    "http://0177.0.0.01/",
    "http://127.0.0.01/",
    "http://127.000.000.001/",
    "http://00000177.1/",
    "http://127.0.0.0x1/",
    "http://0x/",
    "http://0/",
    "http://0.0.0.0/",
    "http://0.0.0.0:80/",
    "http://①②⑦.⓪.⓪.①/",
    "http://１２７.０.０.１/",
    "http://127。0。0。1/",
    "http://127．0．0．1/",
    "http://%31%32%37.0.0.1/",
    "http://127.0.0.1%2f@example.com/",
    # private, shared, link-local, reserved, documentation, multicast, broadcast
    "http://10.0.0.1/",
    "http://10.255.255.255/",
    "http://100.64.0.1/",
    "http://100.127.255.255/",
    "http://100.100.100.200/latest/meta-data/",
    "http://168.63.129.16/metadata",
    "http://169.254.0.1/",
    "http://169.254.169.254/latest/meta-data/",
    "http://0xa9fea9fe/",
    "http://2852039166/",
    "http://0251.0376.0251.0376/",
    "http://169.254.170.2/v2/credentials",
    "http://172.16.0.1/",
    "http://172.31.255.255/",
    "http://192.0.0.192/",
    "http://192.0.2.1/",
    "http://192.88.99.1/",
    "http://192.168.0.1/",
    "http://198.18.0.1/",
    "http://198.19.255.255/",
    "http://198.51.100.1/",
    "http://203.0.113.1/",
    "http://224.0.0.1/",
    "http://239.255.255.250/",
    "http://240.0.0.1/",
    "http://255.255.255.255/",
    "http://256.256.256.256/",
    "http://1.2.3.4.5/",
    "http://4294967296/",
    # IPv6: unspecified, loopback, unique local, link-local, multicast, documentation, discard
    "http://[::]/",
    "http://[::1]/",
    "http://[0:0:0:0:0:0:0:1]/",
    "http://[0000::0001]:8000/",
    "http://[fc00::1]/",
    "http://[fd00:ec2::254]/latest/meta-data/",
    "http://[fe80::1]/",
    "http://[fe80::1%25eth0]/",
    "http://[fe80::1%eth0]/",
    "http://[2606:4700::1111%25eth0]/",
    "http://[fec0::1]/",
    "http://[ff02::1]/",
    "http://[100::1]/",
    "http://[2001:db8::1]/",
    "http://[3fff::1]/",
    "http://[5f00::1]/",
    # IPv4 inside IPv6: mapped, compatible, NAT64 (well-known and local), 6to4, Teredo, ISATAP, ORCHID
    "http://[::ffff:127.0.0.1]/",
    "http://[::ffff:7f00:1]/",
    "http://[0:0:0:0:0:ffff:10.0.0.1]/",
    "http://[::ffff:169.254.169.254]/",
    "http://[::127.0.0.1]/",
    "http://[::7f00:1]/",
    "http://[::ffff:0:127.0.0.1]/",
    "http://[64:ff9b::127.0.0.1]/",
    "http://[64:ff9b::a9fe:a9fe]/",
    "http://[64:ff9b:1::10.0.0.1]/",
    "http://[2002:7f00:1::]/",
    "http://[2002:a9fe:a9fe::1]/",
    "http://[2001:0:7f00:1::]/",
    "http://[2001:10::1]/",
    "http://[2606:4700::5efe:127.0.0.1]/",
    "http://[2606:4700::200:5efe:10.0.0.1]/",
]

REFUSED_SHAPES = [
    "",
    "example.com",
    "//example.com/",
    "/etc/passwd",
    "file:///etc/passwd",
    "ftp://example.com/a.pdf",
    "gopher://example.com:6379/_FLUSHALL",
    "data:application/pdf;base64,AAAA",
    "javascript:alert(1)",
    "unix:///var/run/docker.sock",
    "http+unix://%2Fvar%2Frun%2Fdocker.sock/",
    "ws://example.com/",
    "http:example.com",
    "http:///a.pdf",
    "http://",
    "http://:80/",
    "http://user@example.com/",
    "http://user:secret@example.com/",
    "http://@example.com/",
    "http://example.com@127.0.0.1/",
    "http://example.com\\@127.0.0.1/",
    "http://127.0.0.1\\.example.com/",
    "http:\\\\example.com/",
    " http://example.com/",
    "http://example.com/ ",
    "http://exam ple.com/",
    "http://example.com/\r\nHost: 127.0.0.1",
    "http://example.com\t/",
    "http://exa\nmple.com/",
    "http://example.com\x00.internal/",
    "http://example.com/\x7f",
    "http://example.com:0/",
    "http://example.com:65536/",
    "http://example.com:-1/",
    "http://example.com:80a/",
    "http://example.com:８０/",
    "http://[::1/",
    "http://::1/",
    "http://2606:4700::1111/",
    "http://[::1]x:80/",
    "http://a[::1]/",
    "http://[v1.fe80]/",
    "http://[127.0.0.1]/",
    "http://[example.com]/",
    "http://[]/",
    "http://example..com/",
    "http://.example.com/",
    "http://example.com../",
    "http://-example.com/",
    "http://example-.com/",
    "http://exa%6dple.com/",
    "http://ex*mple.com/",
    "http://a℀b.com/",
    "http://xn--a/",
    "http://" + "a" * 64 + ".com/",
    "http://" + ".".join(["a" * 60] * 5) + "/",
    "http://example.com/" + "a" * 2048,
]


@pytest.mark.parametrize("url", REFUSED_LITERALS)
async def test_an_address_that_is_not_public_is_refused_in_every_spelling(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        await OutboundGuard(resolver=everything_is(PUBLIC)).resolve(url)


@pytest.mark.parametrize("url", REFUSED_SHAPES)
async def test_a_url_that_parsers_may_read_differently_is_refused(url: str) -> None:
    with pytest.raises(UnsafeUrl):
        await OutboundGuard(resolver=everything_is(PUBLIC)).resolve(url)


def test_the_tables_of_refusals_are_as_long_as_they_should_be() -> None:
    assert len(set(REFUSED_LITERALS)) + len(set(REFUSED_SHAPES)) >= 80


@pytest.mark.parametrize(
    ("url", "scheme", "host", "port", "path", "address"),
    [
        ("http://8.8.8.8/", "http", "8.8.8.8", 80, "/", "8.8.8.8"),
        ("HTTPS://8.8.8.8:8443/a%20b?c=d#e", "https", "8.8.8.8", 8443, "/a%20b?c=d", "8.8.8.8"),
        ("http://8.8.8.8.", "http", "8.8.8.8", 80, "/", "8.8.8.8"),
        ("http://8.8.8.8?q", "http", "8.8.8.8", 80, "/?q", "8.8.8.8"),
        ("https://[2606:4700:4700::1111]/x", "https", "2606:4700:4700::1111", 443, "/x", "2606:4700:4700::1111"),
        ("https://[2606:4700:4700:0:0:0:0:1111]:444/", "https", "2606:4700:4700::1111", 444, "/", "2606:4700:4700::1111"),
        ("http://[::ffff:8.8.8.8]/", "http", "8.8.8.8", 80, "/", "8.8.8.8"),
        ("http://[64:ff9b::8.8.8.8]/", "http", "64:ff9b::808:808", 80, "/", "64:ff9b::808:808"),
        ("http://172.15.255.255/", "http", "172.15.255.255", 80, "/", "172.15.255.255"),
        ("http://100.128.0.1/", "http", "100.128.0.1", 80, "/", "100.128.0.1"),
        ("http://Example.COM./a", "http", "example.com", 80, "/a", PUBLIC),
        ("http://example.com:/a", "http", "example.com", 80, "/a", PUBLIC),
        ("http://bücher.example/", "http", "xn--bcher-kva.example", 80, "/", PUBLIC),
        ("http://BÜCHER.example/", "http", "xn--bcher-kva.example", 80, "/", PUBLIC),
        ("http://xn--bcher-kva.example/", "http", "xn--bcher-kva.example", 80, "/", PUBLIC),
        ("http://my_receiver.example/", "http", "my_receiver.example", 80, "/", PUBLIC),
        ("http://example.com/grüße", "http", "example.com", 80, "/grüße", PUBLIC),
        ("http://example.com/a@b", "http", "example.com", 80, "/a@b", PUBLIC),
    ],
)
async def test_a_public_url_is_taken_apart_and_pinned(url: str, scheme: str, host: str, port: int, path: str, address: str) -> None:
    target = await OutboundGuard(resolver=everything_is(PUBLIC)).resolve(url)
    assert (target.scheme, target.host, target.port, target.path, target.addresses) == (scheme, host, port, path, (address,))


@pytest.mark.parametrize(
    "addresses",
    [
        ("127.0.0.1",),
        (PUBLIC, "127.0.0.1"),
        (PUBLIC, "10.0.0.1", "8.8.8.8"),
        ("2606:4700::1111", "::1"),
        (PUBLIC, "::ffff:192.168.1.1"),
        (PUBLIC, "fe80::1%eth0"),
        ("2606:4700::1111%1",),
        ("169.254.169.254",),
    ],
)
async def test_a_name_is_refused_when_any_of_its_addresses_is(addresses: tuple[str, ...]) -> None:
    with pytest.raises(UnsafeUrl):
        await OutboundGuard(resolver=everything_is(*addresses)).check("http://rebind.example/")


async def test_all_addresses_of_a_public_name_are_pinned_once_and_in_order() -> None:
    guard = OutboundGuard(resolver=everything_is("2606:4700::1111", PUBLIC, "::ffff:8.8.8.8", PUBLIC))
    assert (await guard.resolve("http://example.com/")).addresses == ("2606:4700::1111", PUBLIC, "8.8.8.8")


@pytest.mark.parametrize(
    ("allow", "url", "addresses"),
    [
        ("127.0.0.1", "http://127.0.0.1:9000/", ()),
        ("127.0.0.1:9000", "http://127.0.0.1:9000/", ()),
        ("127.0.0.0/8", "http://127.4.5.6/", ()),
        ("10.1.0.0/16", "http://files.internal/", ("10.1.2.3",)),
        ("10.1.2.3", "http://files.internal/", ("10.1.2.3",)),
        ("10.1.2.3/16", "http://files.internal/", ("10.1.9.9",)),
        ("files.internal", "http://files.internal:81/", ("10.1.2.3", "fd00::1")),
        ("Files.Internal.", "http://files.internal/", ("10.1.2.3",)),
        ("files.internal:8080", "http://files.internal:8080/", ("10.1.2.3",)),
        ("bücher.internal", "http://bücher.internal/", ("10.1.2.3",)),
        ("::1", "http://[::1]:9000/", ()),
        ("[::1]", "http://[::1]:9000/", ()),
        ("[::1]:9000", "http://[::1]:9000/", ()),
        ("fd00::/8", "http://[fd12::1]/", ()),
        ("localhost", "http://localhost:9000/", ("127.0.0.1", "::1")),
        (" 127.0.0.1 ", "http://[::ffff:127.0.0.1]/", ()),
    ],
)
async def test_what_the_operator_allows_may_be_private(allow: str, url: str, addresses: tuple[str, ...]) -> None:
    await OutboundGuard([allow], resolver=everything_is(*addresses)).check(url)


@pytest.mark.parametrize(
    ("allow", "url", "addresses"),
    [
        ("127.0.0.1:9000", "http://127.0.0.1:9001/", ()),
        ("127.0.0.1", "http://127.0.0.2/", ()),
        ("127.0.0.1", "http://127.1/", ()),
        ("files.internal", "http://other.internal/", ("10.1.2.3",)),
        ("files.internal", "http://a.files.internal/", ("10.1.2.3",)),
        ("files.internal", "http://10.1.2.3/", ()),
        ("files.internal:8080", "http://files.internal/", ("10.1.2.3",)),
        ("10.1.0.0/16", "http://files.internal/", ("10.1.2.3", "10.2.0.1")),
        ("::1", "http://127.0.0.1/", ()),
        ("127.0.0.1", "http://[::127.0.0.1]/", ()),
        ("127.0.0.1", "ftp://127.0.0.1/", ()),
        ("127.0.0.1", "http://a@127.0.0.1/", ()),
    ],
)
async def test_what_is_allowed_allows_nothing_else(allow: str, url: str, addresses: tuple[str, ...]) -> None:
    with pytest.raises(UnsafeUrl):
        await OutboundGuard([allow], resolver=everything_is(*addresses)).check(url)


@pytest.mark.parametrize(
    "entry", ["", "http://example.com", "a b", "10.0.0.0/33", "example.com:99999", "example.com:0", "u@example.com", "127.1", "*.x"]
)
def test_an_allow_list_entry_that_says_nothing_is_refused_at_start(entry: str) -> None:
    with pytest.raises(ValueError, match="no host"):
        OutboundGuard([entry])


async def test_a_name_that_does_not_exist_is_told_apart() -> None:
    with pytest.raises(NameNotFound):
        await OutboundGuard(resolver=names()).check("http://nowhere.example/")


async def test_a_name_without_addresses_does_not_exist() -> None:
    with pytest.raises(NameNotFound):
        await OutboundGuard(resolver=everything_is()).check("http://nowhere.example/")


async def test_a_name_server_that_is_out_of_order_makes_the_url_neither_safe_nor_unsafe() -> None:
    def failing(host: str, port: int) -> list[str]:
        raise socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution")

    with pytest.raises(LookupFailed) as caught:
        await OutboundGuard(resolver=failing).check("http://example.com/")
    assert isinstance(caught.value, TemporarilyUnavailable)
    assert caught.value.retryable


async def test_a_lookup_that_hangs_is_given_up() -> None:
    release = threading.Event()

    def hanging(host: str, port: int) -> list[str]:
        release.wait(10)
        return [PUBLIC]

    try:
        with pytest.raises(LookupFailed):
            await OutboundGuard(resolver=hanging, timeout_s=0.05).check("http://example.com/")
    finally:
        release.set()


async def test_an_address_is_not_looked_up() -> None:
    def never(host: str, port: int) -> list[str]:
        raise AssertionError(host)

    await OutboundGuard(resolver=never).check("http://8.8.8.8/")


@pytest.mark.parametrize(
    ("url", "authority"),
    [
        ("http://example.com/", "example.com"),
        ("http://example.com:80/", "example.com"),
        ("http://example.com:443/", "example.com:443"),
        ("https://example.com:443/", "example.com"),
        ("https://[2606:4700::1111]:8443/", "[2606:4700::1111]:8443"),
    ],
)
async def test_the_host_header_names_the_port_only_where_it_is_unusual(url: str, authority: str) -> None:
    target = await OutboundGuard(resolver=everything_is(PUBLIC)).resolve(url)
    assert target.authority == authority


def test_the_origin_is_the_same_for_all_spellings_of_a_url() -> None:
    spellings = ["http://Example.com", "HTTP://example.com:80/x?y", "http://example.com./z"]
    assert {origin_of(url) for url in spellings} == {("http", "example.com", 80)}


@pytest.mark.parametrize(
    ("url", "entry"),
    [
        ("https://app.example/hook?x=1", "app.example:443"),
        ("http://127.0.0.1:8080/", "127.0.0.1:8080"),
        ("http://[::1]/", "[::1]:80"),
    ],
)
async def test_an_entry_made_of_a_url_lets_that_url_through(url: str, entry: str) -> None:
    assert allow_entry_of(url) == entry
    await OutboundGuard([entry], resolver=everything_is("10.0.0.1")).check(url)


def test_details_tell_no_address() -> None:
    """A refusal must not tell a caller what our names resolve to."""
    with pytest.raises(UnsafeUrl) as caught:
        origin_of("http://user:hunter2@10.9.8.7/")
    assert "hunter2" not in caught.value.detail
    assert "10.9" not in caught.value.detail
