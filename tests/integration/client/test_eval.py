"""`doctray eval` against a running service."""

import asyncio
import json
from pathlib import Path

import pytest

from doctray.ports import JobQuery
from tests.integration.client.served import Served
from tests.integration.client.test_commands import doctray

RESULT = {
    "document_type": "certificate",
    "fields": {"kind": "other", "title": "Certificate", "recipient_name": "Ann"},
    "provenance": {"/title": {"page": 1, "bbox": [0, 0, 5, 5], "text": "Certificate", "confidence": 0.97}},
    "pages": [{"page": 1, "source": "ocr", "width": 10, "height": 10, "lines": []}],
    "engine": {"name": "null"},
    "extractor": {"name": "rules"},
    "timings": {"total": 1.25},
    "text": "",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    home = tmp_path / "documents"
    home.mkdir()
    (home / "a.pdf").write_bytes(b"%PDF-1.7\nx")
    (home / "a.truth.json").write_text(json.dumps({"kind": "other", "title": "Certificate", "recipient_name": "Ana"}))
    return home


async def _answered(served: Served, *arguments: str) -> tuple[int, str, str]:
    """The command's end; a worker's part is played meanwhile."""
    running = asyncio.create_task(doctray("eval", *arguments, "--url", served.url))
    async with asyncio.timeout(60):
        while not running.done():
            for ring in served.door.queue.answer():
                await served.door.complete(ring.request_id, RESULT)
            await asyncio.sleep(0.02)
    ended = await running
    return ended.exit_code, ended.stdout, ended.stderr


async def test_a_folder_is_read_and_judged(served: Served, folder: Path, tmp_path: Path) -> None:
    figures, page = tmp_path / "figures.json", tmp_path / "page.html"
    code, out, _ = await _answered(served, str(folder), "--json", str(figures), "--html", str(page), "--floor", "0.6")
    assert code == 0
    assert "F1 0.6667 (2 of 3 values, 3 found)" in out
    told = json.loads(figures.read_text())
    assert told["kinds"]["name"]["right"] == 0
    assert told["documents"][0]["seconds"] == 1.25
    assert "Ann" in page.read_text()


async def test_a_score_below_the_floor_is_a_failure(served: Served, folder: Path) -> None:
    code, _, err = await _answered(served, str(folder), "--floor", "0.9")
    assert (code, "below the floor of 0.9" in err) == (1, True)


async def test_a_schema_of_ones_own_goes_with_its_documents(served: Served, folder: Path) -> None:
    schema = {"type": "object", "properties": {"title": {"type": "string"}}}
    (folder / "schema.json").write_text(json.dumps(schema))
    assert (await _answered(served, str(folder)))[0] == 0
    ((job,), _) = await served.door.journal.list_jobs(JobQuery(owner=None))
    assert (job.options.document_type, json.loads(job.options.schema or "")) == ("custom", schema)


async def test_a_folder_without_truth_is_said(served: Served, tmp_path: Path) -> None:
    ended = await doctray("eval", str(tmp_path), "--url", served.url)
    assert (ended.exit_code, "holds no NAME.truth.json" in ended.stderr) == (1, True)
