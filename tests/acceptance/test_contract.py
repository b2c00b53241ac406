"""The contract under schemathesis, against the real service: every operation, every check."""

from pathlib import Path

import pytest

from tests.acceptance.contract import SHORT, cases_of, run


@pytest.mark.slow
def test_every_example_is_answered_as_described(tmp_path: Path) -> None:
    finished = run(tmp_path / "home", *SHORT)
    assert finished.returncode == 0, finished.stdout
    assert cases_of(finished.stdout) > 100


@pytest.mark.full
@pytest.mark.timeout(3600)
def test_thousands_of_cases_find_no_failure(tmp_path: Path) -> None:
    finished = run(tmp_path / "home", "-n", "60", "--continue-on-failure")
    assert finished.returncode == 0, finished.stdout
    assert cases_of(finished.stdout) > 5000
