"""What is submitted in a chaos run and how: an endless mix from a seed."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from random import Random

from tests.chaos.documents import Kind, Paper, make_paper

RECENT = 20
"""A duplicate has the content of one of this many documents before it, some of which are still in flight."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    """One submission. serial: its own number, in its metadata. twice: sent two times at once under one key.

    cancel_after_s, delete_after_s: from when it was accepted.
    """

    serial: int
    paper: Paper
    by_url: bool = False
    keyed: bool = True
    twice: bool = False
    webhook: bool = True
    priority: int = 0
    no_cache: bool = False
    deadline_s: float | None = None
    cancel_after_s: float | None = None
    delete_after_s: float | None = None

    @property
    def key(self) -> str | None:
        return f"chaos-{self.serial}" if self.keyed else None

    def allowed(self) -> set[str]:
        """The outcomes that this submission may have: `completed`, or status and code."""
        outcomes = {"failed corrupt_document" if self.paper.kind is Kind.BROKEN else "completed"}
        if self.cancel_after_s is not None or self.delete_after_s is not None:
            outcomes.add("cancelled cancelled_by_caller")
        if self.deadline_s is not None:
            outcomes.add("cancelled deadline_exceeded")
        return outcomes


def orders(random: Random, *, longest: int = 12) -> Iterator[Order]:
    """longest: pages of the longest document."""
    recent: list[Paper] = []
    serial = 0
    while True:
        serial += 1
        if recent and random.random() < 0.15:
            paper = random.choice(recent)
        else:
            paper = _new_paper(serial, random, longest=longest)
            recent = [*recent[-RECENT:], paper]
        order = Order(
            serial=serial,
            paper=paper,
            by_url=random.random() < 0.12,
            keyed=random.random() < 0.85,
            webhook=random.random() < 0.75,
            priority=random.randint(1, 9) if random.random() < 0.2 else 0,
            no_cache=random.random() < 0.15,
        )
        yield _with_fate(order, random)


def probe(serial: int, *, webhook: bool = False) -> Order:
    """A small picture that goes before all others, to see whether the whole path works."""
    return Order(serial=serial, paper=make_paper(serial, Kind.IMAGE, pages=1), priority=9, no_cache=True, webhook=webhook)


def slow(serial: int, *, pages: int) -> Order:
    """A document that is in flight for a while, for faults that must meet one."""
    return Order(serial=serial, paper=make_paper(serial, Kind.MIXED, pages=pages), priority=9, no_cache=True)


def _new_paper(number: int, random: Random, *, longest: int) -> Paper:
    kind = random.choices((Kind.TEXT, Kind.MIXED, Kind.IMAGE, Kind.BROKEN), weights=(38, 30, 28, 4))[0]
    return make_paper(number, kind, pages=random.randint(2, longest) if kind is Kind.MIXED else random.randint(1, 4))


def _with_fate(order: Order, random: Random) -> Order:
    """What the caller does besides: at most one thing, so that what may come of it is plain."""
    chance = random.random()
    if chance < 0.08:
        return replace(order, cancel_after_s=random.uniform(0, 2))
    if chance < 0.14:
        return replace(order, delete_after_s=random.uniform(0, 5))
    if chance < 0.19:
        return replace(order, deadline_s=random.choice((1.0, 2.0, 60.0)))
    if chance < 0.27 and order.keyed:
        return replace(order, twice=True)
    return order
