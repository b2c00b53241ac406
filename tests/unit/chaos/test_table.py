"""The table of a chaos run: figures, bounds and verdict."""

import math

import pytest

from tests.chaos.checker import Breach
from tests.chaos.ledger import Ledger
from tests.chaos.table import Measured, Report, render


@pytest.mark.parametrize(
    ("seconds", "bound_s", "kept"),
    [
        ((1.0, 2.0), None, True),
        ((1.0, 2.0), 2.0, True),
        ((1.0, 2.1), 2.0, False),
        ((1.0,) * 20 + (9.0,), 2.0, True),
        ((1.0,) * 20 + (math.inf,), 2.0, False),
        ((math.inf,), None, False),
    ],
)
def test_a_bound_is_about_p95_and_never_is_a_breach(seconds: tuple[float, ...], bound_s: float | None, kept: bool) -> None:
    assert Measured(fault="f", measure="m", seconds=seconds, bound_s=bound_s).kept is kept


def test_the_report_names_what_broke() -> None:
    row = Measured(fault="worker killed", measure="job running again", seconds=(math.inf,), bound_s=20.0)
    breach = Breach(rule="every 202 ends", what="a is still queued")
    report = Report(scenario="storm", seconds=60, rows=(row,), ledger=Ledger(), breaches=(breach,))
    shown = render(report)
    assert not report.kept
    assert "never" in shown
    assert "every 202 ends: a is still queued" in shown
    assert "No breach" in render(Report(scenario="storm", seconds=60, rows=(), ledger=Ledger(), breaches=()))
