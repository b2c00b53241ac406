"""The options of commands that talk to a running service, and how refusals and errors are shown."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, NoReturn, TypeVar

import click

from doctray.cli.main import load_settings
from doctray.domain.errors import DoctrayError

if TYPE_CHECKING:
    from doctray.client import Client, ProblemError

_Command = TypeVar("_Command", bound=Callable[..., object])


def connection_options(command: _Command) -> _Command:
    """Adds --url and --api-key."""
    url = click.option("--url", envvar="DOCTRAY_URL", metavar="BASE", help="Address of the service.  [default: this machine, PORT]")
    key = click.option("--api-key", envvar="DOCTRAY_API_KEY", help="Key to use.  [default: API_KEY]")
    return url(key(command))


@contextmanager
def connected(url: str | None, api_key: str | None) -> Iterator["Client"]:
    """A client of the service that the options or else the settings name."""
    from doctray.client import Client

    if url is None or api_key is None:
        settings = load_settings()
        url = url or f"http://127.0.0.1:{settings.service.port}"
        if api_key is None and settings.access.api_key is not None:
            api_key = settings.access.api_key.get_secret_value()
    with Client(url, api_key) as client:
        yield client


def reason_of(problem: "ProblemError") -> str:
    """A refusal in one line for a person."""
    reasons = "; ".join(str(error.get("detail") or error.get("message") or "") for error in problem.errors)
    return f"{problem.detail or problem.title} ({problem.code})" + (f": {reasons}" if reasons else "")


def words_of(error: Exception) -> str:
    """What went wrong, in the error's own words for a person."""
    return error.detail if isinstance(error, DoctrayError) else str(error)


def give_up(message: str) -> NoReturn:
    """Say why on stderr and exit with 1."""
    click.echo(f"doctray: {message}", err=True)
    sys.exit(1)
