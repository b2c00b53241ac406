"""Crops of lines in batches of few shapes.

What a runtime prepares for a shape (OpenVINO: some 25 ms of one core for a recogniser) is kept for the next time that it comes. A batch is
therefore of one of few sizes, and its crops are padded alike.
"""

from collections.abc import Iterator, Sequence
from itertools import groupby


def batches_alike(widths: Sequence[int], *, sizes: Sequence[int], most_px: int) -> Iterator[tuple[list[int], int]]:
    """Numbers of crops that are padded alike, and their width; every crop once, but for those of width 0.

    widths: that crops are padded to, in pixels. sizes: of batches, the largest first, the last of them 1. most_px: of width in a batch; a
    wider crop is alone in its own.
    """
    ordered = sorted((number for number, width in enumerate(widths) if width), key=lambda number: widths[number])
    for width, group in groupby(ordered, key=lambda number: widths[number]):
        alike = list(group)
        for size in sizes:
            while len(alike) >= size and (size == 1 or size * width <= most_px):
                yield alike[:size], width
                alike = alike[size:]
