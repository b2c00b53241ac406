"""Keeps the C library from holding back what the API's threads have freed.

glibc gives threads heaps of their own, up to eight a core. A document is taken in by one thread and written by another, so each heap keeps
holes of its own: 2.3 KB more with every submission until all of them are full of holes (docs/decisions/0027-memory-of-the-api.md).
"""

import ctypes
import os

HEAPS = 2

_M_ARENA_MAX = -8
"""glibc's malloc.h"""


def share_heaps() -> None:
    """To be called before the first thread starts. MALLOC_ARENA_MAX is left as the operator set it; other C libraries as they are."""
    mallopt = getattr(ctypes.CDLL(None), "mallopt", None)
    if mallopt is not None and "MALLOC_ARENA_MAX" not in os.environ:
        mallopt(_M_ARENA_MAX, HEAPS)
