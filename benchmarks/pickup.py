"""How soon an idle worker picks a job up, how long a submit takes, and how large the API is.

python -m benchmarks.pickup

Null engine; one-page documents one at a time, each after the one before it has ended. Pick-up is started_at - created_at as the
API gives them.
"""

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from statistics import median, quantiles
from time import perf_counter

import httpx
import psutil
import pymupdf

from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import arguments, in_turns, run, wanted
from benchmarks.service import Service, running_service

_JOBS = 200

TABLE = Table(
    name="pickup",
    title="Pick-up and submit on an idle worker",
    command=".venv/bin/python -m benchmarks.pickup",
    reference="doctray",
    sides=(Side(name="doctray", about=f"`doctray serve`, null engine, {_JOBS} one-page PDFs a round, one after the other, cache off"),),
    figures=(
        Figure(name="pickup_p50_ms", label="pick-up p50, ms", better="lower"),
        Figure(name="pickup_p95_ms", label="pick-up p95, ms", better="lower"),
        Figure(name="pickup_max_ms", label="pick-up max, ms", better="lower"),
        Figure(name="submit_p50_ms", label="submit p50, ms", better="lower"),
        Figure(name="submit_p95_ms", label="submit p95, ms", better="lower"),
        Figure(name="api_resident_mb", label="API resident, MB", better="lower"),
    ),
    setup={"jobs": _JOBS},
)


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    if not wanted(TABLE, options):
        return
    with running_service({"OCR_ENGINE": "null"}) as service:
        documents = _documents()
        run(TABLE, in_turns({"doctray": lambda: measured(service, documents)}), options)


def measured(service: Service, documents: Iterator[bytes]) -> Mapping[str, float]:
    submit_ms, pickup_ms = [], []
    with httpx.Client(base_url=service.url, trust_env=False, timeout=60) as client:
        for _ in range(_JOBS):
            content = next(documents)
            started = perf_counter()
            answer = client.post("/v1/jobs", files={"file": ("a.pdf", content)}, data={"no_cache": "1"})
            submit_ms.append((perf_counter() - started) * 1000)
            request_id = answer.raise_for_status().json()["request_id"]
            job = {"status": "queued"}
            while job["status"] in ("queued", "processing"):
                job = client.get(f"/status/{request_id}", params={"wait": 10}).json()
            pickup_ms.append((_moment(job["started_at"]) - _moment(job["created_at"])) * 1000)
    api = next(child for child in psutil.Process(service.pid).children() if "api" in child.cmdline())
    return {
        "pickup_p50_ms": median(pickup_ms),
        "pickup_p95_ms": _p95(pickup_ms),
        "pickup_max_ms": max(pickup_ms),
        "submit_p50_ms": median(submit_ms),
        "submit_p95_ms": _p95(submit_ms),
        "api_resident_mb": api.memory_info().rss / 1e6,
    }


def _documents() -> Iterator[bytes]:
    """PDFs with one line of text, each different."""
    number = 0
    while True:
        number += 1
        with pymupdf.open() as pdf:  # type: ignore[no-untyped-call]
            pdf.new_page().insert_text((72, 72), f"Certificate of training number {number} for the pick-up benchmark")
            yield bytes(pdf.tobytes())


def _moment(text: str) -> float:
    return datetime.fromisoformat(text).timestamp()


def _p95(values: Sequence[float]) -> float:
    return quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
