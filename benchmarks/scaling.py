"""How the cost of a page changes with the pages of a document, the size of a page, and the jobs in flight: it should not.

python -m benchmarks.scaling
python -m benchmarks.scaling --engine null    everything but the engine
"""

import argparse
import io
import tempfile
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import httpx
import pymupdf
from PIL import Image, ImageDraw, ImageFont

from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import Measure, arguments, in_turns, run, wanted
from benchmarks.service import Service, running_service
from benchmarks.usage import tree_cpu_seconds
from benchmarks.whole_service import text_of

_DPI = 150
_TEXT = "Certificate of liability insurance: the policies below were issued to the insured named above for the period indicated"


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """documents of so many pages each, of width x height pixels, of which in_flight are under way at once."""

    name: str
    documents: int
    pages: int
    size: tuple[int, int]
    in_flight: int

    @property
    def megapixels(self) -> float:
        return self.documents * self.pages * self.size[0] * self.size[1] / 1e6


_SMALL, _MIDDLE, _LARGE = (620, 877), (1240, 1754), (1654, 2339)

LOADS = (
    Load(name="1 page, 1 job", documents=4, pages=1, size=_SMALL, in_flight=1),
    Load(name="4 pages, 1 job", documents=1, pages=4, size=_SMALL, in_flight=1),
    Load(name="24 pages, 1 job", documents=1, pages=24, size=_SMALL, in_flight=1),
    Load(name="1 page, 4 jobs", documents=8, pages=1, size=_SMALL, in_flight=4),
    Load(name="1 page, 16 jobs", documents=16, pages=1, size=_SMALL, in_flight=16),
    Load(name="2.2 megapixels", documents=2, pages=1, size=_MIDDLE, in_flight=1),
    Load(name="3.9 megapixels", documents=2, pages=1, size=_LARGE, in_flight=1),
)


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("--engine", default="easyocr", help="easyocr (default), rapidocr or null")
    options = parser.parse_args()
    table = _table(options)
    if not wanted(table, options):
        return
    with tempfile.TemporaryDirectory() as folder, running_service({"OCR_ENGINE": options.engine}) as service:
        paths = {load.name: _scan(Path(folder) / f"{number}.pdf", load) for number, load in enumerate(LOADS)}
        _measured(service, LOADS[0], paths[LOADS[0].name])
        run(table, in_turns({load.name: _turn(service, load, paths[load.name]) for load in LOADS}), options)


def _table(options: argparse.Namespace) -> Table:
    return Table(
        name=f"scaling-{options.engine}",
        title=f"Cost of a page, engine {options.engine}",
        command=f".venv/bin/python -m benchmarks.scaling --engine {options.engine}",
        reference=LOADS[0].name,
        sides=tuple(
            Side(name=load.name, about=f"{load.documents} x {load.pages} of {load.size[0]} x {load.size[1]} px, {load.in_flight} in flight")
            for load in LOADS
        ),
        figures=(
            Figure(name="seconds_per_page", label="s/page", better="lower", compared=True, digits=2),
            Figure(name="cpu_per_page", label="CPU s/page", better="lower", digits=2),
            Figure(name="cpu_per_megapixel", label="CPU s/megapixel", better="lower", digits=2),
        ),
        setup={"loads": [load.name for load in LOADS]},
        notes=("Lines of text fill every page at the same density, so that a page of four times the pixels has four times the words.",),
    )


def _turn(service: Service, load: Load, path: Path) -> Measure:
    return lambda: _measured(service, load, path)


def _measured(service: Service, load: Load, path: Path) -> Mapping[str, float]:
    with httpx.Client(base_url=service.url, trust_env=False, timeout=120) as client, ThreadPoolExecutor(load.in_flight) as lanes:
        cpu, started = tree_cpu_seconds(service.pid), perf_counter()
        list(lanes.map(lambda _: text_of(client, path), range(load.documents)))
        seconds, cpu = perf_counter() - started, tree_cpu_seconds(service.pid) - cpu
    pages = load.documents * load.pages
    return {"seconds_per_page": seconds / pages, "cpu_per_page": cpu / pages, "cpu_per_megapixel": cpu / load.megapixels}


def _scan(path: Path, load: Load) -> Path:
    """A PDF of pictures only, each page drawn once."""
    width, height = load.size
    picture = Image.new("L", (width, height), 255)
    draw, font = ImageDraw.Draw(picture), ImageFont.load_default(size=20)
    for row, top in enumerate(range(30, height - 40, 30)):
        line = f"{_TEXT[row % 40 :]} {_TEXT} {_TEXT}"
        while draw.textlength(line, font=font) > width - 60:
            line = line.rpartition(" ")[0]
        draw.text((30, top), line, font=font, fill=0)
    encoded = io.BytesIO()
    picture.save(encoded, "PNG")
    with pymupdf.open() as pdf:  # type: ignore[no-untyped-call]
        for _ in range(load.pages):
            page = pdf.new_page(width=width * 72 / _DPI, height=height * 72 / _DPI)
            page.insert_image(page.rect, stream=encoded.getvalue())
        pdf.save(path)
    return path


if __name__ == "__main__":
    main()
