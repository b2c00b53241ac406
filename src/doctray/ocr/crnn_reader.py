"""EasyOCR's recogniser over many crops at once: sorted by width, batched by pixels, decoded with numpy.

Crops are padded as far as EasyOCR pads each alone and no further, so a crop reads the same in any company.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from doctray.ocr.batches import batches_alike
from doctray.ocr.crnn_crops import Grey, batch_of, padded_width, scaled
from doctray.ocr.crnn_graph import STEP_PX
from doctray.ocr.runtimes import Network
from doctray.ocr.second_reader import LineReading

# Reader.readtext: a crop that reads worse than this is read again with more contrast.
_UNSURE = 0.1
_BLANK = 0


class CrnnReader:
    """network: N x 64 x W to N x steps x classes. characters: class k is characters[k - 1], class 0 blank. ignored: classes that are never
    the answer."""

    def __init__(self, network: Network, *, characters: str, ignored: Sequence[int] = ()) -> None:
        self._network = network
        self._characters = np.array(["", *characters])
        self._ignored = list(ignored)

    def read(self, crops: Sequence[Grey]) -> list[LineReading]:
        """One reading for each crop (grey, upright, of any size), in order: EasyOCR's text and confidence."""
        readings = self._read_scaled([scaled(crop) for crop in crops])
        unsure = [index for index, reading in enumerate(readings) if reading.confidence < _UNSURE]
        again = self._read_scaled([scaled(crops[index], contrasted=True) for index in unsure])
        for index, reading in zip(unsure, again, strict=True):
            if reading.confidence >= readings[index].confidence:
                readings[index] = reading
        return readings

    def release(self) -> None:
        """See `Network`."""
        self._network.release()

    def _read_scaled(self, crops: Sequence[Grey]) -> list[LineReading]:
        readings: dict[int, LineReading] = {}
        network = self._network
        plan = list(batches_alike([padded_width(crop) for crop in crops], sizes=network.batch_sizes, most_px=network.crop_px))
        found = network.each(batch_of([crops[index] for index in indices], width) for indices, width in plan)
        for (indices, _), scores in zip(plan, found, strict=True):
            widths = [crops[index].shape[1] for index in indices]
            readings.update(zip(indices, self._decoded(scores, widths), strict=True))
        return [readings[index] for index in range(len(crops))]

    def _decoded(self, scores: NDArray[np.float32], widths: Sequence[int]) -> Iterator[LineReading]:
        """Greedy CTC. scores: N x steps x classes, before the softmax; widths: of the crops without padding."""
        scores[:, :, self._ignored] = -np.inf
        best = scores.argmax(axis=2)
        top = np.take_along_axis(scores, best[..., None], axis=2)
        certainty = 1 / np.exp(scores - top).sum(axis=2)
        starts = best != _BLANK
        starts[:, 1:] &= best[:, 1:] != best[:, :-1]
        for classes, sure, begins, width in zip(best, certainty, starts, widths, strict=True):
            yield self._reading(classes, sure, np.flatnonzero(begins), width)

    def _reading(self, classes: NDArray[np.int64], sure: NDArray[np.float32], begins: NDArray[np.int64], width: int) -> LineReading:
        inked = classes != _BLANK
        steps = sure[inked]
        if not len(steps):
            return LineReading(text="", confidence=0.0)
        # Each step with ink belongs to the last character that began at or before it.
        owner = np.searchsorted(begins, np.flatnonzero(inked), side="right") - 1
        ends = begins + np.bincount(owner, minlength=len(begins))
        certainties = np.maximum.reduceat(steps, np.searchsorted(owner, np.arange(len(begins))))
        # easyocr.recognition.custom_mean.
        confidence = float(steps.prod() ** (2 / np.sqrt(len(steps))))
        return LineReading(
            text="".join(self._characters[classes[begins]]),
            confidence=min(1.0, confidence),
            spans=_spans((begins + ends + 1) / 2 * STEP_PX / width),
            certainties=tuple(float(value) for value in certainties),
        )


def _spans(centres: NDArray[np.float64]) -> tuple[tuple[float, float], ...]:
    """Characters meet half-way between their centres (parts of the crop's width); the outer ones reach to its ends."""
    bounds = np.clip(np.concatenate(([0.0], (centres[1:] + centres[:-1]) / 2, [1.0])), 0.0, 1.0)
    return tuple((float(start), float(end)) for start, end in pairwise(bounds))
