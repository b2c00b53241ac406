"""Sends the cases and judges what came back."""

from collections.abc import Callable, Sequence

from tests.hostile.case import Case
from tests.hostile.judging import faults, faults_of_log
from tests.hostile.target import Target


def run(
    cases: Sequence[Case], target: Target, *, tell: Callable[[Case, str, list[str]], None] = lambda *_: None
) -> tuple[list[str], list[str]]:
    """(what each got, one line for every fault)."""
    got, broken = [], []
    for case in cases:
        answer = case.act(target)
        found = faults(case, answer, target)
        got.append(answer.outcome)
        broken += [f"{case.title}: {fault}" for fault in found]
        tell(case, answer.outcome, found)
    return got, broken + aftermath(target)


def aftermath(target: Target) -> list[str]:
    """What is wrong with the service after the cases."""
    found = faults_of_log(target)
    if target.canary.visits:
        found.append(f"a neighbour inside was reached {target.canary.visits} times")
    if not target.service.healthy():
        found.append("the service is not healthy")
    if target.pids() != target.processes:
        found.append(f"processes were replaced: {target.processes} before, {target.pids()} after")
    return found
