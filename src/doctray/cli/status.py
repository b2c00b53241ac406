"""`doctray status` and `doctray result`: look at one job."""

import json
from typing import Any

import click

from doctray.cli.connection import connected, connection_options, give_up, reason_of


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
@click.option("--json", "as_json", is_flag=True, help="Print the whole result as JSON.")
@connection_options
def result_command(request_id: str, as_json: bool, url: str | None, api_key: str | None) -> None:
    """Print the fields of a finished job."""
    from doctray.client import ClientError, ProblemError

    try:
        with connected(url, api_key) as client:
            result = client.result(request_id)
    except ProblemError as problem:
        give_up(reason_of(problem))
    except ClientError as error:
        give_up(str(error))
    if as_json:
        click.echo(json.dumps(result, indent=2))
        return
    from rich.console import Console

    from doctray.cli.render import result_view

    Console().print(result_view(result, title=request_id))


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
    }
    return [f"{name:13}{value}" for name, value in shown.items() if value is not None]
