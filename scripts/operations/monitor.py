"""A live dashboard in the terminal: scripts/monitor_deployment. Without a terminal, a line for each look."""

import argparse
import json
import sys
import time
from collections import deque
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

from rich.console import Console, Group
from rich.live import Live
from rich.table import Table
from rich.text import Text

from scripts.operations.reading import Look, Reading, Source, reading_of
from scripts.operations.target import Target, key_of

HISTORY = 40
BARS = "▁▂▃▄▅▆▇█"
UNMETERED = "/metrics is not answered here: rates, errors and memory are not known. Give --url a copy of the API itself."


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """field: of Reading. worse_above: from where on it is shown as a warning, as the alerts have it (prometheus-alerts.yml)."""

    field: str
    label: str
    unit: str = ""
    worse_above: float | None = None


ROWS = (
    Row(field="workers", label="workers"),
    Row(field="queued", label="queued"),
    Row(field="processing", label="processing"),
    Row(field="oldest_s", label="oldest due job", unit="s", worse_above=300),
    Row(field="dead_letters", label="dead letters", worse_above=0),
    Row(field="requests_per_s", label="requests", unit="/s"),
    Row(field="error_percent", label="server errors", unit="%", worse_above=0.1),
    Row(field="answer_p95_s", label="answers, p95 below", unit="s"),
    Row(field="jobs_per_minute", label="jobs ended", unit="/min"),
    Row(field="failed_per_minute", label="jobs failed", unit="/min", worse_above=0),
    Row(field="hit_percent", label="answered from the cache", unit="%"),
    Row(field="memory_percent", label="memory in use", unit="%", worse_above=80),
)


def board(title: str, history: Sequence[Reading], *, left_s: float | None) -> Group:
    """The present reading as a table, each row with its course."""
    now = history[-1]
    well = now.status == "healthy"
    table = Table(box=None, pad_edge=False, expand=False)
    table.add_column("")
    table.add_column("", justify="right")
    table.add_column("")
    for row in ROWS:
        value = getattr(now, row.field)
        worse = value is not None and row.worse_above is not None and value > row.worse_above
        course = spark([getattr(each, row.field) for each in history])
        table.add_row(
            row.label, Text(f"{number(value)} {row.unit if value is not None else ''}", style="bold red" if worse else ""), course
        )
    ends = "" if left_s is None else f"  ends in {left_s:.0f} s"
    head = Text.assemble((title, "bold"), "  ", (now.status, "green" if well else "bold red"), ends, "  Ctrl-C ends it")
    known = () if now.metered or now.status == "unreachable" else (Text(UNMETERED, style="yellow"),)
    return Group(head, Text(""), table, *known)


def line(reading: Reading) -> str:
    """One look in one line, for logs and pipes."""
    return json.dumps(asdict(reading))


def spark(values: Sequence[float | None]) -> str:
    """A course in block characters, scaled to its highest value; blanks where it was not known."""
    most = max((value for value in values if value is not None), default=0.0)
    if not most:
        return "".join(" " if value is None else BARS[0] for value in values)
    return "".join(" " if value is None else BARS[min(len(BARS) - 1, int(value / most * (len(BARS) - 1) + 0.5))] for value in values)


def number(value: float | None) -> str:
    if value is None:
        return "?"
    return f"{value:.0f}" if float(value).is_integer() or abs(value) >= 100 else f"{value:.2f}"


def watch(source: Source, *, title: str, interval_s: float, duration_s: float | None, console: Console) -> Reading:
    """Until the time is up; the last reading."""
    history: deque[Reading] = deque(maxlen=HISTORY)
    began, before = time.monotonic(), None
    live = Live(console=console, screen=False, auto_refresh=False) if console.is_terminal else None
    if live is not None:
        live.start()
    try:
        while True:
            now: Look = source.look(time.monotonic())
            history.append(reading_of(now, before))
            before = now
            left_s = None if duration_s is None else duration_s - (time.monotonic() - began)
            if live is None:
                print(line(history[-1]), flush=True)
            else:
                live.update(board(title, list(history), left_s=None if left_s is None else max(0.0, left_s)), refresh=True)
            if left_s is not None and left_s <= 0:
                return history[-1]
            time.sleep(interval_s if left_s is None else max(0.0, min(interval_s, left_s)))
    except KeyboardInterrupt:
        return history[-1] if history else Reading(status="unknown")
    finally:
        if live is not None:
            live.stop()


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="monitor_deployment",
        description="Watch a deployment in the terminal. Without a terminal: a line of JSON for each look. "
        "Exit status 0 when it was healthy or degraded at the end, 1 when not.",
    )
    parser.add_argument("interval", nargs="?", type=_positive, default=5.0, help="seconds between two looks; default: 5")
    parser.add_argument("duration", nargs="?", type=_positive, help="seconds until it ends; unset: until Ctrl-C")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="a copy of the API; default: %(default)s")
    parser.add_argument("--worker-metrics", action="append", default=[], metavar="URL", help="a worker's /metrics; may be repeated")
    parser.add_argument("--key-file", type=Path, help="file with a key; default: DOCTRAY_API_KEY")
    parser.add_argument("--ca", type=Path, help="certificate to trust, for a self-signed staging")
    parser.add_argument("--dry-run", action="store_true", help="say what would be asked, and how often; ask nobody")
    options = parser.parse_args()
    url = options.url.rstrip("/")
    if options.dry_run:
        ends = "until Ctrl-C" if options.duration is None else f"for {options.duration:g} s"
        print(f"would ask {url}/health, {url}/metrics{''.join(f', {each}' for each in options.worker_metrics)}")
        print(f"would do so every {options.interval:g} s {ends}")
        return
    source = Source(Target(url=url, key=key_of(options.key_file), ca=options.ca), options.worker_metrics)
    try:
        last = watch(source, title=url, interval_s=options.interval, duration_s=options.duration, console=Console())
    finally:
        source.close()
    sys.exit(0 if last.status in ("healthy", "degraded", "maintenance") else 1)


def _positive(text: str) -> float:
    value = float(text)
    if value <= 0:
        raise argparse.ArgumentTypeError("above 0")
    return value


if __name__ == "__main__":
    main()
