"""All samples of a seed: each paper with a text layer, as a clean scan and as a phone's picture, with the truth beside each file."""

import json
import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from random import Random
from typing import Any

from tests.samples import degrade
from tests.samples.insurance import LETTER_PT, certificate_of_insurance
from tests.samples.paper import Paper
from tests.samples.timetable import class_timetable, teacher_timetable
from tests.samples.timetable_sheets import SHEETS
from tests.samples.training import training_certificate

PAPERS: dict[str, Callable[[Random], Paper]] = {
    "certificate_of_insurance": certificate_of_insurance,
    "training_certificate": training_certificate,
    "class_timetable": class_timetable,
    "teacher_timetable": teacher_timetable,
}

LAYOUTS: dict[str, Callable[[Random], Paper]] = {f"timetable_{name}": draw for name, draw in SHEETS.items() if name != "weeks_pages"}
"""Timetables in many looks, one page each: to measure with, too many for a fixture."""

EXAMPLE_SEED = 221
EXAMPLE_LONG_SIDE_PX = 1000
"""What stock EasyOCR reads in seconds; an A4 scan takes it half a minute on two cores (issue 1)."""


class Form(StrEnum):
    TEXT = "text"  # PDF with a text layer
    SCAN = "scan"  # clean and image-only: a PDF of the certificate of insurance, PNG of the others
    PHOTO = "photo"  # JPEG: skewed, in perspective, unevenly lit, noisy


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One file of the set. path: the document; its truth is NAME.truth.json beside it, NAME being the file's name without suffix."""

    path: Path
    paper: str
    variant: int
    form: Form
    document_type: str
    truth: dict[str, Any]


def write_samples(
    out_dir: Path,
    *,
    seed: int = 1,
    variants: int = 1,
    long_side: int = 1600,
    papers: Sequence[str] = tuple(PAPERS),
    forms: Sequence[Form] = tuple(Form),
) -> list[Sample]:
    """Write NAME.pdf|png|jpg and NAME.truth.json for each paper, variant and form; NAME is PAPER_VARIANT_FORM.

    long_side: pixels of the images' longer side. The same seed draws the same papers; bytes are equal under equal library versions.
    """
    out_dir.mkdir(parents=True, exist_ok=True)
    samples = []
    for variant in range(variants):
        for name in papers:
            paper = drawn(name, seed=seed, variant=variant)
            for form in forms:
                suffix, data = _formed(paper, form, long_side=long_side, seed=zlib.crc32(f"{seed}:{name}:{variant}".encode()))
                path = out_dir / f"{name}_{variant}_{form}{suffix}"
                _write(path, data, paper.truth)
                samples.append(
                    Sample(path=path, paper=name, variant=variant, form=form, document_type=paper.document_type, truth=paper.truth)
                )
    return samples


def drawn(name: str, *, seed: int, variant: int = 0) -> Paper:
    """One paper of a seed."""
    return (PAPERS | LAYOUTS)[name](Random(f"{seed}:{name}:{variant}"))


def write_examples(out_dir: Path) -> None:
    """The two documents that scripts/run submits: one with a text layer, one an image."""
    out_dir.mkdir(parents=True, exist_ok=True)
    certificate = drawn("certificate_of_insurance", seed=EXAMPLE_SEED)
    _write(out_dir / "certificate_of_insurance.pdf", certificate.pdf, certificate.truth)
    timetable = drawn("class_timetable", seed=EXAMPLE_SEED)
    image = degrade.rendered(timetable.pdf, long_side=EXAMPLE_LONG_SIDE_PX)
    _write(out_dir / "class_timetable.png", degrade.png(image), timetable.truth)


def _formed(paper: Paper, form: Form, *, long_side: int, seed: int) -> tuple[str, bytes]:
    if form is Form.TEXT:
        return ".pdf", paper.pdf
    if form is Form.PHOTO:
        return ".jpg", degrade.jpeg(degrade.photo(paper.pdf, long_side=long_side, seed=seed))
    image = degrade.scan(paper.pdf, long_side=long_side, seed=seed)
    if paper.name == "certificate_of_insurance":
        width, height = LETTER_PT
        return ".pdf", degrade.image_pdf(image, width=width, height=height)
    return ".png", degrade.png(image)


def _write(path: Path, data: bytes, truth: dict[str, Any]) -> None:
    path.write_bytes(data)
    text = json.dumps(truth, indent=1, ensure_ascii=False) + "\n"
    path.with_name(f"{path.stem}.truth.json").write_text(text, encoding="utf-8")
