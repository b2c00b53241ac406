"""What the arithmetic of EasyOCR's two networks allows on this machine, and how near stock EasyOCR and doctray are.

python -m benchmarks.roofline receipts
python -m benchmarks.roofline scans

The machine's peak is measured in every round (see `benchmarks.peak`), between the same pages.
"""

import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from benchmarks.pages import NO_RECEIPTS, KnownPage, receipts, warm_up_page
from benchmarks.peak import best, measured_peaks
from benchmarks.reading import Reading
from benchmarks.results import Figure, Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.scans import drawn_pages
from benchmarks.sides import CODE, DOCTRAY, EASYOCR, Readers

_RECEIPTS = 4
_KINDS = ("form",)
_SEED = 61
_SIDES = (EASYOCR, DOCTRAY)
_TITLES = {"receipts": "Roofline: receipts", "scans": "Roofline: an A4 scan at 300 dpi"}

_DETECTORS = ("detector", "craft")

_FIGURES = (
    Figure(name="detector_gmac", label="detector, GMAC/page", better="lower", digits=0),
    Figure(name="recogniser_gmac", label="recogniser, GMAC/page", better="lower", digits=1),
    Figure(name="networks_share", label="time in the networks, %", digits=0),
    Figure(name="gflops", label="GFLOP/s in the networks", digits=0, compared=True),
    Figure(name="of_fp32_peak", label="of the fp32 peak, %", digits=0),
    Figure(name="of_bf16_peak", label="of the bf16 peak, %", digits=0),
    Figure(name="of_int8_peak", label="of the int8 peak, %", digits=0),
    Figure(name="pages_per_minute", label="pages/min", compared=True),
    Figure(name="floor_bf16", label="pages/min if its arithmetic ran at the bf16 peak", digits=0),
)


def main() -> None:
    parser = arguments(__doc__ or "")
    parser.add_argument("what", choices=tuple(_TITLES))
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        pages = receipts(_RECEIPTS) if options.what == "receipts" else drawn_pages(Path(folder), _KINDS, seed=_SEED)
        if not pages:
            sys.exit(NO_RECEIPTS)
        table = _table(options.what, pages)
        if not wanted(table, options):
            return
        sides = [replace(side, spec=replace(side.spec, counted=True)) for side in _SIDES]
        with Readers.started(sides, [warm_up_page(Path(folder))]) as readers:

            def turn(_: int) -> Mapping[str, Mapping[str, float]]:
                peaks = measured_peaks()
                paths = [page.path for page in pages]
                return {name: _figures(process.read(paths), len(pages), peaks) for name, process in readers.processes.items()}

            run(readers.noted(table), turn, options)


def _table(what: str, pages: Sequence[KnownPage]) -> Table:
    return Table(
        name=f"roofline-{what}",
        title=_TITLES[what],
        command=f".venv/bin/python -m benchmarks.roofline {what}",
        reference=EASYOCR.name,
        sides=tuple(side.as_side() for side in _SIDES),
        figures=_FIGURES,
        setup={"pages": [page.path.name for page in pages], "seed": _SEED},
        code=(*CODE, "benchmarks/arithmetic.py", "benchmarks/peak.py"),
        notes=(_NOTE,),
    )


_NOTE = (
    "MACs are counted at the shapes that the networks really met (convolutions, matrix products, LSTMs); a MAC is two FLOPs. The peak is "
    "the best product or convolution that torch or OpenVINO reached in the same round in that precision."
)


def _figures(reading: Reading, pages: int, peaks: Mapping[str, float]) -> dict[str, float]:
    assert reading.work is not None
    macs, seconds = reading.work["macs"], sum(reading.work["seconds"].values())
    detector = sum(count for name, count in macs.items() if name in _DETECTORS)
    total = sum(macs.values())
    gflops = 2 * total / seconds / 1e9
    return {
        "detector_gmac": detector / pages / 1e9,
        "recogniser_gmac": (total - detector) / pages / 1e9,
        "networks_share": 100 * seconds / reading.seconds,
        "gflops": gflops,
        "of_fp32_peak": 100 * gflops / best(peaks, "fp32"),
        "of_bf16_peak": 100 * gflops / best(peaks, "bf16"),
        "of_int8_peak": 100 * gflops / best(peaks, "int8"),
        "pages_per_minute": 60 * pages / reading.seconds,
        "floor_bf16": 60 * pages * best(peaks, "bf16") * 1e9 / (2 * total),
    }


if __name__ == "__main__":
    main()
