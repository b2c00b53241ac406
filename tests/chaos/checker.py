"""The judge: from what was seen outside alone, every way in which the promise was broken."""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass

from tests.chaos.ledger import Ledger, Post, Sent

DEADLINE_GRACE_S = 20.0
"""How late a deadline may be kept while the service is there: a sweep of 2 s, and faults in between."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Breach:
    """rule: which promise. what: the job and what was seen."""

    rule: str
    what: str


def check(ledger: Ledger, *, grace_s: float = DEADLINE_GRACE_S) -> list[Breach]:
    """Every breach; call it when the run has settled and everything was read again. grace_s: how late a deadline may be kept."""
    posts: dict[str, list[Post]] = defaultdict(list)
    for post in ledger.posts:
        posts[post.request_id].append(post)
    breaches = [Breach(rule="contract", what=what) for what in ledger.odd]
    for sent in ledger.accepted:
        breaches += _one_job(sent)
        breaches += _terminal_once(sent)
        breaches += _outcome_is_fair(sent)
        breaches += _in_time(sent, ledger.down, grace_s)
        breaches += _own_result(sent)
        breaches += _announced(sent, posts[sent.request_ids[0]])
    breaches += _nothing_doubled(ledger)
    breaches += _posts_hold_together(ledger)
    return breaches


def _one_job(sent: Sent) -> Iterator[Breach]:
    if len(sent.request_ids) > 1:
        yield Breach(rule="one key, one job", what=f"submission {sent.order.serial} became {sent.request_ids}")


def _terminal_once(sent: Sent) -> Iterator[Breach]:
    """Every 202 ends in exactly one terminal state."""
    ends = [seen for seen in (*sent.seen, sent.final) if seen is not None and seen.terminal]
    if not ends and not sent.gone:
        last = sent.final or sent.last
        yield Breach(rule="every 202 ends", what=f"{_name(sent)} is still {last.status if last else 'unseen'}")
    if len({seen.end for seen in ends}) > 1:
        yield Breach(rule="one terminal state", what=f"{_name(sent)} was seen as {[seen.end for seen in ends]}")
    if ends and sent.final is not None and not sent.final.terminal:
        yield Breach(rule="one terminal state", what=f"{_name(sent)} was {ends[0].status} and then {sent.final.status}")
    if sent.gone and sent.final is not None:
        yield Breach(rule="deleted stays deleted", what=f"{_name(sent)} is shown again")
    if sent.cancel_answer == "cancelled" and ends and ends[-1].status != "cancelled":
        yield Breach(rule="one terminal state", what=f"{_name(sent)} was answered as cancelled and ended {ends[-1].outcome}")


def _outcome_is_fair(sent: Sent) -> Iterator[Breach]:
    """No job pays for what was done to others: sound documents complete, broken ones fail as broken."""
    end = sent.final or sent.last
    if end is None or not end.terminal:
        return
    if end.outcome not in sent.order.allowed():
        yield Breach(rule="fair outcome", what=f"{_name(sent)}, attempt {end.attempt}: {end.outcome}, not {sorted(sent.order.allowed())}")


def _in_time(sent: Sent, down: list[tuple[float, float]], grace_s: float) -> Iterator[Breach]:
    """Deadlines hold, but for the time when there was nobody to keep them.

    By the service's own times: when a caller came to send it and to look depends on the caller.
    """
    end = next((seen for seen in sent.seen if seen.terminal), None)
    if sent.order.deadline_s is None or end is None or end.lasted_s is None:
        return
    nobody_s = sum(max(0.0, min(end.at, until) - max(sent.sent_at, since)) for since, until in down)
    took_s = end.lasted_s - nobody_s
    if took_s > sent.order.deadline_s + grace_s:
        yield Breach(rule="deadlines hold", what=f"{_name(sent)} ended {took_s:.0f} s after it was taken, not {sent.order.deadline_s:g} s")


def _own_result(sent: Sent) -> Iterator[Breach]:
    for seen in (*sent.seen, sent.final):
        if seen is not None and seen.stranger is not None:
            yield Breach(rule="own result", what=f"{_name(sent)}: {seen.stranger}")
            return


def _announced(sent: Sent, posts: list[Post]) -> Iterator[Breach]:
    """Exactly one outcome, the one that the status tells; a deleted job may go unannounced."""
    end = sent.final or (sent.last if sent.last and sent.last.terminal else None)
    if not sent.order.webhook:
        if posts:
            yield Breach(rule="one announcement", what=f"{_name(sent)} named no receiver and was announced")
        return
    if not sent.gone and end is not None and not any(post.taken for post in posts):
        yield Breach(rule="every end is announced", what=f"{_name(sent)} ended {end.outcome}; {len(posts)} tries came in")
    if len({post.webhook_id for post in posts}) > 1:
        yield Breach(rule="one announcement", what=f"{_name(sent)} has {len({post.webhook_id for post in posts})} webhook-ids")
    for post in posts:
        if post.serial != sent.order.serial:
            yield Breach(rule="own announcement", what=f"{_name(sent)} was announced with the metadata of submission {post.serial}")
        if end is not None and (post.outcome, post.generation) != (end.outcome, end.generation):
            yield Breach(rule="announced as it is", what=f"{_name(sent)} is {end.outcome} and was announced as {post.outcome}")


def _nothing_doubled(ledger: Ledger) -> Iterator[Breach]:
    """The service's own list: each accepted job once, and no second job for a submission."""
    of_serial: dict[int, set[str]] = defaultdict(set)
    for job in ledger.listed:
        of_serial[job.serial].add(job.request_id)
    for sent in ledger.sent:
        listed = of_serial.pop(sent.order.serial, set())
        if len(listed) > 1:
            yield Breach(rule="one submission, one job", what=f"submission {sent.order.serial} is listed as {sorted(listed)}")
        if sent.request_ids and not sent.gone and sent.request_ids[0] not in listed:
            yield Breach(rule="nothing is lost", what=f"{_name(sent)} is not listed")
    if of_serial:
        yield Breach(rule="one submission, one job", what=f"jobs of nobody are listed: {sorted(of_serial)}")


def _posts_hold_together(ledger: Ledger) -> Iterator[Breach]:
    """All tries of an announcement are alike and signed, and each names a job of ours."""
    bodies: dict[str, set[bytes]] = defaultdict(set)
    serials = {sent.order.serial for sent in ledger.sent}
    for post in ledger.posts:
        bodies[post.webhook_id].add(post.body)
        if not post.signed:
            yield Breach(rule="signed", what=f"{post.request_id}: the signature does not hold")
        if post.stranger is not None:
            yield Breach(rule="own result", what=f"webhook of {post.request_id}: {post.stranger}")
        if post.serial not in serials:
            yield Breach(rule="own announcement", what=f"{post.request_id} is a job of nobody")
    for webhook_id, different in bodies.items():
        if len(different) > 1:
            yield Breach(rule="all tries alike", what=f"{webhook_id} came with {len(different)} bodies")


def _name(sent: Sent) -> str:
    return f"{sent.request_id} (submission {sent.order.serial}, {sent.order.paper.kind})"
