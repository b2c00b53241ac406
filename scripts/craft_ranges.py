"""Print src/doctray/ocr/craft_ranges.py: what comes out of each stage of CRAFT on our own sample papers, for its 8-bit form."""

import sys
from collections.abc import Iterator
from typing import Any

import numpy as np
from numpy.typing import NDArray
from tests.samples import degrade
from tests.samples.generate import PAPERS, drawn

from doctray.ocr.craft_graph import craft_model
from doctray.ocr.easyocr_models import detector_weights
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.runtimes import openvino_core

SEED = 5
# What is left out at each end: single peaks would cost all other values their resolution.
TAIL = 1e-4
SIDE_PX = 512
WHOLE = ("image", "upconv4.conv.3", "conv_cls.")
LONG_SIDES_PX = (900, 1300, 1800)
HEAD = '''"""Least and largest value that comes out of each stage of CRAFT, for its 8-bit form. Written by scripts/craft_ranges.py.

Of our own sample papers, scanned and photographed, but for one value in ten thousand at either end. The picture and the last
stages cost little and stay in more bits.
"""

RANGES: dict[str, tuple[float, float]] = {
'''


def tiles() -> Iterator[NDArray[np.uint8]]:
    """The middle of each sample at each size."""
    for number, name in enumerate(PAPERS):
        for long_side in LONG_SIDES_PX:
            for picture in (degrade.scan, degrade.photo):
                page = picture(drawn(name, seed=SEED).pdf, long_side=long_side, seed=SEED + number)
                top, left = (max(0, (side - SIDE_PX) // 2) for side in page.shape[:2])
                tile = page[top : top + SIDE_PX, left : left + SIDE_PX]
                yield tile[: tile.shape[0] // 32 * 32, : tile.shape[1] // 32 * 32]


def main() -> None:
    import openvino

    taps: dict[str, Any] = {}
    model = craft_model(read_state_dict(detector_weights()), taps=taps)
    outputs = [tap if isinstance(tap, openvino.Output) else tap.output(0) for tap in taps.values()]
    tapped = openvino.Model(outputs, model.get_parameters(), "tapped")
    compiled = openvino_core().compile_model(tapped, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2})
    edges = dict.fromkeys(taps, (0.0, 0.0))
    for tile in tiles():
        found = compiled([np.ascontiguousarray(tile[None])])
        for index, name in enumerate(taps):
            low, high = np.quantile(found[index].ravel()[::7], (TAIL, 1 - TAIL))
            edges[name] = min(edges[name][0], float(low)), max(edges[name][1], float(high))
    sys.stdout.write(HEAD)
    for name, (low, high) in edges.items():
        if name.startswith(WHOLE):
            continue
        sys.stdout.write(f'    "{name}": ({low:.3f}, {high:.3f}),\n')
    sys.stdout.write("}\n")


if __name__ == "__main__":
    main()
