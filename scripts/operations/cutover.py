"""Takes a rollout through its last stages to 100 %, with health between them: scripts/execute_final_cutover."""

import argparse
import fcntl
import json
import shlex
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import FrameType
from typing import Protocol

import httpx

from scripts.operations.dial import Dial, Moved, Refused, Standing
from scripts.operations.finding import Status, as_text
from scripts.operations.target import ROOT, Target, key_of
from scripts.operations.validate import Given, add_doctray, doctray_of, validate

PRE_CHECKS = ("alive", "healthy", "keys", "document", "problems", "tls", "settings", "doctor", "disk", "monitored")
AFTERWARDS = ("alive", "healthy", "document")
WORSE = ("breach", "critical")
UNREACHED_AT_MOST = 5
"""Looks in a row that may get no answer, as at a restart."""

SETTING = {"engine": "OCR_ENGINE", "extractor": "DEFAULT_EXTRACTOR"}


class Stopped(Exception):
    """The cutover cannot go on. Says why."""


class SteppedBack(Stopped):
    """Somebody else, as doctray itself does, took the share back meanwhile: there is nothing left to take back."""


class Turns(Protocol):
    """The dial of one rollout."""

    def standing(self) -> Standing: ...

    def turn(self, percentage: int, *, seen: Standing, reason: str) -> Standing: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """hold_s: how long a stage has to be healthy. within_s: how long it may take until it is. every_s: between looks."""

    hold_s: float
    within_s: float
    every_s: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Time, so that tests need none."""

    now: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


def climb(dial: Turns, pace: Pace, watch: Watch, tell: Callable[[str], None]) -> Standing:
    """Stage by stage to 100 %, each held until it is healthy; the standing at the end.

    A stage that is not healthy within its time, or is seen unhealthy, is taken back to the one before. Raises Stopped then.
    """
    standing = dial.standing()
    while (stage := next((each for each in standing.stages if each > standing.percentage), None)) is not None:
        before = standing.percentage
        try:
            standing = dial.turn(stage, seen=standing, reason="final cutover")
            tell(f"{stage} %: the candidate {standing.candidate} reads that share of jobs")
            standing = _held(dial, stage, pace, watch, tell)
        except SteppedBack:
            raise
        except (Stopped, Refused, Moved) as stopped:
            raise Stopped(f"{stopped}; {_back(dial, before)}") from stopped
    return standing


def _held(dial: Turns, stage: int, pace: Pace, watch: Watch, tell: Callable[[str], None]) -> Standing:
    """Until the stage has been healthy for the time asked. Raises Stopped."""
    began = watch.now()
    healthy_since: float | None = None
    missed, said = 0, ""
    while True:
        try:
            standing = dial.standing()
            missed = 0
        except httpx.HTTPError as error:
            missed += 1
            if missed >= UNREACHED_AT_MOST:
                raise Stopped(f"{stage} %: doctray does not answer ({type(error).__name__})") from error
            watch.sleep(pace.every_s)
            continue
        now = watch.now()
        if standing.percentage < stage or not standing.enabled:
            raise SteppedBack(f"{stage} %: doctray stands at {_share(standing)} now: {standing.last_reason or standing.reason}")
        if standing.verdict in WORSE:
            raise Stopped(f"{stage} %: the candidate is in {standing.verdict}: {standing.reason}")
        healthy_since = (healthy_since if healthy_since is not None else now) if standing.verdict == "healthy" else None
        if healthy_since is not None and now - healthy_since >= pace.hold_s:
            tell(f"{stage} %: healthy for {now - healthy_since:.0f} s")
            return standing
        if now - began >= pace.within_s:
            raise Stopped(f"{stage} %: not healthy within {pace.within_s:g} s, but {standing.verdict}: {standing.reason}")
        if standing.verdict != said:
            tell(
                f"{stage} %: too few attempts yet" if standing.verdict == "too_few" else f"{stage} %: {standing.verdict}: {standing.reason}"
            )
            said = standing.verdict
        watch.sleep(pace.every_s)


def _back(dial: Turns, percentage: int) -> str:
    """Take the share back, and say how it stands. Whoever took it further back is left alone."""
    try:
        standing = dial.standing()
        if standing.percentage > percentage:
            standing = dial.turn(percentage, seen=standing, reason="final cutover: the stage above was not healthy")
    except (httpx.HTTPError, Refused, Moved) as error:
        return f"and the share could NOT be taken back to {percentage} % ({error}): run scripts/rollback_cutover"
    return f"taken back to {_share(standing)}"


def _share(standing: Standing) -> str:
    return f"{standing.percentage} %" if standing.enabled else f"{standing.percentage} %, disabled"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """What was asked for. state: folder for the rollback script, the configuration, and the lock. doctray: as `Given` has it."""

    kind: str
    target: Target
    key_file: Path | None
    backups: Path
    state: Path
    pace: Pace
    doctray: tuple[str, ...] | None
    prometheus: str | None


def execute(order: Order, dial: Turns, *, watch: Watch, tell: Callable[[str], None]) -> None:
    """All of it, in order. Raises Stopped; then nothing of the candidate is left beyond the last healthy stage."""
    tell("1/5 checking")
    _pre_check(order, dial, tell)
    tell(f"2/5 backing up into {order.backups}")
    _back_up(order)
    before = dial.standing()
    script = write_rollback(order, before)
    tell(f"3/5 {script} goes back to {before.percentage} %")
    tell(f"4/5 {before.baseline} → {before.candidate}, from {before.percentage} % through {_stages_above(before)}")
    standing = climb(dial, order.pace, watch, tell)
    tell("5/5 checking again")
    bad = _failed(order, AFTERWARDS, tell)
    if bad:
        raise Stopped(f"at {standing.percentage} %, but not well: {', '.join(bad)}; {_back(dial, before.percentage)}")
    configuration = write_configuration(order, standing)
    tell("")
    tell(configuration.read_text(encoding="utf-8").rstrip())
    tell("")
    tell(f"Done. Kept in {configuration}. Back, until {standing.baseline} is retired: {script}")


def _pre_check(order: Order, dial: Turns, tell: Callable[[str], None]) -> None:
    standing = dial.standing()
    if not standing.enabled:
        raise Stopped("the plan is disabled; enable it first: doctray rollout enable")
    if standing.baseline == standing.candidate:
        raise Stopped(f"{standing.candidate} has replaced its baseline already; there is nothing to cut over")
    if standing.percentage >= 100:
        raise Stopped(f"{standing.candidate} reads all jobs already")
    if standing.verdict in WORSE:
        raise Stopped(f"the candidate is in {standing.verdict}: {standing.reason}")
    if standing.plan.get("auto_advance_after_s") is not None:
        raise Stopped("the plan advances by itself; make one that does not (auto_advance_after_s null), so that one alone turns the dial")
    bad = _failed(order, PRE_CHECKS, tell)
    if bad:
        raise Stopped(f"these checks failed, and nothing was changed: {', '.join(bad)}")


def _failed(order: Order, items: Sequence[str], tell: Callable[[str], None]) -> list[str]:
    found = validate(Given(target=order.target, prometheus=order.prometheus, doctray=order.doctray), items=items)
    tell(as_text(found))
    return [each.item for each in found if each.status is Status.FAILED]


def _back_up(order: Order) -> None:
    done = subprocess.run([ROOT / "scripts" / "backup", "--to", order.backups], capture_output=True, text=True)
    if done.returncode != 0:
        raise Stopped(f"no backup was made, and nothing was changed: {done.stderr.strip()[-300:]}")


def write_rollback(order: Order, before: Standing) -> Path:
    """A script that puts the share back to where it stood. It holds no key, only where the key is."""
    script = order.state / f"rollback-{datetime.now(UTC):%Y%m%dT%H%M%SZ}"
    words = [str(ROOT / "scripts" / "rollback_cutover"), "--kind", order.kind, "--url", order.target.url, "--to", str(before.percentage)]
    if order.key_file is not None:
        words += ["--key-file", str(order.key_file.resolve())]
    if order.target.ca is not None:
        words += ["--ca", str(order.target.ca.resolve())]
    script.write_text(
        f"#!/usr/bin/env bash\n# Back to {before.percentage} % of {before.candidate}, as it stood before the cutover of {_now()}.\n"
        f'exec {shlex.join(words)} "$@"\n',
        encoding="utf-8",
    )
    script.chmod(0o700)
    return script


def write_configuration(order: Order, standing: Standing) -> Path:
    path = order.state / "final-configuration"
    path.write_text(
        f"# {standing.candidate} reads all jobs since {_now()}, by the plan in the journal.\n"
        "# For the settings of API and workers, so that it stays so without a plan:\n"
        f"{SETTING[order.kind]}={standing.candidate}\n"
        f"# When nobody wants {standing.baseline} back, which cannot be undone: doctray rollout retire {standing.baseline}\n"
        f"# The plan: {json.dumps(standing.plan, sort_keys=True)}\n",
        encoding="utf-8",
    )
    return path


def _now() -> str:
    return f"{datetime.now(UTC):%Y-%m-%d %H:%M} UTC"


def _stages_above(standing: Standing) -> str:
    return ", ".join(f"{stage} %" for stage in standing.stages if stage > standing.percentage)


@contextmanager
def alone(state: Path) -> Iterator[None]:
    """One cutover at a time from this folder. Raises Stopped."""
    state.mkdir(parents=True, exist_ok=True)
    with (state / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            raise Stopped(f"another cutover is under way in {state}") from error
        yield


def _interrupted(number: int, _: FrameType | None) -> None:
    raise Stopped(f"ended by {signal.Signals(number).name}")


def main() -> None:
    parser = argparse.ArgumentParser(
        prog="execute_final_cutover",
        description="Take a rollout to 100 %: checks, a backup, each stage held until it is healthy, checks again. A stage that is not"
        " healthy is taken back, and so is one at which it is interrupted. Status 0: all jobs go to the candidate; 1: they do not, and"
        " it says why and where it stands; 2: a wrong option.",
    )
    parser.add_argument("--kind", choices=tuple(SETTING), default="engine", help="which rollout; default: %(default)s")
    parser.add_argument("--url", default="http://127.0.0.1:8000", help="where the API answers; default: %(default)s")
    parser.add_argument("--key-file", type=Path, help="file with a key of scopes submit, read and admin; default: DOCTRAY_API_KEY")
    parser.add_argument("--ca", type=Path, help="certificate to trust, for a self-signed staging")
    parser.add_argument("--backups", type=Path, default=Path("backups"), help="folder for the backup; default: %(default)s")
    parser.add_argument("--state", type=Path, default=ROOT / ".cutover", help="folder for the rollback script; default: %(default)s")
    parser.add_argument(
        "--hold", type=float, default=600, metavar="SECONDS", help="how long each stage must be healthy; default: %(default)g"
    )
    parser.add_argument(
        "--within", type=float, default=7200, metavar="SECONDS", help="how long each may take until then; default: %(default)g"
    )
    parser.add_argument("--every", type=float, default=10, metavar="SECONDS", help="between looks; default: %(default)g")
    parser.add_argument("--prometheus", metavar="URL", help="the Prometheus that watches it: no alert may fire at the start")
    add_doctray(parser)
    parser.add_argument("--dry-run", action="store_true", help="say what would be done; change nothing")
    given = parser.parse_args()
    if not 0 <= given.hold <= given.within or given.every <= 0:
        parser.error("--hold must be at most --within, and --every above 0")
    order = Order(
        kind=given.kind,
        target=Target(url=given.url.rstrip("/"), key=key_of(given.key_file), ca=given.ca),
        key_file=given.key_file,
        backups=given.backups.resolve(),
        state=given.state.resolve(),
        pace=Pace(hold_s=given.hold, within_s=given.within, every_s=given.every),
        doctray=doctray_of(given),
        prometheus=given.prometheus,
    )
    if given.dry_run:
        print("\n".join(_would(order)))
        return
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        signal.signal(number, _interrupted)
    try:
        with alone(order.state), Dial(order.target, order.kind) as dial:
            execute(order, dial, watch=Watch(), tell=_tell)
    except (Stopped, Refused, Moved, httpx.HTTPError, OSError) as error:
        print(f"execute_final_cutover: {error}", file=sys.stderr)
        sys.exit(1)


def _would(order: Order) -> Iterator[str]:
    yield f"would check {', '.join(PRE_CHECKS)} of {order.target.url}, and that the {order.kind}'s plan is enabled and not in breach"
    yield f"would run: scripts/backup --to {order.backups}"
    yield f"would write a rollback script into {order.state}"
    try:
        with Dial(order.target, order.kind) as dial:
            standing = dial.standing()
        stages = _stages_above(standing) or "no stage"
        yield f"would go from {standing.percentage} % through {stages}: {standing.baseline} → {standing.candidate}"
    except (httpx.HTTPError, Refused) as error:
        yield f"would go through the stages of the plan, which cannot be asked for now: {error}"
    yield f"would hold each stage until it is healthy for {order.pace.hold_s:g} s, within {order.pace.within_s:g} s, or take it back"
    yield f"would check {', '.join(AFTERWARDS)} again, and write the final configuration into {order.state}"


def _tell(line: str) -> None:
    print(line, flush=True)


if __name__ == "__main__":
    main()
