"""`doctray import-legacy`: the documents and results of the SQLite app that doctray replaces."""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from doctray.cli.connection import give_up, words_of
from doctray.cli.main import load_settings
from doctray.config import Settings, SettingsError
from doctray.domain.errors import DoctrayError
from doctray.service.import_old import Imported, import_old

if TYPE_CHECKING:
    from doctray.storage.old_app import OldApp


@click.command()
@click.argument("app_db", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.argument("uploads_dir", type=click.Path(path_type=Path, exists=True, file_okay=False))
@click.option("--owner", default="default", show_default=True, help="Whose jobs they become; API_KEY is a key of `default`.")
@click.option("--dry-run", is_flag=True, help="Count what is there, and change nothing.")
def import_legacy_command(app_db: Path, uploads_dir: Path, owner: str, dry_run: bool) -> None:
    """Bring the tables documents, processing_jobs and timetables of APP_DB in as finished jobs, with their files of UPLOADS_DIR.

    Neither is changed. May be repeated: what has been brought in stays as it is. The service may run meanwhile.
    """
    from doctray.storage.old_app import NotTheOldApp, OldApp

    settings = load_settings()
    try:
        old = OldApp(app_db)
        there = old.counts
        documents = list(old.documents())
        strays = {table: there[table] - sum(len(getattr(each, table)) for each in documents) for table in ("processing_jobs", "timetables")}
        click.echo(", ".join(f"{count} {table}" for table, count in there.items()) + f" in {app_db}")
        if dry_run:
            _tell_strays(strays)
            click.echo("Nothing was changed.")
            return
        imported = asyncio.run(_import(settings, old, uploads_dir, owner))
    except NotTheOldApp as error:
        give_up(f"{app_db} is not the old app's database: {error}")
    except SettingsError as error:
        give_up(str(error))
    except (DoctrayError, OSError) as error:
        give_up(f"the import broke off; run it again: {words_of(error)}")
    _tell(imported, there, settings.retention.retention_days)
    _tell_strays(strays)
    if imported.total != there["documents"]:
        give_up(f"{there['documents']} documents are there and {imported.total} were brought in")


async def _import(settings: Settings, old: "OldApp", uploads: Path, owner: str) -> Imported:
    from doctray.wiring import open_blobs, open_journal

    async with open_journal(settings) as journal, open_blobs(settings) as blobs:
        await journal.ping()
        return await import_old(old.documents(), uploads=uploads, owner=owner, journal=journal, blobs=blobs)


def _tell(imported: Imported, there: dict[str, int], retention_days: float) -> None:
    words = ", ".join(f"{count} {status}" for status, count in sorted(imported.jobs.items())) or "none"
    click.echo(f"{imported.total} of {there['documents']} documents are jobs: {words} now; {imported.before} were there before.")
    click.echo(f"{imported.attempts} processing jobs and {imported.timetables} timetables came with them.")
    if imported.jobs:
        until = datetime.now(UTC) + timedelta(days=retention_days)
        click.echo(f"They are kept until {until:%Y-%m-%d}, as RETENTION_DAYS says; raise it and start anew to keep them longer.")
    for name in imported.without_file:
        click.echo(f"doctray: document {name} has no file in the uploads; its result is there without it", err=True)


def _tell_strays(strays: dict[str, int]) -> None:
    for table, count in strays.items():
        if count:
            click.echo(f"doctray: {count} {table} name no document and are left out", err=True)
