"""Models in folders: read, checked against their checksums, and packed. Light: hashes files, loads nothing."""

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from doctray.domain.engine_model import MANIFEST, MANIFEST_LIMIT_BYTES, ModelFile, ModelManifest, parse_manifest
from doctray.domain.errors import EngineFailure, InvalidOption


@dataclass(frozen=True, slots=True, kw_only=True)
class EngineModel:
    """A model and the folder that its files are in. Not checked by itself: see `checked_file`."""

    manifest: ModelManifest
    folder: Path

    @property
    def engine(self) -> str:
        return self.manifest.engine

    def has(self, role: str) -> bool:
        return role in self.manifest.files

    def checked_file(self, role: str) -> Path:
        """The file of that role, just hashed. Raises EngineFailure when it is missing or not the one that the manifest names."""
        file = self.manifest.files[role]
        path = self.folder / file.path
        try:
            inside = path.resolve(strict=True).is_relative_to(self.folder.resolve())
            found = _sha256(path) if inside and path.is_file() else ""
        except OSError as error:
            raise EngineFailure(f"model {self.engine}: {file.path} cannot be read ({error.strerror})") from error
        if not found:
            raise EngineFailure(f"model {self.engine}: {file.path} is not a file in its folder")
        if found != file.sha256:
            raise EngineFailure(
                f"model {self.engine}: {file.path} does not have the checksum that {MANIFEST} names, and is not used; "
                "fetch the file again, or pack the model under a new version"
            )
        return path

    def check(self) -> None:
        """Raises EngineFailure unless every file is the one that the manifest names."""
        for role in self.manifest.files:
            self.checked_file(role)

    def check_languages(self, languages: Sequence[str]) -> None:
        """Raises InvalidOption, which names what it reads, for a language that it was not trained for."""
        unknown = sorted(set(languages) - set(self.manifest.languages))
        if unknown:
            raise InvalidOption(
                f"languages: {', '.join(unknown)} cannot be read by the engine {self.engine}; it reads {', '.join(self.manifest.languages)}"
            )


def read_model(folder: Path) -> EngineModel:
    """The model of a folder; its files are not looked at. Raises EngineFailure."""
    try:
        with (folder / MANIFEST).open("rb") as file:
            text = file.read(MANIFEST_LIMIT_BYTES + 1)
    except OSError as error:
        raise EngineFailure(f"{folder}/{MANIFEST} cannot be read ({error.strerror}); `doctray models pack` writes it") from error
    if len(text) > MANIFEST_LIMIT_BYTES:
        raise EngineFailure(f"{folder}/{MANIFEST} is larger than {MANIFEST_LIMIT_BYTES // 1024} KiB")
    return EngineModel(manifest=parse_manifest(text, place=str(folder)), folder=folder)


def pack_model(
    folder: Path,
    *,
    name: str,
    version: str,
    base: str,
    files: Mapping[str, str],
    languages: Sequence[str] = ("en",),
    characters: str = "",
) -> EngineModel:
    """Write the folder's manifest with the checksums of its files as they are. files: role → path below the folder.

    Raises EngineFailure for what no manifest may say, files that are missing, and a folder that holds the same version of other files:
    results are cached by version.
    """
    found = {}
    for role, path in files.items():
        try:
            found[role] = ModelFile(path=path, sha256=_sha256(folder / path))
        except OSError as error:
            raise EngineFailure(f"{folder / path} cannot be read ({error.strerror})") from error
    manifest = ModelManifest(name=name, version=version, base=base, files=found, languages=tuple(languages), characters=characters)
    text = manifest.as_json()
    model = EngineModel(manifest=parse_manifest(text, place=str(folder)), folder=folder)
    model.check()
    if (folder / MANIFEST).exists():
        before = read_model(folder).manifest
        if before.engine == manifest.engine and before.checksum != manifest.checksum:
            raise EngineFailure(f"{folder} is packed as {before.engine} with other files; give it a new version")
    draft = folder / f".{MANIFEST}.{secrets.token_hex(4)}"
    try:
        draft.write_text(text, "utf-8")
        draft.replace(folder / MANIFEST)
    except OSError as error:
        draft.unlink(missing_ok=True)
        raise EngineFailure(f"{folder}/{MANIFEST} cannot be written ({error.strerror})") from error
    return model


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
