"""What is kept of each attempt that a rollout plan assigned: how it went, never what was read."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache

from doctray.domain.agreement import field_of
from doctray.domain.errors import ExtractionFailed, WorkerLost, blame, catalogue
from doctray.domain.job import Job, JobError
from doctray.domain.rollout import Arm, RolloutKind

Tally = Mapping[str, tuple[int, int]]
"""Field → in how many values two extractions agree, and of how many."""


class RunEnd(StrEnum):
    """How an attempt ended. COMPLETED, FALLBACK and FAILED end the job as well."""

    COMPLETED = "completed"
    FALLBACK = "fallback"  # the assigned extractor failed and rules took over: the caller has a result, the arm has failed
    FAILED = "failed"
    RETRIED = "retried"  # failed, and tried again later
    LEASE_LOST = "lease_lost"  # its worker died


ENDS_JOB = frozenset({RunEnd.COMPLETED, RunEnd.FALLBACK, RunEnd.FAILED})

_SAYS_NOTHING_OF = {
    RolloutKind.ENGINE: frozenset({"extraction_failed", "download_failed", "storage_full", "temporarily_unavailable"}),
    RolloutKind.EXTRACTOR: frozenset(
        {"engine_failure", "engine_out_of_memory", "download_failed", "storage_full", "temporarily_unavailable"}
    ),
}
"""Codes that come from another part than the one which is being rolled out."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    """What a worker tells of an attempt.

    seconds: at work, waiting for a turn left out. engine_pages: handed to the engine. extracting: an extractor was asked. fell_back: it
    failed and rules took over. memory_bytes: of the engine's process at the end. cost_usd: of models and hosted engines; None: unknown.
    """

    seconds: float
    engine_pages: int = 0
    extracting: bool = False
    fell_back: bool = False
    memory_bytes: int | None = None
    cost_usd: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutRun:
    """One attempt under a plan. shadow: beside the caller's job. percentage: of the plan at the attempt's end. name: who read.

    good: speaks for its arm, against it, or (None) counts in neither: the document, the caller or another part is to blame.
    agreement: with the baseline's result, of a candidate's shadow. truth: with a person's review.
    """

    kind: RolloutKind
    name: str
    arm: Arm
    request_id: str
    generation: int
    number: int
    shadow: bool = False
    at: datetime
    percentage: int
    seconds: float | None
    pages: int | None
    outcome: RunEnd
    error_code: str | None
    blame: str | None
    good: bool | None
    confidence: float | None = None
    needs_review: bool = False
    memory_bytes: int | None = None
    cost_usd: float | None = None
    agreement: Tally | None = None
    truth: Tally | None = None


def runs_of(
    job: Job,
    *,
    at: datetime,
    ended: RunEnd,
    error: JobError | None,
    measured: Measured | None,
    percentages: Mapping[RolloutKind, int],
) -> Iterator[RolloutRun]:
    """What an attempt says of the arms that its job was assigned to. job: as the attempt leaves it; measured: None where nobody could tell.

    Nothing of a part that the attempt never reached: a text layer says nothing of an engine, a damaged file nothing of an extractor.
    """
    for kind, name, arm in _arms(job):
        if arm is None or name is None or not _reached(kind, measured):
            continue
        fell_back = measured is not None and measured.fell_back and kind is RolloutKind.EXTRACTOR
        outcome = RunEnd.FALLBACK if ended is RunEnd.COMPLETED and fell_back else ended
        code = _code_of(outcome, error)
        yield RolloutRun(
            kind=kind,
            name=name,
            arm=arm,
            request_id=job.request_id,
            generation=job.generation,
            number=job.attempt,
            at=at,
            percentage=percentages.get(kind, 0),
            seconds=measured.seconds if measured else None,
            pages=job.page_total,
            outcome=outcome,
            error_code=code,
            blame=blamed(code) if code else None,
            good=speaks_for(kind, outcome, code),
            confidence=job.confidence if outcome is RunEnd.COMPLETED else None,
            needs_review=job.needs_review if outcome is RunEnd.COMPLETED else False,
            memory_bytes=measured.memory_bytes if measured else None,
            cost_usd=measured.cost_usd if measured else None,
        )


def _code_of(outcome: RunEnd, error: JobError | None) -> str | None:
    match outcome:
        case RunEnd.COMPLETED:
            return None
        case RunEnd.FALLBACK:
            return ExtractionFailed.code
        case RunEnd.LEASE_LOST:
            return WorkerLost.code
        case RunEnd.FAILED | RunEnd.RETRIED:
            return error.code if error else None


def speaks_for(kind: RolloutKind, outcome: RunEnd, code: str | None) -> bool | None:
    """Whether an attempt counts for its arm, against it, or (None) in neither."""
    match outcome:
        case RunEnd.COMPLETED:
            return True
        case RunEnd.FALLBACK | RunEnd.LEASE_LOST:
            return False
        case RunEnd.FAILED | RunEnd.RETRIED:
            innocent = code is not None and (blamed(code) in ("caller", "document") or code in _SAYS_NOTHING_OF[kind])
            return None if innocent else False


def blamed(code: str) -> str:
    """Caller, document, service or neighbour."""
    return _blames().get(code, "service")


def tallied(compared: Mapping[str, bool]) -> Tally:
    """A comparison (`doctray.domain.agreement.compare`) counted by field."""
    counts: dict[str, tuple[int, int]] = {}
    for pointer, same in compared.items():
        agreed, of = counts.get(field_of(pointer), (0, 0))
        counts[field_of(pointer)] = (agreed + same, of + 1)
    return counts


def share_of(tally: Tally | None) -> float | None:
    """The share of values that agree; None when nothing was compared."""
    of = sum(count for _, count in tally.values()) if tally else 0
    return sum(agreed for agreed, _ in tally.values()) / of if tally and of else None


def _arms(job: Job) -> Iterator[tuple[RolloutKind, str | None, Arm | None]]:
    yield RolloutKind.ENGINE, job.assigned_engine, job.engine_arm
    yield RolloutKind.EXTRACTOR, job.assigned_extractor, job.extractor_arm


def _reached(kind: RolloutKind, measured: Measured | None) -> bool:
    """Of an attempt that nobody measured (its worker died) anything may be true."""
    if measured is None:
        return True
    return measured.engine_pages > 0 if kind is RolloutKind.ENGINE else measured.extracting


@cache
def _blames() -> Mapping[str, str]:
    return {code: blame(error) for code, error in catalogue().items()}
