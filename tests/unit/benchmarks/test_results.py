"""Result files and the document made of them."""

from pathlib import Path

import pytest
from benchmarks import results
from benchmarks.render import rendered, with_tables
from benchmarks.results import Figure, Result, Round, Side, Table, load, save

RATE = Figure(name="rate", label="pages/min", compared=True)
COST = Figure(name="cost", label="CPU s/page", better="lower", compared=True, digits=2)


def a_result(*rounds: dict[str, dict[str, float]], name: str = "speed") -> Result:
    return Result(
        table=Table(
            name=name,
            title="Speed",
            command="python -m benchmarks.speed",
            reference="stock",
            sides=(Side(name="stock", about="as shipped"), Side(name="ours", about="")),
            figures=(RATE, COST),
        ),
        machine={
            "processor": "A processor",
            "flags": ["avx2"],
            "cores": 2,
            "memory_gb": 25.3,
            "gpus": [],
            "system": "Linux 6",
            "python": "3.11.7",
            "versions": {"torch": "2.13.0"},
        },
        digest="0",
        rounds=tuple(Round(at="2026-11-22T10:00:00+00:00", load=0.5, others_cores=0.1, figures=figures) for figures in rounds),
    )


def test_ratios_are_taken_within_a_round() -> None:
    result = a_result(
        {"stock": {"rate": 10}, "ours": {"rate": 50}},
        {"stock": {"rate": 1}, "ours": {"rate": 8}},
        {"stock": {"rate": 20}, "ours": {"rate": 120}},
    )
    ratios = result.ratios("ours", RATE)
    assert ratios is not None
    assert (ratios.least, ratios.median, ratios.most) == (5, 6, 8)


def test_above_one_is_better_also_where_less_is() -> None:
    ratios = a_result({"stock": {"cost": 9}, "ours": {"cost": 3}}).ratios("ours", COST)
    assert ratios is not None
    assert ratios.median == 3


def test_a_figure_that_a_side_lacks_is_left_out() -> None:
    result = a_result({"stock": {"rate": 10}, "ours": {}})
    assert result.ratios("ours", RATE) is None
    assert result.spread("ours", "rate") is None
    assert "| ours |  |" in rendered(result)


def test_a_kept_result_comes_back_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    result = a_result({"stock": {"rate": 10}, "ours": {"rate": 50}})
    assert rendered(load(save(result))) == rendered(result)


def test_medians_and_ranges_are_shown_with_the_ratio() -> None:
    text = rendered(
        a_result(
            {"stock": {"rate": 10}, "ours": {"rate": 50}},
            {"stock": {"rate": 10}, "ours": {"rate": 60}},
            {"stock": {"rate": 10}, "ours": {"rate": 80}},
        )
    )
    assert "| ours | 60.0<br>50.0–80.0 |" in text
    assert "**6.00**<br>5.00–8.00" in text
    assert "3 rounds on 2026-11-22" in text


def test_tables_replace_those_between_their_markers_and_nothing_else() -> None:
    once = with_tables("# Benchmarks\n\nProse.\n", [a_result({"stock": {"rate": 10}, "ours": {"rate": 50}})])
    again = with_tables(once, [a_result({"stock": {"rate": 10}, "ours": {"rate": 70}})])
    assert "Prose." in again
    assert again.count("<!-- table speed -->") == 1
    assert "70.0" in again
    assert "| 50.0" not in again


def test_the_document_is_in_step_with_the_results() -> None:
    from benchmarks.render import DOCUMENT
    from benchmarks.results import RESULTS

    text = DOCUMENT.read_text(encoding="utf-8")
    assert with_tables(text, [load(path) for path in sorted(RESULTS.glob("*.json"))]) == text
