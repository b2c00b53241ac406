"""Runs a table's sides in turn (A B C, B C A, …) and keeps every round, so that a run that was cut short goes on where it stopped."""

import argparse
import hashlib
import json
import os
import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from benchmarks.machine import busy_seconds, load_average, this_machine
from benchmarks.results import Result, Round, Table, load, path_of, save
from benchmarks.usage import tree_cpu_seconds

ROOT = Path(__file__).parents[1]

Measure = Callable[[], Mapping[str, float]]
"""One turn of one side: its figures by name. Loading and warming up belong before the first turn."""

Turns = Callable[[int], Mapping[str, Mapping[str, float]]]
"""One round, given its number: the figures of every side. It interleaves by itself."""


def arguments(about: str, *, rounds: int = 3) -> argparse.ArgumentParser:
    """The options that every table's command has."""
    parser = argparse.ArgumentParser(description=about.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=rounds, help=f"rounds in all, kept ones included (default {rounds})")
    parser.add_argument("--minutes", type=float, default=0.0, help="begin no further round after so many minutes; 0: no limit")
    parser.add_argument("--fresh", action="store_true", help="throw kept rounds away")
    return parser


def in_turns(sides: Mapping[str, Measure]) -> Turns:
    """Each side once a round, beginning with another one each time."""

    def turn(number: int) -> dict[str, Mapping[str, float]]:
        names = list(sides)
        begin = number % len(names)
        return {name: sides[name]() for name in names[begin:] + names[:begin]}

    return turn


def run(table: Table, turns: Turns, options: argparse.Namespace) -> Result:
    """Measure until the table has `options.rounds` rounds; each is saved when it ends.

    Kept rounds of the same setup, code and versions on the same processor count; others are dropped.
    """
    result = _kept(table, fresh=options.fresh)
    deadline = time.monotonic() + options.minutes * 60 if options.minutes else float("inf")
    while len(result.rounds) < options.rounds and time.monotonic() < deadline:
        number = len(result.rounds)
        result = replace(result, rounds=(*result.rounds, _round(turns, number)))
        path = save(result)
        print(f"{table.name}: round {number + 1} of {options.rounds} kept in {path.relative_to(ROOT)}", flush=True)
    _show(result)
    return result


def wanted(table: Table, options: argparse.Namespace) -> int:
    """How many rounds are missing, so that a command need not load anything when none is."""
    return max(0, int(options.rounds) - len(_kept(table, fresh=options.fresh).rounds))


def _round(turns: Turns, number: int) -> Round:
    at, load_before = datetime.now(UTC), load_average()
    wall, busy, own = time.perf_counter(), busy_seconds(), tree_cpu_seconds(os.getpid())
    figures = {side: dict(found) for side, found in turns(number).items()}
    wall = time.perf_counter() - wall
    now_busy = busy_seconds()
    others = None
    if busy is not None and now_busy is not None:
        others = round(max(0.0, now_busy - busy - (tree_cpu_seconds(os.getpid()) - own)) / wall, 2)
    return Round(at=at.isoformat(timespec="seconds"), load=load_before, others_cores=others, figures=figures)


def _kept(table: Table, *, fresh: bool) -> Result:
    machine = this_machine()
    digest = _digest(table, machine.versions)
    empty = Result(table=table, machine=machine.as_json(), digest=digest, rounds=())
    path = path_of(table.name)
    if fresh or not path.exists():
        return empty
    kept = load(path)
    same = (kept.digest, kept.table.setup, kept.machine["processor"]) == (digest, _plain(table.setup), machine.processor)
    names = {side.name for side in table.sides}
    return replace(empty, rounds=tuple(turn for turn in kept.rounds if set(turn.figures) == names)) if same else empty


def _digest(table: Table, versions: Mapping[str, str]) -> str:
    """Of the Python files that decide the figures, and of the libraries' versions."""
    digest = hashlib.sha256(json.dumps(versions, sort_keys=True).encode())
    for part in table.code:
        path = ROOT / part
        for file in sorted(path.rglob("*.py")) if path.is_dir() else [path]:
            digest.update(file.relative_to(ROOT).as_posix().encode() + file.read_bytes())
    return digest.hexdigest()[:16]


def _plain(setup: Mapping[str, object]) -> object:
    """As it comes back from JSON."""
    return json.loads(json.dumps(setup))


def _show(result: Result) -> None:
    """The medians on the terminal."""
    compared = [figure for figure in result.table.figures if figure.compared]
    for side in result.table.sides:
        said = []
        for figure in result.table.figures:
            spread = result.spread(side.name, figure.name)
            if spread is not None:
                said.append(f"{figure.label} {spread.median:.{figure.digits}f}")
        for figure in compared:
            ratio = result.ratios(side.name, figure)
            if ratio is not None and side.name != result.table.reference:
                said.append(f"{figure.label} ratio {ratio.median:.2f} ({ratio.least:.2f}-{ratio.most:.2f})")
        print(f"  {side.name}: {'; '.join(said)}")
