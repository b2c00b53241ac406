"""What a stranger's document and words do in the console: in a real Chromium, against the real service, nothing but stand there."""

from collections.abc import Iterator

import httpx
import pytest
from playwright.sync_api import Browser, Dialog, Page, expect

from tests.acceptance.browser import WITHIN_MS, browser  # noqa: F401 (a fixture)
from tests.acceptance.service import Service, running
from tests.malformed.rawpdf import one_page

pytestmark = pytest.mark.full

KEY = "hostile-markup-key-0123456789abcdef"
MARKUP = "<img src=x onerror=top.ran=1><script>top.ran=1</script>"
NAMES = (
    MARKUP,
    '"><svg onload=top.ran=1>.pdf',
    "javascript:top.ran=1",
    "{{constructor.constructor('top.ran=1')()}}",
    "\u202egnp.exe\u2066<b>.pdf",
)


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    home = tmp_path_factory.mktemp("markup")
    (home / "documents").mkdir()
    text = MARKUP.replace("(", "\\(").replace(")", "\\)").encode()
    content = b"BT /F1 8 Tf 5 90 Td (Certificate of Insurance) Tj 0 -20 Td (Insured: " + text + b") Tj ET"
    (home / "documents" / "a.pdf").write_bytes(one_page(content))
    with running(home, OCR_ENGINE="null", API_KEY=KEY) as started:
        yield started


@pytest.fixture
def page(browser: Browser, service: Service) -> Iterator[Page]:  # noqa: F811 (the fixture)
    """Whatever runs, opens a dialog, is refused by the policy or asks of another host fails the test."""
    context = browser.new_context()
    context.set_default_timeout(WITHIN_MS)
    expect.set_options(timeout=WITHIN_MS)
    opened = context.new_page()
    complaints: list[str] = []

    def dismissed(dialog: Dialog) -> None:
        complaints.append(f"dialog {dialog.message}")
        dialog.dismiss()

    opened.on("dialog", dismissed)
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda told: complaints.append(told.text) if told.type == "error" and "401" not in told.text else None)
    opened.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(service.url) else None)
    opened.goto(service.url)
    opened.get_by_label("API key").fill(KEY)
    opened.get_by_role("button", name="Sign in").click()
    expect(opened.get_by_role("heading", name="Jobs")).to_be_visible()
    yield opened
    assert opened.evaluate("window.ran") is None
    context.close()
    assert complaints == []


@pytest.mark.parametrize("name", NAMES)
def test_a_name_metadata_and_a_text_full_of_markup_are_shown_as_they_are(page: Page, service: Service, name: str) -> None:
    request_id, shown = submitted(service, name)
    page.reload()
    expect(page.get_by_text(shown, exact=True).first).to_be_visible()
    page.goto(f"{service.url}/#/jobs/{request_id}")
    expect(page.locator(".badge").first).to_be_visible()
    expect(page.get_by_text(shown).first).to_be_visible()
    assert page.locator("img[src='x'], svg[onload], main script").count() == 0


def submitted(service: Service, name: str) -> tuple[str, str]:
    """(the finished job's id, its file name as the API gives it)."""
    wanted = {"file_path": "a.pdf", "file_name": name, "metadata": {name: [name]}, "document_type": "certificate"}
    with httpx.Client(base_url=service.url, headers={"x-api-key": KEY}, trust_env=False, timeout=60) as client:
        request_id = str(client.post("/v1/jobs", json=wanted).raise_for_status().json()["request_id"])
        service.until(lambda: client.get(f"/v1/jobs/{request_id}").json()["status"] == "completed", within_s=60)
        return request_id, str(client.get(f"/v1/jobs/{request_id}").json()["file_name"])
