"""Whether memory grows with the pages read: the slope of every process's resident size, and the most that all hold together.

python -m benchmarks.memory                    5,000 small pages through the null engine
python -m benchmarks.memory --engine easyocr   300 pages through the real one
"""

import argparse
import io
import tempfile
from collections.abc import Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import httpx
import numpy as np
import psutil
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import arguments, in_turns, run, wanted
from benchmarks.service import Service, running_service
from benchmarks.whole_service import text_of

_PAGES = {"null": 5000}
_PAGES_OF_REAL_ENGINES = 300
_PAGES_A_DOCUMENT = 10
_IN_FLIGHT = 4
_WARM_UP = 0.2
"""Part of the pages after which growth is looked at."""

_PARTS = {"api": "api", "doctray.ocr.engine_child": "engine", "doctray.pages.nursery": "pages", "doctray.extraction.child": "extraction"}
WORKER_PARTS = ("worker", "engine", "pages", "extraction")
_SHOWN = ("api", *WORKER_PARTS)


def main() -> None:
    parser = arguments(__doc__ or "", rounds=1)
    parser.add_argument("--engine", default="null", help="null (default), easyocr or rapidocr")
    parser.add_argument("--pages", type=int, help=f"how many (default 5000 with null, {_PAGES_OF_REAL_ENGINES} else)")
    options = parser.parse_args()
    pages = options.pages or _PAGES.get(options.engine, _PAGES_OF_REAL_ENGINES)
    table = _table(options, pages)
    if not wanted(table, options):
        return
    with tempfile.TemporaryDirectory() as folder, running_service({"OCR_ENGINE": options.engine, "MAX_PAGES": "500"}) as service:
        documents = [_scan(Path(folder) / f"{number}.pdf", seed=number) for number in range(8)]
        run(table, in_turns({options.engine: lambda: _measured(service, documents, pages)}), options)


def _table(options: argparse.Namespace, pages: int) -> Table:
    slopes = tuple(Figure(name=f"{part}_slope", label=f"{part}, MB/1,000 pages", better="lower", digits=2) for part in _SHOWN)
    return Table(
        name=f"memory-{options.engine}",
        title=f"Memory over {pages} pages, engine {options.engine}",
        command=f".venv/bin/python -m benchmarks.memory --engine {options.engine}" + (f" --pages {pages}" if options.pages else ""),
        reference=options.engine,
        sides=(Side(name=options.engine, about=f"documents of {_PAGES_A_DOCUMENT} scanned pages, {_IN_FLIGHT} in flight, cache off"),),
        figures=(
            *slopes,
            Figure(
                name="worker_peak_gb", label="worker with engine and page processes, most between documents, GB", better="lower", digits=2
            ),
            Figure(name="api_peak_mb", label="API, peak MB", better="lower", digits=0),
        ),
        setup={"pages": pages, "engine": options.engine},
        notes=("Pages that processes share are counted once. Slopes are least squares over the last four fifths of the pages.",),
    )


def _measured(service: Service, documents: Sequence[Path], pages: int) -> Mapping[str, float]:
    samples: list[tuple[int, dict[str, float]]] = []
    with httpx.Client(base_url=service.url, trust_env=False, timeout=120) as client, ThreadPoolExecutor(_IN_FLIGHT) as lanes:
        read = 0
        while read < pages:
            turn = [documents[(read // _PAGES_A_DOCUMENT + place) % len(documents)] for place in range(_IN_FLIGHT)]
            list(lanes.map(lambda path: text_of(client, path), turn))
            read += _IN_FLIGHT * _PAGES_A_DOCUMENT
            samples.append((read, megabytes(service.pid)))
    steady = [sample for sample in samples if sample[0] >= _WARM_UP * pages]
    at = np.array([read for read, _ in steady]) / 1000
    figures = {f"{part}_slope": float(np.polyfit(at, [found[part] for _, found in steady], 1)[0]) for part in _SHOWN}
    worker = max(sum(found[part] for part in WORKER_PARTS) for _, found in samples)
    return figures | {"worker_peak_gb": worker / 1000, "api_peak_mb": max(found["api"] for _, found in samples)}


def megabytes(serve_pid: int) -> dict[str, float]:
    """What the descendants of `doctray serve` hold, by part; pages that processes share are counted once."""
    found = dict.fromkeys((*_SHOWN, "other"), 0.0)
    for process in psutil.Process(serve_pid).children(recursive=True):
        try:
            found[_part_of(process)] += process.memory_full_info().pss / 1e6
        except psutil.Error:
            continue
    return found


def _part_of(process: psutil.Process) -> str:
    command = process.cmdline()
    for mark, part in _PARTS.items():
        if mark in command:
            return part
    return "worker" if "worker" in command else "other"


def _scan(path: Path, *, seed: int) -> Path:
    """A PDF of small scanned pages, no two alike."""
    font = ImageFont.load_default(size=18)
    with pymupdf.open() as pdf:  # type: ignore[no-untyped-call]
        for number in range(_PAGES_A_DOCUMENT):
            width, height = 420 + 8 * ((seed + number) % 7), 300 + 8 * ((seed * 3 + number) % 5)
            picture = Image.new("L", (width, height), 255)
            draw = ImageDraw.Draw(picture)
            for row in range(8):
                draw.text((20, 20 + 32 * row), f"Item {seed}-{number}-{row} of the list 12.50", font=font, fill=0)
            encoded = io.BytesIO()
            picture.save(encoded, "PNG")
            page = pdf.new_page(width=width * 72 / 150, height=height * 72 / 150)
            page.insert_image(page.rect, stream=encoded.getvalue())
        pdf.save(path)
    return path


if __name__ == "__main__":
    main()
