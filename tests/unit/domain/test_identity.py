"""Ids sort by time, keys hold everything that shapes an answer, tokens open one job."""

from dataclasses import fields, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from doctray.domain.identity import content_key, new_request_id, read_token, read_token_matches, webhook_id
from doctray.domain.job import DocumentType, JobOptions

NOW = datetime(2026, 1, 1, tzinfo=UTC)

SHAPES: dict[str, Any] = {
    "document_type": DocumentType.TIMETABLE,
    "schema": "{}",
    "engine": "null",
    "extractor": "rules",
    "languages": ("de", "en"),
    "pages": "1",
}
SHAPES_NOT: dict[str, Any] = {"priority": 5, "no_cache": True, "deadline_seconds": 9.0}


def test_request_ids_sort_by_time_and_never_repeat() -> None:
    ids = [new_request_id(NOW + timedelta(milliseconds=number)) for number in range(1000)]
    assert sorted(ids) == ids
    assert len({new_request_id(NOW) for _ in range(1000)}) == 1000
    assert {len(request_id) for request_id in ids} == {26}


def test_every_option_either_shapes_the_answer_or_is_said_not_to() -> None:
    assert {field.name for field in fields(JobOptions)} == {*SHAPES, *SHAPES_NOT}


@pytest.mark.parametrize("name", SHAPES)
def test_what_shapes_the_answer_changes_the_content_key(name: str) -> None:
    plain = content_key("sha", JobOptions(), "f")
    assert content_key("sha", replace(JobOptions(), **{name: SHAPES[name]}), "f") != plain


@pytest.mark.parametrize("name", SHAPES_NOT)
def test_what_does_not_shape_the_answer_leaves_the_content_key(name: str) -> None:
    assert content_key("sha", replace(JobOptions(), **{name: SHAPES_NOT[name]}), "f") == content_key("sha", JobOptions(), "f")


def test_bytes_and_fingerprint_change_the_content_key_and_the_order_of_languages_does_not() -> None:
    both = JobOptions(languages=("en", "de"))
    assert len({content_key("a", both, "f"), content_key("b", both, "f"), content_key("a", both, "g")}) == 3
    assert content_key("a", both, "f") == content_key("a", JobOptions(languages=("de", "en")), "f")


def test_webhook_id_is_one_for_each_generation_and_event() -> None:
    assert webhook_id("r", 1, "job.completed") == webhook_id("r", 1, "job.completed")
    assert len({webhook_id("r", 1, "job.completed"), webhook_id("r", 2, "job.completed"), webhook_id("r", 1, "job.failed")}) == 3


def test_a_read_token_opens_its_own_job_only() -> None:
    token = read_token(b"k", "one")
    assert read_token_matches(b"k", "one", token)
    assert not read_token_matches(b"k", "two", token)
    assert not read_token_matches(b"other", "one", token)
    assert not read_token_matches(b"k", "one", "ä")
