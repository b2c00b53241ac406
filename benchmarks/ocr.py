"""OCR engines against one another, each as its authors have it and as doctray runs it: speed, words, CPU time, memory.

python -m benchmarks.ocr receipts     photographed and scanned receipts (../shared/data/receipts, or BENCHMARK_RECEIPTS)
python -m benchmarks.ocr scans        A4 pages at 300 dpi of our own drawing
python -m benchmarks.ocr receipts --cores 1   each reader held to one core: CPU seconds then tell the work, on a busy machine too
python -m benchmarks.ocr scans --device 0     on a GPU: stock EasyOCR on it against doctray on it
"""

import argparse
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from benchmarks.pages import NO_RECEIPTS, KnownPage, receipts
from benchmarks.results import Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.scans import drawn_pages
from benchmarks.sides import (
    CODE,
    DOCTRAY,
    DOCTRAY_RAPIDOCR,
    DOCTRAY_TWICE,
    EASYOCR,
    FIGURES,
    GPU_FIGURES,
    RAPIDOCR,
    TESSERACT,
    Readers,
    ReadingSide,
)

_SIDES = (EASYOCR, DOCTRAY, DOCTRAY_TWICE, RAPIDOCR, DOCTRAY_RAPIDOCR, TESSERACT)
_BLOCK = {"receipts": 4, "scans": 3}
_GPU_BLOCK = 16
_WORK_FIGURES = tuple(replace(figure, compared=figure.name == "cpu_seconds") for figure in FIGURES)
_KINDS = ("form", "letter", "table")
_SEED = 7
_TITLES = {"receipts": "OCR of receipts", "scans": "OCR of A4 scans at 300 dpi"}


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("what", choices=("receipts", "scans"))
    parser.add_argument("--pages", type=int, help="how many (default 12 receipts or 3 scans; 48 of either on a GPU)")
    parser.add_argument("--device", default="cpu", help="cpu, or a GPU's number")
    parser.add_argument("--cores", type=int, default=0, help="cores that each reader may use (default: all)")
    options = parser.parse_args()
    on_gpu = options.device != "cpu"
    count = options.pages or (48 if on_gpu else {"receipts": 12, "scans": 3}[options.what])
    block = _GPU_BLOCK if on_gpu else _BLOCK[options.what]
    sides = tuple(_batching(side, block).on(options.device, cores=options.cores) for side in (_gpu_sides() if on_gpu else _SIDES))
    with tempfile.TemporaryDirectory() as folder:
        pages = receipts(count) if options.what == "receipts" else scans(count, Path(folder))
        if not pages:
            sys.exit(NO_RECEIPTS)
        table = _table(options.what, pages, sides, options)
        if wanted(table, options):
            with Readers.started(sides, pages[:1]) as readers:
                run(table, lambda number: readers.round(pages, number, block=block), options)


def scans(count: int, folder: Path) -> list[KnownPage]:
    """Forms, letters and tables in turn."""
    return drawn_pages(folder, [_KINDS[number % len(_KINDS)] for number in range(count)], seed=_SEED)


def _batching(side: ReadingSide, block: int) -> ReadingSide:
    """doctray's engines get a block's pages at once, as they do in the service when so many are in flight."""
    return replace(side, together=block) if side.spec.kind == "engine" else side


def _gpu_sides() -> tuple[ReadingSide, ...]:
    """Without the second reader where its runtime is not installed."""
    return (EASYOCR, DOCTRAY, DOCTRAY_TWICE) if find_spec("openvino") else (EASYOCR, DOCTRAY)


def _table(what: str, pages: Sequence[KnownPage], sides: Sequence[ReadingSide], options: argparse.Namespace) -> Table:
    on_gpu = options.device != "cpu"
    name, title, command = f"ocr-{what}", _TITLES[what], f".venv/bin/python -m benchmarks.ocr {what}"
    if on_gpu:
        name, title, command = f"{name}-gpu", f"{title} on a GPU", f"{command} --device {options.device}"
    if options.cores:
        name, title, command = f"{name}-{options.cores}-core", f"{title}, {options.cores} core", f"{command} --cores {options.cores}"
    if options.pages:
        command = f"{command} --pages {options.pages}"
    return Table(
        name=name,
        title=title,
        command=command,
        reference=EASYOCR.name,
        sides=tuple(side.as_side() for side in sides),
        figures=_WORK_FIGURES if options.cores else FIGURES + (GPU_FIGURES if on_gpu else ()),
        setup={
            "pages": [page.path.name for page in pages],
            "seed": _SEED,
            "sides": [side.name for side in sides],
            "together": max(side.together for side in sides),
        },
        code=CODE,
        notes=(_note(pages, max(side.together for side in sides)),),
    )


def _note(pages: Sequence[KnownPage], together: int) -> str:
    megapixels = sum(page.width * page.height for page in pages) / len(pages) / 1e6
    words = sum(len(page.printed.split()) for page in pages) / len(pages)
    return (
        f"{len(pages)} pages of {megapixels:.1f} megapixels and {words:.0f} words on average; the sides take turns on every {together} "
        "pages, which doctray's engines get at once. From picture file to text, decoding included, loading and one warm-up page not. "
        "Peak memory is the process's own, with its libraries."
    )


if __name__ == "__main__":
    main()
