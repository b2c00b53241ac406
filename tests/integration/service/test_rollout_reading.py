"""Who reads a claimed job under a rollout plan, and what becomes of one that named an engine which was retired while it waited."""

import json

from doctray.domain.audit import Actor, Means
from doctray.domain.document import PageImage
from doctray.domain.extraction import Extraction
from doctray.domain.job import Job, JobStatus
from doctray.domain.rollout import Arm, RolloutAction, RolloutKind, RolloutPlan
from doctray.ports import Claim
from doctray.service.process import process
from doctray.service.tools import Tools
from doctray.testing import ScriptedExtractor, ScriptedReader
from tests.integration.service.house import TTL_S, WORKER, House, Opener, a_page, an_extraction

IMAGE = PageImage(number=1, width=2, height=2, rgb=b"\0" * 12)
SOMEBODY = Actor(means=Means.CLI)


async def put(house: House, plan: RolloutPlan, *, retire: str | None = None) -> None:
    await house.journal.set_rollout(plan, expected_revision=None, action=RolloutAction.PLANNED, reason="", by=SOMEBODY, retire=retire)


def plan(kind: RolloutKind, baseline: str, candidate: str, percentage: int = 100) -> RolloutPlan:
    return RolloutPlan(kind=kind, baseline=baseline, candidate=candidate, percentage=percentage)


async def processed(house: House, job: Job, tools: Tools) -> Job:
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert isinstance(claim, Claim)
    await process(claim, tools=tools)
    after = await house.journal.get(job.request_id)
    assert after is not None
    return after


async def engine_in_result(house: House, job: Job) -> str:
    assert job.result is not None
    return str(json.loads(b"".join([chunk async for chunk in house.blobs.read(job.result)]))["engine"]["name"])


async def test_the_assigned_engine_reads_and_is_named_in_the_result(house: House) -> None:
    await put(house, plan(RolloutKind.ENGINE, "easyocr", "rapidocr"))
    tools = house.tools(pages=Opener(IMAGE), reader=ScriptedReader(a_page(text="scanned")))
    job = await processed(house, await house.submit(), tools)
    assert (job.status, job.engine, job.engine_arm) == (JobStatus.COMPLETED, "rapidocr", Arm.CANDIDATE)
    assert await engine_in_result(house, job) == "rapidocr"


async def test_the_assigned_extractor_takes_the_fields(house: House) -> None:
    await put(house, plan(RolloutKind.EXTRACTOR, "rules", "gemini"))
    found: Extraction = an_extraction()
    gemini, rules = ScriptedExtractor(found, name="gemini"), ScriptedExtractor(found, name="rules")
    tools = house.tools(extractors={"rules": rules, "gemini": gemini}, default_extractor="rules")
    job = await processed(house, await house.submit(), tools)
    assert (job.status, job.extractor_arm, len(gemini.documents), len(rules.documents)) == (JobStatus.COMPLETED, Arm.CANDIDATE, 1, 0)


async def test_a_job_that_named_what_is_retired_meanwhile_fails_and_is_not_tried_again(house: House) -> None:
    jobs = [await house.submit(options={"engine": "easyocr"}), await house.submit(b"%PDF-1.7\n", options={"extractor": "rules"})]
    await put(house, plan(RolloutKind.ENGINE, "rapidocr", "rapidocr"), retire="easyocr")
    await put(house, plan(RolloutKind.EXTRACTOR, "gemini", "gemini"), retire="rules")
    for job in jobs:
        ended = await processed(house, job, house.tools())
        assert (ended.status, ended.dead_lettered, ended.tries_used) == (JobStatus.FAILED, False, 0)
        assert ended.error is not None
        assert (ended.error.code, "retired here" in ended.error.detail) == ("invalid_option", True)


async def test_nothing_else_is_refused_after_a_retirement(house: House) -> None:
    await put(house, plan(RolloutKind.ENGINE, "rapidocr", "rapidocr"), retire="easyocr")
    tools = house.tools(pages=Opener(IMAGE), reader=ScriptedReader(a_page(text="scanned")))
    assert (await processed(house, await house.submit(), tools)).engine == "rapidocr"


async def test_a_worker_without_the_assigned_engine_leaves_the_job_to_another_and_blames_nobody(house: House) -> None:
    await put(house, plan(RolloutKind.ENGINE, "easyocr", "rapidocr"))
    job = await processed(house, await house.submit(), house.tools(pages=Opener(IMAGE), engine_versions={"easyocr": "1"}))
    assert (job.status, job.error.code if job.error else None) == (JobStatus.QUEUED, "engine_failure")
