"""A page with a sound text layer against OCR of the same page.

python -m benchmarks.text_layer
"""

import tempfile
from pathlib import Path

from benchmarks.results import Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.scans import clean_pages
from benchmarks.sides import CODE, DOCTRAY_TWICE, EASYOCR, FIGURES, TEXT_LAYER, Readers

_SIDES = (DOCTRAY_TWICE, EASYOCR, TEXT_LAYER)
_KINDS = ("form", "letter", "table")
_SEED = 53

TABLE = Table(
    name="text-layer",
    title="Text layer against OCR of the same page",
    command=".venv/bin/python -m benchmarks.text_layer",
    reference=EASYOCR.name,
    sides=tuple(side.as_side() for side in _SIDES),
    figures=FIGURES[:-1],
    setup={"kinds": list(_KINDS), "seed": _SEED},
    code=(*CODE, "src/doctray/pages"),
    notes=("The same three A4 pages as PDF and, for OCR, rendered at 300 dpi: rendering is not in the time of the OCR sides.",),
)


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    if not wanted(TABLE, options):
        return
    with tempfile.TemporaryDirectory() as folder:
        pages = clean_pages(Path(folder), _KINDS, seed=_SEED)
        with Readers.started(_SIDES, pages[:1]) as readers:
            run(readers.noted(TABLE), lambda number: readers.round(pages, number, block=1), options)


if __name__ == "__main__":
    main()
