"""Which way up a page is, decided from what was found and read on it.

A page that lies on its side is known by its text boxes: nearly all are taller than wide. Which side, and whether a badly
read page stands on its head, is known by reading a few large boxes both ways. Both decisions need clear evidence, so that
timetables with some vertical words stay as they are.
"""

from collections.abc import Mapping, Sequence

# Boxes less stretched than this (single digits, short numbers) do not tell which way their text runs.
_STRETCHED = 1.8
# Sideways when upright boxes make up less than a third of the stretched length.
_SIDEWAYS_SHARE = 2.0
# A reading of the whole page below this mean confidence is doubted; upright pages read at 0.6 and more, upside-down ones at 0.3.
_POOR_CONFIDENCE = 0.5
# How much better the turned reading has to be.
_CLEAR_GAIN = 0.1


def lies_sideways(sizes: Sequence[tuple[float, float]]) -> bool:
    """Whether text boxes of these widths and heights (pixels) look like those of a page turned by 90 or 270 degrees."""
    wide = sum(width for width, height in sizes if width >= _STRETCHED * height)
    tall = sum(height for width, height in sizes if height >= _STRETCHED * width)
    return tall > _SIDEWAYS_SHARE * wide


def is_doubtful(readings: Sequence[tuple[str, float]]) -> bool:
    """Whether the (text, confidence) pairs of a whole page are so poor that it may stand on its head."""
    return bool(readings) and mean_confidence(readings) < _POOR_CONFIDENCE


def best_turn(readings: Mapping[int, Sequence[tuple[str, float]]]) -> int:
    """Degrees clockwise by which to turn the page. readings: (text, confidence) of the same boxes by turn, 0 among them.

    Another turn than 0 wins only when its mean confidence is clearly higher.
    """
    means = {turn: mean_confidence(read) for turn, read in readings.items()}
    best = max(means, key=lambda turn: means[turn])
    return best if means[best] >= means[0] + _CLEAR_GAIN else 0


def mean_confidence(readings: Sequence[tuple[str, float]]) -> float:
    """Mean confidence weighted by length of text; 0 when nothing was read."""
    weight = sum(len(text) for text, _ in readings)
    return sum(confidence * len(text) for text, confidence in readings) / weight if weight else 0.0
