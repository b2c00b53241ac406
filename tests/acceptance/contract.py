"""Runs schemathesis over the whole contract against a real service: every operation, every check, every phase, links included.

python -m tests.acceptance.contract              thousands of cases (minutes)
python -m tests.acceptance.contract -n 200       more of them; any option of `schemathesis run` may follow
"""

import base64
import contextlib
import functools
import http.server
import os
import re
import subprocess
import sys
import tempfile
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path

from doctray.api.openapi_bodies import TINY_PNG
from tests.acceptance.service import Service, running

ROOT = Path(__file__).parents[2]
CONFIG = ROOT / "schemathesis.toml"
SHORT = ("--phases", "examples")
"""Every example of the document is sent as it stands, and every answer held to it: seconds."""

RAISED = {
    "OCR_ENGINE": "null",
    "API_KEY": "contract-test-key-0123456789abcdef",
    "API_RATE_LIMIT_PER_MINUTE": "1000000",
    "API_READ_LIMIT_PER_MINUTE": "1000000",
    "MAX_QUEUE_SIZE": "1000000",
    "WAIT_MAX_SECONDS": "20",
}
"""So that a run meets the routes and not the limits, and neither a busy machine nor a long `wait` decides what it finds."""


def run(home: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    """schemathesis with these options, against a service of its own under `home`. Its report is in stdout."""
    with _example_org() as origin, running(home, OUTBOUND_ALLOW=origin.removeprefix("http://").rstrip("/"), **RAISED) as service:
        key_id, key = _make_key(service)
        return subprocess.run(
            [
                str(Path(sys.executable).with_name("schemathesis")),
                "--config-file",
                str(CONFIG),
                "run",
                f"{service.url}/openapi.json",
                *arguments,
            ],
            cwd=ROOT,
            env={**os.environ, "DOCTRAY_KEY": key, "DOCTRAY_KEY_ID": key_id, "DOCTRAY_EXAMPLE_ORG": origin, "NO_COLOR": "1"},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )


def cases_of(report: str) -> int:
    """How many cases were generated."""
    found = re.search(r"(\d+) generated", report)
    return int(found.group(1)) if found else 0


def _make_key(service: Service) -> tuple[str, str]:
    words = ("keys", "create", "--name", "contract", "--scope", "submit", "--scope", "read", "--scope", "admin")
    made = subprocess.run(
        [sys.executable, "-m", "doctray", *words],
        env={**os.environ, "DOCTRAY_HOME": str(service.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    told = made.stdout + made.stderr
    return re.findall(r"key_[0-9a-f]+", told)[0], re.findall(r"dt_[\w-]+", told)[0]


class _Pixel(http.server.BaseHTTPRequestHandler):
    """Gives a picture for any address, and takes any webhook."""

    def __init__(self, *arguments: object, picture: bytes) -> None:
        self._picture = picture
        super().__init__(*arguments)  # type: ignore[arg-type]

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Length", str(len(self._picture)))
        self.end_headers()
        self.wfile.write(self._picture)

    def do_POST(self) -> None:
        self.rfile.read(int(self.headers.get("Content-Length", 0)))
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
        pass


@contextlib.contextmanager
def _example_org() -> Iterator[str]:
    """What the document's examples call https://example.org/."""
    handler = functools.partial(_Pixel, picture=base64.b64decode(TINY_PNG))
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    try:
        yield f"http://127.0.0.1:{server.server_port}/"
    finally:
        server.shutdown()
        thread.join()
        server.server_close()


def main(arguments: Sequence[str]) -> int:
    with tempfile.TemporaryDirectory() as home:
        finished = run(Path(home), *arguments)
    print(finished.stdout)
    return finished.returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
