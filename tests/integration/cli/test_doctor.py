"""`doctray doctor` on a home that was never used: what it says for people and for programs, and its exit status."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from doctray.cli.main import cli

KEY = "oXr0J7tq9uV3mB5kZ1yC8nWf2LhQ4dGs"


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("DOCTRAY_HOME", str(tmp_path / "home"))
    monkeypatch.setenv("OCR_ENGINE", "null")


def told() -> tuple[int, dict[str, dict[str, object]]]:
    done = CliRunner().invoke(cli, ["doctor", "--output", "json"])
    return done.exit_code, {each["part"]: each for each in json.loads(done.stdout)}


def test_a_fresh_home_has_nothing_that_must_be_mended() -> None:
    done = CliRunner().invoke(cli, ["doctor"])
    assert done.exit_code == 0
    assert "✓ Environment: development" in done.stdout
    assert "→ run `doctray upgrade`" in done.stdout
    status, parts = told()
    assert (status, [name for name, part in parts.items() if part["fatal"]]) == (0, [])
    assert {"Redis", "Journal", "Engine", "Workers", "Documents", "Disk"} <= set(parts)


def test_production_is_told_apart_by_its_keys(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    status, parts = told()
    assert (status, parts["Environment"]["fatal"]) == (1, True)
    assert "DOCTRAY_SECRET_KEY" in str(parts["Environment"]["mend"])
    monkeypatch.setenv("DOCTRAY_SECRET_KEY", KEY)
    status, parts = told()
    assert (status, parts["Environment"]["said"]) == (0, "production, with keys of its own")


def test_an_engine_that_there_is_not_must_be_mended(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_ENGINE", "none-such")
    status, parts = told()
    assert (status, parts["Engine"]["fatal"]) == (1, True)
    assert "easyocr" in str(parts["Engine"]["mend"])
