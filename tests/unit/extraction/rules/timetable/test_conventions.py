"""The same week reads the same, whichever conventions its days, times, breaks and lines follow: one changed at a time, and three at once."""

from collections.abc import Iterator
from random import Random

import pytest

from doctray.extraction.rules.timetable.document import extract
from tests.unit.extraction.rules.timetable.conventions import CHOICES, Block, Look, a_week, blocks_of, document, is_sensible

PAUSES = {"break", "lunch"}


def differing(look: Look, seed: str) -> set[Block]:
    """Blocks that were not found, and those that are none of the week's."""
    week = a_week(Random(f"{seed} {look}"), look)
    found = extract(document(week, look))
    blocks = [block for fields in (found.fields, *found.other_documents) for block in fields["timeblocks"]]
    read = {(block["day"], block["start"], block["end"], block["subject"]) for block in blocks if block["subject"].casefold() not in PAUSES}
    return read ^ blocks_of(week)


def one_changed(**others: object) -> Iterator[Look]:
    for name, choices in CHOICES.items():
        for choice in choices:
            look = Look(**{**others, name: choice})  # type: ignore[arg-type]
            if is_sensible(look):
                yield look


def three_changed(count: int, seed: str) -> Iterator[Look]:
    rng = Random(seed)
    while count:
        look = Look(**{name: rng.choice(CHOICES[name]) for name in rng.sample(list(CHOICES), 3)})
        if is_sensible(look):
            count -= 1
            yield look


@pytest.mark.parametrize("look", list(three_changed(16, "fast")))
def test_a_week_reads_the_same_with_three_conventions_changed(look: Look) -> None:
    assert not differing(look, "1")


@pytest.mark.full
@pytest.mark.parametrize("others", [{}, {"down": True}, {"rules": "none"}, {"rules": "none", "down": True}], ids=str)
def test_a_week_reads_the_same_with_any_one_convention_changed(others: dict[str, object]) -> None:
    assert {str(look): blocks for look in one_changed(**others) if (blocks := differing(look, "1"))} == {}


@pytest.mark.full
def test_a_hundred_weeks_read_the_same_with_three_conventions_changed() -> None:
    assert {str(look): blocks for look in three_changed(100, "full") if (blocks := differing(look, "1"))} == {}
