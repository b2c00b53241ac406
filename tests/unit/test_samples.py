"""The made-up papers: the same each time, inside the schemas, and truly printed."""

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import cv2
import jsonschema
import numpy as np
import pytest

from tests.mupdf import pymupdf
from tests.samples import degrade
from tests.samples.generate import EXAMPLE_LONG_SIDE_PX, EXAMPLE_SEED, LAYOUTS, PAPERS, Form, drawn, write_samples
from tests.samples.sheet import Overflow, Sheet, Style

EXAMPLES = Path(__file__).resolve().parents[2] / "examples" / "documents"


def schema_of(document_type: str) -> dict[str, Any]:
    text = files("doctray.extraction").joinpath("schemas", f"{document_type}.schema.json").read_text(encoding="utf-8")
    schema: dict[str, Any] = json.loads(text)
    return schema


def squeezed(text: str) -> str:
    return "".join(text.split())


def text_of(pdf: bytes) -> str:
    with pymupdf.open(stream=pdf, filetype="pdf") as document:
        return squeezed(document[0].get_text())


def printed_names(truth: dict[str, Any]) -> list[str]:
    """Values that must stand on the paper as they are in the truth."""
    names = [value for key, value in truth.items() if isinstance(value, str) and key != "kind" and not key.endswith("_date")]
    names += [text for insurer in truth.get("insurers", ()) for text in insurer.values()]
    names += [policy[key] for policy in truth.get("policies", ()) for key in ("type", "policy_number", "insurer_letter")]
    names += [f"{amount:,}" for policy in truth.get("policies", ()) for amount in policy["limits"].values()]
    names += [block[key] for block in truth.get("timeblocks", ()) for key in ("day", "subject", "room", "teacher", "notes") if block[key]]
    return [part for name in names for part in name.split(", ")]


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    first = write_samples(tmp_path / "a", seed=5, long_side=400)
    second = write_samples(tmp_path / "b", seed=5, long_side=400)
    assert [sample.path.name for sample in first] == [sample.path.name for sample in second]
    assert [sample.path.read_bytes() for sample in first] == [sample.path.read_bytes() for sample in second]


@pytest.mark.parametrize("name", PAPERS)
def test_another_seed_and_another_variant_make_another_paper(name: str) -> None:
    truths = [drawn(name, seed=seed, variant=variant).truth for seed, variant in ((1, 0), (1, 1), (2, 0))]
    assert truths[0] != truths[1]
    assert truths[0] != truths[2]


@pytest.mark.parametrize("name", PAPERS)
def test_truth_is_valid_by_the_schema_and_printed_on_the_paper(name: str) -> None:
    """Ten variants, so that an overflowing box shows here and not in somebody's measurement."""
    for variant in range(10):
        paper = drawn(name, seed=1, variant=variant)
        jsonschema.validate(paper.truth, schema_of(paper.document_type), format_checker=jsonschema.FormatChecker())
        text = text_of(paper.pdf)
        assert [name for name in printed_names(paper.truth) if squeezed(name) not in text] == []


@pytest.mark.parametrize("name", LAYOUTS)
def test_timetables_in_many_looks_have_a_truth_that_is_valid_and_printed(name: str) -> None:
    paper = drawn(name, seed=1)
    jsonschema.validate(paper.truth, schema_of("timetable"), format_checker=jsonschema.FormatChecker())
    text = text_of(paper.pdf)
    # breaks may be spelt with a letter a day
    subjects = {block["subject"] for block in paper.truth["timeblocks"]} - {"Break", "Lunch"}
    assert [subject for subject in subjects if squeezed(subject) not in text] == []


def test_every_form_is_what_it_says(tmp_path: Path) -> None:
    for sample in write_samples(tmp_path, long_side=600):
        data = sample.path.read_bytes()
        if sample.path.suffix == ".pdf":
            assert bool(text_of(data)) == (sample.form is Form.TEXT)
        else:
            height, width = np.asarray(cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR)).shape[:2]
            assert 500 < max(height, width) <= 600
        truth = json.loads(sample.path.with_name(f"{sample.path.stem}.truth.json").read_text(encoding="utf-8"))
        assert truth == sample.truth


def test_a_photo_is_darker_and_noisier_than_its_scan() -> None:
    pdf = drawn("training_certificate", seed=1).pdf
    scan, photo = (made(pdf, long_side=600, seed=3)[200:400, 200:400].astype(float) for made in (degrade.scan, degrade.photo))
    assert photo.mean() < scan.mean()
    assert np.abs(np.diff(photo, axis=1)).mean() > np.abs(np.diff(scan, axis=1)).mean()


def test_text_that_does_not_fit_its_box_is_refused() -> None:
    sheet = Sheet(100, 100)
    with pytest.raises(Overflow):
        sheet.cell((0, 0, 40, 20), [("far too long for so small a box", Style(size=9))])
    with pytest.raises(Overflow):
        sheet.paragraph((0, 0, 40, 20), "so many words that they run out below the box", Style(size=9))


@pytest.mark.parametrize(
    ("file_name", "paper"), [("certificate_of_insurance.pdf", "certificate_of_insurance"), ("class_timetable.png", "class_timetable")]
)
def test_the_bundled_examples_are_those_of_their_seed(file_name: str, paper: str) -> None:
    """Their truth, not their bytes: image bytes may change with the libraries that draw them."""
    truth = json.loads((EXAMPLES / file_name).with_suffix(".truth.json").read_text(encoding="utf-8"))
    assert truth == drawn(paper, seed=EXAMPLE_SEED).truth


def test_the_bundled_examples_are_small() -> None:
    assert sum(path.stat().st_size for path in EXAMPLES.iterdir()) < 300_000
    height, width = np.asarray(cv2.imread(str(EXAMPLES / "class_timetable.png"))).shape[:2]
    assert max(height, width) <= EXAMPLE_LONG_SIDE_PX
