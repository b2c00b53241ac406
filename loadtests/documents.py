"""The papers that are handed in: our own, drawn from a seed, each as often as wanted under a content of its own."""

import json
import random
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import pymupdf
from tests.samples.generate import Form, Sample, write_samples

from loadtests.scenarios import Papers

BIG_PAGES = 40
"""Of a big PDF: eight times what a certificate has at most, and short enough for several of them in one run."""

_LONG_SIDE = {Papers.LIGHT: 1000, Papers.REAL: 1600}
_FORMS = {Papers.LIGHT: (Form.TEXT, Form.SCAN), Papers.REAL: tuple(Form)}
_INDEX = "stock.json"


@dataclass(frozen=True, slots=True, kw_only=True)
class Paper:
    """kind: the words that reports group by, such as `scan` or `big`."""

    kind: str
    file_name: str
    document_type: str
    content: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Stock:
    """The originals."""

    common: tuple[Paper, ...]
    big: tuple[Paper, ...]


def write_stock(folder: Path, *, papers: Papers, seed: int) -> None:
    """Draw them; takes seconds, so it is done before the clock runs."""
    samples = write_samples(folder, seed=seed, variants=2, long_side=_LONG_SIDE[papers], forms=_FORMS[papers])
    entries = [{"kind": str(sample.form), "file": sample.path.name, "type": sample.document_type} for sample in samples]
    (folder / "big.pdf").write_bytes(_bound(samples))
    entries.append({"kind": "big", "file": "big.pdf", "type": "auto"})
    (folder / _INDEX).write_text(json.dumps(entries), encoding="utf-8")


def read_stock(folder: Path) -> Stock:
    entries = json.loads((folder / _INDEX).read_text(encoding="utf-8"))
    papers = tuple(
        Paper(kind=entry["kind"], file_name=entry["file"], document_type=entry["type"], content=(folder / entry["file"]).read_bytes())
        for entry in entries
    )
    return Stock(
        common=tuple(paper for paper in papers if paper.kind != "big"), big=tuple(paper for paper in papers if paper.kind == "big")
    )


def content(paper: Paper, number: int) -> bytes:
    """The paper under a content of its own: readers of PDF, PNG and JPEG stop at the end mark, hashes do not."""
    return paper.content + b"\n%% copy %d\n" % number


class Mix:
    """Which document comes next: one handed in before, or a new one. Not for several threads; locust's users are greenlets of one.

    Repeats follow what is popular, as forwarded and re-sent papers do: the k-th oldest of the last `memory` is met in proportion to 1/k.
    """

    def __init__(self, papers: Sequence[Paper], *, duplicates: float, rng: random.Random, memory: int = 200) -> None:
        self._papers = papers
        self._duplicates = duplicates
        self._rng = rng
        self._memory = memory
        self._seen: list[tuple[Paper, int]] = []
        self._next = 0

    def take(self) -> tuple[Paper, bytes, bool]:
        """The paper, its bytes, and whether they were handed in before."""
        if self._seen and self._rng.random() < self._duplicates:
            weights = [1 / rank for rank in range(1, len(self._seen) + 1)]
            paper, number = self._rng.choices(self._seen, weights)[0]
            return paper, content(paper, number), True
        paper, number = self._rng.choice(self._papers), self._next
        self._next += 1
        self._seen = [*self._seen, (paper, number)][-self._memory :]
        return paper, content(paper, number), False


def _bound(samples: Sequence[Sample]) -> bytes:
    """One long PDF, text and scanned pages in turn."""
    sheets = [sample.path for sample in samples if sample.path.suffix in (".pdf", ".png")]
    with pymupdf.open() as bound:  # type: ignore[no-untyped-call]
        while bound.page_count < BIG_PAGES:
            path = sheets[bound.page_count % len(sheets)]
            with pymupdf.open(path) as sheet:  # type: ignore[no-untyped-call]
                as_pdf = sheet if sheet.is_pdf else pymupdf.open("pdf", sheet.convert_to_pdf())  # type: ignore[no-untyped-call]
                bound.insert_pdf(as_pdf, to_page=0)
        whole: bytes = bound.tobytes(garbage=3, deflate=True)
        return whole
