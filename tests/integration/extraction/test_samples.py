"""Our own papers with a text layer, read and extracted by rules, against their truth: a floor that must not sink."""

import asyncio
from pathlib import Path
from typing import Any

import pytest

from doctray.domain.document import Document, Page
from doctray.domain.extraction import Extraction, leaves
from doctray.extraction.rules.extractor import RulesExtractor
from doctray.pages.reader import DocumentReader
from tests.samples.generate import drawn

FLOOR = 0.95
"""Share of the truth's values that are found, and of the found values that are true; 1.0 when this was written."""

PAPERS = ("certificate_of_insurance", "training_certificate", "class_timetable", "teacher_timetable")


def extracted(pdf: Path) -> Extraction:
    reader = DocumentReader(pdf, media_type="application/pdf", max_pixels=100_000_000)
    read = reader.read(1)
    page = read if isinstance(read, Page) else read.page
    assert isinstance(page, Page)
    document = Document(pages=(page,), page_total=1, media_type="application/pdf")
    return asyncio.run(RulesExtractor().extract(document, document_type="auto", schema=None))


def values(fields: dict[str, Any]) -> set[str]:
    """Leaves as text; time blocks by what they say and not by their place in the list."""
    plain = {name: value for name, value in fields.items() if name != "timeblocks"}
    found = {
        f"{pointer}={value}"
        for pointer, value in leaves(plain)
        if not pointer.endswith(("currency", "additional_insured", "subrogation_waived"))
    }
    return found | {f"{block['day']} {block['start']}-{block['end']} {block['subject']}" for block in fields.get("timeblocks") or ()}


@pytest.mark.parametrize("variant", range(3))
@pytest.mark.parametrize("paper", PAPERS)
def test_rules_find_what_is_printed_and_show_where(paper: str, variant: int, tmp_path: Path) -> None:
    sample = drawn(paper, seed=11, variant=variant)
    path = tmp_path / "paper.pdf"
    path.write_bytes(sample.pdf)
    extraction = extracted(path)
    truth, found = values(sample.truth), values(extraction.fields)
    assert extraction.document_type == sample.document_type
    assert len(truth & found) / len(truth) >= FLOOR, sorted(truth - found)
    assert len(truth & found) / len(found) >= FLOOR, sorted(found - truth)
    flagged = {warning.pointer for warning in extraction.warnings if warning.code in ("ungrounded", "inferred_time")}
    unshown = {
        pointer
        for pointer, _ in leaves(extraction.fields)
        if pointer not in extraction.provenance
        and pointer not in flagged
        and pointer != "/kind"
        and not pointer.endswith(("currency", "additional_insured", "subrogation_waived"))
    }
    assert unshown == set()
