"""A server's certificate that nobody vouches for."""

import ssl
from pathlib import Path

import pytest

from tests.certificates import self_signed


@pytest.fixture
def certified_by_nobody(tmp_path: Path) -> ssl.SSLContext:
    """A TLS context for 127.0.0.1, signed by itself."""
    return self_signed(tmp_path, "127.0.0.1").server()
