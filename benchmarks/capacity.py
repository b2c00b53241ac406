"""How many workers a day's documents need: the arithmetic, and a simulation of queue and workers, both from measured processor time.

    python -m benchmarks.capacity write          puts both into docs/sizing.md
    python -m benchmarks.capacity check          only says whether docs/sizing.md is in step; status 1 when not

Fed with the processor seconds a page that `benchmarks.ocr receipts` and `benchmarks.values` have measured. The simulation: documents
come over the day as PROFILE has it, some of them in bundles; each waits for the first free of c workers and keeps it for as
long as its page keeps the engine. Everything but reading is done beside that (docs/decisions/0017-stages.md) and takes no worker's place.
"""

import heapq
import json
import math
import statistics
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from random import Random

from doctray.domain.intervals import nearest_rank

ROOT = Path(__file__).resolve().parents[1]
RESULTS = Path(__file__).with_name("results")
PAGE = ROOT / "docs" / "sizing.md"

MEASURED = {"receipt or small scan": "ocr-receipts", "full page, scanned form at 300 dpi": "values"}
"""Kinds of pages, and the table that each was measured in; of scans, as many of one kind as of the other."""

SIDE = "doctray easyocr + ppocr"
"""The default: EasyOCR, and the second reader."""

CORES = 2
"""Of a worker's engine. A page keeps it for its processor seconds over its cores."""

PROFILE = (1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 9, 7, 9, 10, 8, 6, 4, 3, 2, 2, 2, 1, 1)
"""Documents of a day by its hours, in parts: an office's day. The fullest hour holds about a ninth of it."""

SCANNED = 0.7
"""Share of documents that have to be read from images; the others have a text layer."""

BUNDLED = 0.3
"""Share of documents that come in bundles of BUNDLE at once, as scanners and exports send them."""

BUNDLE = 20
UTILISATION = 0.7
"""Share of the fullest hour that a worker's engine may be busy: the rest is for bundles, and for one worker being away."""

LEAST_WORKERS = 2
"""One may be away, and a bundle shall not fill the only one."""

LOADS = (7_000, 20_000, 100_000, 300_000)
SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day came to. Waits are from arrival to the start of reading; read: from arrival to
    the end of reading. late: share that waited longer than 5 min.
    """

    documents: int
    workers: int
    busy: float
    wait_p50_s: float
    wait_p95_s: float
    wait_most_s: float
    read_p95_s: float
    within_30_s: float
    late: float
    longest_queue: int


def engine_seconds() -> dict[str, float]:
    """Seconds for which a page of each kind keeps an engine: the median over the rounds that were measured."""
    found = {}
    for kind, table in MEASURED.items():
        rounds = json.loads((RESULTS / f"{table}.json").read_text())["rounds"]
        found[kind] = statistics.median(each["figures"][SIDE]["cpu_seconds"] for each in rounds) / CORES
    return found


def mean_engine_s(times: Mapping[str, float]) -> float:
    """Seconds of an engine that a document takes, over scanned ones and those with a text layer."""
    return SCANNED * statistics.fmean(times.values())


def workers_for(documents: int, times: Mapping[str, float]) -> int:
    """The arithmetic: engine-seconds of the fullest hour, over those that a worker may be busy in it."""
    fullest = documents * max(PROFILE) / sum(PROFILE)
    return max(LEAST_WORKERS, math.ceil(fullest * mean_engine_s(times) / (3600 * UTILISATION)))


def simulate(documents: int, workers: int, times: Mapping[str, float], *, seed: int = SEED) -> Day:
    """One day, first come first served."""
    rng = Random(seed)
    kinds = tuple(times.values())
    free = [0.0] * workers
    heapq.heapify(free)
    waits, done, busy_s = [], [], 0.0
    begun_later: list[float] = []
    longest = 0
    for at in _arrivals(documents, rng):
        if rng.random() >= SCANNED:
            waits.append(0.0)
            done.append(0.0)
            continue
        engine_s = rng.choice(kinds)
        begins = max(at, heapq.heappop(free))
        heapq.heappush(free, begins + engine_s)
        busy_s += engine_s
        waits.append(begins - at)
        done.append(begins - at + engine_s)
        while begun_later and begun_later[0] <= at:
            heapq.heappop(begun_later)
        if begins > at:
            heapq.heappush(begun_later, begins)
            longest = max(longest, len(begun_later))
    return Day(
        documents=len(waits),
        workers=workers,
        busy=busy_s / (workers * 86400),
        wait_p50_s=nearest_rank(waits, 0.5),
        wait_p95_s=nearest_rank(waits, 0.95),
        wait_most_s=max(waits),
        read_p95_s=nearest_rank(done, 0.95),
        within_30_s=sum(each <= 30 for each in done) / len(done),
        late=sum(each > 300 for each in waits) / len(waits),
        longest_queue=longest,
    )


def _arrivals(documents: int, rng: Random) -> list[float]:
    """Seconds of the day, in order: single documents and bundles, as many by hour as PROFILE has it."""
    bundles = round(documents * BUNDLED / BUNDLE)
    hours = rng.choices(range(24), weights=PROFILE, k=documents - bundles * (BUNDLE - 1))
    moments = [3600 * hour + rng.random() * 3600 for hour in hours]
    repeated = moments[:bundles] * BUNDLE + moments[bundles:]
    return sorted(repeated)


def tables(times: Mapping[str, float]) -> str:
    """What docs/sizing.md shows between its marks."""
    return "\n".join((*_measured_table(times), "", *_capacity_table(times)))


def _measured_table(times: Mapping[str, float]) -> Iterator[str]:
    yield f"| page | measured by | processor, s | engine of a worker with {CORES} cores, s |"
    yield "| --- | --- | --- | --- |"
    for kind, seconds in times.items():
        command = json.loads((RESULTS / f"{MEASURED[kind]}.json").read_text())["table"]["command"]
        yield f"| {kind} | `{command}` | {seconds * CORES:.2f} | {seconds:.2f} |"
    yield ""
    yield f"Engine-seconds a document, with {SCANNED:.0%} scanned, half of them of each kind: **{mean_engine_s(times):.2f}**."


def _capacity_table(times: Mapping[str, float]) -> Iterator[str]:
    columns = (
        "documents a day",
        "a minute in the fullest hour",
        "workers",
        "busy",
        "wait p50",
        "wait p95",
        "longest wait",
        "read p95",
        "read within 30 s",
        "waited > 5 min",
        "longest queue",
    )
    yield f"| {' | '.join(columns)} |"
    yield f"|{' --- |' * len(columns)}"
    for documents in LOADS:
        day = simulate(documents, workers_for(documents, times), times)
        peak = documents * max(PROFILE) / sum(PROFILE) / 60
        cells = (
            f"{documents:,}",
            f"{peak:.0f}",
            f"{day.workers}",
            f"{day.busy:.0%}",
            f"{day.wait_p50_s:.1f} s",
            f"{day.wait_p95_s:.0f} s",
            f"{day.wait_most_s:.0f} s",
            f"{day.read_p95_s:.0f} s",
            f"{day.within_30_s:.1%}",
            f"{day.late:.2%}",
            f"{day.longest_queue}",
        )
        yield f"| {' | '.join(cells)} |"


def rendered(page: str) -> str:
    start, end = "<!-- generated: capacity -->\n", "<!-- end -->"
    head, _, rest = page.partition(start)
    return head + start + tables(engine_seconds()) + "\n" + end + rest.partition(end)[2]


def main(words: Sequence[str]) -> int:
    match list(words):
        case ["write"]:
            PAGE.write_text(rendered(PAGE.read_text()))
        case ["check"]:
            if rendered(PAGE.read_text()) != PAGE.read_text():
                print("docs/sizing.md is not in step; run python -m benchmarks.capacity write", file=sys.stderr)
                return 1
        case _:
            print(__doc__)
            return 2
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
