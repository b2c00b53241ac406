"""Least and largest value that convolutions of the PP-OCR recogniser take in, for its 8-bit form. By scripts/ppocr_ranges.py.

Of drawn lines, spoilt as scanners, faxes and phones do, but for one value in a hundred thousand at either end. The names are those of
the ONNX file; what is not named stays in more bits.
"""

RANGES: dict[str, tuple[float, float]] = {
    "Conv.8": (-1.430, 2.019),
    "Conv.9": (-0.170, 4.607),
    "Conv.11": (-2.735, 2.576),
    "Conv.12": (-0.170, 4.392),
    "Conv.14": (-1.966, 2.125),
    "Conv.15": (-0.170, 2.562),
    "Conv.17": (-5.459, 3.791),
    "Conv.18": (-0.170, 4.615),
    "Conv.22": (-0.894, 1.142),
    "Conv.23": (-0.170, 2.680),
    "Conv.25": (-1.850, 2.091),
    "Conv.26": (-0.170, 1.354),
    "Conv.30": (-1.700, 0.921),
    "Conv.31": (-0.170, 1.996),
    "Conv.33": (-1.851, 1.439),
    "Conv.34": (-0.170, 1.160),
    "Conv.38": (-1.067, 0.743),
    "Conv.39": (-0.170, 2.406),
    "Conv.41": (-1.537, 1.319),
    "Conv.42": (-0.170, 1.338),
    "Conv.44": (-2.642, 2.685),
    "Conv.45": (-0.170, 4.188),
    "Conv.49": (-0.865, 0.951),
    "Conv.50": (-0.170, 2.198),
    "Conv.52": (-7.608, 6.411),
}
