"""The journal's rules about artifacts: asked for once, claimed under a lease by one maker, made anew when what they show changes."""

import asyncio
from datetime import timedelta

import pytest

from doctray.domain.artifact import FAILED_KEPT_S, MAX_CLAIMS, Artifact, ArtifactStatus
from doctray.domain.job import BlobRef, Job, JobError
from doctray.ports import Journal
from doctray.testing import FakeClock
from tests.contract.builders import OWNER, a_job, announce, claimed, completed

pytestmark = pytest.mark.usefixtures("a_living_worker")

LEASE_S = 60.0
ERROR = JobError(code="engine_failure", detail="The page process ended.")


async def _finished(journal: Journal, clock: FakeClock) -> Job:
    job = await journal.add(a_job(clock))
    ended = await journal.finish(await claimed(journal, job), completed(job), announce=announce)
    assert ended is not None
    return ended[0]


async def _want(journal: Journal, job: Job, *, form: str = "pdf", edition: str = "r0", lost: str | None = None) -> Artifact:
    artifact = await journal.want_artifact(job.request_id, form=form, edition=edition, lost=lost)
    assert artifact is not None
    return artifact


async def _due(journal: Journal) -> Artifact:
    (artifact,) = await journal.due_artifacts(lease_s=LEASE_S, limit=10)
    return artifact


def _blob(artifact: Artifact) -> BlobRef:
    return BlobRef(key=f"jobs/{artifact.request_id}/forms/{artifact.form}-{artifact.claim_no}/document", size_bytes=7, sha256="ab")


async def test_what_is_asked_for_is_due_once(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    assert await journal.artifact(job.request_id, "pdf") is None
    asked = await _want(journal, job)
    assert (asked.status, asked.next_at, asked.since) == (ArtifactStatus.PENDING, clock.now(), clock.now())
    assert await _want(journal, job) == asked == await journal.artifact(job.request_id, "pdf")
    taken = await _due(journal)
    assert (taken.request_id, taken.form, taken.edition, taken.claim_no) == (job.request_id, "pdf", "r0", 1)
    assert taken.next_at == clock.now() + timedelta(seconds=LEASE_S)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []


async def test_forms_of_one_job_are_made_apart(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    await _want(journal, job, form="xlsx")
    forms = {artifact.form for artifact in await journal.due_artifacts(lease_s=LEASE_S, limit=10)}
    assert forms == {"pdf", "xlsx"}


async def test_the_longest_due_comes_first_and_no_more_than_asked_for(journal: Journal, clock: FakeClock) -> None:
    jobs = []
    for _ in range(3):
        jobs.append(await _finished(journal, clock))
        await _want(journal, jobs[-1])
        clock.advance(1)
    taken = await journal.due_artifacts(lease_s=LEASE_S, limit=2)
    assert [artifact.request_id for artifact in taken] == [job.request_id for job in jobs[:2]]


async def test_of_several_makers_each_artifact_goes_to_one(journal: Journal, clock: FakeClock) -> None:
    for _ in range(5):
        await _want(journal, await _finished(journal, clock))
    rounds = await asyncio.gather(*(journal.due_artifacts(lease_s=LEASE_S, limit=2) for _ in range(5)))
    taken = [artifact.request_id for batch in rounds for artifact in batch]
    taken += [artifact.request_id for artifact in await journal.due_artifacts(lease_s=LEASE_S, limit=10)]
    assert len(taken) == len(set(taken)) == 5


async def test_several_who_ask_at_once_get_one_artifact(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    asked = await asyncio.gather(*(_want(journal, job) for _ in range(5)))
    assert len(set(asked)) == 1
    assert (await _due(journal)).claim_no == 1


async def test_what_was_made_is_there_for_all_who_ask(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    taken = await _due(journal)
    assert await journal.record_artifact(taken, blob=_blob(taken))
    ready = await _want(journal, job)
    assert (ready.status, ready.blob, ready.next_at) == (ArtifactStatus.READY, _blob(taken), None)
    clock.advance(1e6)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []


async def test_a_maker_that_is_lost_is_followed_by_another(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    slow = await _due(journal)
    clock.advance(LEASE_S)
    quick = await _due(journal)
    assert quick.claim_no == slow.claim_no + 1
    assert not await journal.record_artifact(slow, blob=_blob(slow))
    assert await journal.record_artifact(quick, blob=_blob(quick))
    assert not await journal.record_artifact(quick, error=ERROR)
    assert (await _want(journal, job)).blob == _blob(quick)


async def test_what_ends_every_maker_fails_in_the_end(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    for _ in range(MAX_CLAIMS):
        await _due(journal)
        clock.advance(LEASE_S)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []
    lost = await _want(journal, job)
    assert (lost.status, lost.error and lost.error.code) == (ArtifactStatus.FAILED, "worker_lost")


async def test_a_failure_is_tried_again_later(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    assert await journal.record_artifact(await _due(journal), error=ERROR, next_in_s=5)
    clock.advance(4.9)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []
    clock.advance(0.2)
    again = await _due(journal)
    assert (again.tries_used, again.error) == (1, ERROR)


async def test_what_is_handed_back_is_not_charged(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    assert await journal.record_artifact(await _due(journal), next_in_s=0)
    assert (await _due(journal)).tries_used == 0


async def test_a_failure_for_good_is_answered_until_it_is_old(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    clock.advance(30)
    assert await journal.record_artifact(await _due(journal), error=ERROR)
    clock.advance(FAILED_KEPT_S - 1)
    failed = await _want(journal, job)
    assert (failed.status, failed.error) == (ArtifactStatus.FAILED, ERROR)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []
    clock.advance(1)
    asked = await _want(journal, job)
    assert (asked.status, asked.tries_used, asked.error) == (ArtifactStatus.PENDING, 0, None)
    assert (await _due(journal)).claim_no > failed.claim_no


async def test_another_edition_replaces_the_one_before(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    old = await _due(journal)
    asked = await _want(journal, job, edition="r1")
    assert (asked.status, asked.edition, asked.blob) == (ArtifactStatus.PENDING, "r1", None)
    assert not await journal.record_artifact(old, blob=_blob(old))
    new = await _due(journal)
    assert await journal.record_artifact(new, blob=_blob(new))
    assert (await _want(journal, job, edition="r1")).blob == _blob(new)


async def test_a_missing_blob_is_made_again(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    taken = await _due(journal)
    await journal.record_artifact(taken, blob=_blob(taken))
    assert (await _want(journal, job, lost="jobs/other/forms/pdf-1/document")).status is ArtifactStatus.READY
    again = await _want(journal, job, lost=_blob(taken).key)
    assert again.status is ArtifactStatus.PENDING
    assert (await _due(journal)).claim_no > taken.claim_no


async def test_nothing_is_made_for_a_job_that_has_no_result(journal: Journal, clock: FakeClock) -> None:
    queued = await journal.add(a_job(clock))
    assert await journal.want_artifact(queued.request_id, form="pdf", edition="r0") is None
    assert await journal.want_artifact("unknown", form="pdf", edition="r0") is None


async def test_deletion_takes_the_artifacts_along(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    taken = await _due(journal)
    await journal.delete(job.request_id, owner=OWNER)
    assert not await journal.record_artifact(taken, blob=_blob(taken))
    assert await journal.artifact(job.request_id, "pdf") is None
    assert await journal.want_artifact(job.request_id, form="pdf", edition="r0") is None
    clock.advance(LEASE_S)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []


async def test_a_maker_that_is_still_at_it_keeps_its_claim(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    taken = await _due(journal)
    clock.advance(LEASE_S - 1)
    assert await journal.hold_artifact(taken, lease_s=LEASE_S)
    clock.advance(LEASE_S - 1)
    assert await journal.due_artifacts(lease_s=LEASE_S, limit=10) == []
    clock.advance(1)
    await _due(journal)
    assert not await journal.hold_artifact(taken, lease_s=LEASE_S)


async def test_a_maker_learns_that_nobody_needs_it_any_more(journal: Journal, clock: FakeClock) -> None:
    job = await _finished(journal, clock)
    await _want(journal, job)
    taken = await _due(journal)
    await _want(journal, job, edition="r1")
    assert not await journal.hold_artifact(taken, lease_s=LEASE_S)
