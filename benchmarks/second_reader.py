"""What the second reader costs and what it brings: doctray's easyocr engine without it and with it.

python -m benchmarks.second_reader
"""

import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.pages import receipts, warm_up_page
from benchmarks.results import Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.scans import drawn_pages
from benchmarks.sides import CODE, DOCTRAY, DOCTRAY_TWICE, FIGURES, VALUE_FIGURES, Readers

_RECEIPTS = 8
_KINDS = ("form", "schedule")
_SEED = 47
_BLOCK = 5


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    sides = [replace(side, together=_BLOCK) for side in (DOCTRAY, DOCTRAY_TWICE)]
    with tempfile.TemporaryDirectory() as folder:
        pages = receipts(_RECEIPTS) + drawn_pages(Path(folder), _KINDS, seed=_SEED)
        table = Table(
            name="second-reader",
            title="The second reader off and on",
            command=".venv/bin/python -m benchmarks.second_reader",
            reference=DOCTRAY.name,
            sides=tuple(side.as_side() for side in sides),
            figures=FIGURES + VALUE_FIGURES,
            setup={"pages": [page.path.name for page in pages], "seed": _SEED},
            code=CODE,
            notes=(f"{len(pages) - len(_KINDS)} receipts, a scanned certificate of insurance and a scanned schedule of coverages.",),
        )
        if wanted(table, options):
            with Readers.started(sides, [warm_up_page(Path(folder))]) as readers:
                run(readers.noted(table), lambda number: readers.round(pages, number, block=_BLOCK), options)


if __name__ == "__main__":
    main()
