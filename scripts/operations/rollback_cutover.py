"""Takes a rollout's share back, at once: scripts/rollback_cutover."""

import argparse
import sys
import time
from pathlib import Path

import httpx

from scripts.operations.cutover import SETTING
from scripts.operations.dial import Dial, Moved, Refused, Standing
from scripts.operations.target import Target, key_of

TRIES = 20
"""In a few seconds: somebody may be changing the plan at the same time, and this has to win."""


def take_back(dial: Dial, percentage: int, *, reason: str) -> Standing:
    """To the percentage, if more is standing. Raises Moved, Refused, httpx.HTTPError when the last of TRIES fails."""
    for left in reversed(range(TRIES)):
        try:
            standing = dial.standing()
            return dial.turn(percentage, seen=standing, reason=reason) if standing.percentage > percentage else standing
        except (Moved, httpx.HTTPError):
            if left == 0:
                raise
            time.sleep(0.5)
    raise AssertionError("unreachable")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="rollback_cutover",
        description="Give the candidate's jobs back to the baseline, from the next job on: running ones finish, and what the candidate"
        " failed is tried again by the baseline. Status 0: the share is taken back; 1: it is not, and it says why; 2: a wrong option.",
    )
    parser.add_argument("--kind", choices=tuple(SETTING), default="engine", help="which rollout; default: %(default)s")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the API answers; default: %(default)s")
    parser.add_argument("--key-file", type=Path, help="file with a key of scope admin; default: DOCTRAY_API_KEY")
    parser.add_argument("--ca", type=Path, help="certificate to trust, for a self-signed staging")
    parser.add_argument("--to", type=int, default=0, metavar="PERCENT", help="the share that the candidate keeps; default: %(default)s")
    parser.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")
    given = parser.parse_args()
    if not 0 <= given.to <= 99:
        parser.error("--to takes a percentage from 0 to 99")
    target = Target(url=given.url.rstrip("/"), key=key_of(given.key_file), ca=given.ca)
    try:
        with Dial(target, given.kind) as dial:
            if given.dry_run:
                print(f"would take the {given.kind}'s candidate at {target.url} back to {given.to} %")
                return
            standing = take_back(dial, given.to, reason="cutover rolled back by hand")
    except (Moved, Refused, httpx.HTTPError, OSError) as error:
        print(f"rollback_cutover: not taken back: {error}", file=sys.stderr)
        print("  on the machine itself: doctray rollout rollback", file=sys.stderr)
        sys.exit(1)
    print(f"{standing.candidate} reads {standing.percentage} % of jobs, {standing.baseline} the others.")


if __name__ == "__main__":
    main()
