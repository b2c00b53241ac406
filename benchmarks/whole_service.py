"""The whole service, from HTTP in to result out, against a bare loop of stock EasyOCR over the same pictures.

python -m benchmarks.whole_service
"""

from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx

from benchmarks.pages import NO_RECEIPTS, KnownPage, receipts
from benchmarks.reading import ReaderProcess
from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import arguments, in_turns, run, wanted
from benchmarks.service import Service, running_service
from benchmarks.sides import EASYOCR
from benchmarks.usage import used_by
from benchmarks.words import Counts, words

_IN_FLIGHT = 16
_DONE_WITHIN_S = 600.0
_SECOND_READERS = {"doctray": "none", "doctray + ppocr": "ppocr"}


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--pages", type=int, default=16, help="how many receipts (default 16)")
    options = parser.parse_args()
    pages = receipts(options.pages)
    if not pages:
        raise SystemExit(NO_RECEIPTS)
    table = _table(pages)
    if not wanted(table, options):
        return
    with ReaderProcess(EASYOCR.spec, warm_up=[pages[0].path]) as stock:
        sides = {EASYOCR.name: lambda: _loop(stock, pages)}
        for name, second_reader in _SECOND_READERS.items():
            sides[name] = _Served(second_reader, pages).measured
        run(table, in_turns(sides), options)


def _table(pages: Sequence[KnownPage]) -> Table:
    return Table(
        name="whole-service",
        title="The whole service against a bare loop",
        command=".venv/bin/python -m benchmarks.whole_service",
        reference=EASYOCR.name,
        sides=(
            EASYOCR.as_side(),
            Side(
                name="doctray", about=f"`doctray serve`, second reader off, {_IN_FLIGHT} documents in flight, each sent and fetched by HTTP"
            ),
            Side(name="doctray + ppocr", about="the same in its default configuration"),
        ),
        figures=(
            Figure(name="pages_per_minute", label="pages/min", compared=True),
            Figure(name="f1", label="word F1", digits=3),
            Figure(name="cpu_seconds", label="CPU s/page", better="lower", digits=2),
            Figure(name="peak_gb", label="peak memory of all processes, GB", better="lower", digits=2),
        ),
        setup={"pages": [page.path.name for page in pages], "in_flight": _IN_FLIGHT},
        notes=(
            f"{len(pages)} receipts, cache off. The service's time has everything in it: upload, storing, rendering, extraction, JSON.",
            "Pages that processes share count in each of them.",
        ),
    )


def _loop(stock: ReaderProcess, pages: Sequence[KnownPage]) -> Mapping[str, float]:
    reading = stock.read([page.path for page in pages])
    found = Counts()
    for page, text in zip(pages, reading.texts, strict=True):
        found += Counts.of(words(text), words(page.printed))
    return {
        "pages_per_minute": 60 * len(pages) / reading.seconds,
        "f1": found.f1,
        "cpu_seconds": reading.cpu_seconds / len(pages),
        "peak_gb": reading.peak_bytes / 1e9,
    }


@dataclass(frozen=True, slots=True)
class _Served:
    """Starts a service for each turn, so that only one is in memory; starting and one warm-up document are not in the time."""

    second_reader: str
    pages: Sequence[KnownPage]

    def measured(self) -> Mapping[str, float]:
        with running_service({"OCR_SECOND_READER": self.second_reader}) as service, _client(service) as client:
            text_of(client, self.pages[0].path)
            with used_by(service.pid) as usage, ThreadPoolExecutor(_IN_FLIGHT) as lanes:
                started = perf_counter()
                texts = list(lanes.map(lambda page: text_of(client, page.path), self.pages))
                seconds = perf_counter() - started
        found = Counts()
        for page, text in zip(self.pages, texts, strict=True):
            found += Counts.of(words(text), words(page.printed))
        return {
            "pages_per_minute": 60 * len(self.pages) / seconds,
            "f1": found.f1,
            "cpu_seconds": usage.cpu_s / len(self.pages),
            "peak_gb": usage.peak_bytes / 1e9,
        }


@contextmanager
def _client(service: Service) -> Iterator[httpx.Client]:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=120, limits=httpx.Limits(max_connections=64)) as client:
        yield client


def text_of(client: httpx.Client, path: Path) -> str:
    """Submit a document, wait until it is completed, and fetch its text. Raises RuntimeError when it is not."""
    answer = client.post("/v1/jobs", files={"file": (path.name, path.read_bytes())}, data={"no_cache": "1"})
    request_id = answer.raise_for_status().json()["request_id"]
    deadline = perf_counter() + _DONE_WITHIN_S
    while perf_counter() < deadline:
        job = client.get(f"/v1/jobs/{request_id}", params={"wait": 30}).raise_for_status().json()
        if job["status"] not in ("queued", "processing"):
            break
    if job["status"] != "completed":
        raise RuntimeError(f"{path.name} is {job['status']}: {job.get('error')}")
    text: str = client.get(f"/v1/jobs/{request_id}/result").raise_for_status().json()["text"]
    return text


if __name__ == "__main__":
    main()
