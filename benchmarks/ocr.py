"""OCR engines against one another, each as its authors have it and as doctray runs it: speed, words, CPU time, memory.

python -m benchmarks.ocr receipts     photographed and scanned receipts (../shared/data/receipts, or BENCHMARK_RECEIPTS)
python -m benchmarks.ocr scans        A4 pages at 300 dpi of our own drawing
python -m benchmarks.ocr scans --device 0    on a GPU: stock EasyOCR on it against doctray on it
"""

import sys
import tempfile
from collections.abc import Sequence
from dataclasses import replace
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
_GPU_SIDES = (EASYOCR, DOCTRAY, DOCTRAY_TWICE)
_BLOCK = {"receipts": 4, "scans": 3}
_GPU_BLOCK = 16
_KINDS = ("form", "letter", "table")
_SEED = 7
_TITLES = {"receipts": "OCR of receipts", "scans": "OCR of A4 scans at 300 dpi"}


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("what", choices=("receipts", "scans"))
    parser.add_argument("--pages", type=int, help="how many (default 12 receipts or 3 scans; 48 of either on a GPU)")
    parser.add_argument("--device", default="cpu", help="cpu, or a GPU's number")
    options = parser.parse_args()
    on_gpu = options.device != "cpu"
    count = options.pages or (48 if on_gpu else {"receipts": 12, "scans": 3}[options.what])
    block = _GPU_BLOCK if on_gpu else _BLOCK[options.what]
    sides = tuple(_batching(side, block).on(options.device) for side in (_GPU_SIDES if on_gpu else _SIDES))
    with tempfile.TemporaryDirectory() as folder:
        pages = receipts(count) if options.what == "receipts" else scans(count, Path(folder))
        if not pages:
            sys.exit(NO_RECEIPTS)
        table = _table(options.what, pages, sides, options.device)
        if wanted(table, options):
            with Readers.started(sides, pages[:1]) as readers:
                run(table, lambda number: readers.round(pages, number, block=block), options)


def scans(count: int, folder: Path) -> list[KnownPage]:
    """Forms, letters and tables in turn."""
    return drawn_pages(folder, [_KINDS[number % len(_KINDS)] for number in range(count)], seed=_SEED)


def _batching(side: ReadingSide, block: int) -> ReadingSide:
    """doctray's engines get a block's pages at once, as they do in the service when so many are in flight."""
    return replace(side, together=block) if side.spec.kind == "engine" else side


def _table(what: str, pages: Sequence[KnownPage], sides: Sequence[ReadingSide], device: str) -> Table:
    on_gpu = device != "cpu"
    return Table(
        name=f"ocr-{what}" + ("-gpu" if on_gpu else ""),
        title=_TITLES[what] + (" on a GPU" if on_gpu else ""),
        command=f".venv/bin/python -m benchmarks.ocr {what}" + (f" --device {device}" if on_gpu else ""),
        reference=EASYOCR.name,
        sides=tuple(side.as_side() for side in sides),
        figures=FIGURES + (GPU_FIGURES if on_gpu else ()),
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
