"""A model that an operator brings: what its `model.json` says, and how it is named as an engine."""

import hashlib
import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from doctray.domain.errors import EngineFailure

MANIFEST = "model.json"
MANIFEST_LIMIT_BYTES = 1024 * 1024
"""An alphabet of 20,000 characters takes 120 KB."""

ROLES: Mapping[str, tuple[str, ...]] = {
    "easyocr": ("recognizer", "detector"),
    "easyocr_stock": ("recognizer", "detector"),
    "rapidocr": ("recognizer", "detector", "dictionary"),
}
"""Engines that a model can be for, and the files that each takes; what a model leaves out is the engine's own."""

_NAME = r"[a-z0-9][a-z0-9_-]{0,39}"
_VERSION = r"[A-Za-z0-9][A-Za-z0-9._-]{0,39}"
ENGINE_MODEL_NAME = re.compile(f"{_NAME}@{_VERSION}")
"""Of an engine that is a model: `<name>@<version>`. The names of doctray's own engines have no @."""

_SHA256 = re.compile(r"[0-9a-f]{64}")
_FILE = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,127}")
_LANGUAGE = re.compile(r"[a-z]{2,3}(_[a-z]{2,10})?")
_MOST_LANGUAGES = 100
_MOST_CHARACTERS = 40_000


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFile:
    """path: below the model's folder, with / between names. sha256: of its bytes, in hex."""

    path: str
    sha256: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelManifest:
    """base: the engine that its files are for, one of ROLES. files: by role. languages: EasyOCR's codes of what it was trained to read.

    characters: of an easyocr recogniser, in the order of its classes; "": those of EasyOCR's own for these languages.
    """

    name: str
    version: str
    base: str
    files: Mapping[str, ModelFile]
    languages: tuple[str, ...] = ("en",)
    characters: str = ""

    @property
    def engine(self) -> str:
        return f"{self.name}@{self.version}"

    @property
    def checksum(self) -> str:
        """Of all that decides what it reads: 16 hex digits."""
        parts = [self.base, *self.languages, self.characters, *(f"{role} {file.sha256}" for role, file in sorted(self.files.items()))]
        return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]

    def as_json(self) -> str:
        said: dict[str, Any] = {
            "name": self.name,
            "version": self.version,
            "base": self.base,
            "files": {role: {"path": file.path, "sha256": file.sha256} for role, file in self.files.items()},
            "languages": list(self.languages),
        }
        if self.characters:
            said["characters"] = self.characters
        return json.dumps(said, ensure_ascii=False, indent=2) + "\n"


def parse_manifest(text: bytes | str, *, place: str) -> ModelManifest:
    """place: whose it is, for people. Raises EngineFailure, which says what is wrong with it."""
    try:
        said = json.loads(text)
        if not isinstance(said, dict):
            raise _Wrong("must be a JSON object")
        unknown = sorted(set(said) - {"name", "version", "base", "files", "languages", "characters"})
        if unknown:
            raise _Wrong(f"{_safe(unknown[0])} is not a member")
        base = said.get("base")
        if not isinstance(base, str) or base not in ROLES:
            raise _Wrong(f"base must be one of {', '.join(ROLES)}")
        return ModelManifest(
            name=_matching(said, "name", _NAME, "small letters, digits, _ and -, at most 40"),
            version=_matching(said, "version", _VERSION, "letters, digits, ., _ and -, at most 40"),
            base=base,
            files=_files(said.get("files"), base),
            languages=_languages(said.get("languages", ["en"])),
            characters=_characters(said.get("characters", ""), base),
        )
    except _Wrong as error:
        raise EngineFailure(f"{place}/{MANIFEST}: {error}") from error
    except (ValueError, RecursionError) as error:
        raise EngineFailure(f"{place}/{MANIFEST} is not JSON") from error


class _Wrong(Exception):
    pass


def _matching(said: Mapping[str, Any], member: str, pattern: str, words: str) -> str:
    value = said.get(member)
    if not isinstance(value, str) or not re.fullmatch(pattern, value):
        raise _Wrong(f"{member} must be {words}")
    return value


def _files(said: Any, base: str) -> dict[str, ModelFile]:
    if not isinstance(said, dict) or not said:
        raise _Wrong(f"files must name at least one of {', '.join(ROLES[base])}")
    found = {}
    for role, file in said.items():
        if role not in ROLES[base]:
            raise _Wrong(f"files: {_safe(role)} is not one of {', '.join(ROLES[base])}")
        path, sha256 = (file.get("path"), file.get("sha256")) if isinstance(file, dict) else (None, None)
        if not isinstance(path, str) or len(path) > 512 or not all(_FILE.fullmatch(part) for part in path.split("/")):
            raise _Wrong(f"files: {role} must have a path below the folder, of letters, digits, ., _ and -")
        if not isinstance(sha256, str) or not _SHA256.fullmatch(sha256):
            raise _Wrong(f"files: {role} must have a sha256 of 64 hex digits")
        found[role] = ModelFile(path=path, sha256=sha256)
    if "dictionary" in found and "recognizer" not in found:
        raise _Wrong("files: a dictionary goes with a recognizer")
    if len({file.path for file in found.values()}) != len(found):
        raise _Wrong("files: two have the same path")
    return found


def _languages(said: Any) -> tuple[str, ...]:
    if not isinstance(said, list) or not 0 < len(said) <= _MOST_LANGUAGES:
        raise _Wrong("languages must be a list of language codes")
    if not all(isinstance(code, str) and _LANGUAGE.fullmatch(code) for code in said):
        raise _Wrong("languages must be EasyOCR's codes, such as en or ch_sim")
    return tuple(dict.fromkeys(said))


def _characters(said: Any, base: str) -> str:
    if not isinstance(said, str) or len(said) > _MOST_CHARACTERS:
        raise _Wrong(f"characters must be text of at most {_MOST_CHARACTERS} characters")
    if said and base == "rapidocr":
        raise _Wrong("characters go with easyocr; a rapidocr recognizer has a dictionary")
    if len(set(said)) != len(said):
        raise _Wrong("characters: one stands twice")
    return said


def _safe(name: str) -> str:
    return re.sub(r"[^\w.-]", "?", name)[:40]
