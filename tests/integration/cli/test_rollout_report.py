"""`doctray rollout report` on a journal and blobs of its own: figures, and for the operator the places where the arms differ."""

import asyncio
import io
import json
from datetime import UTC, datetime
from typing import Any

import pytest
from click.testing import CliRunner, Result
from PIL import Image

from doctray.cli.main import cli
from doctray.config import Settings
from doctray.domain.audit import Actor, Means
from doctray.domain.identity import new_request_id
from doctray.domain.job import Job, JobStatus, Outcome, announce_nothing
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import Measured
from doctray.ports import WorkerInfo
from doctray.service.reuse import page_image_key, shadow_key
from doctray.service.stored import in_one_chunk
from doctray.storage.migrate import upgrade
from doctray.wiring import open_blobs, open_journal
from tests.unit.service.rollout_runs import a_run

BASELINE = {"kind": "other", "title": "Diploma", "recipient_name": "Ада Байрон"}
CANDIDATE = {"kind": "other", "title": "Diploma", "recipient_name": "Ada Byron <b>"}
PLACE = {"page": 1, "bbox": [40.0, 30.0, 160.0, 60.0], "text": "Ада Байрон", "confidence": 0.9}


@pytest.fixture
def settings() -> Settings:
    found = Settings()
    upgrade(found.database_dsn)
    return found


def run(*words: str) -> Result:
    return CliRunner().invoke(cli, ["rollout", "report", *words])


def _png() -> bytes:
    drawn = io.BytesIO()
    Image.new("RGB", (400, 300), "white").save(drawn, "PNG")
    return drawn.getvalue()


async def _read_by_both(settings: Settings, *, page: bytes) -> str:
    """One document that the baseline has read for its caller, and the candidate beside."""
    now = datetime.now(UTC)
    request_id = new_request_id(now)
    plan = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="rapidocr", shadow_percentage=100)
    async with open_journal(settings) as journal, open_blobs(settings) as blobs:
        by = Actor(means=Means.CLI, name="test")
        await journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="It reads.", by=by)
        await journal.register(
            WorkerInfo(worker_id="w1", host="h", pid=1, device="cpu", slots=1, fingerprint="f", started_at=now), lease_s=600
        )
        source = await blobs.put(f"jobs/{request_id}/source", in_one_chunk(b"%PDF-1.7"))
        await journal.accept(Job(request_id=request_id, owner="acme", source=source, created_at=now, due_at=now), cache_ttl_s=0)
        claim = await journal.claim(request_id, worker_id="w1", fingerprint="f", cache_ttl_s=0)
        assert claim is not None
        result = {"document_type": "certificate", "fields": BASELINE, "provenance": {"/recipient_name": PLACE}}
        kept = await blobs.put(f"jobs/{request_id}/result-1.json", in_one_chunk(json.dumps(result).encode()))
        await blobs.put(page_image_key(request_id, 1), in_one_chunk(page))
        outcome = Outcome(status=JobStatus.COMPLETED, result=kept, result_type="certificate", confidence=0.9, page_total=1, fields=BASELINE)
        measured = Measured(seconds=2.0, engine_pages=1)
        assert await journal.finish(claim, outcome, announce=announce_nothing, measured=measured)
        [shadow] = await journal.due_shadows("w1", limit=1)
        await blobs.put(shadow_key(request_id, RolloutKind.ENGINE, "rapidocr"), in_one_chunk(json.dumps({"fields": CANDIDATE}).encode()))
        agreement = {"kind": (1, 1), "title": (1, 1), "recipient_name": (0, 1)}
        assert await journal.record_shadow(shadow, a_run(Arm.CANDIDATE, request_id=request_id, shadow=True, agreement=agreement))
    return request_id


def test_without_a_plan_it_says_how_to_make_one(settings: Settings) -> None:
    done = run()
    assert (done.exit_code, "doctray rollout plan" in done.stderr) == (1, True)
    assert settings.home.exists()


@pytest.mark.parametrize("words", [("--hours", "0"), ("--hours", "9999"), ("--hours", "soon"), ("--output", "pdf"), ("--kind", "printer")])
def test_what_cannot_be_reported_is_refused(words: tuple[str, str]) -> None:
    assert run(*words).exit_code == 2


def test_json_holds_figures_and_nothing_of_the_document(settings: Settings) -> None:
    request_id = asyncio.run(_read_by_both(settings, page=_png()))
    done = run("--hours", "1")
    assert done.exit_code == 0, done.output
    told: dict[str, Any] = json.loads(done.stdout)
    assert told["same_documents"]["worst"][0]["request_id"] == request_id
    assert told["same_documents"]["agreement"]["value"] == pytest.approx(2 / 3, abs=1e-6)
    assert "Байрон" not in done.stdout
    assert "Byron" not in done.stdout


def test_html_shows_the_operator_both_values_and_the_place_on_the_page(settings: Settings) -> None:
    asyncio.run(_read_by_both(settings, page=_png()))
    page = run("--output", "html").stdout
    assert "Ада Байрон" in page
    assert "Ada Byron &lt;b&gt;" in page
    assert page.count("data:image/png;base64,") == 1


def test_html_without_pages_can_be_passed_on(settings: Settings) -> None:
    asyncio.run(_read_by_both(settings, page=_png()))
    page = run("--output", "html", "--without-pages").stdout
    assert "Made without pages" in page
    assert "Байрон" not in page
    assert "<img" not in page


@pytest.mark.parametrize("page", [b"", b"no picture", _png()[:60]], ids=["empty", "text", "cut short"])
def test_a_damaged_page_image_leaves_the_values(settings: Settings, page: bytes) -> None:
    asyncio.run(_read_by_both(settings, page=page))
    done = run("--output", "html")
    assert done.exit_code == 0, done.output
    assert "Ада Байрон" in done.stdout
    assert "<img" not in done.stdout


def test_a_document_that_is_gone_leaves_the_figures(settings: Settings) -> None:
    request_id = asyncio.run(_read_by_both(settings, page=_png()))

    async def lose() -> None:
        async with open_blobs(settings) as blobs:
            await blobs.delete_prefix(f"jobs/{request_id}/")

    asyncio.run(lose())
    done = run("--output", "html")
    assert done.exit_code == 0, done.output
    assert "2 of 3 values agree" in done.stdout
