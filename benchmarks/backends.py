"""doctray's easyocr engine on each backend that this machine's CPU runs, against stock EasyOCR.

python -m benchmarks.backends
"""

import sys
import tempfile
from dataclasses import replace
from pathlib import Path

from benchmarks.pages import NO_RECEIPTS, receipts, warm_up_page
from benchmarks.results import Table
from benchmarks.rounds import arguments, run, wanted
from benchmarks.sides import CODE, DOCTRAY, EASYOCR, FIGURES, Readers, ReadingSide
from doctray.ocr.runtimes import Precision, cpu_precisions

_RECEIPTS = 4


def main() -> None:
    options = arguments(__doc__ or "").parse_args()
    pages = receipts(_RECEIPTS)
    if not pages:
        sys.exit(NO_RECEIPTS)
    sides = (EASYOCR, *(_on_backend(name) for name in _backends()))
    table = Table(
        name="backends",
        title="Backends of the easyocr engine",
        command=".venv/bin/python -m benchmarks.backends",
        reference=EASYOCR.name,
        sides=tuple(side.as_side() for side in sides),
        figures=FIGURES,
        setup={"pages": [page.path.name for page in pages]},
        code=CODE,
        notes=(
            f"{len(pages)} receipts, second reader off. Left to itself the engine takes what its calibration at start-up finds quickest.",
        ),
    )
    if wanted(table, options):
        with tempfile.TemporaryDirectory() as folder, Readers.started(sides, [warm_up_page(Path(folder))]) as readers:
            run(table, lambda number: readers.round(pages, number, block=_RECEIPTS), options)


def _backends() -> tuple[str, ...]:
    names = ("openvino-bf16", "openvino-fp32", "torch-bf16-channels-last", "torch-fp32-channels-last", "torch-fp32")
    return tuple(name for name in names if Precision.BF16 in cpu_precisions() or "bf16" not in name)


def _on_backend(name: str) -> ReadingSide:
    return replace(DOCTRAY, name=name, about="", spec=replace(DOCTRAY.spec, backend=name), together=_RECEIPTS)


if __name__ == "__main__":
    main()
