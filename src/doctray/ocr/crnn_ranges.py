"""Least and largest value that comes out of each convolution of the English recogniser, for its 8-bit form. Written by
scripts/crnn_ranges.py.

Of lines of our own sample papers, scanned and photographed, but for one value in ten thousand. The last convolution feeds the LSTMs,
which stay in more bits.
"""

FILE = "english_g2.pth"
"""Whose ranges these are; other recognisers have weights of their own and are not computed in 8 bits."""

RANGES: dict[str, tuple[float, float]] = {
    "0": (0.0, 2.318),
    "3": (0.0, 5.338),
    "6": (0.0, 15.433),
    "8": (0.0, 36.398),
    "11": (0.0, 6.510),
    "14": (0.0, 6.859),
}
