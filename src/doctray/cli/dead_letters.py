"""`doctray dead-letters`: jobs whose tries are used up, straight from the journal."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import datetime
from typing import TypeVar

import click

from doctray.cli.audit import person
from doctray.cli.connection import give_up
from doctray.cli.main import load_settings
from doctray.domain.errors import NotFound, TemporarilyUnavailable
from doctray.domain.job import Attempt, Job
from doctray.ports import JobQueue, Journal
from doctray.service import jobs as use_cases

_T = TypeVar("_T")


@click.group()
def dead_letters_group() -> None:
    """Failed jobs whose tries are used up: look at them, and run them again once the cause is mended."""


@dead_letters_group.command("list")
def list_command() -> None:
    """Show all of them, the newest job first."""

    async def found(journal: Journal, _queue: JobQueue) -> list[Job]:
        return [job async for job in use_cases.dead_letters(journal=journal)]

    jobs = _run(found)
    for job in jobs:
        code = job.error.code if job.error else ""
        click.echo(f"{job.request_id}  {_time(job.finished_at)}  {code:22}{job.attempt:2} attempts  {job.owner}")
    if not jobs:
        click.echo("There are no dead letters.")


@dead_letters_group.command("show")
@click.argument("request_id")
def show_command(request_id: str) -> None:
    """Show one with every attempt at it."""

    async def found(journal: Journal, _queue: JobQueue) -> tuple[Job, list[Attempt]]:
        return await use_cases.dead_letter(request_id, journal=journal)

    job, attempts = _run(found)
    click.echo(f"{job.request_id} of {job.owner}: {job.document_type}, {job.media_type or 'no document'}")
    click.echo(f"accepted {_time(job.created_at)}, failed {_time(job.finished_at)}, data kept until {_time(job.expires_at)}")
    if job.error is not None:
        click.echo(f"{job.error.code}: {job.error.detail}")
    click.echo(f"{job.tries_used} failures charged, {job.leases_lost} workers lost under it, generation {job.generation}")
    for attempt in attempts:
        ended = f"{attempt.ended or 'running'} {attempt.error_code or ''}".strip()
        seconds = f"{(attempt.ended_at - attempt.started_at).total_seconds():.1f} s" if attempt.ended_at else ""
        click.echo(f"  {attempt.generation}.{attempt.number}  {_time(attempt.started_at)}  {seconds:>9}  {ended}  on {attempt.worker_id}")


@dead_letters_group.command("replay")
@click.argument("request_ids", nargs=-1, metavar="[REQUEST_ID]…")
@click.option("--all", "everything", is_flag=True, help="All there are.")
def replay_command(request_ids: tuple[str, ...], everything: bool) -> None:
    """Queue some of them again, or all, with fresh tries; each is announced anew when it ends."""
    if bool(request_ids) == everything:
        raise click.UsageError("Give the ids, or --all.")

    async def replayed(journal: Journal, queue: JobQueue) -> list[str]:
        wanted = None if everything else request_ids
        return await use_cases.replay_dead_letters(wanted, journal=journal, queue=queue, by=person())

    queued = _run(replayed)
    click.echo(f"{len(queued)} queued again.")
    missing = [request_id for request_id in request_ids if request_id not in queued]
    if missing:
        give_up(f"no dead letters: {', '.join(missing)}")


def _time(moment: datetime | None) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S}" if moment else "never"


def _run(act: Callable[[Journal, JobQueue], Awaitable[_T]]) -> _T:
    from doctray.wiring import open_journal, open_queue

    settings = load_settings()

    async def run() -> _T:
        async with open_journal(settings) as journal, open_queue(settings) as queue:
            await journal.ping()
            return await act(journal, queue)

    try:
        return asyncio.run(run())
    except NotFound as error:
        give_up(error.detail)
    except TemporarilyUnavailable as error:
        give_up(f"the journal cannot be used: {error.detail}")
