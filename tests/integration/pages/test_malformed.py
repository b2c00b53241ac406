"""Malformed inputs through page processes alone. Each of those named here once broke something; the whole corpus: docs/malformed.md."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doctray.pages.process import ProcessPageOpener
from tests.integration.pages.openers import an_opener
from tests.malformed.case import COMPLETED, Case
from tests.malformed.corpus import corpus
from tests.malformed.reading import outcome_of

CASES = {case.name: case for case in corpus()}

BROKE_ONCE = {
    "pdf forms/a field that is its own kid": COMPLETED,  # went round for ever
    "pdf forms/a value of a megabyte in one word": COMPLETED,  # kept the extraction busy for seconds
    "pdf text/no characters": COMPLETED,  # crashed in PyMuPDF, so the job was tried three times
    "pdf text/a word of 200,000 letters": COMPLETED,
    "pdf xref/every offset is 0": "corrupt_document",  # was called empty
    "pdf objects/arrays 100,000 deep": "corrupt_document",
    "pdf tree/no pages": "empty_document",
    "png/4,000 x 1": COMPLETED,  # had no pixel left where its slope is measured
    "png/1 x 60,000": COMPLETED,
    "jpeg/60,000 scans of 64 x 64": "corrupt_document",
    "jpeg/20,000 scans of 4,000 x 4,000": "corrupt_document",  # took minutes
}


@pytest.fixture
async def opener() -> AsyncIterator[ProcessPageOpener]:
    async with an_opener(max_children=1, page_seconds=20) as opener:
        yield opener


@pytest.mark.parametrize("name", BROKE_ONCE)
async def test_what_broke_once_ends_in_its_code(opener: ProcessPageOpener, tmp_path: Path, name: str) -> None:
    assert await outcome_of(CASES[name], opener, tmp_path) == BROKE_ONCE[name]


def every_nth(step: int) -> tuple[Case, ...]:
    return tuple(case for case in CASES.values() if not case.retried and "larger than allowed" not in case.name)[::step]


async def test_one_in_twelve_cases_ends_in_its_code(opener: ProcessPageOpener, tmp_path: Path) -> None:
    cases = every_nth(12)
    assert len(cases) > 80
    wrong = {}
    for case in cases:
        outcome = await outcome_of(case, opener, tmp_path)
        if outcome not in case.outcomes:
            wrong[case.name] = outcome
    assert wrong == {}
