"""OCR engines against one another, each as its authors have it and as doctray runs it: speed, words, CPU time, memory.

python -m benchmarks.ocr receipts     photographed and scanned receipts (../shared/data/receipts, or BENCHMARK_RECEIPTS)
python -m benchmarks.ocr scans        A4 pages at 300 dpi of our own drawing
python -m benchmarks.ocr receipts --cores 1   each reader held to one core: CPU seconds then tell the work, on a busy machine too
python -m benchmarks.ocr scans --device 0     on a GPU: stock EasyOCR on it against doctray on it
"""

import argparse
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from importlib.util import find_spec
from pathlib import Path

from benchmarks.pages import NO_RECEIPTS, KnownPage, receipts, warm_up_page
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
from doctray.ocr.devices import available_cores

_SIDES = (EASYOCR, DOCTRAY, DOCTRAY_TWICE, RAPIDOCR, DOCTRAY_RAPIDOCR, TESSERACT)
_PAGES = {"receipts": 4, "scans": 1}
_BLOCK, _GPU_PAGES = 16, 64
_WORK_FIGURES = tuple(replace(figure, compared=figure.name == "cpu_seconds") for figure in FIGURES)
_KINDS = ("form", "letter", "table")
_SEED = 7
# More than there are.
_EVERY = 10_000
_TITLES = {"receipts": "OCR of receipts", "scans": "OCR of A4 scans at 300 dpi"}


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("what", choices=("receipts", "scans"))
    parser.add_argument("--pages", type=int, help="in each round (default 4 receipts or 1 scan; 64 of either on a GPU)")
    parser.add_argument("--device", default="cpu", help="cpu, or a GPU's number")
    parser.add_argument("--cores", type=int, default=0, help="cores that each reader may use (default: all)")
    options = parser.parse_args()
    on_gpu = options.device != "cpu"
    count = options.pages or (_GPU_PAGES if on_gpu else _PAGES[options.what])
    block = count if on_gpu else min(count, _BLOCK)
    sides = tuple(_batching(side, block).on(options.device, cores=options.cores) for side in (_gpu_sides() if on_gpu else _SIDES))
    with tempfile.TemporaryDirectory() as folder:
        pool = receipts(_EVERY) if options.what == "receipts" else []
        if options.what == "receipts" and not pool:
            sys.exit(NO_RECEIPTS)
        table = _table(options.what, pool, count, sides, options)
        if wanted(table, options):
            with Readers.started(sides, [warm_up_page(Path(folder))]) as readers:

                def turn(number: int) -> Mapping[str, Mapping[str, float]]:
                    pages = in_turn(pool, number, count) if pool else scans(number, count, Path(folder))
                    return readers.round(pages, number, block=block)

                run(readers.noted(table), turn, options)


def in_turn(pool: Sequence[KnownPage], number: int, count: int) -> list[KnownPage]:
    """The pages of a round: each round goes on where the one before it ended, and begins again at the pool's end."""
    return [pool[(number * count + index) % len(pool)] for index in range(count)]


def scans(number: int, count: int, folder: Path) -> list[KnownPage]:
    """Forms, letters and tables in turn, drawn anew for every round."""
    kinds = [_KINDS[(number * count + index) % len(_KINDS)] for index in range(count)]
    return drawn_pages(folder, kinds, seed=_SEED + number, processes=available_cores() if count > _BLOCK else 1)


def _batching(side: ReadingSide, block: int) -> ReadingSide:
    """doctray's engines get a block's pages at once, as they do in the service when so many are in flight."""
    return replace(side, together=block) if side.spec.kind == "engine" else side


def _gpu_sides() -> tuple[ReadingSide, ...]:
    """Without the second reader where its runtime is not installed."""
    return (EASYOCR, DOCTRAY, DOCTRAY_TWICE) if find_spec("openvino") else (EASYOCR, DOCTRAY)


def _table(what: str, pool: Sequence[KnownPage], count: int, sides: Sequence[ReadingSide], options: argparse.Namespace) -> Table:
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
            "pool": [page.path.name for page in pool],
            "count": count,
            "seed": _SEED,
            "sides": [side.name for side in sides],
            "together": max(side.together for side in sides),
        },
        code=CODE,
        notes=(_note(what, count, max(side.together for side in sides)),),
    )


def _note(what: str, count: int, together: int) -> str:
    pages = f"{count} other receipts" if what == "receipts" else f"{count} other scan{'s' * (count > 1)} (form, letter and table in turn)"
    return (
        f"Each round reads {pages}; the sides take turns on every {together}, which doctray's engines get at once. From picture file to "
        "text, decoding included, loading and a small warm-up page not. Peak memory is the process's own so far, with its libraries."
    )


if __name__ == "__main__":
    main()
