"""What a worker tells of an attempt that a rollout assigned: time, pages, memory, cost, and who failed."""

from doctray.domain.document import Document, PageImage
from doctray.domain.errors import EngineFailure, ExtractorUnavailable
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job
from doctray.domain.rollout import RolloutAction, RolloutKind, RolloutPlan
from doctray.domain.rollout_run import RolloutRun, RunEnd
from doctray.ports import PageImages
from doctray.service.bill import charge
from doctray.service.process import process
from doctray.service.rollout_guard import ITSELF
from doctray.service.tools import Tools
from doctray.testing import FakeClock, ScriptedExtractor, ScriptedReader
from tests.integration.service.house import TTL_S, WORKER, House, Opener, a_page, an_extraction

SCANS = tuple(PageImage(number=number, width=2, height=2, rgb=b"\0" * 12) for number in (1, 2))
ENGINES = RolloutPlan(kind=RolloutKind.ENGINE, baseline="easyocr", candidate="documentai", percentage=100)
EXTRACTORS = RolloutPlan(kind=RolloutKind.EXTRACTOR, baseline="rules", candidate="gemini", percentage=100)


class _Priced(ScriptedExtractor):
    async def extract(self, document: Document, *, document_type: str, schema: str | None, images: PageImages | None = None) -> Extraction:
        charge(0.25)
        return await super().extract(document, document_type=document_type, schema=schema, images=images)


async def ran(house: House, plan: RolloutPlan, tools: Tools) -> tuple[list[RolloutRun], Job]:
    await house.journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="a test", by=ITSELF)
    await house.register(lease_s=1e6)
    job = await house.submit()
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert claim is not None
    await process(claim, tools=tools)
    after = await house.journal.get(job.request_id)
    assert after is not None
    found = await house.journal.rollout_runs(plan.kind, since=FakeClock().now().replace(year=2000), limit=10)
    return list(found), after


async def test_pages_memory_and_what_the_engine_costs(house: House) -> None:
    tools = house.tools(
        pages=Opener(*SCANS), reader=ScriptedReader(a_page(), a_page()), engine_memory=lambda: 4321, page_prices={"documentai": 0.0015}
    )
    [run], job = await ran(house, ENGINES, tools)
    assert (run.name, run.outcome, run.good, run.pages, run.memory_bytes, run.cost_usd) == (
        "documentai",
        RunEnd.COMPLETED,
        True,
        2,
        4321,
        0.003,
    )
    assert run.seconds is not None
    assert run.seconds >= 0
    assert [(told.name, told.outcome) for told in house.observed.rollout_runs] == [("documentai", RunEnd.COMPLETED)]
    assert job.engine == "documentai"


async def test_what_a_model_costs_is_its_attempts(house: House) -> None:
    gemini = _Priced(an_extraction(), name="gemini")
    [run], _ = await ran(house, EXTRACTORS, house.tools(extractor=gemini))
    assert (run.name, run.outcome, run.cost_usd) == ("gemini", RunEnd.COMPLETED, 0.25)


async def test_a_text_layer_tells_nothing_of_the_engine(house: House) -> None:
    found, _ = await ran(house, ENGINES, house.tools())
    assert found == house.observed.rollout_runs == []


async def test_a_model_that_left_the_fields_to_the_rules_has_failed(house: House) -> None:
    gemini = ScriptedExtractor(ExtractorUnavailable("The model does not answer."), name="gemini")
    [run], job = await ran(house, EXTRACTORS, house.tools(extractor=gemini))
    assert (run.outcome, run.error_code, run.good, job.status.value) == (RunEnd.FALLBACK, "extraction_failed", False, "completed")


async def test_an_attempt_that_is_tried_again_counts_each_time(house: House) -> None:
    tools = house.tools(pages=Opener(*SCANS), reader=ScriptedReader(EngineFailure("the engine process ended while it was reading")))
    [run], job = await ran(house, ENGINES, tools)
    assert (run.outcome, run.error_code, run.good, job.status.value) == (RunEnd.RETRIED, "engine_failure", False, "queued")
