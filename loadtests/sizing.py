"""What the load tests came to, on docs/sizing.md.

    python -m loadtests.sizing write [FOLDER …]   keeps the figures of these runs, and puts those of all scenarios on the page
    python -m loadtests.sizing check              only says whether the page is in step; status 1 when not

FOLDER: of a run, with its figures.json. Of a scenario the run named last is kept, in loadtests/results.
"""

import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from loadtests.scenarios import SCENARIOS

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results")
PAGE = ROOT / "docs" / "sizing.md"

SHOWN = ("mixed", "rush", "flood", "sustained")

COLUMNS = (
    "run",
    "documents",
    "a minute",
    "submit to end, p95",
    "wait for a worker, p95",
    "from the cache",
    "failed requests",
    "memory of doctray, highest",
    "all targets",
)


def keep(folder: Path, *, results: Path = RESULTS) -> str:
    """The scenario's name. Raises OSError or ValueError when the folder is not of a run that came to its end."""
    said = json.loads((folder / "figures.json").read_text(encoding="utf-8"))
    name = said["scenario"]["name"] if isinstance(said, dict) and "scenario" in said else None
    if name not in SHOWN:
        raise ValueError(f"{folder}: no run of {', '.join(SHOWN)}")
    results.mkdir(exist_ok=True)
    (results / f"{name}.json").write_text(json.dumps(said, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
    return str(name)


def table(results: Path = RESULTS) -> str:
    """The kept runs; scenarios without one with the command that measures them."""
    lines = [f"| {' | '.join(COLUMNS)} |", f"|{' --- |' * len(COLUMNS)}"]
    notes = []
    for name in SHOWN:
        path = results / f"{name}.json"
        if not path.exists():
            lines.append(f"| `{name}` | not measured yet: `python -m loadtests {name}` |{'  |' * (len(COLUMNS) - 2)}")
            continue
        said = json.loads(path.read_text(encoding="utf-8"))
        lines.append(f"| `{name}` | {' | '.join(_cells(said))} |")
        notes.append(f"- `{name}`: {SCENARIOS[name].about}. {_setup(said['setup'])}.")
    return "\n".join([*lines, "", *notes] if notes else lines)


def _cells(said: Mapping[str, Any]) -> Iterator[str]:
    figures = said["figures"]
    yield _number(figures["submits"])
    yield _number(figures["jobs_per_minute"])
    yield _number(figures["job_p95_s"], " s")
    yield _number(figures["queue_wait_p95_s"], " s")
    yield _number(figures["hit_percent"], " %")
    yield _number(figures["failed_requests"])
    yield _number(figures["memory_mb"], " MB")
    missed = [each["figure"] for each in said["targets"] if not each["met"]]
    yield "met" if said["passed"] else f"not met: {', '.join(missed) or said['broke'] or 'see the report'}"


def _setup(setup: Mapping[str, str]) -> str:
    return "; ".join(f"{name}: {value}" for name, value in setup.items()).replace("|", "/")


def _number(value: float | None, unit: str = "") -> str:
    if value is None:
        return "–"
    return f"{value:,.0f}{unit}" if value >= 100 or float(value).is_integer() else f"{value:.1f}{unit}"


def rendered(page: str, results: Path = RESULTS) -> str:
    start, end = "<!-- generated: loadtests -->\n", "<!-- end -->"
    head, _, rest = page.partition(start)
    return head + start + table(results) + "\n" + end + rest.partition(end)[2]


def main(words: Sequence[str]) -> int:
    match list(words):
        case ["write", *folders]:
            for folder in folders:
                try:
                    keep(Path(folder))
                except (OSError, ValueError) as error:
                    print(f"loadtests.sizing: {error}", file=sys.stderr)
                    return 2
            PAGE.write_text(rendered(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
        case ["check"]:
            if rendered(PAGE.read_text(encoding="utf-8")) != PAGE.read_text(encoding="utf-8"):
                print("docs/sizing.md is not in step; run python -m loadtests.sizing write", file=sys.stderr)
                return 1
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
