"""Hurts a running doctray in every way we know and judges from outside whether anything accepted was lost, doubled or stuck.

Each scenario starts a service of its own in a new folder, prints a table, and ends it. Exits 1 on any breach; then the folder
with journal and logs is kept and named. What is shown and how to read the table: docs/chaos.md.
"""

import argparse
import asyncio
import shutil
import sys
import tempfile
from collections.abc import Callable, Coroutine
from functools import partial
from pathlib import Path
from typing import Any

from tests.chaos import scenarios
from tests.chaos.nemesis import FAULTS
from tests.chaos.table import Report, render

Run = Callable[[Path], Coroutine[Any, Any, Report]]


def main() -> None:
    given = _arguments()
    kept = True
    for run in _runs(given):
        kept = _once(run, keep=given.keep) and kept
    sys.exit(0 if kept else 1)


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="scripts/chaos", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "scenario",
        nargs="*",
        metavar="SCENARIO",
        help="storm (what runs without one), rolling, redis, workers, flood, easyocr (a storm on the real engine), all",
    )
    parser.add_argument("--seed", type=int, default=1, help="of the load and of the order of faults (default 1)")
    parser.add_argument("--seeds", type=int, default=1, metavar="N", help="run so many seeds from --seed on")
    parser.add_argument("--long", action="store_true", help="the long storm: every fault several times (about 20 minutes)")
    parser.add_argument(
        "--fault", action="append", metavar="NAME", choices=sorted(FAULTS), help="a storm of these faults alone; repeatable"
    )
    parser.add_argument(
        "--leniency",
        type=float,
        default=1.0,
        metavar="TIMES",
        help="how many times as long all may take, on a machine that does other things",
    )
    parser.add_argument("--keep", action="store_true", help="keep the service's folder in any case")
    given = parser.parse_args()
    given.scenario = given.scenario or ["storm"]
    if unknown := set(given.scenario) - {*_SCENARIOS, "all"}:
        parser.error(f"there is no scenario {', '.join(sorted(unknown))}")
    return given


def _runs(given: argparse.Namespace) -> list[Run]:
    names = list(_SCENARIOS) if "all" in given.scenario else given.scenario
    faults = scenarios.LONG if given.long else scenarios.SHORT
    if given.fault:
        faults = tuple((name, 1) for name in given.fault)
    storm = partial(scenarios.storm, faults=faults)
    return [
        partial(storm if name == "storm" else _SCENARIOS[name], seed=seed, leniency=given.leniency)
        for seed in range(given.seed, given.seed + given.seeds)
        for name in names
    ]


_SCENARIOS: dict[str, scenarios.Run] = {
    "storm": scenarios.storm,
    "rolling": scenarios.rolling,
    "redis": scenarios.redis_restarts,
    "workers": scenarios.workers_back,
    "flood": scenarios.flood,
    "easyocr": scenarios.reading,
}


def _once(run: Run, *, keep: bool) -> bool:
    """Whether nothing was broken."""
    home = Path(tempfile.mkdtemp(prefix="doctray-chaos-"))
    finished = False
    try:
        report = asyncio.run(run(home))
        finished = True
    finally:
        if not finished:
            print(f"The run was not finished; see {home}", flush=True)
    print(render(report), end="\n\n", flush=True)
    if keep or not report.kept:
        print(f"Journal and logs: {home}\n", flush=True)
    else:
        shutil.rmtree(home)
    return report.kept


if __name__ == "__main__":
    main()
