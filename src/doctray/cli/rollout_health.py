"""`doctray rollout health`: how a candidate does, and what follows from it, straight from the journal."""

import json
from typing import TYPE_CHECKING, Any

import click

from doctray.cli.connection import give_up
from doctray.cli.journal import in_journal
from doctray.domain.rollout import RolloutKind
from doctray.service.rollout_guard import health_of

if TYPE_CHECKING:
    from doctray.storage.journal_sql import SqlJournal

_UNHEALTHY = ("breach", "critical")


@click.command("health")
@click.option(
    "--kind", type=click.Choice([kind.value for kind in RolloutKind]), default=RolloutKind.ENGINE.value, show_default=True, help="Whose."
)
@click.option("--output", type=click.Choice(["text", "json"]), default="text", show_default=True)
def health_command(kind: str, output: str) -> None:
    """Show a candidate's figures beside the baseline's and the thresholds. Status 3 when it breaks them."""
    from doctray.clock import SystemClock

    async def look(journal: "SqlJournal") -> dict[str, Any] | None:
        return await health_of(RolloutKind(kind), journal=journal, clock=SystemClock())

    health = in_journal(look)
    if health is None:
        give_up(f"there is no rollout plan for the {kind}; make one with: doctray rollout plan")
    click.echo(json.dumps(health) if output == "json" else _told(health))
    if health["verdict"] in _UNHEALTHY:
        raise SystemExit(3)


def _told(health: dict[str, Any]) -> str:
    lines = [f"{health['candidate']} at {health['percentage']} %: {health['verdict'].replace('_', ' ')}"]
    if health["reason"]:
        lines.append(f"  {health['reason']}")
    lines.append(f"  {'':11} {'verdict':9} {'candidate':>10} {'baseline':>10} {'threshold':>10} {'critical':>9} {'sample':>7}")
    for check in health["checks"]:
        figures = f"{_figure(check['value']):>10} {_figure(check['baseline']):>10} {_figure(check['threshold']):>10}"
        verdict = check["verdict"].replace("_", " ")
        lines.append(f"  {check['name']:11} {verdict:9} {figures} {_figure(check['critical']):>9} {check['sample']:>7}")
    if health["next"] is not None:
        lines.append(f"  next: {health['next']['action'].replace('_', ' ')} to {health['next']['percentage']} %")
    return "\n".join(lines)


def _figure(value: float | None) -> str:
    return "-" if value is None else f"{value:.3g}"
