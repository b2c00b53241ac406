"""The console in a real Chromium, against the real service: signing in, handing in, following, looking, correcting, approving."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, Page, expect

from tests.acceptance.browser import WITHIN_MS, browser  # noqa: F401 (a fixture)
from tests.acceptance.service import Service, running
from tests.samples.fixtures import SampleSet
from tests.samples.generate import Form

KEY = "console-test-key-0123456789abcdef"


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("console"), OCR_ENGINE="null", API_KEY=KEY) as started:
        yield started


@pytest.fixture(scope="module")
def admin_key(service: Service) -> str:
    """Of the first administrator, made on the machine itself."""
    made = subprocess.run(
        [
            sys.executable,
            "-m",
            "doctray",
            "keys",
            "create",
            "--name",
            "console",
            "--scope",
            "submit",
            "--scope",
            "read",
            "--scope",
            "admin",
        ],
        env={**os.environ, "DOCTRAY_HOME": str(service.home)},
        capture_output=True,
        text=True,
        check=True,
    )
    return str(re.findall(r"dt_[\w-]+", made.stdout + made.stderr)[0])


@pytest.fixture
def page(
    browser: Browser,  # noqa: F811 (the fixture)
    service: Service,
) -> Iterator[Page]:
    """A page of its own context. Whatever it logs as an error, or asks of another host, fails the test."""
    context = browser.new_context(viewport={"width": 1280, "height": 900})
    context.set_default_timeout(WITHIN_MS)
    expect.set_options(timeout=WITHIN_MS)
    opened = context.new_page()
    complaints: list[str] = []
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("console", lambda told: complaints.append(told.text) if told.type == "error" and not re.search("40[19]", told.text) else None)
    opened.on("request", lambda asked: complaints.append(asked.url) if not asked.url.startswith(service.url) else None)
    opened.goto(service.url)
    yield opened
    context.close()
    assert complaints == []


def paper(samples: SampleSet) -> Path:
    return samples.one("certificate_of_insurance", Form.TEXT).path


def sign_in(page: Page, key: str = KEY) -> None:
    page.get_by_label("API key").fill(key)
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()


def hand_in(page: Page, path: Path) -> None:
    """Until it is completed, and open."""
    page.set_input_files("#files", path)
    page.get_by_role("list", name="Handed in").get_by_role("link", name=path.name).click()
    expect(page.locator(".badge")).to_have_text(["completed"])


def faults(page: Page) -> list[str]:
    # Axe is a script of ours here, not of the page: it runs beside the page's own policy.
    found = Axe().run(page)
    return [f"{each['id']}: {[node['html'] for node in each['nodes']]}" for each in found.response["violations"]]


def test_nothing_is_shown_before_a_key_has_signed_in(page: Page) -> None:
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    expect(page.get_by_role("navigation")).to_be_hidden()
    page.get_by_label("API key").fill("wrong")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_contain_text("not valid")
    sign_in(page)
    assert page.evaluate("document.cookie") == ""
    page.get_by_role("button", name="Sign out").click()
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()


def test_words_and_fields_light_up_both_ways(page: Page, samples: SampleSet) -> None:
    sign_in(page)
    hand_in(page, paper(samples))
    image = page.locator(".sheet img")
    expect(image).to_be_visible()
    image.evaluate("image => image.decode()")
    row = page.locator('.leaf[data-pointer="/insured_name"]')
    row.hover()
    lit = page.locator(".sheet rect.field.lit")
    expect(lit).to_have_count(1)
    lit.hover(force=True)
    expect(row).to_have_class("leaf lit")
    page.mouse.move(0, 0)
    expect(page.locator(".lit")).to_have_count(0)


def test_a_correction_is_approved_and_the_machines_reading_is_kept(page: Page, service: Service, samples: SampleSet) -> None:
    sign_in(page)
    hand_in(page, paper(samples))
    request_id = page.url.rsplit("/", 1)[1]
    with service.client(KEY) as client:
        read = client.result(request_id)["fields"]["insured_name"]
    page.get_by_label("insured name").fill("Corrected Company")
    page.get_by_role("button", name="Save and approve").click()
    expect(page.locator(".badge")).to_have_text(["approved"])
    expect(page.get_by_label("insured name")).to_have_value("Corrected Company")
    with service.client(KEY) as client:
        result = client.result(request_id)
    assert result["validated"] is True
    assert result["fields"]["insured_name"] == read
    assert result["review"]["fields"]["insured_name"] == "Corrected Company"


def test_the_console_works_by_keyboard(page: Page, samples: SampleSet) -> None:
    expect(page.get_by_label("API key")).to_be_focused()
    page.keyboard.type(KEY)
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Jobs")).to_be_visible()
    page.set_input_files("#files", paper(samples))
    link = page.get_by_role("list", name="Handed in").get_by_role("link")
    expect(link).to_be_visible()
    link.focus()
    page.keyboard.press("Enter")
    expect(page.locator(".badge")).to_have_text(["completed"])
    page.get_by_label("insured name").focus()
    expect(page.locator(".sheet rect.field.lit")).to_have_count(1)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_in_light_or_dark(page: Page, samples: SampleSet, scheme: str) -> None:
    page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
    expect(page.get_by_role("heading", name="Sign in")).to_be_visible()
    assert faults(page) == []
    sign_in(page)
    hand_in(page, paper(samples))
    assert faults(page) == []
    page.get_by_role("link", name="Jobs", exact=True).click()
    expect(page.get_by_role("table")).to_be_visible()
    assert faults(page) == []


def test_nothing_overflows_on_a_phone(page: Page, samples: SampleSet) -> None:
    page.set_viewport_size({"width": 360, "height": 740})
    sign_in(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 360
    hand_in(page, paper(samples))
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


@pytest.mark.parametrize("width", [360, 1280])
def test_a_name_without_a_break_widens_no_page(page: Page, samples: SampleSet, tmp_path: Path, width: int) -> None:
    named = shutil.copy(paper(samples), tmp_path / f"{'scan_of_a_letter_' * 12}{width}.pdf")
    page.set_viewport_size({"width": width, "height": 740})
    sign_in(page)
    page.set_input_files("#files", named)
    told = page.get_by_role("list", name="Handed in").get_by_role("link", name=named.name)
    expect(told).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    told.click()
    expect(page.locator(".badge")).to_have_text(["completed"])
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_timetable_is_shown_as_a_week_by_its_times(page: Page, samples: SampleSet) -> None:
    sign_in(page)
    hand_in(page, samples.one("class_timetable", Form.TEXT).path)
    week = page.get_by_role("table", name="Week")
    expect(week.get_by_role("columnheader")).to_contain_text(["from", "Monday"])
    expect(week.get_by_role("rowheader").first).to_have_text(re.compile(r"^\d\d:\d\d$"))
    assert faults(page) == []


@pytest.mark.parametrize("form", ["JSON", "Excel", "Searchable PDF"])
def test_exports_are_saved_also_those_that_are_made_first(page: Page, samples: SampleSet, form: str) -> None:
    sign_in(page)
    hand_in(page, paper(samples))
    with page.expect_download(timeout=WITHIN_MS) as saving:
        page.get_by_role("link", name=form, exact=True).click()
    ending = {"JSON": "json", "Excel": "xlsx", "Searchable PDF": "pdf"}[form]
    assert saving.value.suggested_filename == f"{paper(samples).stem}.{ending}"
    assert Path(saving.value.path()).read_bytes().startswith({"json": b"{", "xlsx": b"PK", "pdf": b"%PDF"}[ending])


def test_announcements_of_a_job_are_listed_once_however_often_they_are_opened(page: Page, service: Service, samples: SampleSet) -> None:
    with service.client(KEY) as client:
        ticket = client.submit(paper(samples))
        client.wait(ticket["request_id"], timeout_s=60)
    sign_in(page)
    page.goto(f"{service.url}/#/jobs/{ticket['request_id']}")
    summary = page.get_by_text("Announcements")
    for _ in range(3):
        summary.click()
    expect(page.get_by_text("Nothing was to be announced")).to_have_count(1)


def test_an_administrator_sees_workers_and_dead_letters_and_pauses_submissions(page: Page, service: Service, admin_key: str) -> None:
    sign_in(page, admin_key)
    page.get_by_role("link", name="Dead letters").click()
    expect(page.get_by_text("There are none.")).to_be_visible()
    assert faults(page) == []
    page.get_by_role("link", name="Workers").click()
    expect(page.get_by_role("cell", name="null 1")).to_be_visible()
    page.get_by_label("Reason").fill("Back at noon.")
    page.get_by_role("button", name="Pause submissions").click()
    expect(page.get_by_text("Submissions are paused: Back at noon.")).to_be_visible()
    assert faults(page) == []
    assert service.is_now("maintenance")
    page.get_by_role("button", name="Accept documents again").click()
    expect(page.get_by_text("Documents are accepted.")).to_be_visible()
    assert service.healthy()


def test_an_administrator_turns_the_dial_of_a_rollout_and_sees_its_figures(
    page: Page, service: Service, admin_key: str, samples: SampleSet
) -> None:
    sign_in(page, admin_key)
    page.get_by_role("link", name="Rollouts").click()
    expect(page.get_by_text("No engine is giving way to another.")).to_be_visible()
    assert faults(page) == []
    plan = {"kind": "engine", "baseline": "null", "candidate": "easyocr", "stages": [0, 5, 15, 100], "reason": "It reads."}
    made = httpx.put(f"{service.url}/v1/admin/rollout", json=plan, headers={"x-api-key": admin_key}, trust_env=False)
    assert made.status_code == 200, made.text
    with service.client(admin_key) as client:
        ticket = client.submit(samples.one("class_timetable", Form.SCAN).path)
        client.wait(ticket["request_id"], timeout_s=60)
    page.get_by_label("Figures of").select_option("the last hour")
    expect(page.get_by_text("easyocr reads 0 % of jobs.")).to_be_visible()
    expect(page.get_by_role("img", name=re.compile("^Jobs over time. 1 jobs of the baseline"))).to_be_visible()
    page.get_by_label("Reason").fill("figures look good")
    page.get_by_role("button", name="Advance to 5 %").click()
    expect(page.get_by_text("easyocr reads 5 % of jobs.")).to_be_visible()
    page.get_by_role("button", name="Advance to 15 %").click()
    page.get_by_role("button", name="Step back to 5 %").click()
    expect(page.get_by_text("easyocr reads 5 % of jobs.")).to_be_visible()
    page.get_by_role("button", name="Disable").click()
    expect(page.get_by_text("Disabled: null reads every job.")).to_be_visible()
    page.get_by_role("button", name="Enable").click()
    page.get_by_role("button", name="Roll back to 0 %").click()
    expect(page.get_by_text("easyocr reads 0 % of jobs.")).to_be_visible()
    expect(page.get_by_role("cell", name="figures look good")).to_be_visible()
    expect(page.get_by_role("cell", name="rolled back").first).to_be_visible()
    assert faults(page) == []
    page.emulate_media(color_scheme="dark")
    assert faults(page) == []
    page.set_viewport_size({"width": 360, "height": 740})
    assert page.evaluate("document.documentElement.scrollWidth") <= 360


def test_a_dial_that_somebody_else_has_turned_is_not_turned_from_what_it_was(page: Page, service: Service, admin_key: str) -> None:
    plan = {"kind": "engine", "baseline": "null", "candidate": "easyocr"}

    def put(**members: object) -> None:
        headers = {"x-api-key": admin_key, "if-match": "*"}
        answer = httpx.put(f"{service.url}/v1/admin/rollout", json={**plan, **members}, headers=headers, trust_env=False)
        assert answer.status_code == 200, answer.text

    put(percentage=0)
    sign_in(page, admin_key)
    page.goto(f"{service.url}/#/rollouts")
    expect(page.get_by_role("button", name="Advance to 5 %")).to_be_visible()
    put(percentage=15)
    page.get_by_role("button", name="Advance to 5 %").click()
    expect(page.get_by_role("alert")).to_be_visible()
    expect(page.get_by_text("easyocr reads 15 % of jobs.")).to_be_visible()
