#!/usr/bin/env python3
"""Put what follows from the code into the pages that show it: docs/errors.md, docs/configuration.md, docs/metrics.md,
README.md, and all of .env.example.

    generate_docs.py            write them
    generate_docs.py --check    write nothing; exit 1 and name those that are out of step

In a page, what stands between `<!-- generated: NAME -->` and `<!-- end -->` is replaced; the rest is written by hand.
"""

import argparse
import re
import sys
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from typing import Any, Literal, get_args, get_origin

from pydantic import SecretStr
from pydantic.fields import FieldInfo

from doctray.api.errors import STATUS
from doctray.config import GROUPS, Worker, env_names
from doctray.domain.errors import blame, catalogue
from doctray.telemetry import metrics

ROOT = Path(__file__).resolve().parent.parent
PAGES = ("README.md", "docs/configuration.md", "docs/errors.md", "docs/metrics.md")
REGION = re.compile(r"(<!-- generated: (\w+) -->\n).*?(<!-- end -->)", re.DOTALL)

BLAME = {
    "caller": "The request is at fault: change it before sending it again",
    "document": "The document is at fault: another try gives the same answer",
    "service": "doctray is at fault, or short of something",
    "neighbour": "Something doctray depends on is at fault",
}
COUNTED = ("service", "neighbour")

HOW_MANY = (
    ("devices", "devices that pages are read on", "while `WORKER_COUNT` is unset, also the number of workers"),
    ("count", "worker processes that `serve` starts", "over the number of devices: workers take the devices in turn"),
    ("processes", "processes of the API, under `serve` and `api`", "nothing to do with workers, in spite of its name"),
    (
        "concurrency",
        "jobs that one worker has taken on",
        "they share one engine process; most of them wait for a stage, holding next to nothing",
    ),
    ("page_processes", "documents that one worker has open at once", "text layers pass through here, past scans that wait for the engine"),
    ("image_memory_mb", "MiB of page images on their way to the engine of one worker", "bounds how far rendering runs ahead"),
    ("engine_threads", "threads of one engine on the CPU", "unset: the cores, shared between the workers that `serve` starts on the CPU"),
    ("max_extractions", "language-model calls of one worker at once", "rules have two processes of their own beside them"),
)
"""Field of Worker, what it sets, and which wins."""


def main(arguments: Sequence[str] | None = None, *, root: Path = ROOT) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args(arguments).check
    stale = [(path, text) for path, text in wanted(root) if not path.exists() or path.read_text(encoding="utf-8") != text]
    for path, text in stale:
        name = path.relative_to(root)
        if check:
            print(f"{name} is out of step with the code; run scripts/generate_docs.py", file=sys.stderr)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"wrote {name}")
    return 1 if check and stale else 0


def wanted(root: Path = ROOT) -> Iterator[tuple[Path, str]]:
    """Each file and what it must hold."""
    for name in PAGES:
        path = root / name
        yield path, REGION.sub(lambda found: f"{found[1]}{GENERATED[found[2]]()}\n{found[3]}", path.read_text(encoding="utf-8"))
    yield root / ".env.example", env_example()


def _yes(so: bool) -> str:
    return "yes" if so else "no"


def errors() -> str:
    """One table for each whose fault it may be, one row a code."""
    parts = []
    for fault, heading in BLAME.items():
        codes = [(STATUS[code], code, cls) for code, cls in catalogue().items() if blame(cls) == fault]
        rows = [
            (f"`{code}`", str(status), _yes(cls.retryable), _yes(fault in COUNTED), f"{cls.title}. {cls.why}", cls.remedy)
            for status, code, cls in sorted(codes, key=lambda row: row[:2])
        ]
        parts.append(f"## {heading}\n\n{table(('code', 'status', 'retryable', 'counts', 'what happened', 'what to do'), rows)}\n")
    return "\n".join(parts)


def settings() -> str:
    """One table of everything."""
    rows = [(names(group, name), default_of(field), said(field)) for group in GROUPS for name, field in group.model_fields.items()]
    return table(("name", "default", "meaning"), rows)


def settings_by_group() -> str:
    """A table for each group, with what is allowed."""
    parts = []
    for group in GROUPS:
        rows = [(names(group, name), default_of(field), allowed(field), said(field)) for name, field in group.model_fields.items()]
        head = f"## {group.__name__}\n\n{doc_of(group)}\n"
        parts.append(f"{head}\n{table(('name', 'default', 'allowed', 'meaning'), rows)}\n")
    return "\n".join(parts)


def how_many() -> str:
    """The settings on numbers of workers, jobs and processes, and which wins."""
    rows = [(names(Worker, name), default_of(Worker.model_fields[name]), sets, wins) for name, sets, wins in HOW_MANY]
    return table(("name", "default", "sets", "which wins"), rows)


def instruments() -> str:
    """One row an instrument, under the name that queries use; a histogram's has _bucket, _sum and _count behind it."""
    found = dict.fromkeys(each for each in vars(metrics).values() if hasattr(each, "describe") and not isinstance(each, type))
    rows = [row for each in found for row in _described(each)]
    return table(("name", "kind", "labels", "meaning"), rows)


def _described(instrument: Any) -> Iterator[tuple[str, ...]]:
    suffix = {"counter": "_total", "info": "_info"}
    for family in instrument.describe():
        # Of instruments prometheus_client tells no labels in public.
        labels = getattr(instrument, "_labelnames", None) or getattr(family, "_labelnames", None) or ()
        name = f"`{family.name}{suffix.get(family.type, '')}`"
        yield name, family.type, ", ".join(f"`{label}`" for label in labels), family.documentation


GENERATED: dict[str, Callable[[], str]] = {
    "errors": errors,
    "settings": settings,
    "settings_by_group": settings_by_group,
    "how_many": how_many,
    "metrics": instruments,
}


def env_example() -> str:
    """All settings, each commented out at its default, so that a copy changes nothing."""
    lines = ["# Copy to .env and uncomment what you change; docs/configuration.md says more. The environment overrides this file."]
    for group in GROUPS:
        lines += ["", f"# == {doc_of(group)}"]
        for name, field in group.model_fields.items():
            value = default_of(field).strip("`").removeprefix("unset")
            lines += [f"# {field.description}", f"#{env_names(group, name)[0]}={value}"]
    return "\n".join(lines) + "\n"


def names(group: type, name: str) -> str:
    return " or ".join(f"`{each}`" for each in env_names(group, name))


def default_of(field: FieldInfo) -> str:
    """`value`, or unset."""
    value = field.get_default()
    if value is None or value == () or isinstance(value, SecretStr):
        return "unset"
    if isinstance(value, bool):
        return f"`{str(value).lower()}`"
    return f"`{value:g}`" if isinstance(value, float) else f"`{value}`"


def allowed(field: FieldInfo) -> str:
    """The words or the range that a field takes, where it is bounded."""
    if get_origin(field.annotation) is Literal:
        return ", ".join(f"`{word}`" for word in get_args(field.annotation))
    signs = (("gt", "above"), ("ge", "at least"), ("lt", "below"), ("le", "at most"))
    return ", ".join(f"{word} {getattr(mark, sign)}" for mark in field.metadata for sign, word in signs if hasattr(mark, sign))


def said(field: FieldInfo) -> str:
    return field.description or ""


def doc_of(group: type) -> str:
    return " ".join((group.__doc__ or "").split())


def table(head: tuple[str, ...], rows: Sequence[tuple[str, ...]]) -> str:
    lines = [head, ("---",) * len(head), *rows]
    return "\n".join("| " + " | ".join(text.replace("|", "\\|") for text in line) + " |" for line in lines)


if __name__ == "__main__":
    sys.exit(main())
