"""What the callers saw of each job, one line of JSON each: written by locust's process, read by the one that judges."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any


@dataclass(frozen=True, slots=True, kw_only=True)
class JobSeen:
    """One accepted submission. at_s: of its submission, since the run began. status: `unfinished` when the run ended first.

    answer_s: until the submission was answered. total_s: from created to ended and wait_s: from created to begun, both by the
    service's own times, since a caller that looks every few seconds cannot tell; None before there is an end or a beginning.
    """

    kind: str
    repeat: bool
    cached: bool
    at_s: float
    answer_s: float
    status: str
    code: str | None
    wait_s: float | None
    total_s: float | None


class Records:
    """Appends to a file, line by line, so that what a broken run has seen is there."""

    def __init__(self, path: Path) -> None:
        self._file: IO[str] = path.open("a", encoding="utf-8", buffering=1)

    def add(self, job: JobSeen) -> None:
        self._file.write(json.dumps(asdict(job)) + "\n")

    def close(self) -> None:
        self._file.close()


def read_records(path: Path) -> list[JobSeen]:
    return list(_lines(path)) if path.exists() else []


def seen(body: dict[str, Any], *, kind: str, repeat: bool, at_s: float, answer_s: float, finished: bool = True) -> JobSeen:
    """From what `/status` said last."""
    created, started, ended = (_moment(body.get(name)) for name in ("created_at", "started_at", "finished_at"))
    return JobSeen(
        kind=kind,
        repeat=repeat,
        cached=bool(body.get("cached")),
        at_s=at_s,
        answer_s=answer_s,
        status=str(body["status"]) if finished else "unfinished",
        code=(body.get("error") or {}).get("code"),
        wait_s=(started - created).total_seconds() if created and started else None,
        total_s=(ended - created).total_seconds() if created and ended else None,
    )


def _lines(path: Path) -> Iterator[JobSeen]:
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            yield JobSeen(**json.loads(line))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
