"""What a chaos run saw from outside: submissions, answers, statuses and posts. Written by load and receiver, judged by the checker."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from tests.chaos.orders import Order

TERMINAL = ("completed", "failed", "cancelled")


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A job's status as an answer told it. at: seconds of the run. lasted_s: from its creation to its end, by the service's own times.

    stranger: see Paper.stranger.
    """

    at: float
    status: str
    attempt: int
    generation: int
    outcome: str
    finished_at: str | None
    lasted_s: float | None
    stranger: str | None

    @property
    def terminal(self) -> bool:
        return self.status in TERMINAL

    @property
    def end(self) -> tuple[str, int, str | None]:
        """What must never change again."""
        return self.outcome, self.generation, self.finished_at


def seen_of(job: Mapping[str, Any], order: Order, *, at: float) -> Seen:
    status = job["status"]
    result = job["result"]
    return Seen(
        at=at,
        status=status,
        attempt=job["attempt"],
        generation=job["generation"],
        outcome=f"{status} {job['error']['code']}" if job["error"] else status,
        finished_at=job["finished_at"],
        lasted_s=_seconds_between(job["created_at"], job["finished_at"]) if job["finished_at"] else None,
        stranger=order.paper.stranger(result) if result else None,
    )


def _seconds_between(earlier: str, later: str) -> float:
    return (datetime.fromisoformat(later) - datetime.fromisoformat(earlier)).total_seconds()


@dataclass(slots=True, kw_only=True)
class Sent:
    """One order and all that came of it. `unanswered`: no answer came, and none could be asked for."""

    order: Order
    sent_at: float
    accepted_at: float | None = None
    request_ids: list[str] = field(default_factory=list)
    unanswered: bool = False
    seen: list[Seen] = field(default_factory=list)
    cancel_answer: str | None = None
    # its deletion was confirmed
    gone: bool = False
    final: Seen | None = None

    @property
    def request_id(self) -> str | None:
        return self.request_ids[0] if self.request_ids else None

    @property
    def last(self) -> Seen | None:
        return self.seen[-1] if self.seen else None

    @property
    def ended(self) -> bool:
        return self.gone or (self.last is not None and self.last.terminal)

    def note(self, seen: Seen) -> None:
        """Keep it where it differs from the one before."""
        last = self.last
        if last is None or (last.status, last.attempt, last.end, last.stranger) != (seen.status, seen.attempt, seen.end, seen.stranger):
            self.seen.append(seen)


@dataclass(frozen=True, slots=True, kw_only=True)
class Post:
    """A webhook as it came in. good: the signature holds and it was told 2xx."""

    at: float
    webhook_id: str
    request_id: str
    serial: int
    type: str
    outcome: str
    generation: int
    body: bytes
    signed: bool
    taken: bool
    stranger: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A job in the service's own list, at the end."""

    request_id: str
    serial: int
    status: str


@dataclass(slots=True, kw_only=True)
class Ledger:
    sent: list[Sent] = field(default_factory=list)
    posts: list[Post] = field(default_factory=list)
    listed: list[Listed] = field(default_factory=list)
    # (what was asked, status code) → how often
    answers: Counter[tuple[str, int]] = field(default_factory=Counter)
    # answers that break the contract, in words
    odd: list[str] = field(default_factory=list)
    connection_errors: int = 0
    repeats: int = 0
    redelivered: int = 0
    # from and to, in seconds of the run, when no process of the service was there by our doing
    down: list[tuple[float, float]] = field(default_factory=list)

    @property
    def live(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.request_ids and not sent.ended]

    @property
    def accepted(self) -> list[Sent]:
        return [sent for sent in self.sent if sent.request_ids]
