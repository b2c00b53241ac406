"""Every code has a status, and every status a code."""

import json

import pytest

from doctray.api.errors import STATUS, explain, problem
from doctray.domain.errors import NotFound, QueueFull, TooLarge, catalogue


def test_every_code_of_the_tree_has_a_status_and_no_other_word_has() -> None:
    assert set(STATUS) == set(catalogue())


@pytest.mark.parametrize("code", catalogue())
def test_a_problem_says_all_that_a_caller_needs(code: str) -> None:
    answer = problem(catalogue()[code]())
    body = json.loads(bytes(answer.body))
    assert answer.status_code == body["status"] == STATUS[code]
    assert answer.media_type == "application/problem+json"
    assert body["type"] == f"/problems/{code}"
    assert body["title"]
    assert body["detail"]
    assert "request_id" not in body


def test_retry_after_is_whole_seconds_and_at_least_one() -> None:
    assert problem(QueueFull(retry_after_s=0.2)).headers["retry-after"] == "1"
    assert problem(QueueFull(retry_after_s=61.2)).headers["retry-after"] == "62"
    assert "retry-after" not in problem(TooLarge()).headers


def test_a_word_that_is_no_code_is_not_explained() -> None:
    with pytest.raises(NotFound):
        explain("nonsense")
