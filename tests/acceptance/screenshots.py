"""Makes the pictures of docs/console.md: python -m tests.acceptance.screenshots [FOLDER]

Starts a service of its own with the real engine, hands in the two samples of examples/documents, and photographs the console in Chromium:
light and dark, on a desk and on a phone. Pictures are WebP, a few tens of kilobytes each.
"""

import io
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx
from PIL import Image
from playwright.sync_api import Browser, Page, expect, sync_playwright

from tests.acceptance.browser import ARGUMENTS
from tests.acceptance.service import Service, running

ROOT = Path(__file__).parents[2]
SAMPLES = ROOT / "examples" / "documents"
CERTIFICATE = SAMPLES / "certificate_of_insurance.pdf"
TIMETABLE = SAMPLES / "class_timetable.png"
DESK = {"width": 1280, "height": 860}
PHONE = {"width": 390, "height": 844}
READ_WITHIN_MS = 300_000
QUALITY = 80


@contextmanager
def opened(browser: Browser, service: Service, *, scheme: str, size: dict[str, int]) -> Iterator[Page]:
    context = browser.new_context(viewport=size, color_scheme=scheme)  # type: ignore[arg-type]
    page = context.new_page()
    page.set_default_timeout(READ_WITHIN_MS)
    page.goto(service.url)
    yield page
    context.close()


def keep(page: Page, path: Path) -> None:
    picture = Image.open(io.BytesIO(page.screenshot()))
    picture.save(path, "WEBP", quality=QUALITY, method=6)
    print(f"{path.relative_to(ROOT)}: {path.stat().st_size // 1024} KiB")


def hand_in(page: Page, *papers: Path) -> None:
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    page.set_input_files("#files", list(papers))
    expect(page.locator(".jobs .badge.completed, .jobs .badge.needs-review")).to_have_count(len(papers), timeout=READ_WITHIN_MS)


def look_at(page: Page, name: str) -> None:
    page.goto(page.url.partition("#")[0] + "#/jobs")
    page.get_by_role("table").get_by_role("link", name=name).click()
    page.locator(".sheet img").evaluate("image => image.decode()")


def plan_a_rollout(service: Service) -> None:
    """From the engine that reads to another, so that there is something to see; nothing goes to it yet."""
    plan = {"kind": "engine", "baseline": "easyocr", "candidate": "rapidocr", "reason": "Reads faster, it is said."}
    httpx.put(f"{service.url}/v1/admin/rollout", json=plan, trust_env=False).raise_for_status()


def photograph(browser: Browser, service: Service, folder: Path) -> None:
    plan_a_rollout(service)
    with opened(browser, service, scheme="light", size=DESK) as page:
        hand_in(page, CERTIFICATE, TIMETABLE)
        keep(page, folder / "jobs-light.webp")
        look_at(page, CERTIFICATE.name)
        page.locator('.leaf[data-pointer="/insured_name"]').hover()
        keep(page, folder / "certificate-light.webp")
        look_at(page, TIMETABLE.name)
        page.locator(".week").scroll_into_view_if_needed()
        keep(page, folder / "timetable-light.webp")
        page.goto(f"{service.url}/#/workers")
        expect(page.get_by_role("table")).to_be_visible()
        keep(page, folder / "workers-light.webp")
        page.goto(f"{service.url}/#/rollouts")
        expect(page.get_by_role("img").first).to_be_visible()
        keep(page, folder / "rollouts-light.webp")
    with opened(browser, service, scheme="dark", size=DESK) as page:
        look_at(page, CERTIFICATE.name)
        page.locator('.leaf[data-pointer="/insured_name"]').hover()
        keep(page, folder / "certificate-dark.webp")
    with opened(browser, service, scheme="dark", size=PHONE) as page:
        expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
        expect(page.locator(".jobs .badge")).to_have_count(2)
        keep(page, folder / "jobs-phone.webp")
    with opened(browser, service, scheme="light", size=PHONE) as page:
        look_at(page, TIMETABLE.name)
        keep(page, folder / "timetable-phone.webp")


def main(arguments: list[str]) -> int:
    folder = Path(arguments[0]) if arguments else ROOT / "docs" / "console"
    folder.mkdir(parents=True, exist_ok=True)
    found = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    if found is None:
        print("There is no Chromium here; on Debian: apt-get install chromium", file=sys.stderr)
        return 1
    with (
        tempfile.TemporaryDirectory() as home,
        running(Path(home)) as service,
        sync_playwright() as playwright,
        playwright.chromium.launch(executable_path=found, args=ARGUMENTS) as browser,
    ):
        photograph(browser, service, folder.absolute())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
