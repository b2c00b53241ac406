"""`scripts/hostile`: sends every case to a service of its own and writes docs/hostile.md; 1 when anything is wrong."""

import argparse
import sys
import tempfile
from pathlib import Path

from tests.hostile.case import Case
from tests.hostile.corpus import corpus
from tests.hostile.page import PAGE, rendered
from tests.hostile.run import run
from tests.hostile.target import attacked


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/hostile", description=__doc__)
    parser.add_argument("--check", action="store_true", help="write nothing; 1 when the page is out of step")
    parser.add_argument("--match", default="", help="only cases with this in their title; nothing is written")
    parser.add_argument("--short", action="store_true", help="only the quick cases; nothing is written")
    given = parser.parse_args()
    cases = [case for case in corpus() if given.match in case.title and not (given.short and case.long)]
    with tempfile.TemporaryDirectory(prefix="doctray-hostile-") as home, attacked(Path(home)) as target:
        got, broken = run(cases, target, tell=_tell)
    for line in broken:
        print(f"BROKEN {line}")
    print(f"{len(cases)} cases, {len(broken)} faults")
    if given.match or given.short:
        return 1 if broken else 0
    page = rendered(cases, got)
    if given.check:
        if PAGE.read_text("utf-8") != page:
            print(f"{PAGE} is out of step; run scripts/hostile")
            return 1
    elif not broken:
        PAGE.write_text(page, "utf-8")
    return 1 if broken else 0


def _tell(case: Case, outcome: str, faults: list[str]) -> None:
    print(f"{'BROKEN' if faults else 'ok':6} {case.title}: {outcome}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
