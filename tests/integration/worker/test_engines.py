"""A worker's engines in their processes: what waits for another machine is apart from what computes here."""

from contextlib import AsyncExitStack
from functools import partial
from pathlib import Path

import pytest

from doctray.config import Worker
from doctray.ocr.engines import Engines, make_engine
from doctray.worker.engines import open_reader
from tests.engines.documentai_server import serving
from tests.engines.images import an_image


@pytest.mark.parametrize("default", ["null", "google_documentai"])
async def test_local_engines_and_document_ai_each_have_a_process(default: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_ENGINE", default)
    with serving() as server:
        engines = Engines(documentai=server.settings(tmp_path))
        make = partial(make_engine, device="cpu", models_dir=None, threads=1, engines=engines)
        async with AsyncExitStack() as stack:
            process, reader = await open_reader(Worker(), make, engines, device="cpu", stack=stack)
            pages = [
                await reader.read(an_image(number), engine=engine) for number, engine in enumerate((None, "google_documentai", "null"), 2)
            ]
            assert [(page.number, page.engine) for page in pages] == [(2, default), (3, "google_documentai"), (4, "null")]
            assert process.pages_read == 2, "its own and the one that names it; the third is the other process's"
        assert not process.ready


async def test_without_document_ai_there_is_one_process(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("OCR_ENGINE", "null")
    make = partial(make_engine, device="cpu", models_dir=None, threads=1)
    async with AsyncExitStack() as stack:
        process, reader = await open_reader(Worker(), make, Engines(), device="cpu", stack=stack)
        assert (await reader.read(an_image(2), engine="null")).engine == "null"
        assert process.pages_read == 1
