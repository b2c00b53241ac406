"""Load tests of doctray, with a verdict: python -m loadtests [mixed|rush|flood|sustained|smoke …].

Starts a stack of its own on loopback, lets locust's callers in, and prints a table of targets; exit status 0 when all are met. Several
scenarios run one after the other, each on a stack of its own. With --url it goes against a service that is up; raise its rate limits
first (API_RATE_LIMIT_PER_MINUTE). docs/loadtests.md has the rest.
"""

import argparse
import os
import signal
import sys
from dataclasses import replace
from datetime import UTC, datetime
from importlib.util import find_spec
from pathlib import Path
from typing import Any, NoReturn

from loadtests import front
from loadtests.part import StackError
from loadtests.report import Outcome, as_text
from loadtests.run import run_against, run_own
from loadtests.scenarios import SCENARIOS, Scenario
from loadtests.stack import Plan


def main() -> None:
    options = _options()
    # SIGTERM ends the run as Ctrl-C does: through every `finally`, so that no part is left behind.
    signal.signal(signal.SIGTERM, signal.default_int_handler)
    folders, passed = [], True
    for name in options.scenarios:
        scenario = _scenario(SCENARIOS[name], options)
        folder = _folder(name, options).absolute()
        folder.mkdir(parents=True, exist_ok=True)
        try:
            outcome = _run(scenario, options, folder)
        except StackError as error:
            _give_up(str(error), 2)
        except KeyboardInterrupt:
            _give_up("stopped; everything that was started has ended", 130)
        print(as_text(outcome))
        print(f"\n{folder / 'report.html'}\n", flush=True)
        folders.append(folder)
        passed &= outcome.passed
    if len(folders) > 1:
        print("python -m loadtests.sizing write " + " ".join(map(str, folders)))
    sys.exit(0 if passed else 1)


def _folder(name: str, options: argparse.Namespace) -> Path:
    out: Path | None = options.out
    if out is None:
        return Path("loadtest-results") / f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{name}"
    return out if len(options.scenarios) == 1 else out / name


def _run(scenario: Scenario, options: argparse.Namespace, folder: Path) -> Outcome:
    if options.url:
        return run_against(scenario, options.url.rstrip("/"), os.environ.get("DOCTRAY_API_KEY", ""), folder, seed=options.seed)
    plan = Plan(
        engine=options.engine or scenario.engine,
        apis=options.apis,
        workers=options.workers,
        database=options.database,
        blobs=options.blobs or ("s3" if find_spec("moto") and find_spec("doctray.storage.blobs_s3") else "files"),
        front=options.front or ("direct" if front.lacks() else "nginx"),
        prometheus=options.prometheus,
        settings=dict(pair.split("=", 1) for pair in options.set),
    )
    return run_own(scenario, plan, folder, seed=options.seed)


def _scenario(scenario: Scenario, options: argparse.Namespace) -> Scenario:
    given: dict[str, Any] = {
        "run_s": options.seconds,
        "users": options.users,
        "users_per_s": options.rate,
        "duplicates": options.duplicates,
        "pace_s": options.pace,
        "submits": options.submits,
        "rolling_restart": options.rolling_restart,
    }
    changed = replace(scenario, **{name: value for name, value in given.items() if value is not None})
    return replace(changed, warm_up_s=min(changed.warm_up_s, changed.run_s / 4))


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m loadtests", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    about = "; ".join(f"{scenario.name}: {scenario.about}" for scenario in SCENARIOS.values())
    parser.add_argument("scenarios", nargs="*", metavar="scenario", help=f"one or several, default: mixed. {about}")
    parser.add_argument("--url", help="a service that is up, instead of a stack of our own; its key is taken from DOCTRAY_API_KEY")
    parser.add_argument(
        "--out",
        type=Path,
        help="folder for report.html, figures.json and logs, with one in it for each of several; default: loadtest-results/TIME-SCENARIO",
    )
    parser.add_argument("--seed", type=int, default=1)
    traffic = parser.add_argument_group("traffic (default: the scenario's)")
    traffic.add_argument("--seconds", type=float, help="how long callers come")
    traffic.add_argument("--users", type=int)
    traffic.add_argument("--rate", type=float, help="users that begin a second")
    traffic.add_argument("--pace", type=float, help="mean seconds between two documents of a caller")
    traffic.add_argument("--duplicates", type=_share, help="share of submissions whose content was submitted before, 0 to 1")
    traffic.add_argument("--submits", type=int, help="of rush: how many in all")
    traffic.add_argument("--rolling-restart", action=argparse.BooleanOptionalAction, help="of APIs and workers, in the middle")
    parts = parser.add_argument_group("the stack")
    parts.add_argument("--engine", help="default: the scenario's")
    parts.add_argument("--apis", type=int, default=2)
    parts.add_argument("--workers", type=int, default=2)
    parts.add_argument("--database", choices=("postgres", "sqlite"), default="postgres")
    parts.add_argument("--blobs", choices=("s3", "files"), help="default: s3 where moto's server is installed")
    parts.add_argument("--front", choices=("nginx", "direct"), help="default: nginx where it is installed")
    parts.add_argument("--prometheus", action=argparse.BooleanOptionalAction, default=True)
    parts.add_argument("--set", action="append", default=[], metavar="NAME=VALUE", help="a setting of doctray; may be repeated")
    options = parser.parse_args()
    options.scenarios = options.scenarios or ["mixed"]
    unknown = [name for name in options.scenarios if name not in SCENARIOS]
    if unknown:
        parser.error(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    if any("=" not in pair for pair in options.set):
        parser.error("--set takes NAME=VALUE")
    return options


def _share(text: str) -> float:
    value = float(text)
    if not 0 <= value < 1:
        raise argparse.ArgumentTypeError("at least 0 and below 1")
    return value


def _give_up(message: str, status: int) -> NoReturn:
    print(f"loadtests: {message}", file=sys.stderr)
    sys.exit(status)


if __name__ == "__main__":
    main()
