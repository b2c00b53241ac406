"""`doctray backup` and `doctray restore`: everything in one file, made while the service runs."""

import asyncio
import os
import secrets
import socket
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path

import click

from doctray.cli.audit import person
from doctray.cli.connection import give_up, words_of
from doctray.cli.main import load_settings
from doctray.config import Settings, SettingsError
from doctray.domain.audit import Action
from doctray.domain.errors import DoctrayError
from doctray.service.backup import SECRET_KEY, SECRETS_TABLE, BackupMade, RestoreRefused, back_up, check_bundle, fingerprint, restore
from doctray.service.bundle import BrokenBundle, BundleReader
from doctray.service.move_store import MoveRefused, nobody_serves
from doctray.service.sweep import SWEEP


@click.command()
@click.argument("target", type=click.Path(path_type=Path))
@click.option("--without-secret-key", is_flag=True, help="Leave secret.key out; a restore then needs it from elsewhere.")
def backup_command(target: Path, without_secret_key: bool) -> None:
    """Write journal and documents into TARGET: a file, or a folder that gets a file named after the time.

    The service may run meanwhile. The file holds documents and secrets in clear: it is readable for its owner alone.
    """
    settings = load_settings()
    if target.is_dir():
        target /= f"doctray-{datetime.now(UTC):%Y%m%dT%H%M%SZ}.tar"
    # A key that the environment gives is kept wherever that comes from.
    with_secret_key = settings.access.secret_key is None and not without_secret_key
    try:
        made = asyncio.run(_back_up(settings, target, with_secret_key=with_secret_key))
    except (DoctrayError, SettingsError, OSError) as error:
        give_up(f"no backup was made: {words_of(error)}")
    click.echo(f"{target}: {made.jobs} jobs with data, {made.blobs} blobs, {made.size_bytes / 1e6:.1f} MB.")
    if not with_secret_key:
        click.echo("The secret key is not in it: keep DOCTRAY_SECRET_KEY (or secret.key) apart, a restore needs the same one.")
    if made.damaged:
        click.echo(f"doctray: {len(made.damaged)} jobs lack a document or a result, or hold another than recorded:", err=True)
        for request_id in made.damaged:
            click.echo(f"  {request_id}", err=True)


@click.command()
@click.argument("source", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@click.option("--force", is_flag=True, help="Replace what DOCTRAY_HOME (or DATABASE_URL) holds: all of it.")
@click.option("--new-webhook-secrets", is_flag=True, help="The secret key is lost: owners get new webhook secrets on first need.")
def restore_command(source: Path, force: bool, new_webhook_secrets: bool) -> None:
    """Bring back what `doctray backup` wrote to SOURCE, into an empty home; stop everything first.

    The whole file is verified before anything is changed. Jobs that were being read are queued again.
    """
    from doctray.cli.serve import ServeError, only_one

    settings = load_settings()
    settings.home.mkdir(parents=True, exist_ok=True)
    try:
        with only_one(settings.home), BundleReader(source) as bundle:
            _restore(settings, bundle, force=force, new_webhook_secrets=new_webhook_secrets)
    except BrokenBundle as error:
        give_up(f"{source} cannot be restored, and nothing was changed: {error}")
    except RestoreRefused as error:
        give_up(f"nothing was changed: {error}")
    except ServeError as error:
        give_up(str(error))
    except (DoctrayError, OSError) as error:
        give_up(f"the restore broke off; run it again: {words_of(error)}")


async def _back_up(settings: Settings, target: Path, *, with_secret_key: bool) -> BackupMade:
    from doctray.clock import SystemClock
    from doctray.storage.dump import SqlDump
    from doctray.wiring import open_blobs, open_journal

    async with open_journal(settings) as journal, open_blobs(settings) as blobs:
        await journal.ping()
        made = await back_up(
            target,
            journal=journal,
            dump=SqlDump(settings.database_dsn),
            blobs=blobs,
            clock=SystemClock(),
            holder=f"backup {socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}",
            version=version("doctray"),
            secret_key=settings.secret_key(),
            with_secret_key=with_secret_key,
        )
        await journal.note(Action.JOURNAL_BACKED_UP, target.name, by=person(), detail={"with_secret_key": with_secret_key})
        return made


def _restore(settings: Settings, bundle: BundleReader, *, force: bool, new_webhook_secrets: bool) -> None:
    from doctray.storage.dump import SqlDump
    from doctray.storage.schema_version import EXPECTED_VERSION
    from doctray.wiring import open_blobs, open_journal

    dump = SqlDump(settings.database_dsn)
    check_bundle(bundle, dump=dump, schema_version=EXPECTED_VERSION, force=force)
    asyncio.run(_nobody_works(settings))
    key = _key_to_keep(settings, bundle)
    if key is None and not new_webhook_secrets and bundle.manifest["rows"].get(SECRETS_TABLE):
        raise RestoreRefused(
            "the backup holds webhook secrets that were sealed under another secret key, and that key is not in it. Set "
            "DOCTRAY_SECRET_KEY to the one of then (or put secret.key into DOCTRAY_HOME), or give up the secrets with "
            "--new-webhook-secrets: then every receiver needs its new one"
        )

    async def run() -> None:
        async with open_blobs(settings) as blobs:
            rows = await restore(bundle, dump=dump, blobs=blobs, without_webhook_secrets=new_webhook_secrets)
        async with open_journal(settings) as journal:
            await journal.note(Action.JOURNAL_RESTORED, "journal", by=person(), detail={"as_of": bundle.manifest["created_at"]})
        click.echo(f"Restored {rows['jobs']} jobs as of {bundle.manifest['created_at']}, {rows['api_keys']} keys.")

    if key is not None and settings.access.secret_key is None:
        _keep_key(settings.home / SECRET_KEY, key)
    asyncio.run(run())
    if key is None:
        click.echo("The secret key is not the one of then: read tokens handed out before are void.")
    if bundle.manifest["damaged"]:
        click.echo(f"{len(bundle.manifest['damaged'])} jobs lacked a document or a result already when the backup was made.")


async def _nobody_works(settings: Settings) -> None:
    """APIs and workers elsewhere on the same database; those of this home are ruled out by the lock."""
    from doctray.wiring import open_journal

    holder = f"restore {socket.gethostname()} {os.getpid()} {secrets.token_hex(4)}"
    async with open_journal(settings) as journal:
        if not await journal.current():
            return
        try:
            await nobody_serves(journal, which="journal", holder=holder)
        except MoveRefused as error:
            raise RestoreRefused(str(error)) from error
        await journal.take_turn(SWEEP, holder=holder, hold_s=0.0)


def _key_to_keep(settings: Settings, bundle: BundleReader) -> bytes | None:
    """The key of the backup, wherever it is to be had; None when it is not."""
    found: list[bytes] = []
    if settings.access.secret_key is not None:
        found.append(settings.access.secret_key.get_secret_value().encode())
    else:
        if SECRET_KEY in bundle.names:
            found.append(b"".join(bundle.read(SECRET_KEY)))
        if (settings.home / SECRET_KEY).exists():
            found.append((settings.home / SECRET_KEY).read_bytes().strip())
    return next((key for key in found if fingerprint(key) == bundle.manifest["secret_key_check"]), None)


def _keep_key(path: Path, key: bytes) -> None:
    draft = path.with_name(f"{path.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    draft.write_bytes(key)
    draft.replace(path)
