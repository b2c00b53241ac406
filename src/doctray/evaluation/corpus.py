"""Documents with truth: NAME.truth.json beside NAME.ext, in a folder and the folders below it.

Fields of one's own have their JSON Schema beside them: NAME.schema.json, or schema.json for all of a folder.
"""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

TRUTH = ".truth.json"
SCHEMA = "schema.json"
EXTENSIONS = (".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".bmp", ".gif", ".heic")

_PHOTOS = (".jpg", ".jpeg", ".heic", ".webp")


class BadCorpus(Exception):
    """What is wrong with the folder, for whoever made it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """One document. name: its path in the folder, without the extension. kind: the document type to ask for, or auto.

    schema: of a custom document.
    """

    name: str
    path: Path
    kind: str
    truth: Mapping[str, Any]
    schema: Mapping[str, Any] | None = None


def cases_in(folder: Path) -> list[Case]:
    """Sorted by name. Raises BadCorpus for a folder without any, a truth or schema that is no JSON object, or one without its document."""
    found = [_case(truth, folder) for truth in sorted(folder.rglob(f"*{TRUTH}"))]
    if not found:
        raise BadCorpus(f"{folder} holds no NAME{TRUTH} beside a document.")
    return found


def source_of(case: Case, pages: Mapping[str, Any] | list[Any]) -> str:
    """Where the words came from: text layer, scan, photo, or mixed. pages: those of the result."""
    sources = {page.get("source") for page in pages if isinstance(page, Mapping)}
    if sources == {"text_layer"}:
        return "text layer"
    if "text_layer" in sources:
        return "mixed"
    return "photo" if case.path.suffix.lower() in _PHOTOS else "scan"


def _case(truth: Path, folder: Path) -> Case:
    name = truth.name.removesuffix(TRUTH)
    fields = _object(truth)
    path = next(_documents(truth.parent, name), None)
    if path is None:
        raise BadCorpus(f"{truth} has no document beside it: {name} with one of {', '.join(EXTENSIONS)}.")
    beside = (truth.with_name(f"{name}.{SCHEMA}"), truth.with_name(SCHEMA))
    schema = next((_object(file) for file in beside if file.is_file()), None)
    kind = "custom" if schema is not None else "timetable" if "timeblocks" in fields else "certificate" if "kind" in fields else "auto"
    return Case(name=str(path.relative_to(folder).with_suffix("")), path=path, kind=kind, truth=fields, schema=schema)


def _object(file: Path) -> dict[str, Any]:
    try:
        value = json.loads(file.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise BadCorpus(f"{file} cannot be read as JSON.") from error
    if not isinstance(value, dict):
        raise BadCorpus(f"{file} is no JSON object.")
    return value


def _documents(folder: Path, name: str) -> Iterator[Path]:
    for path in sorted(folder.iterdir()):
        if path.name.startswith(f"{name}.") and path.stem == name and path.suffix.lower() in EXTENSIONS:
            yield path
