"""The worst cases as a page for a person: what was expected, what was found, and the place on the page where it was looked for.

One HTML file, pictures within, no script, nothing loaded from elsewhere.
"""

import base64
from collections.abc import Callable, Iterator, Mapping, Sequence
from html import escape
from typing import Any

from doctray.evaluation.calibration import Sample, bins_of, sure_share
from doctray.evaluation.crops import PageCrops
from doctray.evaluation.judging import Judged
from doctray.evaluation.report import Document, Report
from doctray.evaluation.tally import Tally

FAULTS_SHOWN = 40
"""Of each document."""

DOCUMENTS_SHOWN = 50

_STYLE = (
    "body{font:15px/1.45 system-ui,sans-serif;max-width:70rem;margin:2rem auto;padding:0 1rem;color:#1c2430}"
    "table{border-collapse:collapse;margin:.5rem 0}td,th{text-align:left;vertical-align:top;padding:.2rem .8rem .2rem 0}"
    ".n{text-align:right;font-variant-numeric:tabular-nums}h2{margin-top:2.5rem;border-top:1px solid #d5dae1;padding-top:1rem}"
    "img{max-width:100%;border:1px solid #d5dae1}.want{color:#14683c}.got{color:#a4250b}svg{max-width:40rem;height:auto}"
)

PageImage = Callable[[Document, int], bytes | None]
"""The page of a document, from 1, as PNG; None where there is none."""


def worst_cases(report: Report, page_image: PageImage, *, plot: str | None) -> str:
    """plot: the calibration as SVG; None: as a table alone."""
    return "".join(_parts(report, page_image, plot))


def _parts(report: Report, page_image: PageImage, plot: str | None) -> Iterator[str]:
    yield f'<!doctype html><html lang="en"><head><meta charset="utf-8"><title>doctray eval</title><style>{_STYLE}</style></head><body>'
    total = report.total
    yield f"<h1>F1 {total.f1:.3f}</h1><p>{len(report.documents)} documents, {total.right} of {total.true} values right.</p>"
    yield _tallies("Kind", report.kinds)
    yield _tallies("Source", report.grouped(lambda document: document.source))
    yield _tallies("Engine", report.grouped(lambda document: document.engine))
    yield _calibration(report.samples)
    if plot is not None:
        yield plot[plot.index("<svg") :]
    worst = sorted(report.documents, key=lambda document: document.tally.f1)
    for document in worst[:DOCUMENTS_SHOWN]:
        faults = list(_faults(document.judged))
        if faults or document.failure:
            yield from _document(document, faults, page_image)
    yield "</body></html>"


def _tallies(name: str, tallies: Mapping[str, Tally]) -> str:
    head = "".join(f"<th class=n>{column}</th>" for column in ("precision", "recall", "F1", "right", "found", "true"))
    rows = "".join(
        f"<tr><td>{escape(group)}</td><td class=n>{each.precision:.3f}</td><td class=n>{each.recall:.3f}</td>"
        f"<td class=n>{each.f1:.3f}</td><td class=n>{each.right}</td><td class=n>{each.found}</td><td class=n>{each.true}</td></tr>"
        for group, each in tallies.items()
    )
    return f"<table><tr><th>{name}</th>{head}</tr>{rows}</table>"


def _calibration(samples: Sequence[Sample]) -> str:
    right, sure = sure_share(samples)
    rows = "".join(
        f"<tr><td>{each.low:.2f} – {each.high:.2f}</td><td class=n>{each.count}</td><td class=n>{each.share:.3f}</td></tr>"
        for each in bins_of(samples)
    )
    said = f"<p>Of {sure} values at 0.9 or above {right} are right.</p>" if sure else ""
    return f"<table><tr><th>Confidence</th><th class=n>values</th><th class=n>share right</th></tr>{rows}</table>{said}"


def _faults(judged: Sequence[Judged]) -> Iterator[Judged]:
    """What was missed or read wrong; then what was found beside it, unless it was shown there already."""
    shown: list[Any] = []
    for each in judged:
        if each.truth_at is not None and not each.right:
            shown.append(each.found)
            yield each
    for each in judged:
        if each.truth_at is None and each.found not in shown:
            yield each


def _document(document: Document, faults: Sequence[Judged], page_image: PageImage) -> Iterator[str]:
    tally = document.tally
    yield (
        f"<h2>{escape(document.case.name)}</h2><p>F1 {tally.f1:.3f}: {tally.right} of {tally.true} values, {tally.found} found; "
        f"{escape(document.source)}, {escape(document.engine)}, {document.seconds:.1f} s</p>"
    )
    if document.failure:
        yield f"<p class=got>{escape(document.failure)}</p>"
    pages = PageCrops(lambda number: page_image(document, number))
    yield "<table><tr><th>Field</th><th>Expected</th><th>Found</th></tr>"
    for fault in faults[:FAULTS_SHOWN]:
        crop = pages.crop(_place_of(fault, document.result))
        picture = f'<br><img alt="" src="data:image/png;base64,{base64.b64encode(crop).decode()}">' if crop else ""
        yield (
            f"<tr><td>{escape(fault.truth_at or fault.found_at or '')}{picture}</td><td class=want>{_shown(fault.expected)}</td>"
            f"<td class=got>{_shown(fault.found)}</td></tr>"
        )
    yield "</table>"
    if len(faults) > FAULTS_SHOWN:
        yield f"<p>… and {len(faults) - FAULTS_SHOWN} more.</p>"


def _shown(value: Any) -> str:
    return "" if value is None else escape(str(value))


def _place_of(fault: Judged, result: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Where the found value was read; for a value that was missed, where a line of the page holds it."""
    provenance = result.get("provenance") or {}
    for at in (fault.found_at, fault.truth_at):
        places = [place for pointer, place in provenance.items() if at and (pointer == at or pointer.startswith(f"{at}/"))]
        if places:
            return dict(places[0])
    wanted = str(fault.expected or "").casefold()
    for page in result.get("pages") or ():
        for line in page.get("lines") or ():
            if len(wanted) > 3 and wanted in str(line.get("text", "")).casefold():
                return {"page": page["page"], "bbox": line["bbox"]}
    return None
