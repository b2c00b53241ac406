"""Every machine-checkable item of the page is checked, every check is on the page, and a broken deployment fails."""

import argparse
import json
import os
import re
import sys
import time
from pathlib import Path

from scripts.operations.finding import Status, as_json, as_text
from scripts.operations.target import Target
from scripts.operations.validate import CHECKS, Given, add_doctray, doctray_of, validate

from tests.scripts.validated import found

ROOT = Path(__file__).resolve().parents[4]
NOWHERE = Target(url="http://127.0.0.1:1", key="dt_none")


def test_the_page_and_the_checks_name_the_same_items() -> None:
    page = (ROOT / "docs" / "go-live.md").read_text(encoding="utf-8")
    assert sorted(re.findall(r"^- \[ \] `([a-z-]+)`", page, re.MULTILINE)) == sorted(check.item for check in CHECKS)


def test_a_deployment_that_does_not_answer_fails() -> None:
    assert found("alive", Given(target=NOWHERE))[0] is Status.FAILED
    assert found("document", Given(target=NOWHERE))[0] is Status.FAILED


def test_what_was_not_given_is_skipped_and_named() -> None:
    given = Given(target=Target(url="http://127.0.0.1:1"))
    assert found("document", given) == (Status.SKIPPED, "--key-file FILE or DOCTRAY_API_KEY")
    assert found("tls", given)[0] is found("settings", given)[0] is found("monitored", given)[0] is Status.SKIPPED


def test_an_old_backup_fails(tmp_path: Path) -> None:
    archive = tmp_path / "doctray-20260101T000000Z.tar"
    archive.write_bytes(b"x")
    os.utime(archive, (time.time() - 100 * 3600,) * 2)
    status, said = found("backup", Given(target=NOWHERE, backups=tmp_path))
    assert status is Status.FAILED
    assert "100 h old" in said


def test_a_backup_that_is_not_what_was_written_fails(tmp_path: Path) -> None:
    (tmp_path / "doctray-20260101T000000Z.tar").write_bytes(b"x")
    (tmp_path / "doctray-20260101T000000Z.tar.sha256").write_text(f"{'0' * 64}  doctray-20260101T000000Z.tar\n")
    assert found("backup", Given(target=NOWHERE, backups=tmp_path))[0] is Status.FAILED


def doctor_that_says(folder: Path, *findings: tuple[str, str, str, bool]) -> tuple[str, ...]:
    """A command that answers as `doctray doctor --output json` does, whatever it is asked. findings: part, said, mend, fatal."""
    said = json.dumps([dict(zip(("part", "said", "mend", "fatal"), each, strict=True)) for each in findings])
    script = folder / "doctor"
    script.write_text(f"#!/bin/sh\ncat <<'END'\n{said}\nEND\n")
    script.chmod(0o700)
    return (str(script),)


def test_what_doctray_says_of_its_own_settings_is_what_counts(tmp_path: Path) -> None:
    well = doctor_that_says(tmp_path, ("Environment", "production, with keys of its own", "", False), ("Disk", "12 GB, 40 %", "", False))
    given = Given(target=NOWHERE, doctray=well)
    assert {item: found(item, given)[0] for item in ("settings", "disk", "doctor")} == dict.fromkeys(
        ("settings", "disk", "doctor"), Status.PASSED
    )
    ill = doctor_that_says(tmp_path, ("Environment", "development", "", False), ("Disk", "1 GB, 2 %", "free some", True))
    given = Given(target=NOWHERE, doctray=ill)
    assert found("settings", given) == (Status.FAILED, "development")
    assert found("disk", given) == (Status.FAILED, "1 GB, 2 %")
    assert found("doctor", given) == (Status.FAILED, "Disk: 1 GB, 2 %")


def test_a_doctor_that_says_nothing_of_use_fails(tmp_path: Path) -> None:
    given = Given(target=NOWHERE, doctray=("/bin/false",))
    assert found("doctor", given) == (Status.FAILED, "/bin/false doctor --output json ended with 1: ")
    assert found("disk", Given(target=NOWHERE, doctray=(str(tmp_path / "none"),)))[0] is Status.FAILED


def test_words_for_another_environment_stand_before_doctray() -> None:
    parser = argparse.ArgumentParser()
    add_doctray(parser)
    assert doctray_of(parser.parse_args([])) is None
    assert doctray_of(parser.parse_args(["--exec", "docker compose exec -T worker"])) == (
        *("docker", "compose", "exec", "-T", "worker"),
        "doctray",
    )
    assert doctray_of(parser.parse_args(["--local"])) == (sys.executable, "-m", "doctray")


def test_findings_are_shown_as_lines_and_as_json() -> None:
    findings = validate(Given(target=NOWHERE), items=["alive", "tls"])
    assert "✗ alive" in as_text(findings)
    assert '"item": "alive"' in as_json(findings)
