"""How many workers a day's documents need: service times measured on the real service, and a simulation of queue and workers fed with them.

    python -m benchmarks.capacity measure HOME   one document after the other through `doctray serve`; writes benchmarks/service_times.json.
                                                 HOME is kept: what the engine has prepared for this machine is there the next time
    python -m benchmarks.capacity write          puts arithmetic and simulation into docs/sizing.md
    python -m benchmarks.capacity check          only says whether docs/sizing.md is in step; status 1 when not

The simulation: documents come over the day as PROFILE has it, some of them in bundles; each waits for the first free of c workers and
keeps it for as long as a document of its kind kept the engine when it was measured. Everything but reading pages is done beside that
(docs/decisions/0017-stages.md), so it adds to a document's own time and takes no worker's place.
"""

import heapq
import json
import math
import os
import socket
import statistics
import sys
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from random import Random

ROOT = Path(__file__).resolve().parents[1]
TIMES = Path(__file__).with_name("service_times.json")
PAGE = ROOT / "docs" / "sizing.md"

PROFILE = (1, 1, 1, 1, 1, 2, 4, 8, 12, 13, 12, 9, 7, 9, 10, 8, 6, 4, 3, 2, 2, 2, 1, 1)
"""Documents of a day by its hours, in parts: an office's day. The fullest hour holds about a ninth of it."""

SCANNED = 0.7
"""Share of documents that have to be read from images; the others have a text layer."""

BUNDLED = 0.3
"""Share of documents that come in bundles of BUNDLE at once, as scanners and exports send them."""

BUNDLE = 20
UTILISATION = 0.7
"""Share of the fullest hour that a worker's engine may be busy: the rest is for bundles, and for one worker being away."""

LOADS = (7_000, 20_000, 100_000, 300_000)
LONG_SIDE_PX = 2339
"""A4 at 200 dpi."""

SEED = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceTime:
    """One document, alone in the service. ocr_s: for which it kept the engine; other_s: the rest of its time. seconds."""

    kind: str
    form: str
    ocr_s: float
    other_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Day:
    """What a day came to. Waits are from arrival to the start of reading; done: from arrival to the end. late: waited longer than 5 min."""

    documents: int
    workers: int
    busy: float
    wait_p50_s: float
    wait_p95_s: float
    wait_most_s: float
    done_p95_s: float
    within_30_s: float
    late: float
    longest_queue: int


def measure(home: Path) -> list[ServiceTime]:
    """Every paper as text, scan and photo through a service of its own, one at a time, after one that warms it up."""
    import httpx
    from tests.samples.generate import write_samples

    found = []
    with tempfile.TemporaryDirectory() as folder, _serving(home) as url:
        samples = write_samples(Path(folder), seed=SEED, long_side=LONG_SIDE_PX)
        with httpx.Client(base_url=url, timeout=120, trust_env=False) as client:
            for sample in (samples[1], *samples):
                ticket = client.post(
                    "/v1/jobs", files={"file": (sample.path.name, sample.path.read_bytes())}, data={"no_cache": "1"}
                ).json()
                while client.get(f"{ticket['status_url']}?wait=50").json()["status"] not in ("completed", "failed"):
                    pass
                print(sample.path.name, file=sys.stderr, flush=True)
                timings = client.get(ticket["result_url"]).json()["timings"]
                ocr_s = timings.get("ocr", 0.0)
                found.append(
                    ServiceTime(
                        kind=sample.paper,
                        form=sample.form.value,
                        ocr_s=round(ocr_s, 3),
                        other_s=round(max(0.0, timings["total"] - ocr_s), 3),
                    )
                )
    return found[1:]


@contextmanager
def _serving(home: Path) -> Iterator[str]:
    from doctray.cli import own_service

    home.mkdir(parents=True, exist_ok=True)
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    limits = {"API_RATE_LIMIT_PER_MINUTE": "100000", "API_READ_LIMIT_PER_MINUTE": "100000"}
    with (home / "capacity.log").open("wb") as log:
        own = {"DOCTRAY_HOME": str(home.absolute()), "PORT": str(port), "WORKER_DEVICES": "cpu"}
        server = own_service.start(log, env={**os.environ, **own, **limits}, folder=home)
        try:
            if not own_service.healthy(server, url):
                raise SystemExit(f"doctray did not start: {home / 'capacity.log'}")
            yield url
        finally:
            own_service.stop(server)


def read_times() -> list[ServiceTime]:
    return [ServiceTime(**each) for each in json.loads(TIMES.read_text())["documents"]]


def mean_engine_s(times: Sequence[ServiceTime]) -> float:
    """Seconds of an engine that a document takes, over scanned ones and those with a text layer."""
    return SCANNED * statistics.fmean(each.ocr_s for each in times if each.form != "text")


def workers_for(documents: int, times: Sequence[ServiceTime]) -> int:
    """The arithmetic: engine-seconds of the fullest hour, over those that a worker may be busy in it."""
    fullest = documents * max(PROFILE) / sum(PROFILE)
    return max(1, math.ceil(fullest * mean_engine_s(times) / (3600 * UTILISATION)))


def simulate(documents: int, workers: int, times: Sequence[ServiceTime], *, seed: int = SEED) -> Day:
    """One day, first come first served."""
    rng = Random(seed)
    images = [each for each in times if each.form != "text"]
    texts = [each for each in times if each.form == "text"]
    free = [0.0] * workers
    heapq.heapify(free)
    waits, done, busy_s = [], [], 0.0
    starts: list[float] = []
    longest = 0
    for at in _arrivals(documents, rng):
        if rng.random() >= SCANNED:
            text = rng.choice(texts)
            waits.append(0.0)
            done.append(text.other_s)
            continue
        image = rng.choice(images)
        begins = max(at, heapq.heappop(free))
        heapq.heappush(free, begins + image.ocr_s)
        busy_s += image.ocr_s
        waits.append(begins - at)
        done.append(begins - at + image.ocr_s + image.other_s)
        while starts and starts[0] <= at:
            heapq.heappop(starts)
        if begins > at:
            heapq.heappush(starts, begins)
            longest = max(longest, len(starts))
    return Day(
        documents=len(waits),
        workers=workers,
        busy=busy_s / (workers * 86400),
        wait_p50_s=_quantile(waits, 0.5),
        wait_p95_s=_quantile(waits, 0.95),
        wait_most_s=max(waits),
        done_p95_s=_quantile(done, 0.95),
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


def _quantile(values: Sequence[float], share: float) -> float:
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def tables(times: Sequence[ServiceTime]) -> str:
    """What docs/sizing.md shows between its marks."""
    measured = json.loads(TIMES.read_text())
    return "\n".join((*_measured_table(times, measured["machine"]), "", *_capacity_table(times)))


def _measured_table(times: Sequence[ServiceTime], machine: str) -> Iterator[str]:
    yield f"Measured on: {machine}."
    yield ""
    yield "| form | documents | engine, s (mean) | engine, s (most) | everything else, s (mean) |"
    yield "| --- | --- | --- | --- | --- |"
    for form in ("text", "scan", "photo"):
        of_form = [each for each in times if each.form == form]
        engine = [each.ocr_s for each in of_form]
        other = statistics.fmean(each.other_s for each in of_form)
        yield f"| {form} | {len(of_form)} | {statistics.fmean(engine):.2f} | {max(engine):.2f} | {other:.2f} |"
    yield ""
    yield f"Engine-seconds a document, with {SCANNED:.0%} scanned: **{mean_engine_s(times):.2f}**."


def _capacity_table(times: Sequence[ServiceTime]) -> Iterator[str]:
    columns = (
        "documents a day",
        "a minute in the fullest hour",
        "workers",
        "busy",
        "wait p50",
        "wait p95",
        "longest wait",
        "done p95",
        "done within 30 s",
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
            f"{day.done_p95_s:.0f} s",
            f"{day.within_30_s:.1%}",
            f"{day.late:.2%}",
            f"{day.longest_queue}",
        )
        yield f"| {' | '.join(cells)} |"


def rendered(page: str) -> str:
    start, end = "<!-- generated: capacity -->\n", "<!-- end -->"
    head, _, rest = page.partition(start)
    return head + start + tables(read_times()) + "\n" + end + rest.partition(end)[2]


def main(words: Sequence[str]) -> int:
    match list(words):
        case ["measure", home]:
            from benchmarks.machine import this_machine

            machine = this_machine()
            text = f"{machine.processor}, {machine.cores} cores; engine `easyocr`, second reader `ppocr`; A4 at 200 dpi"
            documents = [asdict(each) for each in measure(Path(home))]
            TIMES.write_text(json.dumps({"machine": text, "documents": documents}, indent=1) + "\n")
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
