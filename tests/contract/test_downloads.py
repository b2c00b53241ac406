"""What a journal remembers of fetched URLs: per owner, as long as the document is there."""

from doctray.domain.download import KnownDownload, Validators
from doctray.domain.job import BlobRef, announce_nothing
from doctray.ports import Claim
from doctray.storage.journal_sql import SqlJournal
from doctray.testing import FakeClock, MemoryJournal
from tests.contract.builders import a_job, a_worker, claimed, completed

Journal = SqlJournal | MemoryJournal
URL = "https://files.example/a.pdf?signature=s"
SEEN = Validators(answered_by="d" * 64, etag='"v1"', last_modified="Sun, 22 Nov 2026 10:00:00 GMT")
SOURCE = BlobRef(key="jobs/a/source", size_bytes=3, sha256="5" * 64)


async def fetched(journal: Journal, clock: FakeClock, *, owner: str = "acme", validators: Validators | None = SEEN) -> Claim:
    job = await journal.add(a_job(clock, owner=owner, source=None, source_url=URL))
    await journal.register(a_worker(clock, job.request_id), lease_s=15)
    claim = await claimed(journal, job, worker_id=job.request_id)
    known = await journal.set_source(claim, source=SOURCE, media_type="application/pdf", fingerprint="f", validators=validators)
    assert known is not None
    return claim


async def test_what_a_url_brought_is_known_to_its_owner_alone(journal: Journal, clock: FakeClock) -> None:
    await fetched(journal, clock)
    known = await journal.known_download("acme", URL, younger_than_s=60)
    assert known == KnownDownload(validators=SEEN, source=SOURCE, media_type="application/pdf")
    assert await journal.known_download("another", URL, younger_than_s=60) is None
    assert await journal.known_download("acme", URL + "2", younger_than_s=60) is None


async def test_it_is_known_for_so_long_and_anew_with_every_fetch(journal: Journal, clock: FakeClock) -> None:
    await fetched(journal, clock)
    clock.advance(60)
    assert await journal.known_download("acme", URL, younger_than_s=60) is None
    newer = Validators(answered_by="e" * 64, etag='"v2"')
    await fetched(journal, clock, validators=newer)
    known = await journal.known_download("acme", URL, younger_than_s=60)
    assert known is not None
    assert known.validators == newer


async def test_a_server_that_says_nothing_of_its_version_makes_it_forgotten(journal: Journal, clock: FakeClock) -> None:
    await fetched(journal, clock)
    await fetched(journal, clock, validators=None)
    assert await journal.known_download("acme", URL, younger_than_s=60) is None


async def test_it_goes_with_its_job(journal: Journal, clock: FakeClock) -> None:
    claim = await fetched(journal, clock)
    assert await journal.finish(claim, completed(claim.job), announce=announce_nothing) is not None
    assert await journal.delete(claim.request_id, owner="acme") is not None
    assert await journal.known_download("acme", URL, younger_than_s=60) is None
