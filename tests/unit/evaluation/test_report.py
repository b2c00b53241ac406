"""Folders with truth, calibration, and what is shown of an evaluation."""

import io
import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from doctray.evaluation.calibration import bins_of, expected_error, samples_of, sure_share
from doctray.evaluation.corpus import BadCorpus, Case, cases_in, source_of
from doctray.evaluation.judging import judge
from doctray.evaluation.page import worst_cases
from doctray.evaluation.report import Document, Report, as_json, document_of

TRUTH = {"kind": "other", "title": "Certificate <b>", "recipient_name": "Ana"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, fields in (("flat.pdf", TRUTH), ("certificates/a.b.png", TRUTH), ("timetables/plan.JPG", {"timeblocks": []})):
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_bytes(b"x")
        path.with_name(path.name.rpartition(".")[0] + ".truth.json").write_text(json.dumps(fields))
    (tmp_path / "certificates" / "a.png").write_bytes(b"another document")
    (tmp_path / "README.tsv").write_text("x")
    return tmp_path


def test_documents_stand_beside_their_truth(folder: Path) -> None:
    assert [(case.name, case.path.name, case.kind) for case in cases_in(folder)] == [
        ("certificates/a.b", "a.b.png", "certificate"),
        ("flat", "flat.pdf", "certificate"),
        ("timetables/plan", "plan.JPG", "timetable"),
    ]


def test_a_schema_beside_a_truth_or_for_its_folder_makes_the_document_custom(folder: Path) -> None:
    own, shared = {"properties": {"title": {"type": "string"}}}, {"properties": {"kind": {"type": "string"}}}
    (folder / "flat.schema.json").write_text(json.dumps(own))
    (folder / "certificates" / "schema.json").write_text(json.dumps(shared))
    assert [(case.kind, case.schema) for case in cases_in(folder)] == [("custom", shared), ("custom", own), ("timetable", None)]
    (folder / "flat.schema.json").write_text("[]")
    with pytest.raises(BadCorpus, match=r"flat\.schema\.json"):
        cases_in(folder)


@pytest.mark.parametrize("content", ["no json", "[]", None])
def test_a_truth_that_cannot_be_used_is_named(folder: Path, content: str | None) -> None:
    bad = folder / "bad.truth.json"
    bad.write_text(content if content is not None else "{}")
    with pytest.raises(BadCorpus, match=r"bad\.truth\.json"):
        cases_in(folder)


def test_a_folder_without_truth_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadCorpus):
        cases_in(tmp_path)


@pytest.mark.parametrize(
    ("name", "sources", "source"),
    [
        ("a.pdf", ["text_layer"], "text layer"),
        ("a.pdf", ["ocr"], "scan"),
        ("a.pdf", ["text_layer", "ocr"], "mixed"),
        ("a.png", ["ocr"], "scan"),
        ("a.JPG", ["ocr"], "photo"),
    ],
)
def test_sources(name: str, sources: list[str], source: str) -> None:
    case = Case(name="a", path=Path(name), kind="auto", truth={})
    assert source_of(case, [{"source": each} for each in sources]) == source


def test_a_value_is_as_sure_as_its_least_sure_part() -> None:
    block = {"day": "Monday", "start": "09:00", "end": "10:00", "subject": "Maths"}
    judged = judge({"title": "A", "timeblocks": [block]}, {"title": "B", "timeblocks": [block]})
    provenance = {
        "/title": {"confidence": 0.4},
        "/timeblocks/0/day": {"confidence": 0.99},
        "/timeblocks/0/subject": {"confidence": 0.95},
    }
    assert sorted(samples_of(judged, provenance)) == [(0.4, False), (0.95, True)]


def test_calibration() -> None:
    samples = [(0.95, True)] * 19 + [(0.95, False)] + [(0.55, True), (0.55, False)] + [(1.0, True)]
    (half, sure) = bins_of(samples)
    assert (half.count, half.share) == (2, 0.5)
    assert (sure.low, sure.count, sure.right) == (0.95, 21, 20)
    assert sure_share(samples) == (20, 21)
    assert expected_error(samples) == pytest.approx((2 * 0.05 + 21 * abs(20 / 21 - (20 * 0.95 + 1) / 21)) / 23)
    assert expected_error([]) == 0


def a_document(**changes: Any) -> Document:
    result: dict[str, Any] = {
        "fields": {"kind": "other", "title": "Licence & <i>", "recipient_name": "Ana"},
        "provenance": {"/title": {"page": 1, "bbox": [40, 40, 90, 60], "confidence": 0.9}},
        "pages": [{"page": 1, "source": "ocr", "lines": []}],
        "engine": {"name": "easyocr"},
        "extractor": {"name": "rules"},
    }
    job = {"request_id": "01j", "status": "completed", "result": result, **changes}
    return document_of(Case(name="folder/a", path=Path("a.png"), kind="certificate", truth=TRUTH), engine="", job=job, seconds=1.5)


def test_a_report_for_machines_holds_no_values() -> None:
    told = as_json(Report(documents=[a_document()]))
    assert told["total"] == {"right": 2, "found": 3, "true": 3, "precision": 0.6667, "recall": 0.6667, "f1": 0.6667}
    assert told["sources"]["scan"]["right"] == told["engines"]["easyocr"]["right"] == told["extractors"]["rules"]["right"] == 2
    assert (told["documents"][0]["missed"], told["documents"][0]["wrong"]) == (["/title"], ["/title"])
    assert told["calibration"]["at_0.9_or_above"] == {"right": 0, "all": 1}
    assert "Licence" not in json.dumps(told)
    assert "Certificate" not in json.dumps(told)


def test_a_job_that_failed_scores_nothing_and_says_why() -> None:
    error = {"detail": "It is cut short.", "code": "corrupt_document"}
    document = a_document(status="failed", result=None, error=error)
    assert (document.tally.right, document.tally.true, document.source) == (0, 3, "none")
    assert document.failure == "failed: It is cut short. (corrupt_document)"
    assert "It is cut short." in worst_cases(Report(documents=[document]), lambda _document, _number: None, plot=None)


def test_the_page_shows_each_fault_with_its_place() -> None:
    image = Image.new("RGB", (200, 100), "white")
    image.paste((200, 0, 0), (40, 40, 90, 60))
    png = io.BytesIO()
    image.save(png, "PNG")
    asked: list[int] = []

    def page_image(_document: Document, number: int) -> bytes:
        asked.append(number)
        return png.getvalue()

    page = worst_cases(Report(documents=[a_document()]), page_image, plot="<?xml?><svg>plot</svg>")
    assert asked == [1]
    assert page.count("data:image/png;base64,") == 1
    assert "Certificate &lt;b&gt;" in page
    assert "Licence &amp; &lt;i&gt;" in page
    assert "<svg>plot</svg>" in page
    assert "<script" not in page


def test_a_page_without_pictures_still_tells_the_faults() -> None:
    page = worst_cases(Report(documents=[a_document()]), lambda _document, _number: None, plot=None)
    assert "/title" in page
    assert "<img" not in page


def test_the_plot_is_drawn_where_matplotlib_is() -> None:
    pytest.importorskip("matplotlib")
    from doctray.evaluation.plot import calibration_svg

    drawn = calibration_svg([(0.95, True), (0.5, False)])
    assert "<svg" in drawn
    assert "<script" not in drawn
