"""`doctray status` and `doctray result`: look at one job, take its result."""

import json
import sys
from pathlib import Path
from typing import Any

import click

from doctray.cli.connection import connected, connection_options, give_up, reason_of

FORMS = ("json", "md", "txt", "csv", "xlsx", "ics", "hocr", "pdf")
BINARY = ("xlsx", "pdf")


@click.command()
@click.argument("request_id")
@click.option("--json", "as_json", is_flag=True, help="Print the job as JSON.")
@connection_options
def status_command(request_id: str, as_json: bool, url: str | None, api_key: str | None) -> None:
    """Say where a job stands. Exits with 1 when it failed or was cancelled."""
    from doctray.client import ClientError, ProblemError

    try:
        with connected(url, api_key) as client:
            job = client.status(request_id)
    except ProblemError as problem:
        give_up(reason_of(problem))
    except ClientError as error:
        give_up(str(error))
    if as_json:
        click.echo(json.dumps(job, indent=2))
    else:
        for line in _lines(job):
            click.echo(line)
    if job["status"] in ("failed", "cancelled"):
        why = job.get("error") or {}
        give_up(f"{job['status']}: {why.get('detail', '')} ({why.get('code', '')})")


@click.command()
@click.argument("request_id")
@click.option("--format", "form", type=click.Choice(FORMS), help="Instead of the fields: the result in this form.")
@click.option("-o", "--output", "output", type=click.Path(dir_okay=False, path_type=Path), help="File to write to.  [default: stdout]")
@click.option("--json", "as_json", is_flag=True, help="The same as --format json.")
@connection_options
def result_command(request_id: str, form: str | None, output: Path | None, as_json: bool, url: str | None, api_key: str | None) -> None:
    """Print the fields of a finished job, or take its result in some form.

    xlsx and pdf (the document, made searchable) are made when they are first asked for; the command waits for them.
    """
    from doctray.client import ClientError, ProblemError

    form = form or ("json" if as_json or output is not None else None)
    if form in BINARY and output is None and sys.stdout.isatty():
        give_up(f"{form} is not for a terminal; name a file with -o")
    try:
        with connected(url, api_key) as client:
            result = client.result(request_id) if form in (None, "json") else {}
            content = client.result(request_id, form=form) if form not in (None, "json") else None
    except ProblemError as problem:
        give_up(reason_of(problem))
    except ClientError as error:
        give_up(str(error))
    if form is not None:
        _write(content if content is not None else f"{json.dumps(result, indent=2)}\n".encode(), output)
        return
    from rich.console import Console

    from doctray.cli.render import result_view

    Console().print(result_view(result, title=request_id))


def _write(content: bytes, output: Path | None) -> None:
    if output is None:
        click.echo(content, nl=False)
        return
    try:
        output.write_bytes(content)
    except OSError as error:
        give_up(f"{output}: {error.strerror}")
    click.echo(f"{output}: {len(content)} bytes", err=True)


def _lines(job: dict[str, Any]) -> list[str]:
    progress = job.get("progress") or {}
    shown = {
        "job": job["request_id"],
        "status": job["status"] + (" (from the cache)" if job.get("cached") else ""),
        "type": job.get("document_type"),
        "stage": progress.get("stage") and f"{progress['stage']}, {progress.get('percent', 0)} %",
        "in line": job.get("queue_position"),
        "attempt": job.get("attempt") or None,
        "created": job.get("created_at"),
        "started": job.get("started_at"),
        "finished": job.get("finished_at"),
        "kept until": job.get("expires_at"),
        "confidence": job.get("confidence"),
        "needs review": "yes" if job.get("needs_review") else None,
        "validated": "yes" if job.get("validated") else None,
    }
    return [f"{name:13}{value}" for name, value in shown.items() if value is not None]
