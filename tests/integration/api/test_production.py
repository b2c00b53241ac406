"""With ENVIRONMENT=production nothing starts on a key that anybody could guess."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from doctray.api.production import check_settings
from doctray.config import Settings, SettingsError

GOOD = "oXr0J7tq9uV3mB5kZ1yC8nWf2LhQ4dGs"


@pytest.fixture
def production(monkeypatch: pytest.MonkeyPatch) -> pytest.MonkeyPatch:
    monkeypatch.setenv("ENVIRONMENT", "production")
    monkeypatch.setenv("API_KEY", GOOD)
    monkeypatch.setenv("DOCTRAY_SECRET_KEY", GOOD[::-1])
    return monkeypatch


def test_good_keys_are_good_enough(production: pytest.MonkeyPatch) -> None:
    check_settings(Settings())
    production.delenv("API_KEY")
    check_settings(Settings())


@pytest.mark.parametrize("name", ["API_KEY", "DOCTRAY_SECRET_KEY"])
@pytest.mark.parametrize(
    "value",
    [
        "oXr0J7",
        GOOD[:23],
        "changeme-changeme-changeme-0815",
        "CHANGE_ME_0123456789abcdefghijk",
        "your-api-key-goes-here-0123456789",
        "<paste the output of openssl here>",
        "example0123456789abcdefghijklmnop",
        "replace-this-with-a-real-secret-1",
        "secretsecretsecretsecretsecret12",
        "test-key-0123456789abcdefghijklmn",
        "123456789012345678901234567890ab",
        "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
        "abcabcabcabcabcabcabcabcabcabcabc",
    ],
)
def test_placeholders_and_short_keys_are_refused_by_name(production: pytest.MonkeyPatch, name: str, value: str) -> None:
    production.setenv(name, value)
    with pytest.raises(SettingsError, match=f"{name} is a placeholder or shorter") as refused:
        check_settings(Settings())
    assert value not in str(refused.value)


def test_a_secret_key_is_needed(production: pytest.MonkeyPatch) -> None:
    production.delenv("DOCTRAY_SECRET_KEY")
    with pytest.raises(SettingsError, match="needs DOCTRAY_SECRET_KEY"):
        check_settings(Settings())


@pytest.mark.parametrize("value", ["changeme", "your-key"])
def test_elsewhere_anything_goes(production: pytest.MonkeyPatch, value: str) -> None:
    production.setenv("ENVIRONMENT", "development")
    production.setenv("API_KEY", value)
    check_settings(Settings())


@pytest.mark.parametrize("command", ["api", "serve"])
def test_the_command_says_why_and_ends(production: pytest.MonkeyPatch, tmp_path: Path, command: str) -> None:
    production.setenv("API_KEY", "changeme")
    environment = {**os.environ, "DOCTRAY_HOME": str(tmp_path), "PORT": "0", "WORKER_ENABLED": "false"}
    ended = subprocess.run(
        [sys.executable, "-m", "doctray", command], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode != 0
    assert "API_KEY is a placeholder" in ended.stderr


def test_beyond_loopback_nothing_listens_without_a_key(tmp_path: Path) -> None:
    environment = {**os.environ, "DOCTRAY_HOME": str(tmp_path), "PORT": "0", "DOCTRAY_HOST": "0.0.0.0"}
    ended = subprocess.run(
        [sys.executable, "-m", "doctray", "api"], env=environment, capture_output=True, text=True, timeout=60, check=False
    )
    assert ended.returncode == 2
    assert "without any key" in ended.stderr
