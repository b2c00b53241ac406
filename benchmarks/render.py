"""Writes the tables of benchmarks/results into docs/benchmarks.md, each between its two markers, and the plot beside it.

python -m benchmarks.render           writes
python -m benchmarks.render --check   exits with 1 where the tables of the document are not those of the results
"""

import argparse
import re
import sys
from collections.abc import Iterable
from itertools import groupby
from pathlib import Path

from benchmarks.results import RESULTS, Figure, Result, Spread, load

ROOT = Path(__file__).parents[1]
DOCUMENT = ROOT / "docs" / "benchmarks.md"
PLOT = ROOT / "docs" / "benchmarks.svg"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--check", action="store_true")
    check = parser.parse_args().check
    results = [load(path) for path in sorted(RESULTS.glob("*.json"))]
    before = DOCUMENT.read_text(encoding="utf-8")
    after = with_tables(before, results)
    if check:
        sys.exit(0 if after == before else f"{DOCUMENT.relative_to(ROOT)} is not in step: run python -m benchmarks.render")
    DOCUMENT.write_text(after, encoding="utf-8")
    from benchmarks.plot import draw

    draw(results, PLOT)


def with_tables(text: str, results: Iterable[Result]) -> str:
    """The document with each table anew; one whose markers it lacks is added at its end."""
    for result in results:
        name = result.table.name
        block = f"<!-- table {name} -->\n{rendered(result)}\n<!-- end {name} -->"
        found = re.compile(rf"<!-- table {re.escape(name)} -->.*?<!-- end {re.escape(name)} -->", re.DOTALL)
        if found.search(text):
            text = found.sub(lambda _, block=block: block, text)  # type: ignore[misc]
        else:
            text = f"{text.rstrip()}\n\n## {result.table.title}\n\n{block}\n"
    return text


def rendered(result: Result) -> str:
    """One table as Markdown: a row a side, a column a figure, a column a ratio; below it who, where and when."""
    table = result.table
    compared = [figure for figure in table.figures if figure.compared]
    heads = ["side", *(figure.label for figure in table.figures), *(f"{_ratio_label(figure)} ×" for figure in compared)]
    rows = [
        [
            side.name + (" (reference)" if side.name == table.reference and compared else ""),
            *(_cell(result.spread(side.name, figure.name), figure.digits) for figure in table.figures),
            *(_cell(_others_only(result, side.name, figure), 2, bold=True) for figure in compared),
        ]
        for side in table.sides
    ]
    lines = ["| " + " | ".join(row) + " |" for row in (heads, ["---"] + ["---:"] * (len(heads) - 1), *rows)]
    about = [f"- {side.name}: {side.about}" for side in table.sides if side.about]
    notes = [f"- {note}" for note in table.notes]
    return "\n".join([*lines, "", *about, *notes, "", f"`{table.command}`", "", _measured(result)])


def _ratio_label(figure: Figure) -> str:
    return figure.label.split(",")[0]


def _others_only(result: Result, side: str, figure: Figure) -> Spread | None:
    return None if side == result.table.reference else result.ratios(side, figure)


def _cell(spread: Spread | None, digits: int, *, bold: bool = False) -> str:
    """Median, and the range below it where the rounds differ in the digits shown."""
    if spread is None:
        return ""
    middle, least, most = (f"{value:,.{digits}f}" for value in (spread.median, spread.least, spread.most))
    middle = f"**{middle}**" if bold else middle
    return middle if least == most else f"{middle}<br>{least}–{most}"


def _measured(result: Result) -> str:
    """Machine, rounds and load, in two sentences."""
    machine = result.machine
    flags = ", ".join(machine["flags"]) or "none of note"
    gpus = f", {', '.join(machine['gpus'])}" if machine["gpus"] else ""
    days = " and ".join(day for day, _ in groupby(turn.at[:10] for turn in result.rounds))
    loads = [turn.load for turn in result.rounds]
    others = [turn.others_cores for turn in result.rounds if turn.others_cores is not None]
    busy = f", other programs kept {min(others):.1f}–{max(others):.1f} cores busy meanwhile" if others else ""
    versions = ", ".join(f"{name} {version}" for name, version in machine["versions"].items())
    return (
        f"{machine['processor']} ({flags}), {machine['cores']} cores, {machine['memory_gb']:g} GB{gpus}; {machine['system']}, "
        f"Python {machine['python']}, {versions}. {len(result.rounds)} rounds on {days}, load average {min(loads):.1f}–{max(loads):.1f} "
        f"before a round{busy}."
    )


if __name__ == "__main__":
    main()
