"""`doctray maintenance`: refuse submissions for a while and claim nothing; what waits keeps its place and its time."""

import click

from doctray.cli.audit import person
from doctray.cli.journal import in_journal
from doctray.ports import MAINTENANCE


@click.group()
def maintenance_group() -> None:
    """Submissions get 503 with the reason; running jobs finish, queued jobs keep their place and do not age, polls work."""


@maintenance_group.command("on")
@click.option("--reason", required=True, help="Told to callers.")
def on_command(reason: str) -> None:
    """Begin, or change the reason."""
    in_journal(lambda journal: journal.set_flag(MAINTENANCE, reason, by=person()))
    click.echo("Under maintenance: submissions are refused, and no waiting job is begun. `doctray maintenance off` ends it.")


@maintenance_group.command("off")
def off_command() -> None:
    """End it: the deadlines of waiting jobs move by how long it was on."""
    in_journal(lambda journal: journal.set_flag(MAINTENANCE, None, by=person()))
    click.echo("Submissions are taken again.")


@maintenance_group.command("status")
def status_command() -> None:
    """Whether it is on, and why."""
    reason = in_journal(lambda journal: journal.flag(MAINTENANCE))
    click.echo("off" if reason is None else f"on: {reason}" if reason else "on")
