"""Free TCP ports for servers that take a number and no socket."""

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

_LOWEST = 10_000
_KERNELS = Path("/proc/sys/net/ipv4/ip_local_port_range")
_FOLDER = Path(tempfile.gettempdir(), f"doctray-ports-{os.getuid()}")

_locks: list[int] = []
"""Descriptors of the ports that this process gave out; open, and with that locked, until it ends."""


def free_port(address: str = "127.0.0.1") -> int:
    """One that nothing listens on and that stays free until somebody binds it.

    It is not of those that the kernel gives to outgoing connections and to whoever binds port 0, and no other process that asks here
    gets it before this one has ended.
    """
    kernels = int(_KERNELS.read_text().split()[0])
    # Some machines leave the kernel all of them; then the lock alone has to do.
    end = kernels if kernels > 2 * _LOWEST else 65_536
    _FOLDER.mkdir(mode=0o700, exist_ok=True)
    while True:
        # Not by the seed of a test: all that share one would try the same ports in the same order.
        port = random.SystemRandom().randrange(_LOWEST, end)
        if _lock(port) and _is_free(address, port):
            return port


def _lock(port: int) -> bool:
    descriptor = os.open(_FOLDER / str(port), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(descriptor)
        return False
    _locks.append(descriptor)
    return True


def _is_free(address: str, port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((address, port))
        except OSError:
            return False
    return True
