"""The `doctray` command: what a person or a unit file starts. Each subcommand loads only what it needs."""

import os
import sys
from importlib import import_module
from importlib.metadata import version
from typing import Any

import click
import structlog

from doctray.config import Settings, SettingsError

_COMMANDS = {
    "serve": ("doctray.cli.commands", "serve_command"),
    "api": ("doctray.cli.commands", "api_command"),
    "worker": ("doctray.cli.commands", "worker_command"),
    "upgrade": ("doctray.cli.commands", "upgrade_command"),
    "doctor": ("doctray.cli.doctor", "doctor_command"),
    "demo": ("doctray.cli.demo", "demo_command"),
    "submit": ("doctray.cli.submit", "submit_command"),
    "status": ("doctray.cli.status", "status_command"),
    "result": ("doctray.cli.status", "result_command"),
    "eval": ("doctray.cli.eval", "eval_command"),
    "keys": ("doctray.cli.keys", "keys_group"),
    "audit": ("doctray.cli.audit", "audit_command"),
    "rollout": ("doctray.cli.rollout", "rollout_group"),
    "maintenance": ("doctray.cli.maintenance", "maintenance_group"),
    "dead-letters": ("doctray.cli.dead_letters", "dead_letters_group"),
    "models": ("doctray.cli.models", "models_group"),
    "report": ("doctray.cli.report", "report_command"),
    "backup": ("doctray.cli.backup", "backup_command"),
    "restore": ("doctray.cli.backup", "restore_command"),
    "import-legacy": ("doctray.cli.import_legacy", "import_legacy_command"),
    "migrate-store": ("doctray.cli.migrate_store", "migrate_store_command"),
}
"""name → module and function, loaded when called: `doctray api` must not load what the worker needs, nor the other way round."""


class _Lazy(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 click names it
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002
        if cmd_name not in _COMMANDS:
            return None
        module, name = _COMMANDS[cmd_name]
        command: Any = getattr(import_module(module), name)
        assert isinstance(command, click.Command)
        return command


@click.command(cls=_Lazy, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(version("doctray"), prog_name="doctray")
def cli() -> None:
    """Certificates and timetables in, structured JSON out, every value shown on its page."""


def load_settings() -> Settings:
    """Settings, or an exit with status 2 and one line for each thing that is wrong with them."""
    try:
        return Settings()
    except SettingsError as error:
        for line in str(error).splitlines():
            click.echo(f"doctray: {line}", err=True)
        sys.exit(2)


def main() -> None:
    """Entry point of the console script. A supervised child ends with its supervisor (see `doctray.lifeline`)."""
    supervisor = os.environ.pop("DOCTRAY_SUPERVISOR_PID", None)
    if supervisor is not None:
        from doctray.lifeline import die_with_parent

        die_with_parent(int(supervisor))
    # What a command prints is for people and scripts; events go elsewhere. The long-running ones set up logs of their own.
    structlog.configure(logger_factory=structlog.PrintLoggerFactory(sys.stderr))
    cli()
