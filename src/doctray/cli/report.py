"""`doctray report`: what came in the last days, how fast it was read, what went wrong, straight from the journal."""

import asyncio
import json
from datetime import datetime
from html import escape

import click

from doctray.cli.connection import give_up
from doctray.cli.main import load_settings
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.moments import iso_time
from doctray.domain.statistics import HourOfJobs, Spread, Statistics, error_percent


@click.command()
@click.option("--days", type=click.IntRange(1, 3660), default=7, show_default=True, help="How many days back from now.")
@click.option("--output", type=click.Choice(["text", "json", "html"]), default="text", show_default=True, help="The form, on stdout.")
def report_command(days: int, output: str) -> None:
    """Totals, times, errors day by day, and the peak hour. Of jobs whose data retention has removed, counts and times are left."""
    found = _read(days)
    forms = {"text": as_text, "json": as_json, "html": as_html}
    click.echo(forms[output](found), nl=False)


def as_json(found: Statistics) -> str:
    whole, peak = found.whole, found.peak
    said = {
        "since": iso_time(found.since),
        "until": iso_time(found.until),
        "totals": _counts(whole) | {"pages": found.pages, "cached_percent": _share(whole.cached, whole.accepted)},
        "document_types": dict(sorted(found.kinds.items())),
        "errors": dict(sorted(whole.codes.items())),
        "seconds": {"submit_to_end": _spread(found.total), "wait_for_a_worker": _spread(found.wait)},
        "peak_hour": None if peak is None else {"start": iso_time(peak.start), **_counts(peak)},
        "days": [{"day": day.isoformat(), **_counts(jobs)} for day, jobs in found.days()],
        "hours": [{"start": iso_time(hour.start), **_counts(hour)} for hour in found.hours],
    }
    return json.dumps(said, indent=1) + "\n"


def as_text(found: Statistics) -> str:
    lines = [f"{_minute(found.since)} to {_minute(found.until)} UTC"]
    lines += [f"  {label:26} {value}" for label, value in _summary(found)]
    lines += ["", f"{'day':12}{'accepted':>10}{'completed':>11}{'failed':>8}{'cancelled':>11}{'cached':>8}{'errors':>9}"]
    lines += [
        f"{day.isoformat():12}{jobs.accepted:>10}{jobs.completed:>11}{jobs.failed:>8}{jobs.cancelled:>11}{jobs.cached:>8}"
        f"{_percent(error_percent(jobs)):>9}"
        for day, jobs in found.days()
    ]
    return "\n".join(lines) + "\n"


def as_html(found: Statistics) -> str:
    """One page that needs nothing from anywhere else."""
    days = found.days()
    most = max((jobs.accepted for _, jobs in days), default=0) or 1
    rows = "".join(
        _row(day.isoformat(), jobs.accepted, jobs.completed, jobs.failed, jobs.cancelled, jobs.cached, _percent(error_percent(jobs)))
        + f"<td class=course><i style='width:{100 * jobs.accepted / most:.0f}%'></i></td></tr>"
        for day, jobs in days
    )
    summary = "".join(f"<tr><th>{escape(label)}</th><td>{escape(value)}</td></tr>" for label, value in _summary(found))
    codes = "".join(f"<tr><td>{escape(code)}</td><td>{count}</td></tr>" for code, count in sorted(found.whole.codes.items()))
    return f"""<!doctype html><html lang=en><meta charset=utf-8><title>doctray report</title><style>
body {{ font: 15px/1.5 system-ui, sans-serif; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }}
table {{ border-collapse: collapse; width: 100%; margin: 1rem 0 }} th, td {{ text-align: left; padding: .3rem .6rem; border-bottom: 1px solid #d8dee4 }}
i {{ display: inline-block; height: .7rem; background: #0b5cad; min-width: 1px }} td:first-child {{ white-space: nowrap }} .course {{ width: 25% }}
</style><h1>doctray, {_minute(found.since)} to {_minute(found.until)} UTC</h1><table>{summary}</table>
<h2>Day by day</h2><table><tr><th>day<th>accepted<th>completed<th>failed<th>cancelled<th>from the cache<th>errors of ours<th></tr>{rows}</table>
<h2>What jobs failed with</h2><table>{codes or "<tr><td>nothing</td></tr>"}</table></html>
"""


def _summary(found: Statistics) -> list[tuple[str, str]]:
    whole, peak = found.whole, found.peak
    kinds = ", ".join(f"{kind} {count}" for kind, count in sorted(found.kinds.items(), key=lambda item: -item[1]))
    return [
        ("accepted", str(whole.accepted)),
        ("completed", f"{whole.completed}, {found.pages} pages read"),
        ("failed, cancelled", f"{whole.failed}, {whole.cancelled}"),
        ("errors of ours", _percent(error_percent(whole)) + _trend(found)),
        ("from the cache", f"{whole.cached} ({_percent(_share(whole.cached, whole.accepted))})"),
        ("submit to end", _in_words(found.total)),
        ("wait for a worker", _in_words(found.wait)),
        (
            "peak hour",
            "none" if peak is None else f"{_minute(peak.start)} UTC, {peak.accepted} accepted ({peak.accepted / 60:.1f} a minute)",
        ),
        ("document types", kinds or "none"),
    ]


def _trend(found: Statistics) -> str:
    """The later half of the days beside the earlier one."""
    days = [jobs for _, jobs in found.days()]
    half = len(days) // 2
    earlier, later = (error_percent(sum(part, HourOfJobs(start=found.since))) for part in (days[:half], days[half:]))
    if earlier is None or later is None:
        return ""
    word = "rising" if later > earlier else "falling" if later < earlier else "steady"
    return f", {word}: {_percent(earlier)} in the earlier half, {_percent(later)} in the later"


def _counts(jobs: HourOfJobs) -> dict[str, int | float | None]:
    error = error_percent(jobs)
    return {
        "accepted": jobs.accepted,
        "completed": jobs.completed,
        "failed": jobs.failed,
        "cancelled": jobs.cancelled,
        "cached": jobs.cached,
        "error_percent": None if error is None else round(error, 3),
    }


def _spread(spread: Spread | None) -> dict[str, float] | None:
    if spread is None:
        return None
    return {"p50": round(spread.p50_s, 3), "p95": round(spread.p95_s, 3), "longest": round(spread.longest_s, 3)}


def _in_words(spread: Spread | None) -> str:
    return (
        "nothing was read" if spread is None else f"median {spread.p50_s:.1f} s, p95 {spread.p95_s:.1f} s, longest {spread.longest_s:.1f} s"
    )


def _row(*cells: object) -> str:
    return "<tr>" + "".join(f"<td>{escape(str(cell))}</td>" for cell in cells)


def _share(part: int, whole: int) -> float | None:
    return round(100 * part / whole, 2) if whole else None


def _percent(value: float | None) -> str:
    return "–" if value is None else f"{value:.2f} %"


def _minute(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M}"


def _read(days: int) -> Statistics:
    from doctray.wiring import open_journal

    settings = load_settings()

    async def run() -> Statistics:
        async with open_journal(settings) as journal:
            await journal.ping()
            return await journal.statistics(days=days)

    try:
        return asyncio.run(run())
    except TemporarilyUnavailable as error:
        give_up(f"the journal cannot be read: {error.detail}")
