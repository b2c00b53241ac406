"""`doctray submit`: hand in documents, watch them being read, print their fields."""

import json
import time
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctray.cli.connection import connected, connection_options, give_up, reason_of

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from doctray.client import Client

_SECONDS_A_READ = 0.12
"""Pause for each job that is followed: together they stay under the service's default of 600 reads a minute."""


@click.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--type", "document_type", default="auto", show_default=True, help="certificate, timetable or auto.")
@click.option("--wait/--no-wait", default=True, show_default=True, help="Stay until every document is finished and print its fields.")
@click.option("--engine", help="OCR engine.  [default: the service's]")
@click.option("--languages", help="Languages on the page, by commas, such as en,de.")
@click.option("--pages", help="Pages to read, such as 1-3,5.")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a document.")
@connection_options
def submit_command(
    files: tuple[str, ...],
    document_type: str,
    wait: bool,
    engine: str | None,
    languages: str | None,
    pages: str | None,
    as_json: bool,
    url: str | None,
    api_key: str | None,
) -> None:
    """Hand in documents: FILE is a path or an http(s) URL.

    Exits with 0 when every document was completed (with --no-wait: accepted), else with 1.
    """
    options = {
        "document_type": document_type,
        "engine": engine,
        "languages": [code.strip() for code in languages.split(",") if code.strip()] if languages else None,
        "pages": pages,
    }
    with connected(url, api_key) as client:
        jobs = {name: job for name in files if (job := _submit(client, name, options)) is not None}
        if wait:
            jobs = _follow(client, jobs)
    _print(jobs, as_json=as_json)
    bad = [name for name, job in jobs.items() if job["status"] in ("failed", "cancelled")]
    if len(jobs) < len(files) or bad:
        give_up(f"{len(bad) + len(files) - len(jobs)} of {len(files)} documents were not completed")


def _submit(client: "Client", name: str, options: dict[str, Any]) -> dict[str, Any] | None:
    """What the service accepted it as; None, with the reason on stderr, when it did not."""
    from doctray.client import ClientError, ProblemError

    try:
        return client.submit(name, **options)
    except ProblemError as problem:
        click.echo(f"{name}: {reason_of(problem)}", err=True)
    except ClientError as error:
        give_up(str(error))
    except OSError as error:
        click.echo(f"{name}: {error.strerror or error}", err=True)
    return None


def _follow(client: "Client", accepted: dict[str, dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The jobs once all of them have ended, with a bar for each meanwhile."""
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    from doctray.client import ClientError

    columns = (TextColumn("{task.description}", markup=False), BarColumn(), TextColumn("{task.fields[stage]}"), TimeElapsedColumn())
    jobs = dict(accepted)
    with Progress(*columns, console=Console(stderr=True)) as progress:
        bars = {name: progress.add_task(Path(name).name, total=100, stage=job["status"]) for name, job in jobs.items()}
        pending = list(jobs)
        try:
            while pending:
                for name in list(pending):
                    # The first is held by the service until it changes, which paces the round.
                    jobs[name] = client.status(jobs[name]["request_id"], wait_s=1 if name == pending[0] else None)
                    if _show(progress, bars[name], jobs[name]):
                        pending.remove(name)
                time.sleep(_SECONDS_A_READ * len(pending))
        except ClientError as error:
            progress.stop()
            give_up(f"{error}; the jobs go on: " + ", ".join(jobs[name]["request_id"] for name in pending))
        except KeyboardInterrupt:
            progress.stop()
            give_up("stopped watching; the jobs go on: " + ", ".join(jobs[name]["request_id"] for name in pending))
    return jobs


def _show(progress: "Progress", bar: "TaskID", job: dict[str, Any]) -> bool:
    """Move the bar to where the job stands; whether it has ended."""
    ended = job["status"] in ("completed", "failed", "cancelled")
    live = job.get("progress") or {}
    stage = job["status"]
    if not ended and live:
        of_pages = f" {live['pages_done']}/{live['pages_total']}" if live.get("pages_total") else ""
        stage = f"{live['stage']}{of_pages}"
    elif job["status"] == "queued" and job.get("queue_position"):
        stage = f"queued, {job['queue_position']} in line"
    progress.update(bar, stage=stage, completed=100 if ended else live.get("percent", 0))
    if ended:
        progress.stop_task(bar)
    return ended


def _print(jobs: dict[str, dict[str, Any]], *, as_json: bool) -> None:
    if as_json:
        for job in jobs.values():
            click.echo(json.dumps(job))
        return
    from rich.console import Console

    from doctray.cli.render import print_job

    console = Console()
    for name, job in jobs.items():
        if job["status"] in ("completed", "failed", "cancelled") and "created_at" in job and "attempt" in job:
            print_job(console, {**job, "file_name": Path(name).name})
        else:
            click.echo(f"{job['request_id']}  {job['status']}  {name}")
