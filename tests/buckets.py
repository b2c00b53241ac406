"""A bucket of the tests' own, behind moto's real HTTP server; it can be stopped, and started again with what was in it."""

import logging
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import count

import pytest
from moto.server import ThreadedMotoServer

ACCESS_KEY_ID = "testing-id"
SECRET_ACCESS_KEY = "testing-key"

_numbers = count(1)


@dataclass
class BucketServer:
    """moto keeps what is in its buckets in this process, so a server that starts on the same port has it all again."""

    port: int = 0
    _server: ThreadedMotoServer | None = field(default=None, repr=False)

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def start(self) -> None:
        logging.getLogger("werkzeug").setLevel(logging.ERROR)
        self._server = ThreadedMotoServer(ip_address="127.0.0.1", port=self.port, verbose=False)
        self._server.start()
        self.port = self._server.get_host_and_port()[1]

    def stop(self) -> None:
        if self._server is not None:
            self._server.stop()
            self._server = None

    def make_bucket(self) -> str:
        name = f"documents-{next(_numbers)}"
        urllib.request.urlopen(urllib.request.Request(f"{self.url}/{name}", method="PUT")).close()
        return name

    def env(self, bucket: str) -> dict[str, str]:
        """What a doctray process is told, to keep its documents there."""
        return {
            "S3_BUCKET": bucket,
            "S3_ENDPOINT_URL": self.url,
            "AWS_ACCESS_KEY_ID": ACCESS_KEY_ID,
            "AWS_SECRET_ACCESS_KEY": SECRET_ACCESS_KEY,
            "AWS_REGION": "us-east-1",
        }


@pytest.fixture(scope="session")
def shared_bucket_server() -> Iterator[BucketServer]:
    server = BucketServer()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def own_bucket_server() -> Iterator[BucketServer]:
    """For tests that stop it."""
    server = BucketServer()
    server.start()
    yield server
    server.stop()
