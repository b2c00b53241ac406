"""Certificates for names that lead to loopback."""

import ssl
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.certificates import self_signed


@pytest.fixture
def certified(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], ssl.SSLContext]:
    """A server's TLS context with a certificate for the name, which this process trusts through SSL_CERT_FILE."""

    def make(name: str) -> ssl.SSLContext:
        certificate = self_signed(tmp_path, name)
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate.chain))
        return certificate.server()

    return make
