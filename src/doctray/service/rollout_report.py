"""What a rollout's two arms did over some hours, beside each other: figures with intervals, never what was read. Pure but for `gather`."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from doctray.domain.agreement import compare
from doctray.domain.errors import NotFound
from doctray.domain.intervals import Estimate, clustered_share, mean_of, quantile_of, share_of
from doctray.domain.rollout import Arm, RolloutChange, RolloutKind, RolloutPlan
from doctray.domain.rollout_health import Health, judge
from doctray.domain.rollout_run import ENDS_JOB, RolloutRun, RunEnd, Tally, tallied
from doctray.ports import BlobStore, Clock, Journal
from doctray.service.reuse import shadow_key
from doctray.service.stored import result_at

RUNS_READ = 50_000
"""Most attempts that one report is made of: the newest ones."""

WORST_SHOWN = 12
CHANGES_READ = 200
REVIEWED_READ = 200
"""Most documents whose shadow is held against a person's review: each is two blobs to read."""

MOST_SLICES = 96
_SLICES = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 240, 1440))
"""Of these the shortest by which the report's hours come to at most MOST_SLICES."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmReport:
    """One arm's attempts for callers; those beside them (shadows) are in `Pairs`.

    blameless: attempts whose failure speaks against neither arm, left out of success and errors. success: of jobs that ended; errors: of
    attempts. seconds: of completed attempts, sorted. truth: of values that people reviewed, shadows too. memory_bytes: the most that its
    process had. cost_usd: None where nobody tells.
    """

    arm: Arm
    name: str
    attempts: int
    jobs: int
    blameless: int
    success: Estimate | None
    errors: Estimate | None
    codes: Mapping[str, int]
    seconds: tuple[float, ...]
    median_s: Estimate | None
    p95_s: Estimate | None
    confidence: Estimate | None
    needs_review: Estimate | None
    truth: Estimate | None
    memory_bytes: int | None
    cost_usd: float | None
    cost_usd_each: Estimate | None


@dataclass(frozen=True, slots=True, kw_only=True)
class FieldAgreement:
    """One field over all documents that both arms read. compared, agreed: values."""

    name: str
    compared: int
    agreed: int
    share: Estimate


@dataclass(frozen=True, slots=True, kw_only=True)
class Disagreement:
    """A document on which the arms agree little. fields: those that differ, with (agreed, compared) values."""

    request_id: str
    at: datetime
    agreed: int
    compared: int
    fields: Tally


@dataclass(frozen=True, slots=True, kw_only=True)
class Pairs:
    """The same documents, read by both. Differences are the candidate's minus the baseline's, document by document.

    documents: that both completed. failed: of the candidate alone, by code. seconds of a shadow are at low priority, so that they are an
    upper bound of what the candidate would need.
    """

    documents: int
    failed: Mapping[str, int]
    agreement: Estimate | None
    fields: tuple[FieldAgreement, ...]
    baseline_seconds: tuple[float, ...]
    candidate_seconds: tuple[float, ...]
    seconds_more: Estimate | None
    confidence_more: Estimate | None
    cost_usd_more: Estimate | None
    truth_more: Estimate | None
    worst: tuple[Disagreement, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Jobs that ended in [start, start + length of a slice), by arm; shadows: documents read beside them."""

    start: datetime
    baseline: int
    candidate: int
    shadows: int


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutReport:
    """shares: from when which percentage held, oldest first. cut: there were more than RUNS_READ attempts; these are the newest."""

    plan: RolloutPlan
    health: Health
    since: datetime
    until: datetime
    cut: bool
    baseline: ArmReport
    candidate: ArmReport
    pairs: Pairs
    slice_length: timedelta
    slices: tuple[Slice, ...]
    shares: tuple[tuple[datetime, int], ...]
    history: tuple[RolloutChange, ...]

    @property
    def arms(self) -> tuple[ArmReport, ArmReport]:
        return self.baseline, self.candidate


async def gather(kind: RolloutKind, *, hours: float, journal: Journal, blobs: BlobStore, clock: Clock) -> RolloutReport | None:
    """The last hours of a plan; None when there is none. Raises TemporarilyUnavailable."""
    plan = await journal.rollout(kind)
    if plan is None:
        return None
    until = clock.now()
    since = until - timedelta(hours=hours)
    runs = await journal.rollout_runs(kind, since=since, limit=RUNS_READ)
    cut = len(runs) >= RUNS_READ
    runs = await _with_truth(runs, journal=journal, blobs=blobs)
    history = await journal.rollout_history(kind, limit=CHANGES_READ)
    health = judge(plan, await journal.rollout_figures(plan))
    return await asyncio.to_thread(lambda: report_of(plan, runs, history, health=health, since=since, until=until, cut=cut))


async def _with_truth(runs: Sequence[RolloutRun], *, journal: Journal, blobs: BlobStore) -> list[RolloutRun]:
    """Shadows of reviewed documents held against the review, which may have come long after them."""
    reviewed = {run.request_id for run in runs if run.truth and not run.shadow}
    left, judged = REVIEWED_READ, []
    for run in runs:
        truth = None
        if run.shadow and run.truth is None and run.outcome is RunEnd.COMPLETED and run.request_id in reviewed and left > 0:
            left -= 1
            truth = await _truth_of(run, journal=journal, blobs=blobs)
        judged.append(replace(run, truth=truth) if truth else run)
    return judged


async def _truth_of(shadow: RolloutRun, *, journal: Journal, blobs: BlobStore) -> Tally | None:
    """None when the document was deleted meanwhile."""
    reviews = await journal.reviews(shadow.request_id)
    job = await journal.get(shadow.request_id)
    try:
        read = await result_at(shadow_key(shadow.request_id, shadow.kind, shadow.name), blobs=blobs)
    except NotFound:
        return None
    if not reviews or job is None:
        return None
    fields = read.get("fields") or {}
    return await asyncio.to_thread(lambda: tallied(compare(reviews[-1].fields, fields, job.document_type)))


def report_of(
    plan: RolloutPlan,
    runs: Iterable[RolloutRun],
    history: Sequence[RolloutChange],
    *,
    health: Health,
    since: datetime,
    until: datetime,
    cut: bool = False,
) -> RolloutReport:
    """runs: in any order; those of arms that the plan does not name are left out. history: newest first."""
    known = [run for run in runs if run.kind is plan.kind and since <= run.at <= until and run.name == _name(plan, run.arm)]
    begun = min((run.at for run in known), default=since) if cut else since
    length = next((length for length in _SLICES if (until - begun) / length <= MOST_SLICES), _SLICES[-1])
    return RolloutReport(
        plan=plan,
        health=health,
        since=begun,
        until=until,
        cut=cut,
        baseline=_arm(Arm.BASELINE, plan.baseline, [run for run in known if run.arm is Arm.BASELINE]),
        candidate=_arm(Arm.CANDIDATE, plan.candidate, [run for run in known if run.arm is Arm.CANDIDATE]),
        pairs=_pairs(known),
        slice_length=length,
        slices=_slices(known, since=begun, until=until, length=length),
        shares=_shares(plan, history, since=begun),
        history=tuple(history),
    )


def _name(plan: RolloutPlan, arm: Arm) -> str:
    return plan.candidate if arm is Arm.CANDIDATE else plan.baseline


def _arm(arm: Arm, name: str, runs: Sequence[RolloutRun]) -> ArmReport:
    mine = [run for run in runs if not run.shadow]
    counted = [run for run in mine if run.good is not None]
    done = [run for run in mine if run.outcome is RunEnd.COMPLETED]
    seconds = tuple(sorted(run.seconds for run in done if run.seconds is not None))
    costs = [run.cost_usd for run in mine if run.cost_usd is not None]
    return ArmReport(
        arm=arm,
        name=name,
        attempts=len(mine),
        jobs=sum(run.outcome in ENDS_JOB for run in mine),
        blameless=len(mine) - len(counted),
        success=share_of(run.outcome is RunEnd.COMPLETED for run in counted if run.outcome in ENDS_JOB),
        errors=share_of(run.good is False for run in counted),
        codes=dict(sorted(Counter(run.error_code for run in mine if run.error_code).items())),
        seconds=seconds,
        median_s=quantile_of(seconds, 0.5),
        p95_s=quantile_of(seconds, 0.95),
        confidence=mean_of(run.confidence for run in done if run.confidence is not None),
        needs_review=share_of(run.needs_review for run in done),
        truth=clustered_share(_sum(run.truth) for run in runs if run.truth),
        memory_bytes=max((run.memory_bytes for run in runs if run.memory_bytes is not None), default=None),
        cost_usd=sum(costs) if costs else None,
        cost_usd_each=mean_of(costs),
    )


def _pairs(runs: Sequence[RolloutRun]) -> Pairs:
    """By document: a candidate's shadow beside the baseline's reading of the same job."""
    newest_last = sorted(runs, key=lambda run: run.at)
    shadows = {run.request_id: run for run in newest_last if run.arm is Arm.CANDIDATE and run.shadow}
    own = {run.request_id: run for run in newest_last if run.arm is Arm.BASELINE and run.outcome is RunEnd.COMPLETED}
    both = [(own[id_], run) for id_, run in shadows.items() if run.outcome is RunEnd.COMPLETED and id_ in own]
    compared = [run for run in shadows.values() if run.agreement]
    return Pairs(
        documents=len(both),
        failed=dict(sorted(Counter(run.error_code or run.outcome.value for run in shadows.values() if run.good is False).items())),
        agreement=clustered_share(_sum(run.agreement) for run in compared),
        fields=_fields(compared),
        baseline_seconds=_sorted(baseline.seconds for baseline, _ in both),
        candidate_seconds=_sorted(candidate.seconds for _, candidate in both),
        seconds_more=_difference((baseline.seconds, candidate.seconds) for baseline, candidate in both),
        confidence_more=_difference((baseline.confidence, candidate.confidence) for baseline, candidate in both),
        cost_usd_more=_difference((baseline.cost_usd, candidate.cost_usd) for baseline, candidate in both),
        truth_more=_difference((_part(baseline.truth), _part(candidate.truth)) for baseline, candidate in both),
        worst=_worst(compared),
    )


def _fields(compared: Sequence[RolloutRun]) -> tuple[FieldAgreement, ...]:
    """Those that agree least first."""
    tallies: dict[str, list[tuple[int, int]]] = {}
    for run in compared:
        for name, tally in (run.agreement or {}).items():
            tallies.setdefault(name, []).append(tally)
    found = [
        FieldAgreement(name=name, compared=sum(of for _, of in told), agreed=sum(agreed for agreed, _ in told), share=share)
        for name, told in tallies.items()
        if (share := clustered_share(told)) is not None
    ]
    return tuple(sorted(found, key=lambda each: (each.share.value, each.name)))


def _worst(compared: Sequence[RolloutRun]) -> tuple[Disagreement, ...]:
    found = []
    for run in compared:
        agreed, of = _sum(run.agreement)
        if agreed < of:
            differing = {name: tally for name, tally in sorted((run.agreement or {}).items()) if tally[0] < tally[1]}
            found.append(Disagreement(request_id=run.request_id, at=run.at, agreed=agreed, compared=of, fields=differing))
    return tuple(sorted(found, key=lambda each: (each.agreed / each.compared, -each.compared, each.request_id))[:WORST_SHOWN])


def _slices(runs: Sequence[RolloutRun], *, since: datetime, until: datetime, length: timedelta) -> tuple[Slice, ...]:
    """All of them, those without jobs too, so that a gap is seen."""
    counts = Counter(((run.at - since) // length, run.arm, run.shadow) for run in runs if run.shadow or run.outcome in ENDS_JOB)
    return tuple(
        Slice(
            start=since + length * index,
            baseline=counts[index, Arm.BASELINE, False],
            candidate=counts[index, Arm.CANDIDATE, False],
            shadows=counts[index, Arm.CANDIDATE, True],
        )
        for index in range((until - since) // length + 1)
    )


def _shares(plan: RolloutPlan, history: Sequence[RolloutChange], *, since: datetime) -> tuple[tuple[datetime, int], ...]:
    """A disabled plan gives the candidate nothing."""
    oldest_first = sorted(history, key=lambda change: change.at)
    told = [(change.at, change.to_percentage if change.plan.enabled else 0) for change in oldest_first]
    before = [share for at, share in told if at <= since]
    standing = before[-1] if before else 0 if told else plan.percentage
    return ((since, standing), *((at, share) for at, share in told if at > since))


def _difference(pairs: Iterable[tuple[float | None, float | None]]) -> Estimate | None:
    return mean_of(candidate - baseline for baseline, candidate in pairs if baseline is not None and candidate is not None)


def _sorted(values: Iterable[float | None]) -> tuple[float, ...]:
    return tuple(sorted(value for value in values if value is not None))


def _sum(tally: Tally | None) -> tuple[int, int]:
    told = (tally or {}).values()
    return sum(agreed for agreed, _ in told), sum(of for _, of in told)


def _part(tally: Tally | None) -> float | None:
    agreed, of = _sum(tally)
    return agreed / of if of else None
