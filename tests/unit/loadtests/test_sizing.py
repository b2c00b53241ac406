"""Figures of load tests on docs/sizing.md: kept by scenario, said as they are, and in step with the page."""

import json
from pathlib import Path
from typing import Any

import pytest
from loadtests.sizing import PAGE, keep, main, rendered, table


def a_run(folder: Path, name: str = "rush", **changes: Any) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    figures = {
        "submits": 1000,
        "jobs_per_minute": 411.26,
        "job_p95_s": 9.83,
        "queue_wait_p95_s": 7.0,
        "hit_percent": None,
        "failed_requests": 0,
        "memory_mb": 1034.4,
    }
    said = {
        "scenario": {"name": name},
        "setup": {"machine": "2 cores | shared"},
        "figures": figures | changes.pop("figures", {}),
        "targets": [{"figure": "job_p95_s", "met": changes.get("passed", True)}],
        "broke": None,
        "passed": True,
        **changes,
    }
    (folder / "figures.json").write_text(json.dumps(said))
    return folder


def test_a_kept_run_is_said_and_the_others_name_their_command(tmp_path: Path) -> None:
    results = tmp_path / "results"
    assert keep(a_run(tmp_path / "run"), results=results) == "rush"
    shown = table(results)
    assert "| `rush` | 1,000 | 411 | 9.8 s | 7 s | – | 0 | 1,034 MB | met |" in shown
    assert "machine: 2 cores / shared" in shown
    assert "`python -m loadtests sustained`" in shown


def test_of_a_scenario_the_run_named_last_is_kept(tmp_path: Path) -> None:
    results = tmp_path / "results"
    keep(a_run(tmp_path / "one"), results=results)
    keep(a_run(tmp_path / "two", figures={"submits": 7}, passed=False), results=results)
    assert "| `rush` | 7 |" in table(results)
    assert "not met: job_p95_s" in table(results)


@pytest.mark.parametrize("content", ["[]", "{}", '{"scenario": {"name": "smoke"}}'])
def test_what_is_no_acceptance_run_is_refused(content: str, tmp_path: Path) -> None:
    (tmp_path / "figures.json").write_text(content)
    with pytest.raises(ValueError, match="no run of mixed, rush, flood, sustained"):
        keep(tmp_path, results=tmp_path / "results")
    assert main(["write", str(tmp_path / "nowhere")]) == 2


def test_only_what_stands_between_the_marks_is_written(tmp_path: Path) -> None:
    page = "before\n<!-- generated: loadtests -->\nold\n<!-- end -->\nafter <!-- end -->\n"
    written = rendered(page, tmp_path)
    assert written.startswith("before\n<!-- generated: loadtests -->\n| run |")
    assert written.endswith("\n<!-- end -->\nafter <!-- end -->\n")
    assert rendered(written, tmp_path) == written


def test_the_page_is_in_step_with_the_kept_runs() -> None:
    assert PAGE.exists()
    assert main(["check"]) == 0, "run .venv/bin/python -m loadtests.sizing write"
