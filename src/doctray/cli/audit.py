"""`doctray audit`: who did what to keys, secrets, switches and jobs, straight from the journal."""

import asyncio
import getpass
import json

import click

from doctray.cli.connection import give_up
from doctray.cli.main import load_settings
from doctray.domain.audit import Actor, AuditEntry, Means
from doctray.domain.errors import TemporarilyUnavailable

PAGE = 200
"""Lines read from the journal at a time."""


@click.command()
@click.option("--limit", type=click.IntRange(min=1), default=50, show_default=True, help="Most lines, from the newest on.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line.")
def audit_command(limit: int, as_json: bool) -> None:
    """Show who did what, the newest first. Lines are kept for AUDIT_RETENTION_DAYS."""
    found = _entries(limit)
    for entry in found:
        click.echo(json.dumps(_members(entry)) if as_json else _line(entry))
    if not found and not as_json:
        click.echo("Nothing was noted yet.")


def person() -> Actor:
    """Whoever runs this command."""
    try:
        name = getpass.getuser()
    except (KeyError, OSError):  # a container's user without a name
        name = "unknown"
    return Actor(means=Means.CLI, name=name)


def _entries(limit: int) -> list[AuditEntry]:
    from doctray.wiring import open_journal

    settings = load_settings()

    async def run() -> list[AuditEntry]:
        found: list[AuditEntry] = []
        async with open_journal(settings) as journal:
            await journal.ping()
            while len(found) < limit:
                before = found[-1].entry_id if found else None
                page = await journal.audit_log(before=before, limit=min(PAGE, limit - len(found)))
                if not page:
                    break
                found += page
        return found

    try:
        return asyncio.run(run())
    except TemporarilyUnavailable as error:
        give_up(f"the journal cannot be used: {error.detail}")


def _line(entry: AuditEntry) -> str:
    actor = entry.actor
    who = f"{actor.means.value}:{actor.name or actor.key_id or '-'}"
    nothing = "" if entry.outcome == "done" else f"  ({entry.outcome.value})"
    detail = "  ".join(f"{name}={json.dumps(value)}" for name, value in entry.detail.items())
    return f"{entry.at:%Y-%m-%d %H:%M:%S}  {who:24} {entry.action.value:22} {entry.target}{nothing}  {detail}".rstrip()


def _members(entry: AuditEntry) -> dict[str, object]:
    actor = entry.actor
    who = {"means": actor.means.value, "key_id": actor.key_id, "name": actor.name, "request_id": actor.request_id}
    what = {"action": entry.action.value, "target": entry.target, "outcome": entry.outcome.value, "detail": dict(entry.detail)}
    return {"entry_id": entry.entry_id, "at": entry.at.isoformat(), **who, **what}
