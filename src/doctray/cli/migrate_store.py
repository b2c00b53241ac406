"""`doctray migrate-store`: journal and documents to another database or bucket, and back."""

import asyncio
import os
import secrets
import socket
from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from urllib.parse import urlsplit

import click

from doctray.cli.audit import person
from doctray.cli.connection import give_up, words_of
from doctray.cli.main import load_settings
from doctray.config import Settings, SettingsError, database_dsn_of
from doctray.domain.errors import DoctrayError
from doctray.ports import MAINTENANCE, Journal, Snapshot
from doctray.service.move_store import (
    STILL_S,
    Copied,
    MoveRefused,
    NotTheSame,
    Progress,
    copy_blobs,
    count_blobs,
    move_journal,
    nobody_serves,
    survey,
)
from doctray.service.sweep import SWEEP
from doctray.service.turns import keeping_turn

PROGRESS = "migrate-store.progress"
MOVING = "The service is being moved to another store."


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """A journal and its blobs. dsn: SQLAlchemy URL. blobs: s3://bucket/prefix or file:///folder."""

    dsn: str
    blobs: str

    @property
    def shown(self) -> str:
        """Without user, password and options."""
        parts = urlsplit(self.dsn)
        server = f"{parts.hostname or ''}{f':{parts.port}' if parts.port else ''}"
        return f"{parts.scheme.partition('+')[0]}://{server}{parts.path} and {self.blobs}"


@click.command()
@click.option("--from", "sources", multiple=True, metavar="URL", help="Where it is: a database, a bucket or a folder; see below.")
@click.option("--to", "targets", multiple=True, metavar="URL", help="Where it goes, likewise.")
@click.option("--dry-run", is_flag=True, help="Look at both sides and say what would be done.")
@click.option("--force", is_flag=True, help="Replace what the target's journal holds: all of it.")
def migrate_store_command(sources: tuple[str, ...], targets: tuple[str, ...], dry_run: bool, force: bool) -> None:
    """Move the journal to another database, the documents to another store, or both.

    URLs are sqlite:///file, postgresql://…, s3://bucket/prefix and file:///folder; --from and --to take one database and one store
    of documents each. What is not named is where the settings have it. S3_ENDPOINT_URL and AWS_* of the settings serve both sides;
    a password that should not be seen in the list of processes comes from PGPASSWORD.

    Stop every API and worker first. One that broke off is run again as it was: it goes on where it stopped. The source stays as it
    is, under maintenance, so that nobody submits to it by mistake; afterwards set DATABASE_URL and S3_BUCKET, and start.
    """
    from doctray.cli.serve import ServeError, only_one
    from doctray.storage.dump import SqlDump

    settings = load_settings()
    try:
        source, target = place_of(settings, sources), place_of(settings, targets)
        if source == target:
            give_up(f"both sides are {source.shown}; name another with --to")
        settings.home.mkdir(parents=True, exist_ok=True)
        if not SqlDump(source.dsn).holds_data():
            give_up(f"there is nothing at {source.shown}")
        with only_one(settings.home):
            if dry_run:
                asyncio.run(_look(settings, source, target))
                return
            snapshot, copied, before = asyncio.run(_move(settings, source, target, force=force))
    except (MoveRefused, SettingsError, ServeError) as error:
        give_up(str(error))
    except NotTheSame as error:
        give_up(f"the move was not finished: {error}. Run it again; the source is as it was")
    except (DoctrayError, OSError) as error:
        give_up(f"the move broke off; run it again as it was: {words_of(error)}")
    click.echo(f"Moved from {source.shown}\n        to {target.shown}")
    click.echo(f"{snapshot.rows['jobs']} jobs, {sum(snapshot.rows.values())} rows in {len(snapshot.rows)} tables, compared row by row.")
    click.echo(f"{copied.blobs} blobs, {copied.size_bytes / 1e6:.1f} MB, each read back; {before} had arrived before.")
    for request_id in copied.lacking:
        click.echo(f"doctray: {request_id} lacks a document or a result at the source already, or holds another than recorded", err=True)
    click.echo("Now set DATABASE_URL and S3_BUCKET accordingly, and start. The old place stays, under maintenance.")


def place_of(settings: Settings, urls: Sequence[str]) -> Place:
    """Raises SettingsError for a URL that is none of those, or two of one kind."""
    from doctray.wiring import blobs_place

    databases = [url for url in urls if url.partition("://")[0].partition("+")[0] in ("sqlite", "postgres", "postgresql")]
    stores = [url.rstrip("/") for url in urls if url.startswith(("s3://", "file://"))]
    if len(databases) > 1 or len(stores) > 1 or len(databases) + len(stores) < len(urls):
        raise SettingsError("name at most one database (sqlite:///…, postgresql://…) and one store of documents (s3://…, file:///…) a side")
    return Place(
        dsn=database_dsn_of(databases[0]) if databases else settings.database_dsn,
        blobs=stores[0] if stores else blobs_place(settings),
    )


async def _look(settings: Settings, source: Place, target: Place) -> None:
    from doctray.storage.dump import SqlDump
    from doctray.wiring import open_blobs_at, open_journal_at

    async with open_journal_at(settings, source.dsn) as journal, open_blobs_at(settings, source.blobs) as blobs:
        await journal.ping()
        snapshot = await asyncio.to_thread(survey, SqlDump(source.dsn))
        blob_count = await count_blobs(snapshot, blobs)
        workers = await journal.workers()
    async with open_blobs_at(settings, target.blobs) as blobs:
        await blobs.ping()
    click.echo(f"From {source.shown}\n  to {target.shown}")
    click.echo(
        f"{snapshot.rows['jobs']} jobs, {sum(snapshot.rows.values())} rows, {blob_count} blobs of {len(snapshot.named)} jobs with data."
    )
    if target.dsn != source.dsn and await asyncio.to_thread(SqlDump(target.dsn).holds_data):
        click.echo("The target's journal holds jobs or keys: it would be refused without --force, or be replaced with it.")
    if workers:
        click.echo(f"{len(workers)} workers are at the source: stop every API and worker first.")
    click.echo("Nothing was changed.")


async def _move(settings: Settings, source: Place, target: Place, *, force: bool) -> tuple[Snapshot, Copied, int]:
    """What was moved, what was copied now, and how many blobs had arrived before."""
    from doctray.storage.dump import SqlDump
    from doctray.wiring import open_blobs_at, open_journal_at

    holder = f"migrate-store {socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
    old, new = SqlDump(source.dsn), SqlDump(target.dsn)
    progress = Progress(path=settings.home / PROGRESS, route=f"{source.shown} → {target.shown}")
    async with open_journal_at(settings, source.dsn) as journal, _held(journal, "source", holder):
        await asyncio.to_thread(progress.look)
        if target.dsn != source.dsn:
            await _target_is_free(settings, target, holder=holder, may_hold_data=force or progress.began_before)
        await asyncio.to_thread(progress.begin)
        before = len(progress.arrived)
        reason = await journal.flag(MAINTENANCE)
        await journal.set_flag(MAINTENANCE, reason or MOVING, by=person())
        snapshot = await asyncio.to_thread(survey, old)
        copied = Copied()
        if source.blobs != target.blobs:
            async with open_blobs_at(settings, source.blobs) as sender, open_blobs_at(settings, target.blobs) as receiver:
                copied = await copy_blobs(
                    snapshot.named, source=sender, target=receiver, progress=progress, told=_telling(len(snapshot.named))
                )
        await nobody_serves(journal, which="source", holder=holder)
        if target.dsn != source.dsn:
            snapshot = await asyncio.to_thread(move_journal, old, new, folder=settings.home)
        async with open_journal_at(settings, target.dsn) as arrived:
            await arrived.set_flag(MAINTENANCE, None if reason in (None, MOVING) else reason, by=person())
    await asyncio.to_thread(progress.close)
    return snapshot, copied, before


@asynccontextmanager
async def _held(journal: Journal, which: str, holder: str) -> AsyncIterator[None]:
    """Nobody else sweeps there until the end: whoever starts finds the turn taken, and the end of this finds him."""
    await nobody_serves(journal, which=which, holder=holder)
    async with keeping_turn(journal, SWEEP, holder=holder, hold_s=STILL_S):
        yield


async def _target_is_free(settings: Settings, target: Place, *, holder: str, may_hold_data: bool) -> None:
    from doctray.storage.dump import SqlDump
    from doctray.storage.migrate import upgrade
    from doctray.wiring import open_journal_at

    if not may_hold_data and await asyncio.to_thread(SqlDump(target.dsn).holds_data):
        raise MoveRefused("the target's journal holds jobs or keys already; name an empty one, or replace everything there with --force")
    await asyncio.to_thread(upgrade, target.dsn)
    async with open_journal_at(settings, target.dsn) as journal:
        await nobody_serves(journal, which="target", holder=holder)
        await journal.take_turn(SWEEP, holder=holder, hold_s=0.0)


def _telling(total: int) -> Callable[[int], None]:
    """Twenty lines at most, on stderr."""
    step = max(1, total // 20)

    def told(done: int) -> None:
        if done % step == 0 or done == total:
            click.echo(f"{done} of {total} jobs' documents are there", err=True)

    return told
