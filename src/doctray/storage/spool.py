"""Private files for the time of their use: what a remote store sends or is sent, while a process here works on it."""

import fcntl
import os
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

_LOCK = "lock"


class Spool:
    """A folder of this process alone, below `root`; gone when it is closed. Everything here blocks.

    What a killed process left behind is removed by the next one that opens a spool there: a living one holds the lock of its folder.
    """

    def __init__(self, root: Path) -> None:
        root.mkdir(parents=True, exist_ok=True, mode=0o700)
        self._folder, self._lock = _own_folder(root)
        for other in root.iterdir():
            if other != self._folder:
                _remove_abandoned(other)

    @contextmanager
    def file(self) -> Iterator[Path]:
        """The path of an empty file, readable for its owner alone, removed at the end."""
        path = self._folder / secrets.token_hex(16)
        path.touch(mode=0o600, exist_ok=False)
        try:
            yield path
        finally:
            path.unlink(missing_ok=True)

    @property
    def free_bytes(self) -> int:
        return shutil.disk_usage(self._folder).free

    def close(self) -> None:
        shutil.rmtree(self._folder, ignore_errors=True)
        os.close(self._lock)


def _own_folder(root: Path) -> tuple[Path, int]:
    """A new one, and the descriptor that holds its lock."""
    while True:
        folder = root / f"{os.getpid()}-{secrets.token_hex(8)}"
        folder.mkdir(mode=0o700)
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(lock, fcntl.LOCK_EX)
        if (folder / _LOCK).exists():
            return folder, lock
        # Another process came between the opening and the locking, took the folder for abandoned and removed it.
        os.close(lock)


def _remove_abandoned(folder: Path) -> None:
    """A folder without a lock file is one that is just being made, and not touched."""
    with suppress(OSError):
        lock = os.open(folder / _LOCK, os.O_RDWR | os.O_CLOEXEC)
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder)
        finally:
            os.close(lock)
