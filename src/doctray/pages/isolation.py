"""Takes from a page process what reading a file does not need: network, new files, other processes' time and memory.

Everything here acts on the calling process. Namespaces and the death signal exist on Linux alone; elsewhere the resource limits do.
"""

import ctypes
import math
import os
import resource
import sys

_CLONE_NEWUSER = 0x10000000
_CLONE_NEWNET = 0x40000000
_PR_SET_NO_NEW_PRIVS = 38

_LIBC = ctypes.CDLL(None, use_errno=True)

_OPEN_FILES = 32
"""The document, a connection, and what the decoders open for a moment."""


def leave_network() -> str | None:
    """Move into a user and network namespace of one's own, where nothing can be reached. None, or why it was not possible.

    Must be called while the process has one thread.
    """
    if sys.platform != "linux":
        return "no namespaces on this system"
    _LIBC.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0)
    if _LIBC.unshare(_CLONE_NEWUSER | _CLONE_NEWNET) == 0:
        return None
    reason = os.strerror(ctypes.get_errno())
    # a container without user namespaces, but with CAP_SYS_ADMIN
    return None if _LIBC.unshare(_CLONE_NEWNET) == 0 else reason


def limit_resources(*, memory_bytes: int) -> None:
    """At most this much address space, few files, nothing written to disk, no core dump."""
    # the address space cannot be limited on macOS
    if sys.platform == "linux":
        resource.setrlimit(resource.RLIMIT_AS, (memory_bytes, memory_bytes))
    resource.setrlimit(resource.RLIMIT_NOFILE, (_OPEN_FILES, _OPEN_FILES))
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def give_memory_back() -> None:
    """What is free to the system. glibc keeps some 20 MB of a photograph's images for the next one otherwise; elsewhere nothing is done."""
    trim = getattr(_LIBC, "malloc_trim", None)
    if trim is not None:
        trim(0)


def limit_cpu(seconds: float) -> None:
    """At most this much more processor time from now, rounded up to a second; then SIGXCPU ends the process."""
    spent = resource.getrusage(resource.RUSAGE_SELF)
    resource.setrlimit(resource.RLIMIT_CPU, (math.ceil(spent.ru_utime + spent.ru_stime + seconds), resource.RLIM_INFINITY))
