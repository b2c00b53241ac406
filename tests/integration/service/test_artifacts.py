"""Makers of artifacts on a real journal: nothing is lost, nothing outlives its job, failures are told."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from typing import Any

import pytest

from doctray.domain.artifact import Artifact, ArtifactStatus
from doctray.domain.errors import CorruptDocument, EngineFailure, TemporarilyUnavailable
from doctray.domain.job import Job, JobStatus
from doctray.service import artifacts
from doctray.service.artifacts import LEASE_S, ArtifactMaker
from doctray.service.forms import FORMS, edition_of
from doctray.service.jobs import delete
from doctray.service.process import process
from tests.integration.service.house import SOMEBODY, TTL_S, WORKER, House

PDF = FORMS["pdf"]


class Scripted:
    """A renderer that answers from a script; an exception is raised, a function is awaited first."""

    def __init__(self, *answers: bytes | Exception | Callable[[], Any]) -> None:
        self._answers = list(answers)
        self.results: list[Mapping[str, Any]] = []

    async def render(self, job: Job, result: Mapping[str, Any]) -> AsyncIterator[bytes]:
        self.results.append(result)
        answer = self._answers.pop(0) if len(self._answers) > 1 else self._answers[0]
        if isinstance(answer, Exception):
            raise answer
        if isinstance(answer, bytes):
            yield answer
            return
        yield b"half"
        await answer()
        yield b"whole"


@pytest.fixture
async def finished(house: House) -> Job:
    await house.register(lease_s=1e9)
    job = await house.submit()
    claim = await house.journal.claim(job.request_id, worker_id=WORKER, fingerprint="f1", cache_ttl_s=TTL_S)
    assert claim is not None
    await process(claim, tools=house.tools())
    done = await house.journal.get(job.request_id)
    assert done is not None
    assert done.status is JobStatus.COMPLETED
    return done


def maker(house: House, renderer: Scripted, **options: Any) -> ArtifactMaker:
    made: dict[str, Any] = {"renderers": {"pdf": renderer, "xlsx": renderer}, **options}
    return ArtifactMaker(journal=house.journal, blobs=house.blobs, notices=house.notices, clock=house.clock, **made)


async def want(house: House, job: Job, form: str = "pdf") -> Artifact:
    wanted = await house.journal.want_artifact(job.request_id, form=form, edition=edition_of(FORMS[form], job))
    assert wanted is not None
    return wanted


async def make_all(making: ArtifactMaker) -> None:
    await making.start_due()
    await making.drain(grace_s=60)


async def content(house: House, artifact: Artifact) -> bytes:
    assert artifact.blob is not None
    return b"".join([chunk async for chunk in house.blobs.read(artifact.blob)])


def form_keys(house: House) -> list[str]:
    return [key for key in house.blobs.keys if "/forms/" in key]


async def test_what_is_asked_for_is_made_and_kept(house: House, finished: Job) -> None:
    renderer = Scripted(b"%PDF")
    told: list[tuple[str, str]] = []
    await want(house, finished)
    await make_all(maker(house, renderer, on_made=lambda form, outcome, _seconds: told.append((form, outcome))))
    ready = await want(house, finished)
    assert (ready.status, await content(house, ready)) == (ArtifactStatus.READY, b"%PDF")
    assert renderer.results[0]["document_type"] == "certificate"
    assert told == [("pdf", "made")]
    assert house.notices.published[-1] == (finished.request_id, None), "waiters look again"
    assert await maker(house, renderer).start_due() == 0


async def test_a_passing_failure_is_tried_again_and_a_lasting_one_is_told(house: House, finished: Job) -> None:
    making = maker(house, Scripted(EngineFailure("The page process ended.")))
    await want(house, finished)
    for pause_s in (5, 30):
        await make_all(making)
        assert (await want(house, finished)).status is ArtifactStatus.PENDING
        assert await making.start_due() == 0, "not at once"
        house.clock.advance(pause_s)
    await make_all(making)
    failed = await want(house, finished)
    assert (failed.status, failed.error and failed.error.code) == (ArtifactStatus.FAILED, "engine_failure")
    assert form_keys(house) == []


async def test_a_fault_of_the_document_is_told_at_once(house: House, finished: Job) -> None:
    await want(house, finished)
    await make_all(maker(house, Scripted(CorruptDocument())))
    failed = await want(house, finished)
    assert (failed.status, failed.error and failed.error.code) == (ArtifactStatus.FAILED, "corrupt_document")


async def test_an_unforeseen_error_harms_nobody_else(house: House, finished: Job) -> None:
    await want(house, finished, "xlsx")
    house.clock.advance(1)
    await want(house, finished)
    await make_all(maker(house, Scripted(ZeroDivisionError("secret"), b"%PDF")))
    statuses = {form: await want(house, finished, form) for form in ("xlsx", "pdf")}
    assert statuses["pdf"].status is ArtifactStatus.READY
    assert statuses["xlsx"].error is not None
    assert "secret" not in statuses["xlsx"].error.detail


async def test_a_job_that_is_deleted_meanwhile_leaves_nothing(house: House, finished: Job) -> None:
    async def deleted() -> None:
        await delete(
            finished.request_id,
            owner=finished.owner,
            by=SOMEBODY,
            journal=house.journal,
            blobs=house.blobs,
            notices=house.notices,
            announcer=house.announcer,
        )

    await want(house, finished)
    await make_all(maker(house, Scripted(deleted)))
    assert house.blobs.keys == []


async def test_a_maker_whose_claim_is_lost_removes_what_it_wrote(house: House, finished: Job) -> None:
    async def overtaken() -> None:
        house.clock.advance(LEASE_S)
        await make_all(maker(house, Scripted(b"%PDF of the other")))

    await want(house, finished)
    await make_all(maker(house, Scripted(overtaken)))
    ready = await want(house, finished)
    assert await content(house, ready) == b"%PDF of the other"
    assert form_keys(house) == [ready.blob.key if ready.blob else ""]


async def test_a_maker_that_is_still_at_it_keeps_its_claim(house: House, finished: Job, monkeypatch: pytest.MonkeyPatch) -> None:
    """Longer than its lease, with nobody overtaking it."""
    monkeypatch.setattr(artifacts, "HOLD_EVERY_S", 0.01)
    end = asyncio.Event()

    async def long() -> None:
        await end.wait()

    await want(house, finished)
    making = maker(house, Scripted(long))
    await making.start_due()
    for _ in range(3):
        house.clock.advance(LEASE_S - 1)
        async with asyncio.timeout(60):
            while (await want(house, finished)).next_at == house.clock.now():
                await asyncio.sleep(0)
            while ((await want(house, finished)).next_at or house.clock.now()) <= house.clock.now():
                await asyncio.sleep(0.005)
        assert await maker(house, Scripted(b"")).start_due() == 0
    end.set()
    await making.drain(grace_s=60)
    assert (await want(house, finished)).claim_no == 1


async def test_a_worker_that_stops_hands_back_uncharged(house: House, finished: Job) -> None:
    started = asyncio.Event()

    async def for_ever() -> None:
        started.set()
        await asyncio.Event().wait()

    await want(house, finished)
    making = maker(house, Scripted(for_ever))
    await making.start_due()
    await started.wait()
    await making.drain(grace_s=0)
    assert form_keys(house) == []
    renderer = Scripted(b"%PDF")
    await make_all(maker(house, renderer))
    ready = await want(house, finished)
    assert (ready.status, ready.tries_used) == (ArtifactStatus.READY, 0)


async def test_a_form_that_shows_fields_is_made_anew_after_a_review(house: House, finished: Job) -> None:
    renderer = Scripted(b"before", b"after")
    making = maker(house, renderer)
    await want(house, finished, "xlsx")
    await make_all(making)
    before = await want(house, finished, "xlsx")
    kept = await house.journal.add_review(
        finished.request_id,
        owner=finished.owner,
        expected=0,
        fields={"kind": "other", "title": "Corrected"},
        reviewed_by="ana",
        key_id=None,
        note=None,
        announce=lambda _job, _review: None,
    )
    assert kept is not None
    await want(house, kept[0], "xlsx")
    await make_all(making)
    after = await want(house, kept[0], "xlsx")
    assert after.edition != before.edition
    assert await content(house, after) == b"after"
    assert renderer.results[-1]["review"]["fields"]["title"] == "Corrected"
    assert form_keys(house) == [after.blob.key if after.blob else ""], "what it replaces is gone"
    assert edition_of(PDF, kept[0]) == edition_of(PDF, finished), "a searchable PDF shows no fields"


async def test_a_review_that_comes_while_it_is_made_is_in_what_is_made(house: House, finished: Job) -> None:
    await want(house, finished, "xlsx")
    kept = await house.journal.add_review(
        finished.request_id,
        owner=finished.owner,
        expected=0,
        fields={"kind": "other"},
        reviewed_by="ana",
        key_id=None,
        note=None,
        announce=lambda _job, _review: None,
    )
    assert kept is not None
    making = maker(house, Scripted(b"new"))
    await make_all(making)
    await make_all(making)
    ready = await want(house, kept[0], "xlsx")
    assert (ready.status, ready.edition) == (ArtifactStatus.READY, edition_of(FORMS["xlsx"], kept[0]))


async def test_no_more_are_begun_than_there_is_room_for(house: House, finished: Job) -> None:
    end = asyncio.Event()

    async def later() -> None:
        await end.wait()

    for form in ("pdf", "xlsx"):
        await want(house, finished, form)
    making = maker(house, Scripted(later), at_once=1)
    assert await making.start_due() == 1
    assert await making.start_due() == 0
    end.set()
    await making.drain(grace_s=60)
    assert await making.start_due() == 1
    await making.drain(grace_s=60)


async def test_an_unreachable_journal_is_waited_for(house: House, finished: Job) -> None:
    """What could not be recorded is made again once its lease has run out."""
    await want(house, finished)
    await make_all(maker(house, Scripted(TemporarilyUnavailable())))
    assert (await want(house, finished)).tries_used == 0
    house.clock.advance(LEASE_S)
    await make_all(maker(house, Scripted(b"%PDF")))
    assert (await want(house, finished)).status is ArtifactStatus.READY
