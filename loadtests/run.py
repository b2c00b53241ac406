"""One run: the stack, locust beside it, memory watched, a rolling restart in the middle, and the verdict."""

import json
import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

import psutil

from loadtests.documents import write_stock
from loadtests.figures import RequestError, figures_of, requests_of
from loadtests.part import StackError
from loadtests.records import read_records
from loadtests.report import Outcome, write
from loadtests.scenarios import Scenario
from loadtests.slo import judge
from loadtests.stack import Plan, Stack, running
from loadtests.watch import Watch

ROOT = Path(__file__).resolve().parent.parent
GRACE_S = 120
"""For jobs that are in flight when the time is up."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Against:
    """Where callers go in, and with which key. stack: when it is our own."""

    urls: Sequence[str]
    key: str
    stack: Stack | None = None


def run_own(scenario: Scenario, plan: Plan, folder: Path, *, seed: int) -> Outcome:
    """Against a stack of the run's own. Raises StackError."""
    with running(plan, folder) as stack:
        against = Against(urls=stack.urls, key=stack.key, stack=stack)
        return _run(scenario, against, folder, seed=seed, setup=plan.described())


def run_against(scenario: Scenario, url: str, key: str, folder: Path, *, seed: int) -> Outcome:
    """Against a service that somebody else runs; its memory is not ours to measure, and nothing is restarted. Raises StackError."""
    return _run(scenario, Against(urls=[url], key=key), folder, seed=seed, setup={"service": url})


def _run(scenario: Scenario, against: Against, folder: Path, *, seed: int, setup: Mapping[str, str]) -> Outcome:
    stock = folder / "stock"
    write_stock(stock, papers=scenario.papers, seed=seed)
    stack = against.stack
    began = time.monotonic()
    with Watch(stack.pids if stack else list, restarting=lambda: stack.restarting if stack else False) as watch:
        with _locust(scenario, against, folder, seed=seed) as locust:
            restarted, broke = "every API and worker once, in the middle", None
            try:
                restarted = _restart_midway(scenario, stack, locust, began=began)
            except StackError as error:
                broke = str(error)
            locust.wait(timeout=scenario.run_s + 3 * GRACE_S)
        run_s = time.monotonic() - began
    jobs = read_records(folder / "jobs.jsonl")
    figures = figures_of(
        jobs,
        requests_of(_read(folder, "locust")),
        [RequestError(**each) for each in _read(folder, "errors")],
        watch.samples if stack else (),
        run_s=max((job.at_s + (job.total_s or 0.0) for job in jobs), default=run_s),
        warm_up_s=scenario.warm_up_s,
    )
    (folder / "memory.json").write_text(json.dumps([asdict(sample) for sample in watch.samples]), encoding="utf-8")
    traffic = (
        f"{scenario.users} users, {scenario.users_per_s:g} more each second; {scenario.duplicates:.0%} of submissions repeat one before"
    )
    machine = f"{psutil.cpu_count()} cores, {psutil.virtual_memory().total / 1e9:.0f} GB, shared with the callers"
    outcome = Outcome(
        scenario=scenario,
        figures=figures,
        verdicts=judge(figures, [target for target in scenario.targets if stack or not target.figure.startswith("memory_")]),
        setup={**setup, "traffic": traffic, "lasted": f"{run_s:.0f} s", "rolling restart": restarted, "machine": machine},
        beside=stack.prometheus.said(run_s=run_s) if stack and stack.prometheus else {},
        broke=broke,
    )
    write(outcome, folder)
    return outcome


@contextmanager
def _locust(scenario: Scenario, against: Against, folder: Path, *, seed: int) -> Iterator["subprocess.Popen[bytes]"]:
    options = {
        "--host": against.urls[0],
        "--targets": ",".join(against.urls),
        "--users": str(scenario.users),
        "--spawn-rate": f"{scenario.users_per_s:g}",
        "--run-time": f"{scenario.run_s:.0f}s",
        "--stop-timeout": str(GRACE_S),
        "--html": str(folder / "locust.html"),
        "--json-file": str(folder / "locust"),
        "--stock": str(folder / "stock"),
        "--records": str(folder / "jobs.jsonl"),
        "--errors": str(folder / "errors.json"),
        "--duplicates": str(scenario.duplicates),
        "--pace": str(scenario.pace_s),
        "--submits": str(scenario.submits or 0),
        "--seed": str(seed),
    }
    words = [part for name, value in options.items() for part in (name, value)]
    argv = [sys.executable, "-m", "locust", "-f", str(ROOT / "loadtests" / "locustfile.py"), "--headless", "--only-summary", *words]
    # The key goes by the environment: a command line is for everybody on the machine to read.
    env = {**os.environ, "LOCUST_KEY": against.key, "PYTHONPATH": str(ROOT)}
    with (folder / "locust.log").open("wb") as log:
        locust = subprocess.Popen([*argv, *scenario.classes], stdin=subprocess.DEVNULL, stdout=log, stderr=log, env=env, cwd=ROOT)
    try:
        yield locust
    finally:
        if locust.poll() is None:
            locust.send_signal(signal.SIGTERM)
            try:
                locust.wait(timeout=GRACE_S)
            except subprocess.TimeoutExpired:
                locust.kill()
                locust.wait()


def _restart_midway(scenario: Scenario, stack: Stack | None, locust: "subprocess.Popen[bytes]", *, began: float) -> str:
    """What was done, in words. Raises StackError when a part did not come back."""
    if not scenario.rolling_restart or stack is None:
        return "none"
    if len(stack.urls) != 1 or stack.plan.apis < 2:
        return "none: it needs a front and two copies of the API"
    while time.monotonic() - began < scenario.run_s / 2:
        if locust.poll() is not None:
            return "none: locust had ended"
        time.sleep(0.2)
    restarting = time.monotonic()
    stack.rolling_restart()
    return f"every API and worker once, from {restarting - began:.0f} s to {time.monotonic() - began:.0f} s"


def _read(folder: Path, name: str) -> list[dict[str, Any]]:
    path = folder / f"{name}.json"
    if not path.exists():
        log = (folder / "locust.log").read_text(errors="replace")
        raise StackError(f"locust ended without its figures; the end of {folder / 'locust.log'}:\n" + "\n".join(log.splitlines()[-15:]))
    found: list[dict[str, Any]] = json.loads(path.read_text(encoding="utf-8"))
    return found
