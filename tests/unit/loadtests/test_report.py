"""Reports say what was measured, and nothing in them is taken for markup."""

import json
from dataclasses import replace
from pathlib import Path

from loadtests.figures import RequestError
from loadtests.report import Outcome, as_text, write
from loadtests.scenarios import MIXED
from loadtests.slo import judge

from tests.unit.loadtests.test_figures import JOB, memory, of


def outcome(errors: list[RequestError] | None = None) -> Outcome:
    figures = of([replace(JOB, cached=True)], memory(100, 100, 100, 100), errors)
    return Outcome(
        scenario=MIXED,
        figures=figures,
        verdicts=judge(figures, MIXED.targets),
        setup={"front": "nginx"},
        beside={"alerts that fired": "none"},
    )


def test_a_run_that_keeps_its_targets_says_so(tmp_path: Path) -> None:
    text = as_text(outcome())
    assert text.endswith("PASSED")
    assert "NOT MET" not in text


def test_the_page_and_the_json_carry_the_verdict(tmp_path: Path) -> None:
    write(outcome(), tmp_path)
    said = json.loads((tmp_path / "figures.json").read_text())
    assert said["passed"] is True
    assert {target["figure"] for target in said["targets"]} == {target.figure for target in MIXED.targets}
    assert "passed" in (tmp_path / "report.html").read_text()


def test_what_a_server_answered_is_shown_as_text(tmp_path: Path) -> None:
    write(outcome([RequestError(request="GET /", error="<script>alert(1)</script>", count=1)]), tmp_path)
    assert "<script>" not in (tmp_path / "report.html").read_text()


def test_a_part_that_did_not_come_back_fails_a_run_whose_figures_are_good(tmp_path: Path) -> None:
    broken = replace(outcome(), broke="worker-0: it ended")
    assert as_text(broken).endswith("FAILED")
    write(broken, tmp_path)
    assert "worker-0: it ended" in (tmp_path / "report.html").read_text()
