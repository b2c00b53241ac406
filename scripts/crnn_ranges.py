"""Print the RANGES of src/doctray/ocr/crnn_ranges.py: what comes out of its convolutions on lines of our own sample papers."""

import sys
from collections.abc import Iterator
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray
from tests.samples import degrade
from tests.samples.generate import PAPERS, drawn

from doctray.ocr.craft_detector import CraftDetector
from doctray.ocr.crnn_crops import Grey, batch_of, cut_out, padded_width, scaled
from doctray.ocr.crnn_graph import crnn_model
from doctray.ocr.easyocr_lines import text_lines
from doctray.ocr.easyocr_models import ENGLISH, recogniser_model, recogniser_weights
from doctray.ocr.easyocr_networks import Networks
from doctray.ocr.easyocr_weights import read_state_dict
from doctray.ocr.runtimes import Backend, openvino_core

SEED = 5
# What is left out: single peaks would cost all other values their resolution.
TAIL = 1e-4
FORMS = ((degrade.scan, 1800), (degrade.photo, 1500))
# Every fourth line: the others are much the same.
EVERY = 4
BATCH = 8
# What feeds the LSTMs stays in more bits.
WHOLE = "18"


def crops() -> Iterator[Grey]:
    detector = CraftDetector(Networks(backend=Backend.of("openvino-fp32"), device="cpu", models_dir=None, threads=2).detector())
    for number, name in enumerate(PAPERS):
        for picture, long_side in FORMS:
            page = picture(drawn(name, seed=SEED).pdf, long_side=long_side, seed=SEED + number)
            grey = np.asarray(cv2.cvtColor(page, cv2.COLOR_RGB2GRAY), np.uint8)
            lines = text_lines(detector.find(page, grey), width=page.shape[1], height=page.shape[0])
            yield from (scaled(cut_out(grey, line)) for line in lines[::EVERY])


def batches() -> Iterator[NDArray[np.uint8]]:
    found = list(crops())
    for start in range(0, len(found), BATCH):
        together = found[start : start + BATCH]
        yield batch_of(together, max(padded_width(crop) for crop in together))


def main() -> None:
    import openvino

    taps: dict[str, Any] = {}
    model = crnn_model(read_state_dict(recogniser_weights(recogniser_model(ENGLISH), ENGLISH, None)), taps=taps)
    del taps[WHOLE]
    tapped = openvino.Model([tap.output(0) for tap in taps.values()], model.get_parameters(), "tapped")
    compiled = openvino_core().compile_model(tapped, "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 2})
    highest = dict.fromkeys(taps, 0.0)
    for batch in batches():
        found = compiled([batch])
        for index, name in enumerate(taps):
            highest[name] = max(highest[name], float(np.quantile(found[index].ravel()[::5], 1 - TAIL)))
    for name, value in highest.items():
        sys.stdout.write(f'    "{name}": (0.0, {value:.3f}),\n')


if __name__ == "__main__":
    main()
