"""The judge of chaos runs finds each kind of breach, and nothing in a clean run."""

from collections.abc import Callable
from dataclasses import replace

import pytest

from tests.chaos.checker import check
from tests.chaos.documents import Kind, Paper, image_size
from tests.chaos.ledger import Ledger, Listed, Post, Seen, Sent
from tests.chaos.orders import Order

PAPER = Paper(number=7, kind=Kind.TEXT, pages=1, content=b"")


def a_seen(**changes: object) -> Seen:
    seen = Seen(at=3.0, status="completed", attempt=1, generation=1, outcome="completed", finished_at="T", lasted_s=2.0, stranger=None)
    return replace(seen, **changes)  # type: ignore[arg-type]


def a_post(**changes: object) -> Post:
    post = Post(
        at=4.0,
        webhook_id="msg_1",
        request_id="a",
        serial=7,
        type="job.completed",
        outcome="completed",
        generation=1,
        body=b"{}",
        signed=True,
        taken=True,
        stranger=None,
    )
    return replace(post, **changes)  # type: ignore[arg-type]


def a_run() -> Ledger:
    """One job that went well."""
    sent = Sent(order=Order(serial=7, paper=PAPER), sent_at=1.0, accepted_at=1.1, request_ids=["a"], final=a_seen(at=9.0))
    sent.note(a_seen(status="processing", outcome="processing", finished_at=None, at=2.0))
    sent.note(a_seen())
    return Ledger(sent=[sent], posts=[a_post()], listed=[Listed(request_id="a", serial=7, status="completed")])


def change_order(ledger: Ledger, **changes: object) -> None:
    ledger.sent[0].order = replace(ledger.sent[0].order, **changes)  # type: ignore[arg-type]


def ends_as(ledger: Ledger, status: str, outcome: str) -> None:
    ledger.sent[0].seen[-1] = a_seen(status=status, outcome=outcome)
    ledger.sent[0].final = a_seen(status=status, outcome=outcome)
    ledger.posts = [a_post(outcome=outcome)]


def test_a_clean_run_has_no_breach() -> None:
    assert check(a_run()) == []


def never_ends(ledger: Ledger) -> None:
    ledger.sent[0].seen.pop()
    ledger.sent[0].final = a_seen(status="processing", outcome="processing", finished_at=None)
    ledger.posts.clear()


def ends_twice(ledger: Ledger) -> None:
    ledger.sent[0].final = a_seen(finished_at="later")


def comes_back_to_life(ledger: Ledger) -> None:
    ledger.sent[0].final = a_seen(status="queued", outcome="queued", finished_at=None)


def two_jobs_for_a_key(ledger: Ledger) -> None:
    ledger.sent[0].request_ids.append("b")


def two_jobs_listed(ledger: Ledger) -> None:
    ledger.listed.append(Listed(request_id="b", serial=7, status="completed"))


def not_listed(ledger: Ledger) -> None:
    ledger.listed.clear()


def of_nobody(ledger: Ledger) -> None:
    ledger.listed.append(Listed(request_id="x", serial=99, status="completed"))


def sound_document_failed(ledger: Ledger) -> None:
    ends_as(ledger, "failed", "failed engine_failure")


def cancelled_unasked(ledger: Ledger) -> None:
    ends_as(ledger, "cancelled", "cancelled cancelled_by_caller")


def answered_as_cancelled(ledger: Ledger) -> None:
    change_order(ledger, cancel_after_s=1.0)
    ledger.sent[0].cancel_answer = "cancelled"


def anothers_result(ledger: Ledger) -> None:
    ledger.sent[0].final = a_seen(stranger="it holds the number of [8]")


def anothers_result_posted(ledger: Ledger) -> None:
    ledger.posts = [a_post(stranger="it holds the number of [8]")]


def never_announced(ledger: Ledger) -> None:
    ledger.posts = [a_post(taken=False)]


def announced_otherwise(ledger: Ledger) -> None:
    ledger.posts = [a_post(outcome="failed timeout")]


def announced_twice(ledger: Ledger) -> None:
    ledger.posts.append(a_post(webhook_id="msg_2"))


def tries_differ(ledger: Ledger) -> None:
    ledger.posts.append(a_post(body=b"{ }"))


def announced_under_anothers_metadata(ledger: Ledger) -> None:
    ledger.posts = [a_post(serial=8)]


def announced_unasked(ledger: Ledger) -> None:
    change_order(ledger, webhook=False)


def unsigned(ledger: Ledger) -> None:
    ledger.posts.append(a_post(signed=False))


def shown_after_its_deletion(ledger: Ledger) -> None:
    change_order(ledger, delete_after_s=1.0)
    ledger.sent[0].gone = True


def past_its_deadline(ledger: Ledger) -> None:
    change_order(ledger, deadline_s=2.0)
    ledger.sent[0].seen[-1] = a_seen(at=40.0, lasted_s=39.0)


def an_odd_answer(ledger: Ledger) -> None:
    ledger.odd.append("GET /v1/jobs/{id}: 500")


@pytest.mark.parametrize(
    ("breaks", "rule"),
    [
        (never_ends, "every 202 ends"),
        (ends_twice, "one terminal state"),
        (comes_back_to_life, "one terminal state"),
        (two_jobs_for_a_key, "one key, one job"),
        (two_jobs_listed, "one submission, one job"),
        (not_listed, "nothing is lost"),
        (of_nobody, "one submission, one job"),
        (sound_document_failed, "fair outcome"),
        (cancelled_unasked, "fair outcome"),
        (answered_as_cancelled, "one terminal state"),
        (anothers_result, "own result"),
        (anothers_result_posted, "own result"),
        (never_announced, "every end is announced"),
        (announced_otherwise, "announced as it is"),
        (announced_twice, "one announcement"),
        (tries_differ, "all tries alike"),
        (announced_under_anothers_metadata, "own announcement"),
        (announced_unasked, "one announcement"),
        (unsigned, "signed"),
        (shown_after_its_deletion, "deleted stays deleted"),
        (past_its_deadline, "deadlines hold"),
        (an_odd_answer, "contract"),
    ],
)
def test_each_breach_is_found(breaks: Callable[[Ledger], None], rule: str) -> None:
    ledger = a_run()
    breaks(ledger)
    assert rule in {breach.rule for breach in check(ledger)}


def test_a_deadline_is_not_held_against_a_service_that_was_down() -> None:
    ledger = a_run()
    past_its_deadline(ledger)
    ledger.down.append((2.0, 38.0))
    assert check(ledger) == []


@pytest.mark.parametrize(
    ("kind", "text", "size", "pages", "stranger"),
    [
        (Kind.TEXT, "Document number DOC000007", (10, 10), 1, False),
        (Kind.TEXT, "Document number DOC000008", (10, 10), 1, True),
        (Kind.TEXT, "nothing", (10, 10), 1, True),
        (Kind.TEXT, "DOC000007", (10, 10), 2, True),
        (Kind.IMAGE, "null page 1", image_size(7), 1, False),
        (Kind.IMAGE, "null page 1", image_size(8), 1, True),
        (Kind.IMAGE, "DOC000008", image_size(7), 1, True),
    ],
)
def test_a_result_of_another_document_shows(kind: Kind, text: str, size: tuple[int, int], pages: int, stranger: bool) -> None:
    result = {"text": text, "pages": [{"width": size[0], "height": size[1]}] * pages}
    assert (replace(PAPER, kind=kind).stranger(result) is not None) is stranger


def test_no_two_numbers_share_an_image_size() -> None:
    assert len({image_size(number) for number in range(10_000)}) == 10_000
