"""Rounds: in turn, kept, and taken up again."""

import argparse
from collections.abc import Mapping
from pathlib import Path

import pytest
from benchmarks import results, rounds
from benchmarks.results import Figure, Side, Table
from benchmarks.rounds import in_turns, run, wanted

OPTIONS = argparse.Namespace(rounds=2, minutes=0.0, fresh=False)
MORE = argparse.Namespace(rounds=3, minutes=0.0, fresh=False)


def a_table(**setup: object) -> Table:
    return Table(
        name="turns",
        title="Turns",
        command="",
        reference="a",
        sides=(Side(name="a", about=""), Side(name="b", about="")),
        figures=(Figure(name="rate", label="rate", compared=True),),
        setup=setup,
        code=("benchmarks/rounds.py",),
    )


@pytest.fixture(autouse=True)
def _results_of_this_test(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(results, "RESULTS", tmp_path)
    monkeypatch.setattr(rounds, "ROOT", tmp_path)
    (tmp_path / "benchmarks").mkdir()
    (tmp_path / "benchmarks" / "rounds.py").write_text("")


def same(number: int) -> Mapping[str, Mapping[str, float]]:
    return {"a": {"rate": 1.0 + number}, "b": {"rate": 2.0}}


def test_every_side_begins_a_round_in_its_turn() -> None:
    order: list[str] = []
    turn = in_turns({name: lambda name=name: order.append(name) or {} for name in "abc"})  # type: ignore[misc, func-returns-value]
    for number in range(3):
        turn(number)
    assert "".join(order) == "abcbcacab"


def test_a_run_goes_on_where_it_stopped() -> None:
    run(a_table(), same, OPTIONS)
    assert wanted(a_table(), MORE) == 1
    assert [turn.figures["a"]["rate"] for turn in run(a_table(), same, MORE).rounds] == [1, 2, 3]


def test_rounds_of_another_setup_do_not_count() -> None:
    run(a_table(pages=1), same, OPTIONS)
    assert wanted(a_table(pages=2), OPTIONS) == 2


def test_rounds_of_other_code_do_not_count(tmp_path: Path) -> None:
    run(a_table(), same, OPTIONS)
    (tmp_path / "benchmarks" / "rounds.py").write_text("changed")
    assert wanted(a_table(), OPTIONS) == 2


def test_fresh_begins_anew() -> None:
    run(a_table(), same, OPTIONS)
    assert wanted(a_table(), argparse.Namespace(rounds=2, minutes=0.0, fresh=True)) == 2
