"""`doctray rollout report`: both arms of a rollout beside each other, as JSON or as a page with plots, straight from the journal."""

import asyncio
import json
import sys
from collections.abc import Mapping, Sequence

import click

from doctray.cli.connection import give_up
from doctray.cli.main import load_settings
from doctray.config import Settings
from doctray.domain.errors import TemporarilyUnavailable
from doctray.domain.rollout import RolloutKind
from doctray.service.rollout_page import Evidence, as_dict, as_html
from doctray.service.rollout_report import RolloutReport, gather

LONGEST_HOURS = 24 * 366


@click.command("report")
@click.option("--kind", type=click.Choice([kind.value for kind in RolloutKind]), default="engine", show_default=True, help="Which rollout.")
@click.option(
    "--hours",
    type=click.FloatRange(min=0, min_open=True, max=LONGEST_HOURS),
    default=24.0,
    show_default=True,
    help="How many hours back from now; attempts are kept for RETENTION_DAYS.",
)
@click.option("--output", type=click.Choice(["json", "html"]), default="json", show_default=True, help="The form, on stdout.")
@click.option(
    "--without-pages", is_flag=True, help="HTML: nothing of any document, neither values nor pictures, so that it can be passed on."
)
def report_command(kind: str, hours: float, output: str, without_pages: bool) -> None:
    """Times, failures, confidence, cost, and agreement by field, with 95 % intervals; reviews count as truth.

    The HTML form shows values and page images of the documents on which the arms differ most, unless --without-pages is given.
    """
    settings = load_settings()
    with_pages = output == "html" and not without_pages
    try:
        report, evidence = asyncio.run(_read(settings, RolloutKind(kind), hours=hours, with_pages=with_pages))
    except TemporarilyUnavailable as error:
        give_up(f"the journal or the store cannot be read: {error.detail}")
    if report is None:
        give_up(f"there is no rollout plan for the {kind}; make one with: doctray rollout plan")
    # Whatever the terminal's encoding: the page says that it is UTF-8, and documents hold any script.
    form = json.dumps(as_dict(report), indent=1) + "\n" if output == "json" else as_html(report, evidence)
    sys.stdout.buffer.write(form.encode("utf-8", "replace"))


async def _read(
    settings: Settings, kind: RolloutKind, *, hours: float, with_pages: bool
) -> tuple[RolloutReport | None, Mapping[str, Sequence[Evidence]] | None]:
    from doctray.cli.rollout_evidence import evidence_of
    from doctray.clock import SystemClock
    from doctray.wiring import open_blobs, open_journal

    async with open_journal(settings) as journal, open_blobs(settings) as blobs:
        await journal.ping()
        report = await gather(kind, hours=hours, journal=journal, blobs=blobs, clock=SystemClock())
        shown = await evidence_of(report, journal=journal, blobs=blobs) if report is not None and with_pages else None
        return report, shown
