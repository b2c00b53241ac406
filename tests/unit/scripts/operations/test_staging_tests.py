"""The report of a staging run: what failed is named, and what was answered is shown as text."""

import json
from datetime import UTC, datetime
from pathlib import Path

import pytest
from scripts.operations.finding import Finding, Status
from scripts.operations.staging_tests import GroupResult, failed_tests, load_targets, write_report

JUNIT = """<?xml version="1.0" encoding="utf-8"?><testsuites><testsuite name="pytest" errors="1" failures="1" tests="3">
<testcase classname="tests.unit.test_a" name="test_good" time="0.1"/>
<testcase classname="tests.unit.test_a" name="test_wrong[1]" time="0.1"><failure message="assert 1 == 2&#10;more">where</failure></testcase>
<testcase classname="tests.unit.test_b" name="test_broken" time="0.1"><error message="fixture is away">where</error></testcase>
<testcase classname="" name="tests.unit.test_c" time="0.0"><error message="collection failure">where</error></testcase>
</testsuite></testsuites>"""


def test_each_failed_test_is_named_with_the_first_line_of_why(tmp_path: Path) -> None:
    (tmp_path / "unit.xml").write_text(JUNIT)
    assert [(each.title, each.said) for each in failed_tests(tmp_path / "unit.xml")] == [
        ("tests/unit/test_a.py::test_wrong[1]", "assert 1 == 2"),
        ("tests/unit/test_b.py::test_broken", "fixture is away"),
        ("tests.unit.test_c", "collection failure"),
    ]
    assert failed_tests(tmp_path / "none.xml") == []


def test_each_target_of_the_load_test_is_a_finding(tmp_path: Path) -> None:
    targets = [
        {"figure": "failed_requests", "bound": "≤ 0", "value": 0, "met": True},
        {"figure": "job_p95_s", "bound": "≤ 30", "value": None, "met": False},
    ]
    (tmp_path / "figures.json").write_text(json.dumps({"targets": targets}))
    assert [(each.title, each.status, each.said) for each in load_targets(tmp_path / "figures.json")] == [
        ("failed requests", Status.PASSED, "0, target ≤ 0"),
        ("job p95 s", Status.FAILED, "not measured, target ≤ 30"),
    ]
    assert load_targets(tmp_path / "none.json") == []


@pytest.mark.parametrize(
    ("status", "passed"), [((Status.PASSED,), True), ((Status.SKIPPED,), False), ((Status.PASSED, Status.FAILED), False), ((), False)]
)
def test_a_group_that_has_shown_nothing_has_not_passed(status: tuple[Status, ...], passed: bool) -> None:
    assert a_group(*status).passed is passed


def test_both_forms_of_the_report_carry_the_verdict_and_nothing_in_them_is_markup(tmp_path: Path) -> None:
    write_report(
        [a_group(Status.FAILED), a_group(Status.PASSED)], tmp_path, url="https://staging.example", at=datetime(2026, 1, 2, tzinfo=UTC)
    )
    said = json.loads((tmp_path / "report.json").read_text())
    assert (said["passed"], [group["passed"] for group in said["groups"]]) == (False, [False, True])
    page = (tmp_path / "report.html").read_text()
    assert "<script>" not in page
    assert "&lt;script&gt;" in page
    assert "failed" in page


def a_group(*states: Status) -> GroupResult:
    findings = tuple(Finding(item="one", title="One", status=status, said="<script>") for status in states)
    return GroupResult(name="unit", title="Unit", seconds=1.0, findings=findings)
