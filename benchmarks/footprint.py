"""The most memory that a worker, its engine, its page processes and its extractors hold at once, by what they read.

python -m benchmarks.footprint
"""

import tempfile
from collections.abc import Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from random import Random

import httpx
from tests.samples import degrade

from benchmarks.memory import WORKER_PARTS, megabytes
from benchmarks.pages import receipts
from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.sampling import looking
from benchmarks.scans import drawn_pages, letter
from benchmarks.service import Service, running_service
from benchmarks.whole_service import text_of

_SAMPLE_S = 0.1
_IN_FLIGHT = 4
_EVERY = 10_000
_RECEIPTS, _PHOTOS, _PHOTO_PX = 4, 2, 4000
_SCANS = ("form", "letter", "table")
_SEED = 11


def main() -> None:
    options = arguments(__doc__ or "", rounds=1).parse_args()
    with tempfile.TemporaryDirectory() as folder:
        documents = _documents(Path(folder))
        table = _table(documents)
        if wanted(table, options):
            with running_service({}) as service:
                run(table, lambda _: {name: _measured(service, paths) for name, paths in documents.items()}, options)


def _documents(folder: Path) -> dict[str, list[Path]]:
    """By kind, in the order in which they are read."""
    large = sorted(receipts(_EVERY), key=lambda page: -page.width * page.height)[:_RECEIPTS]
    photos = []
    for number in range(_PHOTOS):
        path = folder / f"photo-{number}.jpg"
        path.write_bytes(degrade.jpeg(degrade.photo(letter(Random(number)), long_side=_PHOTO_PX, seed=number)))
        photos.append(path)
    scans = [page.path for page in drawn_pages(folder, _SCANS, seed=_SEED)]
    kinds = {"large receipts": [page.path for page in large], "A4 scans at 300 dpi": scans, "photographs of 4,000 pixels": photos}
    return {name: paths for name, paths in kinds.items() if paths} | {
        "all of them together": [path for paths in kinds.values() for path in paths]
    }


def _table(documents: Mapping[str, Sequence[Path]]) -> Table:
    return Table(
        name="footprint",
        title="Memory of a worker and its processes",
        command=".venv/bin/python -m benchmarks.footprint",
        reference="",
        sides=tuple(Side(name=name, about="") for name in documents),
        figures=(
            Figure(name="peak_mb", label="all at once, peak MB", better="lower", digits=0),
            *(Figure(name=f"{part}_mb", label=f"of which {part}", better="lower", digits=0) for part in WORKER_PARTS),
            Figure(name="after_mb", label="all, afterwards, MB", better="lower", digits=0),
        ),
        setup={"documents": {name: len(paths) for name, paths in documents.items()}, "in_flight": _IN_FLIGHT},
        notes=(
            f"`doctray serve` with its defaults, second reader on; one worker reads kind after kind, {_IN_FLIGHT} documents in flight.",
            f"Pages that processes share are counted once, as `memory_usage_percent` counts them; sampled every {_SAMPLE_S:g} s.",
        ),
    )


@dataclass(slots=True)
class _Peak:
    parts: dict[str, float] = field(default_factory=dict)

    @property
    def total(self) -> float:
        return sum(self.parts.values())


@contextmanager
def _watched(pid: int) -> Iterator[_Peak]:
    peak = _Peak()

    def look() -> None:
        found = _of_worker(pid)
        if sum(found.values()) > peak.total:
            peak.parts = found

    with looking(look, every_s=_SAMPLE_S):
        yield peak


def _measured(service: Service, documents: Sequence[Path]) -> Mapping[str, float]:
    with (
        httpx.Client(base_url=service.url, trust_env=False, timeout=120) as client,
        ThreadPoolExecutor(_IN_FLIGHT) as lanes,
        _watched(service.pid) as peak,
    ):
        list(lanes.map(lambda path: text_of(client, path), documents))
    parts = {f"{part}_mb": peak.parts[part] for part in WORKER_PARTS}
    return {"peak_mb": peak.total, **parts, "after_mb": sum(_of_worker(service.pid).values())}


def _of_worker(pid: int) -> dict[str, float]:
    found = megabytes(pid)
    return {part: found[part] for part in WORKER_PARTS}


if __name__ == "__main__":
    main()
