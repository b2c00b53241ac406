"""Least and largest value that comes out of each stage of CRAFT, for its 8-bit form. Written by scripts/craft_ranges.py.

Of our own sample papers, scanned and photographed, but for one value in ten thousand at either end. The picture and the last
stages cost little and stay in more bits.
"""

RANGES: dict[str, tuple[float, float]] = {
    "basenet.slice1.0": (0.000, 5.666),
    "basenet.slice1.3": (0.000, 3.839),
    "basenet.slice1.7": (0.000, 2.461),
    "basenet.slice1.10": (0.000, 3.258),
    "basenet.slice2.14": (0.000, 2.817),
    "basenet.slice2.17": (0.000, 2.385),
    "basenet.slice3.20": (0.000, 2.591),
    "basenet.slice3.24": (0.000, 2.114),
    "basenet.slice3.27": (0.000, 2.600),
    "basenet.slice4.30": (0.000, 2.159),
    "basenet.slice4.34": (0.000, 1.714),
    "basenet.slice4.37": (-3.963, 2.677),
    "basenet.slice5.1": (-5.507, 5.770),
    "basenet.slice5.2": (-13.297, 13.528),
    "upconv1.conv.0": (0.000, 6.640),
    "upconv1.conv.3": (0.000, 5.992),
    "upconv2.conv.0": (0.000, 7.235),
    "upconv2.conv.3": (0.000, 8.666),
    "upconv3.conv.0": (0.000, 8.623),
    "upconv3.conv.3": (0.000, 10.796),
    "upconv4.conv.0": (0.000, 10.532),
}
