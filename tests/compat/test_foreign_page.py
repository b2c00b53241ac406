"""A page of another origin, whose backend handed the document in through PHP, follows it in Chromium with the read token alone."""

import functools
import http.server
import json
import threading
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Browser, expect

from tests.acceptance.browser import WITHIN_MS, browser  # noqa: F401 (a fixture)
from tests.acceptance.service import Service
from tests.compat.conftest import ORIGIN
from tests.compat.test_php import php
from tests.samples.fixtures import SampleSet
from tests.samples.generate import Form

MODULE = Path(__file__).parents[2] / "examples" / "javascript" / "doctray.js"

PAGE = """<!doctype html><title>A page elsewhere</title><p id="told">following</p><script type="module">
import { follow } from "./doctray.js";
const asked = new URLSearchParams(location.search);
try {
  const job = await follow(asked.get("url"), asked.get("id"), asked.get("token"), { waitSeconds: 5 });
  document.getElementById("told").textContent = job.status;
} catch (error) {
  document.getElementById("told").textContent = `${error.status} ${error.code}`;
}
</script>"""


@pytest.fixture(scope="module")
def foreign_origin(tmp_path_factory: pytest.TempPathFactory, foreign_port: int) -> Iterator[str]:
    folder = tmp_path_factory.mktemp("elsewhere")
    (folder / "index.html").write_text(PAGE)
    (folder / "doctray.js").write_text(MODULE.read_text())

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, format: str, *args: object) -> None:  # noqa: A002 (its name)
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", foreign_port), functools.partial(Quiet, directory=str(folder)))
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield ORIGIN.format(port=foreign_port)
    server.shutdown()
    thread.join()
    server.server_close()


def told(browser: Browser, origin: str, expected: str, **asked: str) -> None:  # noqa: F811 (the fixture)
    context = browser.new_context()
    try:
        page = context.new_page()
        page.goto(f"{origin}/?{urlencode(asked)}")
        expect(page.locator("#told")).to_have_text(expected, timeout=WITHIN_MS)
    finally:
        context.close()


def test_it_polls_to_completion_with_the_token_and_is_told_nothing_without(
    browser: Browser,  # noqa: F811 (the fixture)
    service: Service,
    foreign_origin: str,
    samples: SampleSet,
) -> None:
    paper = str(samples.one("certificate_of_insurance", Form.TEXT).path)
    ticket = php(service, "submit", paper, json.dumps({"no_cache": True}), "for-the-page")
    told(browser, foreign_origin, "completed", url=service.url, id=ticket["request_id"], token=ticket["read_token"])
    told(browser, foreign_origin, "404 not_found", url=service.url, id=ticket["request_id"], token="")
    told(browser, foreign_origin, "404 not_found", url=service.url, id=ticket["request_id"], token="rt_wrong")
