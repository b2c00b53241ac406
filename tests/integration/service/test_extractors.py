"""Which extractor's fields a job gets, and who is named for them."""

import json
from typing import Any

import pytest

from doctray.domain.document import Document
from doctray.domain.errors import DoctrayError, ExtractionRejected, ExtractorUnavailable
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job, JobStatus
from doctray.ports import Claim, PageImages
from doctray.service.process import process
from doctray.service.tools import Tools
from doctray.testing import ScriptedExtractor
from tests.integration.service.house import TTL_S, WORKER, House, an_extraction


async def processed(house: House, tools: Tools, **changes: Any) -> tuple[Job, dict[str, Any]]:
    job = await house.submit(**changes)
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert isinstance(claim, Claim)
    await process(claim, tools=tools)
    after = await house.journal.get(job.request_id)
    assert after is not None
    assert after.result is not None
    return after, json.loads(b"".join([chunk async for chunk in house.blobs.read(after.result)]))


def codes(result: dict[str, Any]) -> list[str]:
    return [warning["code"] for warning in result["warnings"]]


async def test_a_worker_without_the_extractor_that_a_job_names_lets_the_rules_take_over(house: House) -> None:
    job, result = await processed(house, house.tools(), options={"extractor": "gemini"})
    assert (job.status, result["extractor"]["name"], codes(result)) == (JobStatus.COMPLETED, "rules", ["extractor_fallback"])


async def test_the_option_wins_over_the_default(house: House) -> None:
    _, result = await processed(
        house, house.tools(extractor=ScriptedExtractor(an_extraction(), name="gemini")), options={"extractor": "rules"}
    )
    assert result["extractor"]["name"] == "rules"


async def test_a_model_that_was_weighed_against_the_rules_names_both(house: House) -> None:
    model = ScriptedExtractor(an_extraction(extractors=("gemini", "rules")), name="gemini", model="m-1")
    _, result = await processed(house, house.tools(extractor=model))
    assert result["extractor"] == {"name": "gemini", "version": "1", "model": "m-1", "second_opinion": "rules"}


async def test_a_model_that_had_no_part_is_not_named(house: House) -> None:
    model = ScriptedExtractor(an_extraction(extractors=("rules",)), name="gemini", model="m-1")
    _, result = await processed(house, house.tools(extractor=model))
    assert result["extractor"] == {"name": "rules", "version": "1", "model": None, "second_opinion": None}


@pytest.mark.parametrize("error", [ExtractorUnavailable(), ExtractionRejected()])
async def test_what_the_rules_gave_in_a_models_place_is_not_given_again_once_it_answers(house: House, error: DoctrayError) -> None:
    model = ScriptedExtractor(error, an_extraction(), name="gemini")
    first, fallen_back = await processed(house, house.tools(extractor=model))
    second, result = await processed(house, house.tools(extractor=model))
    third = await house.submit()
    assert codes(fallen_back) == ["extractor_fallback"]
    assert (first.cached, second.cached, result["extractor"]["name"]) == (False, False, "gemini")
    assert third.cached


async def test_an_extractor_can_look_at_the_pages(house: House) -> None:
    seen: list[bytes | None] = []

    class Looking(ScriptedExtractor):
        async def extract(
            self, document: Document, *, document_type: str, schema: str | None, images: PageImages | None = None
        ) -> Extraction:
            assert images is not None
            seen.extend([await images.png(1), await images.png(99)])
            return await super().extract(document, document_type=document_type, schema=schema)

    await processed(house, house.tools(extractor=Looking(an_extraction(), name="gemini")))
    assert seen == [b"png 1", None]
