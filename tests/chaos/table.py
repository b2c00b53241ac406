"""A run's report: recovery by fault, what was sent and seen, and every breach."""

import math
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field

from doctray.domain.intervals import nearest_rank
from tests.chaos.checker import Breach
from tests.chaos.ledger import Ledger


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What was measured of one fault. bound_s: what it is held to; None: only shown. at: which figure the bound is about."""

    fault: str
    measure: str
    seconds: tuple[float, ...]
    bound_s: float | None = None

    @property
    def p95(self) -> float:
        return nearest_rank(self.seconds, 0.95)

    @property
    def kept(self) -> bool:
        return math.isfinite(max(self.seconds)) and (self.bound_s is None or self.p95 <= self.bound_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """scenario: its name and seed. seconds: how long it ran."""

    scenario: str
    seconds: float
    rows: tuple[Measured, ...]
    ledger: Ledger
    breaches: tuple[Breach, ...]
    notes: tuple[str, ...] = field(default=())

    @property
    def kept(self) -> bool:
        return not self.breaches and all(row.kept for row in self.rows)


def render(report: Report) -> str:
    head = ("fault", "measured until", "count", "p50 s", "p95 s", "max s", "bound s", "")
    body = [
        (
            row.fault,
            row.measure,
            str(len(row.seconds)),
            _s(nearest_rank(row.seconds, 0.5)),
            _s(row.p95),
            _s(max(row.seconds)),
            "" if row.bound_s is None else f"{row.bound_s:g}",
            "" if row.kept else "BREACH",
        )
        for row in report.rows
    ]
    lines = [f"== {report.scenario}, {report.seconds:.0f} s", *_aligned(head, body), "", *_counts(report.ledger), *report.notes]
    if report.breaches:
        lines += ["", f"{len(report.breaches)} BREACHES", *(f"  {breach.rule}: {breach.what}" for breach in report.breaches)]
    else:
        lines += ["", "No breach: all that was accepted ended once, as announced." if report.kept else "A bound was broken."]
    return "\n".join(lines)


def _counts(ledger: Ledger) -> list[str]:
    ends = Counter("deleted" if sent.gone else sent.last.outcome if sent.last else "unseen" for sent in ledger.accepted)
    attempts = Counter(sent.last.attempt for sent in ledger.accepted if sent.last)
    taken = sum(post.taken for post in ledger.posts)
    announced = len({post.webhook_id for post in ledger.posts})
    unanswered = sum(sent.unanswered and not sent.request_ids for sent in ledger.sent)
    answers = Counter(code for (_, code), count in ledger.answers.items() for _ in range(count))
    return [
        f"submissions  {len(ledger.sent)} sent, {len(ledger.accepted)} accepted, {unanswered} without an answer or a key to ask again by",
        f"outcomes     {_listed(ends)}",
        f"attempts     {_listed({f'{number}.': count for number, count in sorted(attempts.items())})}",
        f"callers      {ledger.connection_errors} connection errors, {ledger.repeats} requests repeated",
        f"answers      {_listed({str(code): count for code, count in sorted(answers.items())})}",
        f"webhooks     {len(ledger.posts)} tries of {announced} announcements, {taken} taken, {ledger.redelivered} redelivered by hand",
    ]


def _listed(counts: Counter[str] | dict[str, int]) -> str:
    return ", ".join(f"{count} {name}" for name, count in counts.items()) or "none"


def _aligned(head: tuple[str, ...], body: Sequence[tuple[str, ...]]) -> list[str]:
    widths = [max(len(row[column]) for row in (head, *body)) for column in range(len(head))]
    return [
        "  ".join(
            cell.ljust(width) if column < 2 else cell.rjust(width) for column, (cell, width) in enumerate(zip(row, widths, strict=True))
        ).rstrip()
        for row in (head, *body)
    ]


def _s(seconds: float) -> str:
    return f"{seconds:.1f}" if math.isfinite(seconds) else "never"
