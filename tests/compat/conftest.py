"""One running service for the callers of other languages, and those languages."""

import os
import shutil
from collections.abc import Iterator

import pytest

from tests.acceptance.service import Service, running
from tests.ports import free_port

KEY = "compat-test-key-0123456789abcdef"
ORIGIN = "http://127.0.0.1:{port}"


@pytest.fixture(scope="session")
def foreign_port() -> int:
    """Where a page of another origin is served; the service names it in CORS_ORIGINS."""
    return free_port()


@pytest.fixture(scope="session")
def service(tmp_path_factory: pytest.TempPathFactory, foreign_port: int) -> Iterator[Service]:
    origin = ORIGIN.format(port=foreign_port)
    with running(
        tmp_path_factory.mktemp("compat"), OCR_ENGINE="null", API_KEY=KEY, CORS_ORIGINS=origin, API_RATE_LIMIT_PER_MINUTE="1000"
    ) as started:
        yield started


def program(name: str) -> str:
    """Its path. A missing one skips the test here and fails it in CI."""
    found = shutil.which(name)
    if found is None:
        if os.environ.get("CI"):
            pytest.fail(f"no {name}; .ci/run installs it")
        pytest.skip(f"no {name} on this machine")
    return found
