"""A front door for each test."""

import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from doctray.storage.migrate import upgrade
from tests.integration.api.door import Door, open_door


@pytest.fixture(scope="session")
def migrated_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Migrated once; every test works on a copy."""
    path = tmp_path_factory.mktemp("template") / "journal.sqlite3"
    upgrade(f"sqlite+pysqlite:///{path}")
    return path


@pytest.fixture
def database(migrated_database: Path, tmp_path: Path) -> str:
    return str(shutil.copy(migrated_database, tmp_path / "journal.sqlite3"))


@pytest.fixture
async def door(database: str) -> AsyncIterator[Door]:
    """On default settings: no keys."""
    async with open_door(database) as opened:
        yield opened
