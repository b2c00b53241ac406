"""Every machine-checkable item of the page is checked, every check is on the page, and a broken deployment fails."""

import os
import re
import time
from pathlib import Path

import pytest
from scripts.operations.finding import Status, as_json, as_text
from scripts.operations.target import Target
from scripts.operations.validate import CHECKS, Given, validate

ROOT = Path(__file__).resolve().parents[4]
NOWHERE = Target(url="http://127.0.0.1:1", key="dt_none")


def found(item: str, given: Given) -> tuple[Status, str]:
    (finding,) = validate(given, items=[item])
    return finding.status, finding.said


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


def test_settings_of_development_are_not_those_of_production(monkeypatch: pytest.MonkeyPatch) -> None:
    given = Given(target=NOWHERE, local=True)
    assert found("settings", given)[0] is Status.FAILED
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("DOCTRAY_SECRET_KEY", "k" * 40)
    assert found("settings", given)[0] is Status.PASSED


def test_findings_are_shown_as_lines_and_as_json() -> None:
    findings = validate(Given(target=NOWHERE), items=["alive", "tls"])
    assert "✗ alive" in as_text(findings)
    assert '"item": "alive"' in as_json(findings)
