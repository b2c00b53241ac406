"""The commands that run for long: serve, api, worker; and upgrade."""

import asyncio
import gc
import sys
from typing import NoReturn

import click

from doctray.cli.main import load_settings
from doctray.config import Settings, SettingsError
from doctray.domain.errors import DoctrayError


def _refuse(message: str) -> NoReturn:
    """Exit status 2: it will not start whatever is tried again; a supervisor must not restart it."""
    click.echo(f"doctray: {message}", err=True)
    sys.exit(2)


@click.command()
def serve_command() -> None:
    """Run Redis, the API and the workers on this machine until Ctrl-C."""
    from doctray.cli.serve import ServeError, serve
    from doctray.telemetry.logging import configure

    settings = load_settings()
    configure(settings.service.log_level, settings.service.log_format, "serve")
    try:
        serve(settings)
    except ServeError as error:
        click.echo(f"doctray: {error}", err=True)
        sys.exit(1)
    except SettingsError as error:
        _refuse(str(error))


@click.command()
def api_command() -> None:
    """Run the HTTP front door alone (Redis and the journal must be there)."""
    # Collecting garbage while modules are loaded is a fifth of the start; what they leave behind lives for ever anyway.
    gc.disable()
    from doctray.api.server import run

    gc.freeze()
    gc.enable()
    settings = load_settings()
    try:
        run(settings)
    except SettingsError as error:
        _refuse(str(error))


@click.command()
@click.option("--device", default=None, help="cpu, or the number of a GPU; unset: the first of WORKER_DEVICES")
def worker_command(device: str | None) -> None:
    """Run one worker with its engine process, for one device."""
    from doctray.worker.main import run

    settings = load_settings()
    try:
        asyncio.run(run(settings, device=device))
    except SettingsError as error:
        _refuse(str(error))


@click.command()
def upgrade_command() -> None:
    """Bring the journal's schema up to date, under a lock; safe to run at any time."""
    settings = load_settings()
    try:
        _upgrade(settings)
    except DoctrayError as error:
        click.echo(f"doctray: {error.detail}", err=True)
        sys.exit(1)
    click.echo("The journal is up to date.")


def _upgrade(settings: Settings) -> None:
    from doctray.storage.migrate import upgrade

    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_dsn)
