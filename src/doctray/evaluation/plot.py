"""The calibration plot. Needs matplotlib (the extra `plots`)."""

import io
from collections.abc import Sequence

from doctray.evaluation.calibration import Sample, bins_of


def calibration_svg(samples: Sequence[Sample]) -> str:
    """Share of right values over confidence, with the diagonal and the number of values in each bin. Raises ImportError."""
    from matplotlib.backends.backend_svg import FigureCanvasSVG
    from matplotlib.figure import Figure

    bins = bins_of(samples)
    figure = Figure(figsize=(6, 4), layout="constrained")
    FigureCanvasSVG(figure)
    axes = figure.subplots()
    axes.plot([0, 1], [0, 1], color="0.7", linestyle="--", label="as sure as right")
    axes.plot([each.mean_confidence for each in bins], [each.share for each in bins], marker="o", color="#0b57a4", label="measured")
    for each in bins:
        axes.annotate(
            str(each.count), (each.mean_confidence, each.share), textcoords="offset points", xytext=(0, 8), ha="center", fontsize=8
        )
    axes.set(xlim=(0, 1.02), ylim=(0, 1.12), xlabel="confidence", ylabel="share of values that are right", title="Calibration")
    axes.legend(loc="upper left")
    drawn = io.StringIO()
    figure.savefig(drawn, format="svg", metadata={"Date": None})
    return drawn.getvalue()
