"""Opening a file that a caller names inside DOCUMENTS_DIR, and nothing else on the machine.

The path is walked one name at a time from an open folder, so that neither `..` nor a link nor a folder that is swapped
meanwhile leads out, and nothing but a regular file is ever opened.
"""

import asyncio
import os
import stat
from collections import deque
from collections.abc import AsyncIterator
from contextlib import ExitStack
from pathlib import Path

from doctray.cancellation import to_the_end
from doctray.domain.errors import PathOutsideDocuments

CHUNK_BYTES = 256 * 1024
MAX_LINKS = 16
MAX_PATH = 4096

_FOLDER = os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW | os.O_CLOEXEC
_FILE = os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_NOCTTY | os.O_CLOEXEC


def open_document(root: Path, file_path: str) -> int:
    """A descriptor of the regular file that file_path (relative, or absolute inside root) names; the caller closes it.

    Links are followed as long as they stay inside. Raises PathOutsideDocuments for everything else, missing files too.
    Blocks: call it in a thread.
    """
    try:
        return _open_below(root.resolve(), deque(_names_below(root, file_path)))
    except (OSError, ValueError) as error:
        raise PathOutsideDocuments from error


async def read_document(descriptor: int) -> AsyncIterator[bytes]:
    """Its bytes in chunks, read in threads; a thread that reads is waited for, since the descriptor may be another file's soon after."""
    while chunk := await to_the_end(asyncio.to_thread(os.read, descriptor, CHUNK_BYTES)):
        yield chunk


def _names_below(root: Path, file_path: str) -> list[str]:
    if not file_path or len(file_path) > MAX_PATH or "\0" in file_path:
        raise PathOutsideDocuments
    if not file_path.startswith("/"):
        return file_path.split("/")
    for base in (root, root.resolve()):
        prefix = f"{str(base).rstrip('/')}/"
        if file_path.startswith(prefix):
            return file_path[len(prefix) :].split("/")
    raise PathOutsideDocuments


def _open_below(root: Path, names: deque[str]) -> int:
    with ExitStack() as opened:
        folders = [os.open(root, os.O_RDONLY | os.O_DIRECTORY | os.O_CLOEXEC)]
        opened.callback(os.close, folders[0])
        links = 0
        while names:
            name = names.popleft()
            if name in ("", "."):
                continue
            if name == "..":
                if len(folders) == 1:
                    raise PathOutsideDocuments
                folders.pop()
                continue
            found = os.stat(name, dir_fd=folders[-1], follow_symlinks=False)
            if stat.S_ISLNK(found.st_mode):
                links += 1
                if links > MAX_LINKS:
                    raise PathOutsideDocuments
                target = os.readlink(name, dir_fd=folders[-1])
                if target.startswith("/"):
                    del folders[1:]
                    names.extendleft(reversed(_names_below(root, target)))
                else:
                    names.extendleft(reversed(target.split("/")))
            elif stat.S_ISDIR(found.st_mode):
                folders.append(os.open(name, _FOLDER, dir_fd=folders[-1]))
                opened.callback(os.close, folders[-1])
            elif stat.S_ISREG(found.st_mode) and not any(names):
                return _open_regular(name, folders[-1])
            else:
                raise PathOutsideDocuments
    raise PathOutsideDocuments


def _open_regular(name: str, folder: int) -> int:
    # The name may have been swapped since it was looked at: O_NONBLOCK so that a FIFO cannot hang us, and a second look.
    descriptor = os.open(name, _FILE, dir_fd=folder)
    if not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise PathOutsideDocuments
    return descriptor
