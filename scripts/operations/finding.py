"""The outcome of one look at a deployment, and how a list of them is shown."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from enum import StrEnum


class Status(StrEnum):
    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "skipped"  # what it takes to look was not given


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """item: its word in docs/go-live.md. said: what was seen; for a skipped one, what to give."""

    item: str
    title: str
    status: Status
    said: str


def as_text(findings: Sequence[Finding]) -> str:
    marks = {Status.PASSED: "✓", Status.FAILED: "✗", Status.SKIPPED: "–"}
    lines = [f"{marks[each.status]} {each.item:12} {each.title}: {each.said}" for each in findings]
    counts = ", ".join(f"{sum(each.status is status for each in findings)} {status}" for status in Status)
    return "\n".join([*lines, "", counts])


def as_json(findings: Sequence[Finding]) -> str:
    return json.dumps([asdict(each) for each in findings], indent=1, ensure_ascii=False)
