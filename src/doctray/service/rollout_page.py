"""A rollout's report as JSON and as a page: one HTML file, plots and pictures within, no script, nothing loaded from elsewhere."""

import base64
import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from html import escape
from typing import Any

from doctray.domain.intervals import Estimate, nearest_rank
from doctray.domain.moments import iso_time
from doctray.domain.rollout import RolloutChange, next_stage
from doctray.domain.rollout_health import Check, Verdict
from doctray.service.rollout_plots import PLOT_STYLE, field_plot, time_plot, volume_plot
from doctray.service.rollout_report import ArmReport, Disagreement, Pairs, RolloutReport

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:64rem;margin:2rem auto;padding:0 1rem;color:#1b1f24;background:#fff}"
    "table{border-collapse:collapse;margin:1rem 0}th,td{text-align:left;vertical-align:top;padding:.3rem .9rem .3rem 0}"
    "th,td{border-bottom:1px solid #d8dee4}"
    "td.n,th.n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2.2rem}figure{margin:1rem 0}figcaption,.hint{color:#55606e}"
    ".verdict{font-weight:600}.breach,.critical{color:#a4250b}.healthy{color:#17683a}.doubtful,.too_few{color:#865300}"
    "img{max-width:100%;border:1px solid #d8dee4}.scroll{overflow-x:auto}td.said{overflow-wrap:anywhere;max-width:26rem}"
    "@media print{body{margin:0;max-width:none}figure,tr,section.case{break-inside:avoid}h2{break-after:avoid}}"
)

DISTRIBUTION = (0, 5, 10, 25, 50, 75, 90, 95, 99, 100)
"""Percentiles of times in the JSON form."""


_EXPLAINED = (Verdict.CRITICAL, Verdict.BREACH, Verdict.DOUBTFUL)


@dataclass(frozen=True, slots=True, kw_only=True)
class Evidence:
    """One value on which the arms differ, as a person may see it. picture: PNG of the place on the page; None where there is none."""

    pointer: str
    page: int | None
    baseline: str
    candidate: str
    picture: bytes | None


def as_dict(report: RolloutReport) -> dict[str, Any]:
    """JSON object, in seconds, bytes, US dollars and shares from 0 to 1. Intervals are of 95 %; null ends: nothing bounds them."""
    plan = report.plan
    return {
        "kind": plan.kind.value,
        "since": iso_time(report.since),
        "until": iso_time(report.until),
        "cut": report.cut,
        "plan": {**plan.as_dict(), "stage_since": iso_time(plan.stage_since), "settled": plan.settled, "next_stage": next_stage(plan)},
        "health": {"verdict": report.health.verdict.value, "checks": [_check(each) for each in report.health.checks]},
        "arms": {each.arm.value: _arm(each) for each in report.arms},
        "same_documents": _pairs(report.pairs),
        "volume": [
            {"start": iso_time(each.start), "baseline": each.baseline, "candidate": each.candidate, "shadows": each.shadows}
            for each in report.slices
        ],
        "volume_slice_seconds": report.slice_length.total_seconds(),
        "percentages": [{"since": iso_time(at), "percentage": share} for at, share in report.shares],
        "history": [_change(each) for each in report.history],
    }


def plots_of(report: RolloutReport) -> dict[str, str]:
    """Name → SVG; empty text where there is nothing to show."""
    limits, pairs = report.plan.thresholds, report.pairs
    return {
        "volume": volume_plot("Jobs over time", report.slices, length=report.slice_length, shares=report.shares, until=report.until),
        "seconds": time_plot(
            "Share of jobs read within so many seconds",
            baseline=report.baseline.seconds,
            candidate=report.candidate.seconds,
            limit_s=limits.seconds,
        ),
        "same_documents_seconds": time_plot(
            "Share of documents that both arms read, within so many seconds",
            baseline=pairs.baseline_seconds,
            candidate=pairs.candidate_seconds,
            limit_s=limits.seconds,
        ),
        "agreement": field_plot("Share of values on which both arms agree", pairs.fields, limit=limits.agreement),
    }


def as_html(report: RolloutReport, evidence: Mapping[str, Sequence[Evidence]] | None = None) -> str:
    """evidence: request_id → what to show of its disagreements; None: nothing of any document is shown."""
    return "".join(_parts(report, evidence))


def _parts(report: RolloutReport, evidence: Mapping[str, Sequence[Evidence]] | None) -> Iterator[str]:
    plan, plots = report.plan, plots_of(report)
    title = f"Rollout of the {plan.kind.value}: {plan.baseline} → {plan.candidate}"
    yield '<!doctype html><html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">'
    yield f"<title>{escape(title)}</title><style>{_STYLE}{PLOT_STYLE}</style></head><body><h1>{escape(title)}</h1>"
    yield (
        f"<p>{_minute(report.since)} to {_minute(report.until)} UTC. The candidate reads {plan.percentage} % of jobs"
        f"{'' if plan.enabled else ' once the plan is enabled again'}, and {plan.shadow_percentage} % beside the baseline.</p>"
    )
    if report.cut:
        yield "<p class=hint>There were more attempts in the time that was asked for: these are the newest.</p>"
    yield from _health(report)
    yield "<h2>What callers got</h2>"
    yield "<p class=hint>Jobs by the arm that read them for their caller. Intervals hold the true value in 95 of 100 samples.</p>"
    yield _arms_table(report.baseline, report.candidate)
    yield _figure(
        plots["seconds"],
        "Share of jobs that were read within so many seconds of work. The candidate's and the baseline's documents differ.",
    )
    yield _codes(report)
    yield "<h2>The same documents, read by both</h2>"
    yield from _pairs_parts(report.pairs, plots)
    yield "<h2>Volume</h2>"
    yield _figure(plots["volume"], "Jobs that ended, by arm; below, the share that the plan gave the candidate.") or "<p>No jobs.</p>"
    yield from _worst(report.pairs.worst, evidence)
    yield "<h2>History</h2>"
    yield _history(report.history)
    yield "</body></html>\n"


def _health(report: RolloutReport) -> Iterator[str]:
    verdict = report.health.verdict
    yield f"<h2>Health</h2><p>The candidate is <span class='verdict {verdict.value}'>{_worded(verdict)}</span>"
    yield f"{': ' + escape(report.health.reason) if verdict in _EXPLAINED else ''}.</p>"
    rows = "".join(
        f"<tr><td>{escape(each.name)}<td class=n>{_figure_of(each.value)}<td class=n>{_figure_of(each.baseline)}"
        f"<td class=n>{each.threshold:g}<td class=n>{each.sample}<td class={each.verdict.value}>{_worded(each.verdict)}</tr>"
        for each in report.health.checks
    )
    heads = "<th>figure<th class=n>candidate<th class=n>baseline<th class=n>threshold<th class=n>measured on<th>verdict"
    yield f"<div class=scroll><table><tr>{heads}</tr>{rows}</table></div>"


def _arms_table(baseline: ArmReport, candidate: ArmReport) -> str:
    rows = (
        ("jobs", *(str(each.jobs) for each in (baseline, candidate))),
        ("attempts", *(str(each.attempts) for each in (baseline, candidate))),
        ("attempts that speak of neither", *(str(each.blameless) for each in (baseline, candidate))),
        ("success", *(_percent(each.success) for each in (baseline, candidate))),
        ("errors", *(_percent(each.errors) for each in (baseline, candidate))),
        ("seconds, median", *(_number(each.median_s, "s") for each in (baseline, candidate))),
        ("seconds, 95th percentile", *(_number(each.p95_s, "s") for each in (baseline, candidate))),
        ("confidence, mean", *(_number(each.confidence, "") for each in (baseline, candidate))),
        ("needs review", *(_percent(each.needs_review) for each in (baseline, candidate))),
        ("right by people's reviews", *(_percent(each.truth) for each in (baseline, candidate))),
        ("memory, most", *(_mebibytes(each.memory_bytes) for each in (baseline, candidate))),
        ("cost", *(_dollars(each.cost_usd) for each in (baseline, candidate))),
        ("cost of an attempt", *(_number(each.cost_usd_each, "$") for each in (baseline, candidate))),
    )
    body = "".join(f"<tr><th scope=row>{name}<td class=n>{one}<td class=n>{other}</tr>" for name, one, other in rows)
    heads = f"<th><th class=n>{escape(baseline.name)} (baseline)<th class=n>{escape(candidate.name)} (candidate)"
    return f"<div class=scroll><table><tr>{heads}</tr>{body}</table></div>"


def _pairs_parts(pairs: Pairs, plots: Mapping[str, str]) -> Iterator[str]:
    if not pairs.documents and not pairs.failed:
        yield "<p>None: the plan has no shadow percentage, or nothing was read beside the baseline yet.</p>"
        return
    rows = (
        ("documents", str(pairs.documents)),
        ("values on which they agree", _percent(pairs.agreement)),
        ("candidate failed", _counted(pairs.failed)),
        ("more seconds", _number(pairs.seconds_more, "s")),
        ("more confidence", _number(pairs.confidence_more, "")),
        ("more of it right by people's reviews", _number(pairs.truth_more, "")),
        ("more cost", _number(pairs.cost_usd_more, "$")),
    )
    body = "".join(f"<tr><th scope=row>{name}<td class=n>{value}</tr>" for name, value in rows)
    yield "<p class=hint>Differences are the candidate's less the baseline's, document by document. Shadows run at low priority.</p>"
    yield f"<table>{body}</table>"
    yield _figure(plots["agreement"], "Values on which both agree, by field, those that agree least first, with intervals.")
    yield _figure(plots["same_documents_seconds"], "Share of these documents read within so many seconds.")


def _worst(worst: Sequence[Disagreement], evidence: Mapping[str, Sequence[Evidence]] | None) -> Iterator[str]:
    yield "<h2>Worst disagreements</h2>"
    if not worst:
        yield "<p>None.</p>"
    for each in worst:
        fields = ", ".join(f"{escape(name)} ({agreed} of {of})" for name, (agreed, of) in each.fields.items())
        yield f"<section class=case><h3>{escape(each.request_id)}</h3>"
        yield f"<p>{each.agreed} of {each.compared} values agree; differing: {fields}.</p>"
        shown = (evidence or {}).get(each.request_id, ())
        if shown:
            yield "<div class=scroll><table><tr><th>value<th>baseline<th>candidate</tr>"
            yield from (_evidence(one) for one in shown)
            yield "</table></div>"
        yield "</section>"
    if worst and evidence is None:
        yield "<p class=hint>Made without pages: nothing that stands in a document is shown.</p>"


def _evidence(one: Evidence) -> str:
    picture = ""
    if one.picture is not None:
        said = f"page {one.page}" if one.page else "the page"
        picture = f"<br><img alt='{said}, where it stands' src='data:image/png;base64,{base64.b64encode(one.picture).decode()}'>"
    return f"<tr><td>{escape(one.pointer)}{picture}<td class=said>{escape(one.baseline)}<td class=said>{escape(one.candidate)}</tr>"


def _codes(report: RolloutReport) -> str:
    codes = sorted({*report.baseline.codes, *report.candidate.codes})
    if not codes:
        return "<p>No attempt failed.</p>"
    rows = "".join(
        f"<tr><td>{escape(code)}<td class=n>{report.baseline.codes.get(code, 0)}<td class=n>{report.candidate.codes.get(code, 0)}</tr>"
        for code in codes
    )
    return f"<table><tr><th>what attempts failed with<th class=n>baseline<th class=n>candidate</tr>{rows}</table>"


def _history(history: Sequence[RolloutChange]) -> str:
    rows = "".join(
        f"<tr><td>{_minute(each.at)}<td>{escape(each.action.value.replace('_', ' '))}<td class=n>{_step(each)}<td>{escape(_who(each))}"
        f"<td class=said>{escape(each.reason)}</tr>"
        for each in history
    )
    return (
        f"<div class=scroll><table><tr><th>at (UTC)<th>what<th class=n>share<th>who<th>why</tr>{rows}</table></div>"
        if rows
        else "<p>None.</p>"
    )


def _figure(plot: str, caption: str) -> str:
    return f"<figure>{plot}<figcaption>{escape(caption)}</figcaption></figure>" if plot else ""


def _worded(verdict: Verdict) -> str:
    return verdict.value.replace("_", " ")


def _who(change: RolloutChange) -> str:
    return change.actor.name or change.actor.means.value


def _step(change: RolloutChange) -> str:
    before = "" if change.from_percentage in (None, change.to_percentage) else f"{change.from_percentage} → "
    return f"{before}{change.to_percentage} %"


def _percent(estimate: Estimate | None) -> str:
    if estimate is None:
        return "–"
    return f"{estimate.value:.1%} <span class=hint>({estimate.low:.1%} to {estimate.high:.1%}, {estimate.count})</span>"


def _number(estimate: Estimate | None, unit: str) -> str:
    if estimate is None:
        return "–"
    digits = 5 if unit == "$" else 3
    span = f"{estimate.low:.{digits}f} to {estimate.high:.{digits}f}, " if math.isfinite(estimate.low + estimate.high) else ""
    return f"{estimate.value:.{digits}f} {unit} <span class=hint>({span}{estimate.count})</span>"


def _figure_of(value: float | None) -> str:
    return "–" if value is None else f"{value:.3f}"


def _mebibytes(count: int | None) -> str:
    return "–" if count is None else f"{count / 2**20:.0f} MiB"


def _dollars(cost: float | None) -> str:
    return "–" if cost is None else f"{cost:.4f} $"


def _counted(codes: Mapping[str, int]) -> str:
    return ", ".join(f"{escape(code)} {count}" for code, count in codes.items()) or "never"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _arm(arm: ArmReport) -> dict[str, Any]:
    return {
        "name": arm.name,
        "jobs": arm.jobs,
        "attempts": arm.attempts,
        "blameless": arm.blameless,
        "success": _estimate(arm.success),
        "errors": _estimate(arm.errors),
        "codes": dict(arm.codes),
        "seconds": {"median": _estimate(arm.median_s), "p95": _estimate(arm.p95_s), "percentiles": _percentiles(arm.seconds)},
        "confidence": _estimate(arm.confidence),
        "needs_review": _estimate(arm.needs_review),
        "truth": _estimate(arm.truth),
        "memory_bytes": arm.memory_bytes,
        "cost_usd": arm.cost_usd,
        "cost_usd_each": _estimate(arm.cost_usd_each),
    }


def _pairs(pairs: Pairs) -> dict[str, Any]:
    return {
        "documents": pairs.documents,
        "candidate_failed": dict(pairs.failed),
        "agreement": _estimate(pairs.agreement),
        "fields": [
            {"field": each.name, "agreed": each.agreed, "compared": each.compared, "share": _estimate(each.share)} for each in pairs.fields
        ],
        "seconds": {"baseline": _percentiles(pairs.baseline_seconds), "candidate": _percentiles(pairs.candidate_seconds)},
        "seconds_more": _estimate(pairs.seconds_more),
        "confidence_more": _estimate(pairs.confidence_more),
        "cost_usd_more": _estimate(pairs.cost_usd_more),
        "truth_more": _estimate(pairs.truth_more),
        "worst": [
            {
                "request_id": each.request_id,
                "at": iso_time(each.at),
                "agreed": each.agreed,
                "compared": each.compared,
                "fields": {name: {"agreed": agreed, "compared": of} for name, (agreed, of) in each.fields.items()},
            }
            for each in pairs.worst
        ],
    }


def _check(check: Check) -> dict[str, Any]:
    return {
        "name": check.name,
        "verdict": check.verdict.value,
        "candidate": check.value,
        "baseline": check.baseline,
        "threshold": check.threshold,
        "critical": check.critical,
        "sample": check.sample,
        "said": check.said,
    }


def _change(change: RolloutChange) -> dict[str, Any]:
    return {
        "at": iso_time(change.at),
        "action": change.action.value,
        "from_percentage": change.from_percentage,
        "to_percentage": change.to_percentage,
        "by": _who(change),
        "reason": change.reason,
    }


def _estimate(estimate: Estimate | None) -> dict[str, Any] | None:
    if estimate is None:
        return None
    low, high = (round(end, 6) if math.isfinite(end) else None for end in (estimate.low, estimate.high))
    return {"value": round(estimate.value, 6), "low": low, "high": high, "count": estimate.count}


def _percentiles(values: Sequence[float]) -> dict[str, float]:
    return {f"p{of}": round(nearest_rank(values, of / 100), 4) for of in DISTRIBUTION} if values else {}
