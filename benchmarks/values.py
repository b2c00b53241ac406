"""Amounts and dates on scanned insurance forms: how many are read exactly as printed.

python -m benchmarks.values

Each round reads other pages: a certificate of insurance and a schedule of coverages, A4 scans at 300 dpi of our own drawing.
"""

import tempfile
from collections.abc import Mapping
from pathlib import Path

from benchmarks.results import Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.scans import drawn_pages
from benchmarks.sides import (
    CODE,
    DOCTRAY,
    DOCTRAY_RAPIDOCR,
    DOCTRAY_TWICE,
    EASYOCR,
    RAPIDOCR,
    TESSERACT,
    VALUE_FIGURES,
    Readers,
)

_SIDES = (EASYOCR, DOCTRAY, DOCTRAY_TWICE, RAPIDOCR, DOCTRAY_RAPIDOCR, TESSERACT)
_KINDS = ("form", "schedule")
_SEED = 31

_NOTE = (
    "Each round reads two other pages, with 82 to 85 amounts and 56 to 58 dates. An amount counts when its digits and commas stand in the "
    "text as printed, with nothing but a $ joined to them (a blank behind a comma is forgiven); a date when MM/DD/YYYY does."
)

TABLE = Table(
    name="values",
    title="Amounts and dates on scanned insurance forms",
    command=".venv/bin/python -m benchmarks.values",
    reference=EASYOCR.name,
    sides=tuple(side.as_side() for side in _SIDES),
    figures=VALUE_FIGURES,
    setup={"kinds": list(_KINDS), "seed": _SEED},
    code=(*CODE, "benchmarks/words.py"),
    notes=(_NOTE,),
)


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    if not wanted(TABLE, options):
        return
    # Speed is not asked here, and one core each keeps a busy machine from stretching the run.
    sides = [side.on("cpu", cores=1) for side in _SIDES]
    with tempfile.TemporaryDirectory() as folder, Readers.started(sides, ()) as readers:

        def turn(number: int) -> Mapping[str, Mapping[str, float]]:
            pages = drawn_pages(Path(folder), _KINDS, seed=_SEED + number)
            return readers.round(pages, number, block=len(_KINDS))

        run(readers.noted(TABLE), turn, options)


if __name__ == "__main__":
    main()
