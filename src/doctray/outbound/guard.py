"""Where doctray may connect to: callers name URLs (documents, webhooks), and none of them may lead inside our own network.

A URL is judged by its text and by every address that its host resolves to; what was judged is what gets connected to
(`Target.addresses`), so a name that resolves differently a moment later changes nothing. Standard library and idna only.
"""

import asyncio
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from ipaddress import IPv4Address, IPv4Network, IPv6Address, IPv6Network, ip_address, ip_network
from typing import NoReturn
from urllib.parse import urlsplit

import idna

from doctray.domain.errors import TemporarilyUnavailable, UnsafeUrl

Address = IPv4Address | IPv6Address
Resolver = Callable[[str, int], Sequence[str]]
"""(host, port) → its addresses. Blocking; raises OSError (socket.gaierror) when there are none."""

MAX_URL_LENGTH = 2048
_DEFAULT_PORTS = {"http": 80, "https": 443}
_LABEL = re.compile(r"[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?", re.ASCII)
_NUMERIC_LABEL = re.compile(r"[0-9]+|0x[0-9a-f]*", re.ASCII)
_BRACKETED_AUTHORITY = re.compile(r"\[[^\[\]]+\](:[0-9]*)?", re.ASCII)
_REFUSED_CHARACTERS = re.compile(r"[\x00-\x20\x7f-\xa0\\\u2028\u2029]")

# IANA IPv4 Special-Purpose Address Registry, 6to4 relays (RFC 7526), multicast and class E; and Azure's metadata
# and platform address, the one such address of a large cloud that looks public.
_REFUSED_IPV4 = tuple(
    IPv4Network(text)
    for text in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",
        "127.0.0.0/8",
        "168.63.129.16/32",
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/4",
        "240.0.0.0/4",
    )
)
_GLOBAL_IPV6 = IPv6Network("2000::/3")
# Inside global unicast: protocol assignments with Teredo and ORCHID, documentation, 6to4.
_REFUSED_IPV6 = tuple(IPv6Network(text) for text in ("2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20"))
# RFC 6052: behind it stands the IPv4 address in the last 32 bits, which DNS64 networks really connect to.
_NAT64 = IPv6Network("64:ff9b::/96")
# RFC 5214: interface identifiers that tunnel to the IPv4 address in the last 32 bits.
_ISATAP_MARKS = (0x00005EFE, 0x02005EFE)


class NameNotFound(UnsafeUrl):
    """The host name does not exist."""


class LookupFailed(TemporarilyUnavailable):
    """The name server did not answer in time; nothing is known about the host."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A URL that may be connected to, and the only addresses to connect to.

    host: lower case, ASCII, without brackets or trailing dot. addresses: at least one, in the resolver's order.
    path: with the query and without the fragment; begins with '/'.
    """

    scheme: str
    host: str
    port: int
    path: str
    addresses: tuple[str, ...]

    @property
    def authority(self) -> str:
        """Host header: the port only where it is not the scheme's own."""
        return _authority(self.host, None if self.port == _DEFAULT_PORTS[self.scheme] else self.port)

    @property
    def url(self) -> str:
        return f"{self.scheme}://{self.authority}{self.path}"


class OutboundGuard:
    """`doctray.ports.OutboundPolicy`, and `resolve` for those who connect.

    allow: what may be reached although it is private: host, host:port, address, [IPv6]:port, address:port or CIDR. A host
    allows whatever it resolves to. Raises ValueError for an entry that is none of these. timeout_s: for one name lookup.
    """

    def __init__(self, allow: Iterable[str] = (), *, resolver: Resolver | None = None, timeout_s: float = 5.0) -> None:
        self._rules = tuple(_rule(entry) for entry in allow)
        self._resolver = resolver or _system_resolver
        self._timeout_s = timeout_s
        # Threads of its own: lookups that hang must not hold those that the process reads and writes files with.
        self._threads = ThreadPoolExecutor(max_workers=8, thread_name_prefix="lookup")

    async def check(self, url: str) -> None:
        """Raises UnsafeUrl as `resolve` does, and TemporarilyUnavailable while the name cannot be looked up."""
        await self.resolve(url)

    async def resolve(self, url: str) -> Target:
        """The URL with its addresses pinned, when it and every one of them may be connected to.

        Raises UnsafeUrl; of its kinds NameNotFound when the name does not exist. LookupFailed (worth another try) when
        the name server does not answer.
        """
        scheme, host, port, path = _split(url)
        literal = _literal(host)
        found = (literal,) if literal is not None else await self._lookup(host, port)
        for address in found:
            if not _is_public(address) and not self._is_allowed(host, port, address):
                raise UnsafeUrl("The URL leads to an address that is private, local or reserved.")
        return Target(scheme=scheme, host=host, port=port, path=path, addresses=tuple(dict.fromkeys(str(a) for a in found)))

    async def _lookup(self, host: str, port: int) -> tuple[Address, ...]:
        running = asyncio.get_running_loop().run_in_executor(self._threads, self._resolver, host, port)
        try:
            async with asyncio.timeout(self._timeout_s):
                texts = await running
        except TimeoutError as error:
            raise LookupFailed("The host name of the URL could not be looked up in time.", retry_after_s=5) from error
        except OSError as error:
            if isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN:
                raise LookupFailed("The host name of the URL could not be looked up just now.", retry_after_s=5) from error
            raise NameNotFound("The host name of the URL does not exist.") from error
        if not texts:
            raise NameNotFound("The host name of the URL has no address.")
        return tuple(_plain(ip_address(text)) for text in texts)

    def _is_allowed(self, host: str, port: int, address: Address) -> bool:
        return any(rule.matches(host, port, address) for rule in self._rules)


def origin_of(url: str) -> tuple[str, str, int]:
    """(scheme, host, port) of a URL as the guard reads it. Raises UnsafeUrl."""
    scheme, host, port, _ = _split(url)
    return scheme, host, port


def allow_entry_of(url: str) -> str:
    """The entry of an allow list that lets exactly this URL's host and port through. Raises UnsafeUrl."""
    _, host, port = origin_of(url)
    return _authority(host, port)


@dataclass(frozen=True, slots=True)
class _Rule:
    """One entry of the allow list: a host or a network; port None: every port."""

    host: str | None
    network: IPv4Network | IPv6Network | None
    port: int | None

    def matches(self, host: str, port: int, address: Address) -> bool:
        if self.port is not None and self.port != port:
            return False
        return host == self.host if self.network is None else address in self.network


def _rule(entry: str) -> _Rule:
    text = entry.strip()
    try:
        if "/" in text:
            return _Rule(None, ip_network(text, strict=False), None)
        host, port = _host_and_port(text)
        literal = _literal(host)
    except (ValueError, UnsafeUrl) as error:
        raise ValueError(f"{entry!r} is no host, host:port, address or network (CIDR)") from error
    return _Rule(host, None, port) if literal is None else _Rule(None, ip_network(literal), port)


def _host_and_port(text: str) -> tuple[str, int | None]:
    if text.count(":") > 1 and not text.startswith("["):
        text = f"[{text}]"
    parts = urlsplit(f"//{text}")
    if parts.netloc != text or parts.username is not None or parts.port == 0:
        raise ValueError("not an authority")
    return _normal_host(parts.hostname or "", bracketed=text.startswith("[")), parts.port


def _split(url: str) -> tuple[str, str, int, str]:
    """(scheme, normal host, port, path with query). Raises UnsafeUrl."""
    if len(url) > MAX_URL_LENGTH:
        raise UnsafeUrl(f"The URL is longer than {MAX_URL_LENGTH} characters.")
    # Parsers disagree on these, and what they disagree on gets past guards.
    if _REFUSED_CHARACTERS.search(url):
        raise UnsafeUrl("The URL holds a space, a control character or a backslash.")
    try:
        parts = urlsplit(url)
        port = parts.port
        name = parts.hostname
    except ValueError as error:
        raise UnsafeUrl("The URL cannot be read.") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise UnsafeUrl("The URL is not http or https.")
    if "@" in parts.netloc:
        raise UnsafeUrl("The URL holds a user name or password.")
    if not name:
        raise UnsafeUrl("The URL names no host.")
    if port == 0:
        raise UnsafeUrl("The URL names port 0.")
    bracketed = "[" in parts.netloc
    if bracketed and not _BRACKETED_AUTHORITY.fullmatch(parts.netloc):
        raise UnsafeUrl("The URL cannot be read.")
    host = _normal_host(name, bracketed=bracketed)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    return parts.scheme, host, port or _DEFAULT_PORTS[parts.scheme], path


def _normal_host(name: str, *, bracketed: bool) -> str:
    """One spelling for one host: an address in its normal form, a name in lower-case ASCII. Raises UnsafeUrl."""
    if bracketed:
        return _normal_ipv6(name)
    try:
        ascii_name = name.lower() if name.isascii() else idna.encode(name, uts46=True).decode("ascii")
        labels = ascii_name.removesuffix(".").split(".")
        for label in labels:
            if not _LABEL.fullmatch(label):
                _odd_host()
            if label.startswith("xn--"):
                idna.ulabel(label)
    except (idna.IDNAError, UnicodeError) as error:
        raise UnsafeUrl("The host of the URL is not a valid name.") from error
    host = ".".join(labels)
    if len(host) > 253:
        _odd_host()
    # A name that ends in a number is read as IPv4 by every client (WHATWG URL, "ends in a number"): only the plain form is taken.
    if _NUMERIC_LABEL.fullmatch(labels[-1]):
        try:
            return str(IPv4Address(host))
        except ValueError as error:
            raise UnsafeUrl("The address in the URL is not four decimal numbers.") from error
    return host


def _normal_ipv6(name: str) -> str:
    try:
        address = IPv6Address(name)
    except ValueError as error:
        raise UnsafeUrl("The address in the URL is not valid.") from error
    if address.scope_id is not None:
        raise UnsafeUrl("The address in the URL names a network interface.")
    return str(_plain(address))


def _odd_host() -> NoReturn:
    raise UnsafeUrl("The host of the URL is not a valid name.")


def _literal(host: str) -> Address | None:
    try:
        return ip_address(host)
    except ValueError:
        return None


def _plain(address: Address) -> Address:
    """An IPv4-mapped IPv6 address as the IPv4 address that the connection really goes to."""
    if isinstance(address, IPv6Address) and address.ipv4_mapped is not None:
        return address.ipv4_mapped
    return address


def _is_public(address: Address) -> bool:
    if isinstance(address, IPv4Address):
        return not any(address in network for network in _REFUSED_IPV4)
    if address.scope_id is not None:
        return False
    if address in _NAT64:
        return _is_public(IPv4Address(int(address) & 0xFFFFFFFF))
    if address not in _GLOBAL_IPV6 or any(address in network for network in _REFUSED_IPV6):
        return False
    return (int(address) >> 32) & 0xFFFFFFFF not in _ISATAP_MARKS


def _authority(host: str, port: int | None) -> str:
    shown = f"[{host}]" if ":" in host else host
    return shown if port is None else f"{shown}:{port}"


def _system_resolver(host: str, port: int) -> list[str]:
    return [str(info[4][0]) for info in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)]
