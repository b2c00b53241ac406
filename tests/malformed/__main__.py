"""`scripts/malformed`: writes the corpus, or runs it and prints a table; 1 when anything broke the rules."""

import argparse
import json
import os
import re
import sys
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Sequence
from pathlib import Path

from tests.acceptance.service import running
from tests.malformed.case import Case
from tests.malformed.corpus import SEED, corpus, short
from tests.malformed.footprint import Footprint, growth, settled
from tests.malformed.run import BYSTANDER_EVERY, Bystander, Ending, Handler, breaches, run

PAGE_SECONDS = 10.0
WARM_UP = 16


def main() -> int:
    parser = argparse.ArgumentParser(prog="scripts/malformed", description=__doc__)
    parser.add_argument("--seed", type=int, default=SEED, help="of the damage done by chance")
    parser.add_argument("--short", action="store_true", help="some of every group")
    parser.add_argument("--match", default="", help="only cases with this in their name")
    parser.add_argument("--lanes", type=int, default=4, help="cases in flight")
    parser.add_argument("--page-seconds", type=float, default=PAGE_SECONDS, help="PAGE_BUDGET_SECONDS of the service")
    parser.add_argument("--url", help="a running service; its key in DOCTRAY_API_KEY")
    parser.add_argument("--write", type=Path, metavar="FOLDER", help="write the files there instead")
    parser.add_argument("--report", type=Path, metavar="FILE", help="one JSON line a case")
    given = parser.parse_args()
    cases = corpus(given.seed)
    cases = tuple(case for case in (short(cases) if given.short else cases) if given.match in case.name)
    if given.write:
        write(cases, given.write)
        return 0
    started = time.monotonic()
    if given.url:
        endings, bystanders = _against(given.url, cases, given, os.environ.get("DOCTRAY_API_KEY"))
        grown: list[str] = []
    else:
        endings, bystanders, grown = own_service(cases, page_seconds=given.page_seconds, lanes=given.lanes)
    broken = breaches(endings, bystanders) + grown
    _print_table(endings, bystanders, broken, time.monotonic() - started)
    if given.report:
        given.report.write_text("".join(_line(ending) for ending in sorted(endings, key=lambda ending: ending.case.name)))
    return 1 if broken else 0


def write(cases: Sequence[Case], folder: Path) -> None:
    """Each case as a file, in a folder a group; cases.json says what each may end in."""
    listed = []
    for case in cases:
        file = folder / _slug(case.group) / f"{_slug(case.name.partition('/')[2])}{Path(case.file_name).suffix[:8]}"
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(case.make())
        listed.append(
            {
                "name": case.name,
                "file": str(file.relative_to(folder)),
                "file_name": case.file_name,
                "options": dict(case.options),
                "outcomes": sorted(case.outcomes),
            }
        )
    (folder / "cases.json").write_text(json.dumps(listed, indent=1, ensure_ascii=False))
    print(f"{len(listed)} cases in {folder}")


def own_service(
    cases: Sequence[Case], *, page_seconds: float, lanes: int, leniency: float = 1.0
) -> tuple[list[Ending], list[Bystander], list[str]]:
    """Start a service, warm it up, run the cases, and compare what it takes before and after. The last list: how it grew."""
    with tempfile.TemporaryDirectory(prefix="doctray-malformed-") as home:
        settings = {
            "OCR_ENGINE": "null",
            "PAGE_BUDGET_SECONDS": f"{page_seconds:g}",
            "WORKER_CONCURRENCY": str(lanes),
            "API_RATE_LIMIT_PER_MINUTE": "100000",
            "API_READ_LIMIT_PER_MINUTE": "1000000",
        }
        with running(Path(home), **settings) as service:
            assert service.process is not None
            pid = service.process.pid

            def new_handler() -> Handler:
                return Handler(service.url, page_seconds=page_seconds, leniency=leniency)

            # every decoder and every kind of answer once, so that what is loaded for good is loaded before
            run(short(cases, each=1)[:WARM_UP], new_handler=new_handler, lanes=lanes)
            before = settled(pid, service.home, like=None)
            endings, bystanders = run(cases, new_handler=new_handler, lanes=lanes)
            after = settled(pid, service.home, like=before)
            _print_footprints(before, after)
            return endings, bystanders, growth(before, after, jobs=len(cases))


def _against(url: str, cases: Sequence[Case], given: argparse.Namespace, key: str | None) -> tuple[list[Ending], list[Bystander]]:
    return run(cases, new_handler=lambda: Handler(url, page_seconds=given.page_seconds, api_key=key), lanes=given.lanes)


def _print_table(endings: Sequence[Ending], bystanders: Sequence[Bystander], broken: Sequence[str], seconds: float) -> None:
    groups: defaultdict[str, list[Ending]] = defaultdict(list)
    for ending in endings:
        groups[ending.case.group].append(ending)
    print(f"\n{'group':<24} {'cases':>5} {'slowest':>8}  endings")
    for group, members in groups.items():
        counted = ", ".join(f"{count} {outcome}" for outcome, count in Counter(ending.outcome for ending in members).most_common())
        print(f"{group:<24} {len(members):>5} {max(ending.seconds for ending in members):>6.1f} s  {counted}")
    slowest = max((one.seconds for one in bystanders), default=0.0)
    print(
        f"\n{len(endings)} cases in {seconds:.0f} s; {len(bystanders)} sound documents between them (one every {BYSTANDER_EVERY}), slowest {slowest:.1f} s"
    )
    for line in broken:
        print(f"BREACH {line}")
    print("no breach" if not broken else f"{len(broken)} breaches")


def _print_footprints(before: Footprint, after: Footprint) -> None:
    for role in sorted(before.resident_mb.keys() | after.resident_mb.keys()):
        print(f"{role:<10} {before.resident_mb.get(role, 0):>6.0f} MB before, {after.resident_mb.get(role, 0):>6.0f} MB after")
    print(f"home       {before.home_bytes / 2**20:>6.1f} MB before, {after.home_bytes / 2**20:>6.1f} MB after")


def _line(ending: Ending) -> str:
    found = {
        "name": ending.case.name,
        "outcome": ending.outcome,
        "seconds": round(ending.seconds, 3),
        "tries": ending.tries,
        "breach": ending.breach,
    }
    return json.dumps(found, ensure_ascii=False) + "\n"


def _slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:80] or "x"


if __name__ == "__main__":
    sys.exit(main())
