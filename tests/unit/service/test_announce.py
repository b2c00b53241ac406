"""What is posted about a job's end."""

import json
from datetime import UTC, datetime
from typing import NoReturn

import pytest

from doctray.domain.identity import webhook_id
from doctray.domain.job import Job, JobError, JobStatus
from doctray.ports import BlobLink
from doctray.service.announce import BODY_LIMIT_BYTES, Announcer
from doctray.service.views import job_view

NOW = datetime(2026, 11, 22, 5, 0, tzinfo=UTC)
HOOK = "https://receiver.example/hook"
RESULT = {"fields": {"kind": "insurance"}}


def a_job(**changes: object) -> Job:
    job = Job(
        request_id="01job", owner="default", status=JobStatus.COMPLETED, created_at=NOW, due_at=NOW, finished_at=NOW, webhook_url=HOOK
    )
    return job.evolve(**changes)


def test_a_completed_job_carries_its_result() -> None:
    delivery = Announcer().for_job(RESULT)(a_job())
    assert delivery is not None
    assert (delivery.type, delivery.url) == ("job.completed", HOOK)
    assert json.loads(delivery.body) == {
        "type": "job.completed",
        "timestamp": "2026-11-22T05:00:00.000Z",
        "data": job_view(a_job(), result=RESULT),
    }


@pytest.mark.parametrize(
    ("status", "event", "code"),
    [(JobStatus.FAILED, "job.failed", "corrupt_document"), (JobStatus.CANCELLED, "job.cancelled", "cancelled_by_caller")],
)
def test_a_job_that_ended_badly_carries_the_reason(status: JobStatus, event: str, code: str) -> None:
    delivery = Announcer().for_job()(a_job(status=status, error=JobError(code=code, detail="x")))
    assert delivery is not None
    told = json.loads(delivery.body)
    assert told["type"] == delivery.type == event
    assert told["data"]["error"]["code"] == code
    assert "result_url" not in told["data"]


@pytest.mark.parametrize("status", [JobStatus.QUEUED, JobStatus.PROCESSING])
def test_a_job_that_goes_on_is_not_announced(status: JobStatus) -> None:
    assert Announcer(default_url=HOOK).for_job(RESULT)(a_job(status=status)) is None


def test_a_job_without_a_target_is_not_announced() -> None:
    assert Announcer().for_job(RESULT)(a_job(webhook_url=None)) is None


def test_a_job_that_names_no_target_goes_to_the_default_one() -> None:
    announce = Announcer(default_url="https://laravel.example/in").for_job(RESULT)
    by_default, by_name = announce(a_job(webhook_url=None)), announce(a_job())
    assert by_default is not None
    assert by_name is not None
    assert (by_default.url, by_name.url) == ("https://laravel.example/in", HOOK)


def filling(body_bytes: int) -> dict[str, object]:
    """A result that makes the whole body exactly so long."""
    empty = Announcer().for_job({"text": ""})(a_job())
    assert empty is not None
    return {"text": "x" * (body_bytes - len(empty.body))}


def test_a_body_of_64_kib_still_carries_the_result() -> None:
    delivery = Announcer().for_job(filling(BODY_LIMIT_BYTES))(a_job())
    assert delivery is not None
    assert len(delivery.body.encode()) == BODY_LIMIT_BYTES
    assert json.loads(delivery.body)["data"]["result"] is not None


@pytest.mark.parametrize("size", [BODY_LIMIT_BYTES + 1, 10 * BODY_LIMIT_BYTES])
def test_a_larger_one_links_to_it(size: int) -> None:
    delivery = Announcer().for_job(filling(size))(a_job())
    assert delivery is not None
    assert len(delivery.body) < 2000
    data = json.loads(delivery.body)["data"]
    assert (data["result"], data["result_url"]) == (None, "/v1/jobs/01job/result")


def test_a_result_that_is_not_at_hand_is_linked_to() -> None:
    delivery = Announcer().for_job()(a_job())
    assert delivery is not None
    assert json.loads(delivery.body)["data"]["result_url"] == "/v1/jobs/01job/result"


def test_a_link_into_the_document_store_is_told_only_where_the_result_is_not_carried() -> None:
    link = BlobLink(url="https://s3.example.com/x?signature=1", expires_at=datetime(2026, 11, 29, tzinfo=UTC))
    large = Announcer().for_job(filling(BODY_LIMIT_BYTES + 1), link=link)(a_job())
    small = Announcer().for_job(RESULT, link=link)(a_job())
    assert large is not None
    assert small is not None
    assert json.loads(large.body)["data"]["result_link"] == {"url": link.url, "expires_at": "2026-11-29T00:00:00.000Z"}
    assert "result_link" not in small.body


def test_the_webhook_id_belongs_to_job_generation_and_event() -> None:
    first, again, replayed = (Announcer().for_job(RESULT)(a_job(generation=generation)) for generation in (1, 1, 2))
    assert first is not None
    assert again is not None
    assert replayed is not None
    assert first.webhook_id == again.webhook_id == webhook_id("01job", 1, "job.completed")
    assert replayed.webhook_id != first.webhook_id


def test_the_body_can_always_be_encoded() -> None:
    """A caller's JSON metadata may hold a lone surrogate, which UTF-8 cannot encode."""
    delivery = Announcer().for_job()(a_job(metadata=json.loads('{"name": "\\ud800"}')))
    assert delivery is not None
    assert b"\\ud800" in delivery.body.encode()


def test_a_result_of_megabytes_is_not_written_out_to_be_measured() -> None:
    class Untouched(dict[str, object]):
        def items(self) -> NoReturn:
            raise AssertionError("looked at beyond the limit")

    result = {"text": "x" * BODY_LIMIT_BYTES, "pages": [Untouched(page=1)]}
    delivery = Announcer().for_job(result)(a_job())
    assert delivery is not None
    assert "result_url" in delivery.body


def test_a_result_that_is_no_json_is_refused_before_any_transaction() -> None:
    with pytest.raises(ValueError, match="JSON"):
        Announcer().for_job({"confidence": float("nan")})
