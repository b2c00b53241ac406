"""`doctray rollout`: move from one engine or extractor to another by degrees, straight in the journal."""

import json
from collections.abc import Awaitable, Callable
from dataclasses import fields, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from doctray.cli.audit import person
from doctray.cli.connection import give_up
from doctray.cli.journal import in_journal
from doctray.cli.main import load_settings
from doctray.cli.rollout_health import health_command
from doctray.cli.rollout_report import report_command
from doctray.domain.rollout import Arm, OnBreach, RolloutChange, RolloutKind, RolloutPlan, Sticky, Thresholds, next_stage
from doctray.service import rollouts

if TYPE_CHECKING:
    from doctray.storage.journal_sql import SqlJournal

_Command = TypeVar("_Command", bound=Callable[..., object])
_ARMS = click.Choice([*(arm.value for arm in Arm), "none"])


_KINDS = click.Choice([kind.value for kind in RolloutKind])


class _Stages(click.ParamType[tuple[int, ...]]):
    name = "5,15,…"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[int, ...]:
        try:
            return tuple(int(part) for part in str(value).split(","))
        except ValueError:
            self.fail("must be whole numbers with commas between them", param, ctx)


class _Threshold(click.ParamType[tuple[str, float]]):
    name = "name=number"

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> tuple[str, float]:
        name, _, number = str(value).partition("=")
        if name not in {each.name for each in fields(Thresholds)}:
            self.fail(f"names no threshold; there are {', '.join(each.name for each in fields(Thresholds))}", param, ctx)
        try:
            return name, int(number) if number.isdecimal() else float(number)
        except ValueError:
            self.fail("must be as min_sample=50", param, ctx)


def _of_kind(command: _Command) -> _Command:
    """Adds --kind."""
    default = RolloutKind.ENGINE.value
    return click.option("--kind", type=_KINDS, callback=_kind_of, default=default, show_default=True, help="Whose rollout.")(command)


def _kind_of(_ctx: click.Context, _param: click.Parameter, value: str | None) -> RolloutKind | None:
    return None if value is None else RolloutKind(value)


def _with_reason(command: _Command) -> _Command:
    """Adds --reason."""
    return click.option("--reason", default="", help="For the history.")(command)


@click.group()
def rollout_group() -> None:
    """Move from one engine or extractor to another by degrees. Every process follows a change from its next claim on."""


rollout_group.add_command(health_command)
rollout_group.add_command(report_command)


@rollout_group.command("status")
@click.option("--json", "as_json", is_flag=True, help="One JSON object.")
def status_command(as_json: bool) -> None:
    """Show the plans that stand, and what is retired."""

    async def look(journal: "SqlJournal") -> dict[str, tuple[RolloutPlan | None, list[str]]]:
        return {kind.value: (await journal.rollout(kind), await rollouts.retired_names(kind, journal=journal)) for kind in RolloutKind}

    found = in_journal(look)
    if as_json:
        members = {kind: {"plan": plan.as_dict() if plan else None, "retired": retired} for kind, (plan, retired) in found.items()}
        click.echo(json.dumps(members))
        return
    for kind, (plan, retired) in found.items():
        click.echo(f"{kind}: no plan; the service's own setting decides" if plan is None else _told(plan))
        if retired:
            click.echo(f"  retired: {', '.join(retired)}")


@rollout_group.command("plan")
@click.argument("baseline")
@click.argument("candidate")
@_of_kind
@click.option("--percentage", type=click.IntRange(0, 100), help="Of jobs that the candidate reads.  [new plan: 0]")
@click.option("--stages", type=_Stages(), help="Percentages that rise from 0 to 100.  [new plan: 0,5,15,35,60,85,100]")
@click.option("--sticky", type=click.Choice([each.value for each in Sticky]), help="What keeps its arm.  [new plan: content]")
@click.option("--shadow-percentage", type=click.IntRange(0, 100), help="Of jobs that the candidate reads as well, unseen.  [new plan: 0]")
@click.option("--auto-advance-after", type=click.FloatRange(min=0), help="Seconds of health after which it advances; 0: by hand.")
@click.option(
    "--on-breach", type=click.Choice([each.value for each in OnBreach]), help="Where an unhealthy one goes.  [new plan: step_back]"
)
@click.option("--threshold", "thresholds", type=_Threshold(), multiple=True, help="As errors=0.02; give it once for each.")
@_with_reason
def plan_command(
    baseline: str,
    candidate: str,
    kind: RolloutKind,
    percentage: int | None,
    stages: tuple[int, ...] | None,
    sticky: str | None,
    shadow_percentage: int | None,
    auto_advance_after: float | None,
    on_breach: str | None,
    thresholds: tuple[tuple[str, float], ...],
    reason: str,
) -> None:
    """Make a plan, or change one: what is not given stays as it is."""
    wanted: dict[str, object] = {
        "percentage": percentage,
        "stages": stages,
        "sticky": Sticky(sticky) if sticky else None,
        "shadow_percentage": shadow_percentage,
        "on_breach": OnBreach(on_breach) if on_breach else None,
    }
    changes = {name: value for name, value in wanted.items() if value is not None}
    if auto_advance_after is not None:
        changes["auto_advance_after_s"] = auto_advance_after or None
    changed: dict[str, Any] = dict(thresholds)
    settings = load_settings()

    async def put(journal: "SqlJournal") -> RolloutPlan:
        stands = await journal.rollout(kind)
        same = stands is not None and (stands.baseline, stands.candidate) == (baseline, candidate)
        before = stands if stands is not None and same else RolloutPlan(kind=kind, baseline=baseline, candidate=candidate)
        return await rollouts.put_plan(
            before.evolve(**changes, thresholds=replace(before.thresholds, **changed)),
            journal=journal,
            extractors=settings.llm.extractors,
            expected_revision=stands.revision if stands else 0,
            reason=reason,
            by=person(),
        )

    click.echo(_told(in_journal(put)))


@rollout_group.command("advance")
@_of_kind
@click.option("--percentage", type=click.IntRange(1, 100), help="Of jobs that the candidate reads.  [default: the next stage]")
@_with_reason
def advance_command(kind: RolloutKind, percentage: int | None, reason: str) -> None:
    """Let the candidate read more."""
    _change(lambda journal: rollouts.advance(kind, journal=journal, percentage=percentage, reason=reason, by=person()))


@rollout_group.command("rollback")
@_of_kind
@click.option("--one-stage", is_flag=True, help="To the stage before, not to 0 %.")
@_with_reason
def rollback_command(kind: RolloutKind, one_stage: bool, reason: str) -> None:
    """Let the candidate read nothing more; its retries go to the baseline."""
    _change(lambda journal: rollouts.roll_back(kind, journal=journal, one_stage=one_stage, reason=reason, by=person()))


@rollout_group.command("enable")
@_of_kind
@_with_reason
def enable_command(kind: RolloutKind, reason: str) -> None:
    """Follow the plan again."""
    _change(lambda journal: rollouts.switch(kind, journal=journal, enabled=True, reason=reason, by=person()))


@rollout_group.command("disable")
@_of_kind
@_with_reason
def disable_command(kind: RolloutKind, reason: str) -> None:
    """Everything to the baseline, also what is forced or opted in to; the percentage is kept for `enable`."""
    _change(lambda journal: rollouts.switch(kind, journal=journal, enabled=False, reason=reason, by=person()))


@rollout_group.command("force")
@click.argument("subject", metavar="OWNER|SHA256")
@click.argument("arm", type=_ARMS)
@_of_kind
@_with_reason
def force_command(subject: str, arm: str, kind: RolloutKind, reason: str) -> None:
    """For tests: all of an owner, or one document by its SHA-256, to one arm; none: as the plan says again."""
    to = None if arm == "none" else Arm(arm)
    _change(lambda journal: rollouts.force(kind, subject, to, journal=journal, reason=reason, by=person()))


@rollout_group.command("opt-in")
@click.argument("key_id")
@click.argument("arm", type=_ARMS)
def opt_in_command(key_id: str, arm: str) -> None:
    """Documents of a key to one arm of every rollout; none: as the plans say again."""
    to = None if arm == "none" else Arm(arm)
    if not in_journal(lambda journal: journal.set_key_rollout(key_id, to, by=person())):
        give_up(f"there is no usable key {key_id}")
    click.echo(f"{key_id}: {'as the plans say' if to is None else to.value}.")


@rollout_group.command("retire")
@click.argument("name", metavar="ENGINE")
@_of_kind
@click.option("--force", "forcibly", is_flag=True, help="Although the candidate does not read everything yet.")
@_with_reason
def retire_command(name: str, kind: RolloutKind, forcibly: bool, reason: str) -> None:
    """Switch the baseline off for good, once its candidate reads everything. Until then every step can be taken back."""
    _change(lambda journal: rollouts.retire(kind, name, journal=journal, forcibly=forcibly, reason=reason, by=person()))


@rollout_group.command("history")
@click.option("--kind", type=_KINDS, callback=_kind_of, help="Whose.  [default: all]")
@click.option("--limit", type=click.IntRange(1, 1000), default=50, show_default=True, help="Most changes, from the newest on.")
def history_command(kind: RolloutKind | None, limit: int) -> None:
    """Who changed what and why, newest first."""
    changes = in_journal(lambda journal: journal.rollout_history(kind, limit=limit))
    for change in changes:
        click.echo(_line(change))
    if not changes:
        click.echo("Nothing was changed yet.")


def _change(act: Callable[["SqlJournal"], Awaitable[RolloutPlan]]) -> None:
    click.echo(_told(in_journal(act)))


def _told(plan: RolloutPlan) -> str:
    if plan.settled:
        return f"{plan.kind.value}: {plan.baseline} reads everything; the rollout to it has ended (revision {plan.revision})"
    further = next_stage(plan)
    parts = [
        f"{plan.kind.value}: {plan.baseline} → {plan.candidate} at {plan.percentage} %" + ("" if plan.enabled else ", disabled"),
        f"since {_time(plan.stage_since)}",
        "the last stage" if further is None else f"next stage {further} %",
    ]
    if plan.shadow_percentage:
        parts.append(f"{plan.shadow_percentage} % in the shadow")
    if plan.auto_advance_after_s is not None:
        parts.append(f"advances when healthy for {plan.auto_advance_after_s:g} s")
    if plan.forced:
        parts.append(f"{len(plan.forced)} forced")
    return ", ".join([*parts, f"by {plan.sticky.value}", f"revision {plan.revision}"])


def _line(change: RolloutChange) -> str:
    start = "-" if change.from_percentage is None else str(change.from_percentage)
    move = f"{start} → {change.to_percentage} %"
    names = change.plan.baseline if change.plan.settled else f"{change.plan.baseline} → {change.plan.candidate}"
    who = f"{change.actor.means.value}:{change.actor.name or change.actor.key_id or '-'}"
    return f"{_time(change.at)}  {who:20} {change.kind.value:10} {change.action.value:12} {move:12} {names}  {change.reason}".rstrip()


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "-"
