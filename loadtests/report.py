"""The outcome of a run: a table for the terminal, a page for people, and JSON for programs."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from html import escape
from pathlib import Path
from typing import Any

from loadtests.figures import Figures
from loadtests.scenarios import Scenario
from loadtests.slo import Verdict, passed

_STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 62rem; margin: 2rem auto; padding: 0 1rem; color: #1b1f24; background: #fff }
table { border-collapse: collapse; width: 100%; margin: 1rem 0 }
th, td { text-align: left; padding: .35rem .6rem; border-bottom: 1px solid #d8dee4 }
.n { text-align: right; font-variant-numeric: tabular-nums }
.yes { color: #116329 }
.no { color: #a40e26; font-weight: 600 }
"""

_COLUMNS = "<tr><th>request" + "".join(f"<th class=n>{name}" for name in ("count", "failed", "p50 s", "p95 s", "p99 s", "longest s"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """All of one run. setup: what it ran on and against. beside: what others saw of it, Prometheus above all.

    broke: what did not come back from the rolling restart, whatever the figures are; None when all did.
    """

    scenario: Scenario
    figures: Figures
    verdicts: Sequence[Verdict]
    setup: Mapping[str, str]
    beside: Mapping[str, str]
    broke: str | None = None

    @property
    def passed(self) -> bool:
        return self.broke is None and passed(self.verdicts, self.figures)


def as_text(outcome: Outcome) -> str:
    figures = outcome.figures
    lines = [f"{outcome.scenario.name}: {outcome.scenario.about}", *(f"  {name}: {value}" for name, value in outcome.setup.items()), ""]
    for verdict in outcome.verdicts:
        word, target = "met" if verdict.met else "NOT MET", verdict.target
        lines.append(f"{word:8} {target.label:48} {_number(verdict.value):>10} {target.unit:4} {target.bound}")
    lines += ["", *(f"         {label:48} {_number(value):>10} {unit}" for label, value, unit in _more(figures))]
    lines += [f"         {name:48} {value:>10}" for name, value in outcome.beside.items()]
    lines += ["", f"{'request':28}{'count':>8}{'failed':>8}{'p50 s':>9}{'p95 s':>9}{'p99 s':>9}{'max s':>9}"]
    lines += [
        f"{each.name:28}{each.count:>8}{each.failures:>8}{each.p50_s:>9.3f}{each.p95_s:>9.3f}{each.p99_s:>9.3f}{each.longest_s:>9.3f}"
        for each in figures.requests
    ]
    lines += ["", *(f"  {each.count:>6} × {each.request}: {each.error}" for each in figures.errors[:20])] if figures.errors else []
    lines += ["", outcome.broke] if outcome.broke else []
    return "\n".join([*lines, "", "PASSED" if outcome.passed else "FAILED"])


def write(outcome: Outcome, folder: Path) -> None:
    """report.html and figures.json beside locust's own locust.html."""
    (folder / "figures.json").write_text(json.dumps(_as_json(outcome), indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    (folder / "report.html").write_text(_as_html(outcome), encoding="utf-8")


def _as_json(outcome: Outcome) -> dict[str, Any]:
    return {
        "scenario": asdict(outcome.scenario) | {"targets": [verdict.target.figure for verdict in outcome.verdicts]},
        "setup": dict(outcome.setup),
        "figures": asdict(outcome.figures),
        "targets": [
            {"figure": verdict.target.figure, "bound": verdict.target.bound, "value": verdict.value, "met": verdict.met}
            for verdict in outcome.verdicts
        ],
        "beside": dict(outcome.beside),
        "broke": outcome.broke,
        "passed": outcome.passed,
    }


def _as_html(outcome: Outcome) -> str:
    setup = "".join(f"<tr><th>{escape(name)}</th><td>{escape(value)}</td></tr>" for name, value in outcome.setup.items())
    targets = "".join(
        f"<tr><td>{escape(verdict.target.label)}</td><td class=n>{_number(verdict.value)} {verdict.target.unit}</td>"
        f"<td class=n>{verdict.target.bound} {verdict.target.unit}</td><td>{escape(verdict.target.source)}</td>"
        f'<td class="{"yes" if verdict.met else "no"}">{"met" if verdict.met else "not met"}</td></tr>'
        for verdict in outcome.verdicts
    )
    more = "".join(
        f"<tr><td>{escape(label)}</td><td class=n>{_number(value)} {unit}</td></tr>" for label, value, unit in _more(outcome.figures)
    )
    more += "".join(f"<tr><td>{escape(name)}</td><td class=n>{escape(value)}</td></tr>" for name, value in outcome.beside.items())
    requests = "".join(
        f"<tr><td>{escape(each.name)}</td><td class=n>{each.count}</td><td class=n>{each.failures}</td>"
        + "".join(f"<td class=n>{value:.3f}</td>" for value in (each.p50_s, each.p95_s, each.p99_s, each.longest_s))
        + "</tr>"
        for each in outcome.figures.requests
    )
    word, colour = ("passed", "yes") if outcome.passed else ("failed", "no")
    errors = "".join(
        f"<tr><td>{escape(each.request)}</td><td>{escape(each.error)}</td><td class=n>{each.count}</td></tr>"
        for each in outcome.figures.errors
    )
    return f"""<!doctype html><html lang=en><meta charset=utf-8>
<title>doctray load test: {outcome.scenario.name}</title><style>{_STYLE}</style>
<h1>Load test {escape(outcome.scenario.name)}: <span class={colour}>{word}</span></h1><p>{escape(outcome.scenario.about)}</p>
{(outcome.broke and f"<pre class=no>{escape(outcome.broke)}</pre>") or ""}
<h2>Targets</h2><table><tr><th>what<th class=n>measured<th class=n>target<th>whose<th></tr>{targets}</table>
<h2>Beside them</h2><table>{more}</table>
<h2>Requests</h2><table>{_COLUMNS}</tr>
{requests}</table>{errors and f"<h2>What went wrong</h2><table>{errors}</table>"}
<h2>Ran on</h2><table>{setup}</table><p>Locust's own report: <a href=locust.html>locust.html</a>.</p></html>
"""


def _more(figures: Figures) -> list[tuple[str, float | None, str]]:
    return [
        ("submissions", figures.submits, ""),
        ("documents a minute", figures.jobs_per_minute, ""),
        ("submission answered, p95", figures.answer_p95_s, "s"),
        ("submit to end, p50", figures.job_p50_s, "s"),
        ("submit to end, p95", figures.job_p95_s, "s"),
        ("wait for a worker, p95", figures.queue_wait_p95_s, "s"),
        ("answered from the cache, after warm-up", figures.hit_percent, "%"),
        ("memory of doctray's processes, highest", figures.memory_mb, "MB"),
    ]


def _number(value: float | None) -> str:
    if value is None:
        return "not measured"
    return f"{value:.0f}" if float(value).is_integer() or abs(value) >= 1000 else f"{value:.2f}"
