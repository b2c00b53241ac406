"""What is deleted is gone from the disk: looked for in every file under DOCTRAY_HOME while the service runs."""

import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests.acceptance.service import Service, running
from tests.acceptance.test_null_engine import Receiver, finished, pdf, post

pytestmark = pytest.mark.slow

TEXT, METADATA, NAME = "Zebulon Quark", "syzygy-4711", "portmanteau"
ENV = {"OCR_ENGINE": "null", "OUTBOUND_ALLOW": "127.0.0.1"}


@pytest.fixture(scope="module")
def service(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Service]:
    with running(tmp_path_factory.mktemp("service"), **ENV) as service:
        yield service


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    receiver = Receiver()
    yield receiver
    receiver.close()


def holding(home: Path, *words: str) -> dict[str, set[str]]:
    """Which files hold which of the words."""
    found: dict[str, set[str]] = {}
    for path in home.rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            held = {word for word in words if word.encode() in content}
            if held:
                found[path.relative_to(home).as_posix()] = held
    return found


def submitted(service: Service, receiver: Receiver) -> str:
    """A completed job whose webhook still waits, with its result in the body."""
    receiver.answers[:] = [500] * 50
    answer = post(
        service,
        f"{NAME}.pdf",
        pdf(1, f"Certificate of Training awarded to {TEXT}"),
        webhook_url=receiver.url,
        metadata=f'{{"k": "{METADATA}"}}',
    )
    job = finished(service, answer)
    assert (job["status"], job["cached"]) == ("completed", False)
    service.until(lambda: receiver.of(str(job["request_id"])), within_s=60)
    return str(job["request_id"])


def delete(service: Service, request_id: str) -> None:
    assert httpx.delete(f"{service.url}/v1/jobs/{request_id}", trust_env=False, timeout=60).status_code == 204


def test_delete_leaves_nothing_of_a_document_on_the_disk(service: Service, receiver: Receiver) -> None:
    request_id = submitted(service, receiver)
    before = holding(service.home, TEXT, METADATA, NAME)
    assert any(name.startswith(f"blobs/jobs/{request_id}/result") and held == {TEXT} for name, held in before.items())
    journal = before.get("journal.sqlite3", set()) | before.get("journal.sqlite3-wal", set())
    assert journal == {TEXT, METADATA, NAME}, "the webhook's body is there"

    delete(service, request_id)
    service.until(lambda: holding(service.home, TEXT, METADATA, NAME) == {}, within_s=60)
    assert not (service.home / "blobs/jobs" / request_id).exists()
    tries = len(receiver.of(request_id))
    again = submitted(service, receiver)  # the same bytes: read anew, not met in the cache
    assert len(receiver.of(request_id)) == tries
    delete(service, again)


def test_delete_of_a_job_that_is_being_read_leaves_nothing_either(service: Service) -> None:
    jobs = service.home / "blobs/jobs"
    ids = [post(service, f"{number}.pdf", pdf(40, f"{TEXT} {number}")).json()["request_id"] for number in range(4)]
    service.until(lambda: any((jobs / name / "pages").is_dir() for name in ids), within_s=60)
    for name in ids:
        delete(service, name)
    service.until(lambda: holding(service.home, TEXT) == {}, within_s=60)
    finished(service, post(service, "other.pdf", pdf(1, "Another paper")))
    # The worker that was at them notices within a second or two, and removes what it wrote until then.
    service.until(lambda: not any((jobs / name).exists() for name in ids), within_s=60)
    assert holding(service.home, TEXT) == {}


def test_retention_removes_a_document_when_its_time_is_over(service: Service, receiver: Receiver) -> None:
    request_id = submitted(service, receiver)
    kept = finished(service, post(service, "kept.pdf", pdf(1, "Kept for another day")))
    service.stop()
    with closing(sqlite3.connect(service.home / "journal.sqlite3")) as journal, journal:
        ended = time.time() - 7 * 86400 - 1
        journal.execute("UPDATE jobs SET finished_at = ?, expires_at = ? WHERE request_id = ?", (ended, ended + 7 * 86400, request_id))
    service.start()
    # The process that was stopped may have taken the turn just before: half of RETENTION_EVERY_S, then a sweep or two.
    service.until(lambda: holding(service.home, TEXT, METADATA, NAME) == {}, within_s=60)
    answer = httpx.get(f"{service.url}/status/{request_id}", trust_env=False, timeout=60)
    assert (answer.status_code, answer.json()["code"]) == (410, "expired")
    assert httpx.get(f"{service.url}/v1/jobs/{kept['request_id']}/result", trust_env=False, timeout=60).status_code == 200
