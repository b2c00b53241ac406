"""For the service under test alone: names below hostile.test lead where an attacker's name server would send them.

Python imports a module of this name at its start; everything else of the service is as it is shipped.
"""

import os
import socket
from pathlib import Path
from typing import Any

_ADDRESSES = {
    "loopback": ["127.0.0.1"],
    "private": ["10.0.0.7"],
    "metadata": ["169.254.169.254"],
    "mixed": ["93.184.215.14", "127.0.0.1"],
    "loopback6": ["::1"],
    "mapped": ["::ffff:127.0.0.1"],
    "nat64": ["64:ff9b::7f00:1"],
    "sixtofour": ["2002:7f00:1::"],
    "unique-local": ["fd00:ec2::254"],
    "any": ["0.0.0.0"],
}
_PUBLIC = "93.184.215.14"
_ask = socket.getaddrinfo


def _answer(host: Any, *args: Any, **kwargs: Any) -> Any:
    name = host.decode() if isinstance(host, bytes) else host
    if not isinstance(name, str) or not name.endswith(".hostile.test"):
        return _ask(host, *args, **kwargs)
    label = name.removesuffix(".hostile.test").rpartition(".")[2]
    found = _rebound(name) if label == "rebind" else _ADDRESSES.get(label)
    if found is None:
        raise socket.gaierror(socket.EAI_NONAME, "no such name")
    return [_ask(address, *args, **kwargs)[0] for address in found]


def _rebound(name: str) -> list[str]:
    """Public when it is asked for first, by whichever process; loopback ever after."""
    first = Path(os.environ["HOSTILE_RESOLVER"]) / name
    try:
        first.touch(exist_ok=False)
    except FileExistsError:
        return ["127.0.0.1"]
    return [_PUBLIC]


socket.getaddrinfo = _answer
