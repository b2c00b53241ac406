"""The plot of docs/benchmarks.md: for every table with a compared figure, how many times the reference each side reaches."""

import io
from collections.abc import Sequence
from pathlib import Path

from benchmarks.results import Figure, Result

_INK = "#30343b"
_BAR = "#3b6ea5"


def draw(results: Sequence[Result], path: Path) -> None:
    """Write an SVG; the same results give the same bytes."""
    import matplotlib as mpl
    from matplotlib.figure import Figure as Canvas

    tables = [(result, figure) for result in results if (figure := _first_compared(result)) is not None]
    if not tables:
        return
    mpl.rcParams.update({"svg.hashsalt": "doctray", "svg.fonttype": "none", "font.size": 9, "text.color": _INK, "axes.labelcolor": _INK})
    bars = [len(result.table.sides) - 1 for result, _ in tables]
    canvas = Canvas(figsize=(7.5, sum(0.32 * count + 0.75 for count in bars)), layout="constrained")
    axes = canvas.subplots(len(tables), 1, squeeze=False, gridspec_kw={"height_ratios": [max(1, count) for count in bars]})[:, 0]
    for axis, (result, figure) in zip(axes, tables, strict=True):
        _bars(axis, result, figure)
    made = io.StringIO()
    canvas.savefig(made, format="svg", metadata={"Date": None})
    # Matplotlib leaves blanks at the ends of lines.
    path.write_text("".join(f"{line.rstrip()}\n" for line in made.getvalue().splitlines()), encoding="utf-8")


def _first_compared(result: Result) -> Figure | None:
    has = (figure for figure in result.table.figures if figure.compared)
    return next((figure for figure in has if any(result.ratios(side.name, figure) for side in result.table.sides)), None)


def _bars(axis: object, result: Result, figure: Figure) -> None:
    from matplotlib.axes import Axes

    assert isinstance(axis, Axes)
    sides = [side.name for side in result.table.sides if side.name != result.table.reference]
    spreads = [(name, spread) for name in reversed(sides) if (spread := result.ratios(name, figure)) is not None]
    names = [name for name, _ in spreads]
    middles = [spread.median for _, spread in spreads]
    below = [spread.median - spread.least for _, spread in spreads]
    above = [spread.most - spread.median for _, spread in spreads]
    bars = axis.barh(names, middles, xerr=[below, above], color=_BAR, ecolor=_INK, capsize=2, height=0.6)
    axis.bar_label(bars, fmt="%.1f×", padding=6)
    axis.axvline(1.0, color=_INK, linewidth=0.8, linestyle=":")
    axis.margins(x=0.15)
    axis.set_title(f"{result.table.title}: {figure.label}, times {result.table.reference}", loc="left", fontsize=9)
    axis.spines[["top", "right"]].set_visible(False)
