"""Print src/doctray/ocr/ppocr_ranges.py: what PP-OCR's recogniser convolves on drawn lines, for its 8-bit form."""

import sys
from collections.abc import Iterator
from random import Random

import numpy as np
from fit_second_reader import drawn, text_line
from numpy.typing import NDArray

from doctray.ocr.eight_bits import convolutions
from doctray.ocr.ppocr_recognizer import batches_of, features_of
from doctray.ocr.runtimes import openvino_core

SEED, LINES, SIZES = 5, 300, (1,)
# What is left out at each end: single peaks would cost all other values their resolution.
TAIL = 1e-5
# The first ones cost a tenth of the time and make most of the error; the last ones are small, and nothing evens out what they get wrong.
WHOLE = frozenset(f"Conv.{number}" for number in (0, 1, 2, 3, 4, 53, 54, 55))
HEAD = '''"""Least and largest value that convolutions of the PP-OCR recogniser take in, for its 8-bit form. By scripts/ppocr_ranges.py.

Of drawn lines, spoilt as scanners, faxes and phones do, but for one value in a hundred thousand at either end. The names are those of
the ONNX file; what is not named stays in more bits.
"""

RANGES: dict[str, tuple[float, float]] = {
'''


def batches() -> Iterator[NDArray[np.float32]]:
    rng = Random(SEED)
    return (batch for _, batch in batches_of([drawn(text_line(rng), rng) for _ in range(LINES)], SIZES))


def main() -> None:
    import openvino
    from openvino import opset13 as op

    model = features_of(openvino_core())
    # Of one step of height and width: what weighs channels, hardly any work.
    found = {
        node.get_friendly_name(): source
        for node, source in convolutions(model)
        if node.get_friendly_name() not in WHOLE and node.get_output_partial_shape(0)[3].is_dynamic
    }
    tapped = openvino.Model([op.result(source) for source in found.values()], model.get_parameters(), "tapped")
    compiled = openvino_core().compile_model(tapped, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2})
    edges = dict.fromkeys(found, (0.0, 0.0))
    for batch in batches():
        values = compiled([batch])
        for index, name in enumerate(found):
            low, high = np.quantile(values[index].ravel()[::5], (TAIL, 1 - TAIL))
            edges[name] = min(edges[name][0], float(low)), max(edges[name][1], float(high))
    sys.stdout.write(HEAD)
    for name, (low, high) in edges.items():
        sys.stdout.write(f'    "{name}": ({low:.3f}, {high:.3f}),\n')
    sys.stdout.write("}\n")


if __name__ == "__main__":
    main()
