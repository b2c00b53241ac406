"""Drives thousands of jobs through rollouts with good and bad candidates, on a clock that jumps; prints what became of each.

Exits 1 when a good candidate did not reach 100 %, or a bad one touched more jobs than docs/rollouts.md states.
"""

import argparse
import asyncio
import logging
import sys

import structlog

from tests.simulation.scenarios import SCENARIOS, Scenario
from tests.simulation.world import Story


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.simulation", description=__doc__)
    parser.add_argument("--seeds", type=int, default=1, help="how many worlds of each (default 1)")
    parser.add_argument("--first-seed", type=int, default=1)
    given = parser.parse_args()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
    print(f"{'candidate':<24} {'seed':>4} {'ends at':>8} {'jobs':>6} {'touched':>8} {'share':>7} {'hours':>6}  why")
    kept = True
    for scenario in SCENARIOS:
        for seed in range(given.first_seed, given.first_seed + given.seeds):
            story = asyncio.run(scenario.play(seed))
            print(_row(scenario, seed, story), flush=True)
            kept = scenario.kept(story) and kept
    sys.exit(0 if kept else 1)


def _row(scenario: Scenario, seed: int, story: Story) -> str:
    mark = "" if scenario.kept(story) else "  BROKEN"
    figures = f"{story.percentage:>7}% {story.jobs:>6} {story.touched:>8} {story.share:>6.1%} {story.seconds / 3600:>6.2f}"
    return f"{scenario.name:<24} {seed:>4} {figures}  {story.reason}{mark}"


if __name__ == "__main__":
    main()
