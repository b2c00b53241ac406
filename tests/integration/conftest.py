"""What suites of workers and of the services share."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from tests.integration.service.house import House, opened_house


@pytest.fixture
async def house(tmp_path: Path) -> AsyncIterator[House]:
    async with opened_house(tmp_path) as house:
        await house.register()
        yield house
