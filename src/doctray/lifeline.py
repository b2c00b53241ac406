"""A child that never outlives its parent, even when the parent is killed with SIGKILL."""

import ctypes
import os
import signal
import sys

_PR_SET_PDEATHSIG = 1
"""From <linux/prctl.h>."""


def die_with_parent(parent_pid: int, *, with_signal: signal.Signals = signal.SIGKILL) -> None:
    """Ask the kernel for this signal when the parent dies; exit at once when it has died already.

    Call it first thing in the child's main thread. The kernel watches the parent's *thread* that started the child
    (prctl(2)), so start children from the parent's main thread. Where there is no prctl, only a parent that is gone already is noticed.
    """
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, with_signal.value, 0, 0, 0)
    if os.getppid() != parent_pid:
        os._exit(0)
