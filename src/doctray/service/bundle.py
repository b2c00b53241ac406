"""A backup as one tar file: members as they come, then a manifest with the size and SHA-256 of each, written last.

A file that was cut short has no manifest, so it is never taken for whole. Everything here blocks: not for an event loop.
"""

import hashlib
import json
import os
import tarfile
import tempfile
from collections.abc import Iterator
from pathlib import Path
from types import TracebackType
from typing import IO, Any

MANIFEST = "manifest.json"
MANIFEST_DIGEST = "manifest.sha256"
FORMAT = 1
CHUNK_BYTES = 1024 * 1024


class BrokenBundle(Exception):
    """The file is no whole backup; the message says what is wrong with it."""


class BundleWriter:
    """Writes beside the target, for the owner alone, and moves it into place when it is whole."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._draft = target.with_name(f".{target.name}.{os.getpid()}.partial")
        descriptor = os.open(self._draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_CLOEXEC, 0o600)
        self._file = os.fdopen(descriptor, "wb")
        self._tar = tarfile.open(fileobj=self._file, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115 closed by finish and drop
        self.files: dict[str, dict[str, Any]] = {}

    def add_lines(self, name: str, lines: Iterator[bytes]) -> None:
        """Text whose length is known only at its end; it waits beside the target until then."""
        with tempfile.TemporaryFile(dir=self._target.parent) as waiting:
            waiting.writelines(lines)
            self._add(name, waiting)

    def add_bytes(self, name: str, content: bytes) -> None:
        self.add_lines(name, iter([content]))

    def add_file(self, name: str, path: Path) -> str:
        """The file as it is when it is opened; its SHA-256. Raises FileNotFoundError when it is gone."""
        with path.open("rb") as file:
            return self._add(name, file)

    def finish(self, **told: Any) -> None:
        """Write the manifest, sync, and move the bundle into place, where it replaces another."""
        manifest = json.dumps({"format": FORMAT, **told, "files": self.files}, indent=1).encode()
        self.add_bytes(MANIFEST, manifest)
        self.add_bytes(MANIFEST_DIGEST, hashlib.sha256(manifest).hexdigest().encode())
        self._tar.close()
        self._file.flush()
        os.fsync(self._file.fileno())
        self._file.close()
        self._draft.replace(self._target)

    def drop(self) -> None:
        """Leave nothing behind."""
        self._file.close()
        self._draft.unlink(missing_ok=True)

    def _add(self, name: str, file: IO[bytes]) -> str:
        member = tarfile.TarInfo(name)
        member.size = file.seek(0, os.SEEK_END)
        member.mode = 0o600
        file.seek(0)
        reading = _Hashed(file)
        self._tar.addfile(member, reading)
        self.files[name] = {"size": member.size, "sha256": reading.digest.hexdigest()}
        return reading.digest.hexdigest()


class _Hashed:
    """A file whose bytes are hashed as they are read."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self.digest = hashlib.sha256()

    def read(self, size: int = -1) -> bytes:
        chunk = self._file.read(size)
        self.digest.update(chunk)
        return chunk


class BundleReader:
    """A bundle on disk, closed by leaving its context. Opening it reads the manifest, `verify` all the rest; both raise BrokenBundle."""

    def __init__(self, path: Path) -> None:
        try:
            self._tar = tarfile.open(path, "r:")  # noqa: SIM115 closed by __exit__
        except tarfile.TarError as error:
            raise BrokenBundle("it is no tar file, or was cut short") from error
        try:
            self._members: dict[str, tarfile.TarInfo] = self._index()
            self.manifest: dict[str, Any] = self._read_manifest()
        except BaseException:
            self._tar.close()
            raise

    def __enter__(self) -> "BundleReader":
        return self

    def __exit__(self, _type: type[BaseException] | None, _error: BaseException | None, _trace: TracebackType | None) -> None:
        self._tar.close()

    @property
    def names(self) -> list[str]:
        return list(self.manifest["files"])

    @property
    def size_bytes(self) -> int:
        return sum(told["size"] for told in self.manifest["files"].values())

    def verify(self) -> None:
        """Every file that the manifest names is there, byte for byte, and no other."""
        stray = set(self._members) - set(self.names) - {MANIFEST, MANIFEST_DIGEST}
        if stray:
            raise BrokenBundle(f"it holds {min(stray)}, which its manifest does not name")
        for name, told in self.manifest["files"].items():
            if name not in self._members:
                raise BrokenBundle(f"{name} is missing")
            digest = hashlib.sha256()
            for chunk in self.read(name):
                digest.update(chunk)
            if digest.hexdigest() != told["sha256"]:
                raise BrokenBundle(f"{name} is damaged")

    def read(self, name: str) -> Iterator[bytes]:
        """In chunks."""
        with self._open(name) as file:
            while chunk := file.read(CHUNK_BYTES):
                yield chunk

    def lines(self, name: str) -> Iterator[bytes]:
        with self._open(name) as file:
            yield from file

    def _index(self) -> dict[str, tarfile.TarInfo]:
        try:
            return {member.name: member for member in self._tar.getmembers()}
        except tarfile.TarError as error:
            raise BrokenBundle("it was cut short") from error

    def _read_manifest(self) -> dict[str, Any]:
        if MANIFEST not in self._members or MANIFEST_DIGEST not in self._members:
            raise BrokenBundle("it has no manifest: it was cut short, or is no backup of doctray")
        content = b"".join(self.read(MANIFEST))
        if hashlib.sha256(content).hexdigest().encode() != b"".join(self.read(MANIFEST_DIGEST)):
            raise BrokenBundle("its manifest is damaged")
        manifest: dict[str, Any] = json.loads(content)
        if manifest.get("format") != FORMAT:
            raise BrokenBundle(f"its format is {manifest.get('format')}; this doctray reads {FORMAT}")
        return manifest

    def _open(self, name: str) -> IO[bytes]:
        file = self._tar.extractfile(self._members[name])
        if file is None:
            raise BrokenBundle(f"{name} is no regular file")
        return file
