"""`doctray eval`: read documents whose truth is known, and say how much of it came out."""

import json
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from doctray.cli.connection import give_up, reason_of

if TYPE_CHECKING:
    from doctray.client import Client
    from doctray.evaluation.corpus import Case
    from doctray.evaluation.report import Document, Report

IN_FLIGHT = 8
"""Documents handed in at once: enough to keep a worker busy, few enough to see where it stands."""


@click.command()
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path), metavar="DIR")
@click.option(
    "--engine", "engines", multiple=True, metavar="NAME", help="OCR engine; several times: each in turn.  [default: the service's]"
)
@click.option("--extractor", metavar="NAME", help="Extractor.  [default: the service's]")
@click.option("--json", "json_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write the figures here.")
@click.option(
    "--html", "html_file", type=click.Path(dir_okay=False, path_type=Path), metavar="FILE", help="Write a page of the worst cases here."
)
@click.option("--floor", type=click.FloatRange(0, 1), metavar="F1", help="Exit with 1 when F1 is below.")
@click.option("--url", envvar="DOCTRAY_URL", metavar="BASE", help="A running service.  [default: one is started and ended]")
@click.option("--api-key", envvar="DOCTRAY_API_KEY", help="Its key.")
def eval_command(
    folder: Path,
    engines: tuple[str, ...],
    extractor: str | None,
    json_file: Path | None,
    html_file: Path | None,
    floor: float | None,
    url: str | None,
    api_key: str | None,
) -> None:
    """Read the documents of DIR and compare their fields with the truth: precision, recall and F1 by kind, source and engine.

    DIR holds NAME.truth.json beside NAME.pdf (or .png, .jpg …), in itself or in folders: the fields as they are printed, as the
    schemas of certificates and timetables have them, or as your own schema has them (NAME.schema.json beside it, or schema.json for a
    whole folder). Nothing is read from the cache.
    """
    from doctray.client import Client, ClientError, ProblemError
    from doctray.evaluation.corpus import BadCorpus, cases_in

    try:
        cases = cases_in(folder)
    except BadCorpus as error:
        give_up(str(error))
    with ExitStack() as stack:
        if url is None:
            from doctray.cli.own_service import passing_service

            click.echo("Starting a service for this evaluation.", err=True)
            url = stack.enter_context(passing_service())
        client = stack.enter_context(Client(url, api_key))
        try:
            report = _read_all(client, cases, engines, extractor)
            page = _page(client, report) if html_file is not None else None
        except ProblemError as problem:
            give_up(reason_of(problem))
        except ClientError as error:
            give_up(str(error))
    _print(report)
    if json_file is not None:
        from doctray.evaluation.report import as_json

        json_file.write_text(json.dumps(as_json(report), indent=2, ensure_ascii=False) + "\n", "utf-8")
    if html_file is not None and page is not None:
        html_file.write_text(page, "utf-8")
    failed = [document for document in report.documents if document.failure]
    for document in failed:
        click.echo(f"{document.case.name}: {document.failure}", err=True)
    if floor is not None and report.total.f1 < floor:
        give_up(f"F1 is {report.total.f1:.4f}, below the floor of {floor:g}")


def _read_all(client: "Client", cases: "list[Case]", engines: tuple[str, ...], extractor: str | None) -> "Report":
    from rich.console import Console
    from rich.progress import Progress

    from doctray.evaluation.report import Report

    chosen: tuple[str | None, ...] = engines or (None,)
    documents: list[Document] = []
    with Progress(console=Console(stderr=True)) as progress:
        bar = progress.add_task("Reading", total=len(cases) * len(chosen))
        for engine in chosen:
            for document in _read(client, cases, engine, extractor):
                documents.append(document)
                progress.advance(bar)
    return Report(documents=documents)


def _read(client: "Client", cases: "list[Case]", engine: str | None, extractor: str | None) -> "Iterator[Document]":
    """Some at once, in order."""
    from doctray.evaluation.report import document_of

    waiting: list[tuple[Case, str]] = []
    left = list(cases)
    while left or waiting:
        while left and len(waiting) < IN_FLIGHT:
            case = left.pop(0)
            waiting.append((case, _submit(client, case, engine, extractor)))
        case, request_id = waiting.pop(0)
        job = client.wait(request_id)
        timings = (job.get("result") or {}).get("timings") or {}
        yield document_of(case, engine=engine or "", job=job, seconds=float(timings.get("total", 0.0)))


def _submit(client: "Client", case: "Case", engine: str | None, extractor: str | None) -> str:
    from doctray.client import ProblemError

    while True:
        try:
            ticket = client.submit(
                case.path, document_type=case.kind, schema=case.schema, engine=engine, extractor=extractor, no_cache=True
            )
        except ProblemError as problem:
            if problem.code not in ("rate_limited", "queue_full"):
                raise
            time.sleep(problem.retry_after_s or 1.0)
        else:
            return str(ticket["request_id"])


def _page(client: "Client", report: "Report") -> str:
    from doctray.client import ProblemError
    from doctray.evaluation.page import worst_cases

    def page_image(document: "Document", number: int) -> bytes | None:
        try:
            return client.page_image(document.request_id, number)
        except ProblemError:
            return None

    return worst_cases(report, page_image, plot=_plot(report))


def _plot(report: "Report") -> str | None:
    from doctray.evaluation.plot import calibration_svg

    try:
        return calibration_svg(report.samples)
    except ImportError:
        click.echo("No plot of the calibration: matplotlib is not there (the extra `plots`); the page has the table.", err=True)
        return None


def _print(report: "Report") -> None:
    from rich.console import Console

    from doctray.evaluation.calibration import bins_of, expected_error, sure_share

    console = Console(width=None if sys.stdout.isatty() else 120)
    groups: dict[str, dict[str, Any]] = {
        "kind": report.kinds,
        "source": report.grouped(lambda document: document.source),
        "engine": report.grouped(lambda document: document.engine),
        "extractor": report.grouped(lambda document: document.extractor),
        "document": report.grouped(lambda document: document.case.name),
    }
    for name, tallies in groups.items():
        console.print(_table(name, tallies))
    right, sure = sure_share(report.samples)
    for each in bins_of(report.samples):
        console.print(f"confidence {each.low:.2f}–{each.high:.2f}: {each.share:.3f} right of {each.count}", highlight=False)
    share = f"{right / sure:.3f}" if sure else "–"
    error = expected_error(report.samples)
    console.print(f"at 0.9 or above: {share} right of {sure}; expected calibration error {error:.3f}", highlight=False)
    total = report.total
    console.print(
        f"\nall: precision {total.precision:.4f}, recall {total.recall:.4f}, F1 {total.f1:.4f} "
        f"({total.right} of {total.true} values, {total.found} found)",
        highlight=False,
    )


def _table(name: str, tallies: dict[str, Any]) -> Any:
    from rich import box
    from rich.table import Table

    table = Table(name, box=box.SIMPLE_HEAD, pad_edge=False)
    for column in ("precision", "recall", "F1", "right", "found", "true"):
        table.add_column(column, justify="right")
    for group, counts in tallies.items():
        rates = (f"{rate:.3f}" for rate in (counts.precision, counts.recall, counts.f1))
        table.add_row(group or "–", *rates, str(counts.right), str(counts.found), str(counts.true))
    return table
