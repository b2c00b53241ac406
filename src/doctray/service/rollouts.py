"""What operators do with a rollout: plan it, advance it, roll it back, switch it, retire its baseline. Each is one change with a reason."""

from collections.abc import Collection, Mapping

import structlog

from doctray.domain.audit import Actor
from doctray.domain.errors import InvalidOption, NotFound
from doctray.domain.rollout import RETIRED, Arm, RolloutAction, RolloutKind, RolloutPlan, next_stage, stage_before
from doctray.ports import Journal

_log = structlog.get_logger()


async def engines_offered(journal: Journal) -> frozenset[str]:
    """Names that every living worker can read with; empty while no worker tells any."""
    told = [frozenset(worker.engines) for worker in await journal.workers() if worker.engines]
    return frozenset.intersection(*told) if told else frozenset()


async def retired_names(kind: RolloutKind, *, journal: Journal) -> list[str]:
    return names_retired(kind, await journal.flags())


def names_retired(kind: RolloutKind, flags: Mapping[str, str]) -> list[str]:
    """Of the journal's flags, those that say it; sorted."""
    prefix = f"{RETIRED}{kind.value}."
    return sorted(flag.removeprefix(prefix) for flag in flags if flag.startswith(prefix))


async def put_plan(
    plan: RolloutPlan, *, journal: Journal, extractors: Collection[str], expected_revision: int | None, reason: str, by: Actor
) -> RolloutPlan:
    """Make or change a plan as a whole. extractors: the configured ones. expected_revision: as in `Journal.set_rollout`.

    Raises InvalidOption for a name that is unknown or retired, and RolloutConflict.
    """
    before = await journal.rollout(plan.kind)
    known = await engines_offered(journal) if plan.kind is RolloutKind.ENGINE else frozenset(extractors)
    retired = await retired_names(plan.kind, journal=journal)
    if plan.settled and (before is None or not before.settled or before.baseline != plan.baseline):
        raise InvalidOption("candidate: is the baseline; name another one.")
    for which, name in (("baseline", plan.baseline), ("candidate", plan.candidate)):
        if name in retired:
            raise InvalidOption(f"{which}: {name} is retired here; name another one.")
        if known and name not in known:
            raise InvalidOption(f"{which}: {name} is not what every worker offers; use one of {', '.join(sorted(known))}.")
    # Also a caller who takes whatever stands must not bring back a name that is being retired just now.
    expected = expected_revision if expected_revision is not None else before.revision if before else 0
    return await _put(plan, journal=journal, expected_revision=expected, action=_action(before, plan), reason=reason, by=by)


async def advance(kind: RolloutKind, *, journal: Journal, percentage: int | None, reason: str, by: Actor) -> RolloutPlan:
    """To the next stage, or up to the percentage. Raises NotFound, InvalidOption, RolloutConflict."""
    plan = await plan_that_stands(kind, journal=journal)
    if plan.settled or not plan.enabled:
        raise InvalidOption(
            "The rollout is settled: its baseline is retired." if plan.settled else "The rollout is disabled: enable it first."
        )
    to = next_stage(plan) if percentage is None else percentage
    if to is None or to <= plan.percentage:
        raise InvalidOption(f"The candidate reads {plan.percentage} % already; a smaller share is a rollback.")
    return await _put(
        plan.evolve(percentage=to), journal=journal, expected_revision=plan.revision, action=RolloutAction.ADVANCED, reason=reason, by=by
    )


async def roll_back(kind: RolloutKind, *, journal: Journal, one_stage: bool, reason: str, by: Actor) -> RolloutPlan:
    """To 0 %, or to the stage before, from the next claim on. Raises NotFound, InvalidOption, RolloutConflict."""
    plan = await plan_that_stands(kind, journal=journal)
    if plan.settled:
        raise InvalidOption("The rollout cannot be rolled back: its baseline is retired.")
    to, action = (stage_before(plan), RolloutAction.STEPPED_BACK) if one_stage else (0, RolloutAction.ROLLED_BACK)
    return await _put(plan.evolve(percentage=to), journal=journal, expected_revision=plan.revision, action=action, reason=reason, by=by)


async def switch(kind: RolloutKind, *, journal: Journal, enabled: bool, reason: str, by: Actor) -> RolloutPlan:
    """Disabled, everything goes to the baseline, whatever is forced or opted in to. Raises NotFound, RolloutConflict."""
    plan = await plan_that_stands(kind, journal=journal)
    action = RolloutAction.ENABLED if enabled else RolloutAction.DISABLED
    return await _put(plan.evolve(enabled=enabled), journal=journal, expected_revision=plan.revision, action=action, reason=reason, by=by)


async def force(kind: RolloutKind, subject: str, arm: Arm | None, *, journal: Journal, reason: str, by: Actor) -> RolloutPlan:
    """All of an owner, or a document by its SHA-256, to one arm, for tests; None: as the plan says again.

    Raises NotFound, InvalidOption (too many), RolloutConflict.
    """
    plan = await plan_that_stands(kind, journal=journal)
    forced = {name: to for name, to in plan.forced.items() if name != subject}
    after = plan.evolve(forced={**forced, subject: arm} if arm is not None else forced)
    return await _put(after, journal=journal, expected_revision=plan.revision, action=RolloutAction.PLANNED, reason=reason, by=by)


async def retire(kind: RolloutKind, name: str, *, journal: Journal, forcibly: bool, reason: str, by: Actor) -> RolloutPlan:
    """Switch the plan's baseline off for good: it can be asked for no more, and everything goes to the candidate.

    Only when the candidate reads all (forcibly: whatever it reads). Raises NotFound, InvalidOption, RolloutConflict.
    """
    plan = await plan_that_stands(kind, journal=journal)
    if plan.settled or name != plan.baseline:
        raise InvalidOption(f"{name} is not the baseline of a rollout that is under way; only that can be retired.")
    if not forcibly and not (plan.enabled and plan.percentage == 100):
        state = f"{plan.percentage} %" if plan.enabled else "nothing: it is disabled"
        raise InvalidOption(f"The candidate reads {state}; advance it to 100 % before {name} is retired, since that is for good.")
    settled = plan.evolve(baseline=plan.candidate, percentage=0, shadow_percentage=0, forced={}, enabled=True)
    return await _put(
        settled, journal=journal, expected_revision=plan.revision, action=RolloutAction.RETIRED, reason=reason, by=by, retired=name
    )


async def plan_that_stands(kind: RolloutKind, *, journal: Journal) -> RolloutPlan:
    """Raises NotFound."""
    plan = await journal.rollout(kind)
    if plan is None:
        raise NotFound(f"There is no rollout plan for the {kind.value}; make one first.")
    return plan


def _action(before: RolloutPlan | None, after: RolloutPlan) -> RolloutAction:
    same_move = before is not None and (before.baseline, before.candidate) == (after.baseline, after.candidate)
    if before is None or not same_move:
        return RolloutAction.PLANNED
    if before.percentage != after.percentage:
        if after.percentage > before.percentage:
            return RolloutAction.ADVANCED
        return RolloutAction.STEPPED_BACK if after.percentage else RolloutAction.ROLLED_BACK
    if before.enabled != after.enabled:
        return RolloutAction.ENABLED if after.enabled else RolloutAction.DISABLED
    return RolloutAction.PLANNED


async def _put(
    plan: RolloutPlan,
    *,
    journal: Journal,
    expected_revision: int | None,
    action: RolloutAction,
    reason: str,
    by: Actor,
    retired: str | None = None,
) -> RolloutPlan:
    stands = await journal.set_rollout(plan, expected_revision=expected_revision, action=action, reason=reason, by=by, retire=retired)
    _log.info(
        "rollout.changed",
        kind=stands.kind.value,
        action=action.value,
        baseline=stands.baseline,
        candidate=stands.candidate,
        percentage=stands.percentage,
        enabled=stands.enabled,
        revision=stands.revision,
    )
    return stands
