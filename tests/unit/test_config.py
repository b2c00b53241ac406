"""Settings: old names and new, parts and URLs, and refusals that say what to mend."""

from pathlib import Path

import pytest

from doctray.config import Settings, SettingsError, embedded_redis_socket, is_loopback


@pytest.mark.parametrize(
    ("env", "dsn"),
    [
        ({"DATABASE_URL": "sqlite+aiosqlite:////data/j.db"}, "sqlite+pysqlite:////data/j.db"),
        ({"DATABASE_URL": "postgresql://u:p@db/x"}, "postgresql+asyncpg://u:p@db/x"),
        ({"DATABASE_URL": "postgres://u:p@db/x"}, "postgresql+asyncpg://u:p@db/x"),
        ({"POSTGRES_HOST": "db", "POSTGRES_PASSWORD": "p@ss/word"}, "postgresql+asyncpg://doctray:p%40ss%2Fword@db:5432/doctray"),
        ({"DATABASE_URL": "sqlite:///x.db", "POSTGRES_HOST": "db"}, "sqlite+pysqlite:///x.db"),
    ],
)
def test_a_url_wins_over_parts(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], dsn: str) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert Settings().database_dsn == dsn


@pytest.mark.parametrize(
    ("env", "dsn"),
    [
        ({"REDIS_URL": "redis://r:1/2", "REDIS_HOST": "other"}, "redis://r:1/2"),
        ({"REDIS_HOST": "r", "REDIS_PORT": "6380", "REDIS_PASSWORD": "a b"}, "redis://:a%20b@r:6380/0"),
    ],
)
def test_redis_from_parts_or_url(monkeypatch: pytest.MonkeyPatch, env: dict[str, str], dsn: str) -> None:
    for name, value in env.items():
        monkeypatch.setenv(name, value)
    assert Settings().redis_dsn == dsn


@pytest.mark.parametrize(
    ("name", "value", "says"),
    [
        ("RETENTION_DAYS", "1", "last webhook try"),
        ("WORKER_LEASE_SECONDS", "8", "WORKER_HEARTBEAT_SECONDS"),
        ("MAX_FILE_SIZE_MB", "0", "MAX_FILE_SIZE_MB"),
        ("PORT", "a", "PORT"),
        ("ENVIRONMENT", "prod", "ENVIRONMENT"),
        ("WORKER_CONCURRENCY", "0", "WORKER_CONCURRENCY"),
    ],
)
def test_a_setting_that_cannot_work_is_named(monkeypatch: pytest.MonkeyPatch, name: str, value: str, says: str) -> None:
    monkeypatch.setenv(name, value)
    with pytest.raises(SettingsError, match=says):
        Settings()


def test_settings_do_not_read_names_that_are_not_theirs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/somewhere/else")
    monkeypatch.setenv("HOST", "0.0.0.0")
    settings = Settings()
    assert settings.home != Path("/somewhere/else")
    assert settings.service.host == "127.0.0.1"


def test_secrets_are_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("API_KEY", "k-e-y-value")
    monkeypatch.setenv("REDIS_URL", "redis://:hunter2@r/0")
    settings = Settings()
    assert "k-e-y-value" not in repr(settings.access)
    assert "hunter2" not in repr(settings.redis)


def test_the_secret_key_is_made_once_for_the_owner_alone() -> None:
    settings = Settings()
    first = settings.secret_key()
    assert Settings().secret_key() == first
    assert len(first) >= 32
    assert (settings.home / "secret.key").stat().st_mode & 0o777 == 0o600


def test_production_does_not_make_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ENVIRONMENT", "production")
    with pytest.raises(SettingsError, match="DOCTRAY_SECRET_KEY"):
        Settings().secret_key()


def test_a_deep_home_gets_a_socket_that_the_kernel_takes(tmp_path: Path) -> None:
    assert embedded_redis_socket(Path("/short")) == Path("/short/redis.sock")
    deep = tmp_path / ("x" * 120)
    assert len(str(embedded_redis_socket(deep))) <= 107
    assert embedded_redis_socket(deep) == embedded_redis_socket(deep)


@pytest.mark.parametrize(
    ("host", "loopback"),
    [("127.0.0.1", True), ("localhost", True), ("::1", True), ("0.0.0.0", False), ("::", False), ("10.0.0.1", False), ("db", False)],
)
def test_is_loopback(host: str, loopback: bool) -> None:
    assert is_loopback(host) is loopback


def test_a_file_that_is_called_like_a_setting_is_read_as_it_and_the_environment_overrides_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "API_KEY").write_text("from-a-file\n")
    (tmp_path / "REDIS_PASSWORD").write_text("of-redis\n")
    monkeypatch.setenv("DOCTRAY_SECRETS_DIR", str(tmp_path))
    monkeypatch.setenv("REDIS_HOST", "r")
    settings = Settings()
    assert settings.access.api_key is not None
    assert settings.access.api_key.get_secret_value() == "from-a-file"
    assert settings.redis_dsn == "redis://:of-redis@r:6379/0"

    monkeypatch.setenv("API_KEY", "from-the-environment")
    key = Settings().access.api_key
    assert key is not None
    assert key.get_secret_value() == "from-the-environment"


def test_a_folder_of_secrets_that_is_not_there_is_no_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DOCTRAY_SECRETS_DIR", str(tmp_path / "none"))
    assert Settings().access.api_key is None
