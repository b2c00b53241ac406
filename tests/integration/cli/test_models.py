"""`doctray models`: from a folder of weights to an engine."""

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from doctray.cli.models import models_group


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(models_group, [str(argument) for argument in arguments])


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    folder = tmp_path / "acme"
    folder.mkdir()
    (folder / "recognizer.pth").write_bytes(b"weights")
    return folder


def pack(folder: Path, *more: str | Path) -> Result:
    return run("pack", folder, "--name", "acme", "--version", "1", "--base", "easyocr", "--recognizer", "recognizer.pth", *more)


def test_a_folder_is_packed_verified_and_listed(folder: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "alphabet.txt").write_text("0123 €\n", "utf-8")
    done = pack(folder, "--characters", tmp_path / "alphabet.txt", "--language", "en", "--language", "de")
    assert done.exit_code == 0, done.output
    assert str(folder) in done.output
    said = json.loads((folder / "model.json").read_text("utf-8"))
    assert (said["characters"], said["languages"]) == ("0123 €", ["en", "de"])
    assert "every checksum holds" in run("verify", folder).output
    monkeypatch.setenv("OCR_MODELS", str(folder))
    listed = json.loads(run("list", "--output", "json").output)
    assert [(one["engine"], one["good"]) for one in listed["models"]] == [("acme@1", True)]
    assert "✓ acme@1  for easyocr" in run("list").output


def test_a_damaged_model_is_told_and_ends_with_status_1(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert pack(folder).exit_code == 0
    (folder / "recognizer.pth").write_bytes(b"other")
    monkeypatch.setenv("OCR_MODELS", str(folder))
    for done in (run("verify", folder), run("list")):
        assert done.exit_code == 1
        assert "does not have the checksum" in done.output
    assert "give it a new version" in pack(folder).output


@pytest.mark.parametrize("wrong", [("--detector", "gone.pth"), ("--dictionary", "recognizer.pth"), ("--language", "English")])
def test_what_cannot_be_packed_says_why_and_writes_nothing(folder: Path, wrong: tuple[str, str]) -> None:
    done = pack(folder, *wrong)
    assert done.exit_code == 1
    assert wrong[0].strip("-") in done.output or wrong[1] in done.output
    assert not (folder / "model.json").exists()


def test_without_models_there_is_nothing_to_list() -> None:
    done = run("list")
    assert (done.exit_code, done.output) == (0, "There are none: OCR_MODELS is not set.\n")
