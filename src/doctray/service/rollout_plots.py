"""The plots of a rollout's report, as SVG to stand in a page: nothing loaded, coloured by the page's own style (`PLOT_STYLE`)."""

import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import datetime, timedelta
from html import escape

from doctray.service.rollout_report import FieldAgreement, Slice

PLOT_STYLE = (
    ".plot{max-width:46rem;width:100%;height:auto;font:12px system-ui,sans-serif}.plot text{fill:#1b1f24}.plot .grid{stroke:#d8dee4}"
    ".plot .baseline{stroke:#8a5a00}.plot .candidate{stroke:#0b5cad}.plot .limit{stroke:#a4250b;stroke-dasharray:2 3}"
    ".plot .line{fill:none;stroke-width:2}.plot .line.baseline{stroke-dasharray:6 3}.plot .share{fill:none;stroke:#1b1f24;stroke-width:1.5}"
    ".plot .fill.baseline{fill:#e0b96a;stroke:none}.plot .fill.candidate{fill:#0b5cad;stroke:none}"
    ".plot .fill.shadow{fill:none;stroke:#0b5cad}"
)
"""Told apart by dashes and lightness as well as by colour: it is read in grey print too."""

WIDTH = 720
_LEFT, _RIGHT, _TOP = 56, 20, 34
_STEPS = 200
_TICKS_S = (0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 30, 60, 120, 300, 600, 1800, 3600)
_NAMES_PX = 210
_ROW_PX = 22
_LETTERS = 30
_TICK_PX = 44


def time_plot(title: str, *, baseline: Sequence[float], candidate: Sequence[float], limit_s: float) -> str:
    """Which share of readings was done after how many seconds. Both sorted. Empty text when there are none."""
    told = [value for value in (*baseline, *candidate) if value > 0]
    if not told:
        return ""
    low, high = min(told), max(*told, limit_s) * 1.1
    low = min(low, high / 10)

    def across(seconds: float) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * (math.log(max(seconds, low)) - math.log(low)) / (math.log(high) - math.log(low))

    def down(share: float) -> float:
        return _TOP + 200 * (1 - share)

    parts = [*_shares_grid(down)]
    for tick in _spaced([tick for tick in _TICKS_S if low <= tick <= high], across):
        parts.append(f'<line class="grid" x1="{across(tick):.1f}" x2="{across(tick):.1f}" y1="{_TOP}" y2="{_TOP + 200}"/>')
        parts.append(_text(across(tick), _TOP + 216, f"{tick:g} s", "middle"))
    parts.append(f'<line class="limit" x1="{across(limit_s):.1f}" x2="{across(limit_s):.1f}" y1="{_TOP}" y2="{_TOP + 200}"/>')
    for arm, values in (("baseline", baseline), ("candidate", candidate)):
        if values:
            parts.append(f'<path class="line {arm}" d="{_distribution(values, across, down)}"/>')
    parts += _legend(
        (("line baseline", f"baseline ({len(baseline)})"), ("line candidate", f"candidate ({len(candidate)})"), ("limit", f"{limit_s:g} s"))
    )
    return _svg(title, _TOP + 226, parts, f"{_said('baseline', baseline)}; {_said('candidate', candidate)}")


def field_plot(title: str, fields: Sequence[FieldAgreement], *, limit: float) -> str:
    """Share of values that agree, with its interval, field by field."""
    if not fields:
        return ""
    bottom = _TOP + _ROW_PX * len(fields)

    def across(share: float) -> float:
        return _NAMES_PX + (WIDTH - _NAMES_PX - 110) * share

    parts = []
    for tick in (0, 0.25, 0.5, 0.75, 1):
        parts.append(f'<line class="grid" x1="{across(tick):.1f}" x2="{across(tick):.1f}" y1="{_TOP}" y2="{bottom}"/>')
        parts.append(_text(across(tick), bottom + 16, f"{tick:.0%}", "middle"))
    parts.append(f'<line class="limit" x1="{across(limit):.1f}" x2="{across(limit):.1f}" y1="{_TOP}" y2="{bottom}"/>')
    for row, each in enumerate(fields):
        y = _TOP + _ROW_PX * (row + 0.5)
        parts.append(_text(_NAMES_PX - 8, y + 4, _short(each.name), "end"))
        parts.append(f'<line class="candidate" x1="{across(each.share.low):.1f}" x2="{across(each.share.high):.1f}" y1="{y}" y2="{y}"/>')
        parts.append(f'<circle class="fill candidate" cx="{across(each.share.value):.1f}" cy="{y}" r="4"/>')
        parts.append(_text(WIDTH - 102, y + 4, f"{each.share.value:.0%} of {each.compared}", "start"))
    parts += _legend((("limit", f"{limit:.0%} asked"),))
    return _svg(title, bottom + 26, parts, "; ".join(f"{each.name} {each.share.value:.0%}" for each in fields))


def volume_plot(title: str, slices: Sequence[Slice], *, length: timedelta, shares: Sequence[tuple[datetime, int]], until: datetime) -> str:
    """Jobs by arm over time, and beneath it the percentage that the plan gave the candidate."""
    most = max((each.baseline + each.candidate + each.shadows for each in slices), default=0)
    if not most:
        return ""
    since, whole = slices[0].start, length * len(slices)
    wide = (WIDTH - _LEFT - _RIGHT) / len(slices)

    def across(at: datetime) -> float:
        return _LEFT + (WIDTH - _LEFT - _RIGHT) * ((min(at, since + whole) - since) / whole)

    parts = []
    for count in sorted({0, most // 2, most}):
        y = _TOP + 140 * (1 - count / most)
        parts += [
            f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{y:.1f}" y2="{y:.1f}"/>',
            _text(_LEFT - 6, y + 4, str(count), "end"),
        ]
    for index, each in enumerate(slices):
        parts += _column(each, _LEFT + wide * index + 0.5, max(1.0, wide - 1), scale=140 / most)
    parts += _share_line(shares, across, until)
    parts += _times(slices, across)
    parts += _legend(
        (
            ("fill baseline", "baseline"),
            ("fill candidate", "candidate"),
            ("fill shadow", "shadows of the candidate"),
            ("share", "planned share"),
        )
    )
    total = (sum(each.baseline for each in slices), sum(each.candidate for each in slices), sum(each.shadows for each in slices))
    return _svg(title, _TOP + 246, parts, f"{total[0]} jobs of the baseline, {total[1]} of the candidate, {total[2]} shadows")


def _distribution(values: Sequence[float], across: Callable[[float], float], down: Callable[[float], float]) -> str:
    """Steps up at each value, thinned out to what can be seen."""
    shown = range(0, len(values), max(1, len(values) // _STEPS))
    at = f"M{across(values[0]):.1f} {down(0):.1f}"
    for index in (*shown, len(values) - 1):
        at += f"H{across(values[index]):.1f}V{down((index + 1) / len(values)):.1f}"
    return at


def _shares_grid(down: Callable[[float], float]) -> Iterator[str]:
    for share in (0, 0.25, 0.5, 0.75, 0.95, 1):
        yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{down(share):.1f}" y2="{down(share):.1f}"/>'
        if share != 1:
            yield _text(_LEFT - 6, down(share) + 4, f"{share:.0%}", "end")


def _column(each: Slice, x: float, width: float, *, scale: float) -> Iterator[str]:
    """One upon another. scale: px for each job."""
    y = _TOP + 140.0
    for arm, count in (("baseline", each.baseline), ("candidate", each.candidate), ("shadow", each.shadows)):
        y -= scale * count
        if count:
            yield f'<rect class="fill {arm}" x="{x:.1f}" y="{y:.1f}" width="{width:.1f}" height="{scale * count:.1f}"/>'


def _share_line(shares: Sequence[tuple[datetime, int]], across: Callable[[datetime], float], until: datetime) -> Iterator[str]:
    """0 to 100 % in a band of its own."""
    top, bottom = _TOP + 162, _TOP + 202

    def down(share: int) -> float:
        return bottom - (bottom - top) * share / 100

    for share in (0, 100):
        yield f'<line class="grid" x1="{_LEFT}" x2="{WIDTH - _RIGHT}" y1="{down(share)}" y2="{down(share)}"/>'
        yield _text(_LEFT - 6, down(share) + 4, f"{share} %", "end")
    steps = "".join(f"H{across(at):.1f}V{down(share):.1f}" for at, share in shares[1:])
    yield f'<path class="share" d="M{_LEFT} {down(shares[0][1]):.1f}{steps}H{across(until):.1f}"/>'


def _times(slices: Sequence[Slice], across: Callable[[datetime], float]) -> Iterator[str]:
    form = "%H:%M" if slices[-1].start - slices[0].start <= timedelta(hours=36) else "%d %b %H:%M"
    for index in range(0, len(slices), max(1, math.ceil(len(slices) / 6))):
        yield _text(across(slices[index].start), _TOP + 222, slices[index].start.strftime(form), "start" if index == 0 else "middle")


def _spaced(ticks: Sequence[float], across: Callable[[float], float]) -> list[float]:
    """Those whose labels do not touch."""
    shown: list[float] = []
    for tick in ticks:
        if not shown or across(tick) - across(shown[-1]) >= _TICK_PX:
            shown.append(tick)
    return shown


def _legend(entries: Sequence[tuple[str, str]]) -> Iterator[str]:
    x = _LEFT
    for kind, label in entries:
        if kind.startswith("fill"):
            yield f'<rect class="{kind}" x="{x}" y="8" width="18" height="10"/>'
        else:
            yield f'<path class="{kind}" d="M{x} 13H{x + 18}"/>'
        yield _text(x + 24, 17, label, "start")
        x += 44 + 7 * len(label)


def _said(arm: str, values: Sequence[float]) -> str:
    return f"{arm}: half of {len(values)} within {values[(len(values) - 1) // 2]:.2f} s" if values else f"{arm}: none"


def _short(name: str) -> str:
    return name if len(name) <= _LETTERS else f"{name[: _LETTERS - 1]}…"


def _text(x: float, y: float, text: str, anchor: str) -> str:
    return f'<text x="{x:.1f}" y="{y:.1f}" text-anchor="{anchor}">{escape(text)}</text>'


def _svg(title: str, height: float, parts: Iterable[str], said: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" class="plot" role="img" viewBox="0 0 {WIDTH} {height:.0f}" '
        f'aria-label="{escape(title)}. {escape(said)}">{"".join(parts)}</svg>'
    )
