from collections.abc import Iterable

from hypothesis import given
from hypothesis import strategies as st

from doctray.domain.fair_queue import FairQueue


def filled(*items: tuple[str, object], ranks: dict[str, float] | None = None) -> FairQueue[object]:
    queue: FairQueue[object] = FairQueue()
    for owner, item in items:
        queue.push(owner, item, rank=(ranks or {}).get(owner, 0.0))
    return queue


def drained(queue: FairQueue[object]) -> list[object]:
    taken = []
    while (item := queue.pop()) is not None:
        taken.append(item)
    return taken


def test_one_owner_is_served_in_its_own_order() -> None:
    assert drained(filled(("a", 1), ("a", 2), ("a", 3))) == [1, 2, 3]


def test_owners_take_turns() -> None:
    assert drained(filled(("a", 1), ("a", 2), ("a", 3), ("b", 10), ("c", 20), ("b", 11))) == [1, 10, 20, 2, 11, 3]


def test_a_newcomer_waits_for_one_item_of_each_other_owner_at_most() -> None:
    queue = filled(*(("long", number) for number in range(200)), *(("longer", 1000 + number) for number in range(200)))
    for _ in range(21):
        queue.pop()
    queue.push("new", "short")
    assert "short" in [queue.pop() for _ in range(3)]


def test_coming_back_with_the_next_item_is_no_way_to_the_front() -> None:
    queue = filled(("a", "a1"), ("b", "b1"))
    taken = []
    for number in range(2, 5):
        owner = str(queue.pop())
        taken.append(owner)
        queue.push(owner[0], f"{owner[0]}{number}")
    assert taken == ["a1", "b1", "a2"]


def test_rank_decides_within_a_round_and_starves_nobody() -> None:
    queue = filled(("slow", 1), ("slow", 2), ("urgent", 10), ("urgent", 11), ("urgent", 12), ranks={"slow": 5.0, "urgent": -270.0})
    assert drained(queue) == [10, 1, 11, 2, 12]


def test_a_stream_of_newcomers_does_not_starve_a_long_job() -> None:
    queue = filled(("long", "long 1"), ("long", "long 2"))
    taken = []
    for number in range(10):
        queue.push(f"new {number}", number, rank=float(number))
        taken.append(queue.pop())
    assert taken.index("long 2") <= 3


def test_an_urgent_newcomer_joins_the_round_that_is_under_way() -> None:
    queue = filled(*((name, name) for name in "abc"))
    queue.pop()
    queue.push("late", "late", rank=1.0)
    queue.push("urgent", "urgent", rank=-30.0)
    assert drained(queue) == ["urgent", "b", "c", "late"]


def test_what_is_not_accepted_keeps_its_turn() -> None:
    queue = filled(("a", "large"), ("b", "small"))
    assert queue.pop(lambda item: item == "small") == "small"
    assert queue.pop(lambda item: item == "small") is None
    assert drained(queue) == ["large"]


def test_a_removed_item_is_not_handed_out() -> None:
    first, second = object(), object()
    queue = filled(("a", first), ("a", second))
    assert queue.remove("a", first)
    assert not queue.remove("a", first)
    assert not queue.remove("nobody", second)
    assert len(queue) == 1
    assert list(queue) == [second]
    assert drained(queue) == [second]


def test_an_emptied_queue_knows_nobody_any_more() -> None:
    queue = filled(("a", 1))
    drained(queue)
    for number in range(1000):
        queue.push(f"job {number}", number)
        queue.pop()
        queue.push("steady", number)
        queue.pop()
    assert len(queue._next_turn) < 10


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.booleans()), max_size=60))
def test_nothing_is_lost_and_nobody_is_passed_twice(moves: Iterable[tuple[str, bool]]) -> None:
    """Between two items of one owner, no other owner that waits all the while goes without a turn."""
    queue: FairQueue[tuple[str, int]] = FairQueue()
    waiting: dict[str, int] = {}
    passed: dict[tuple[str, str], int] = {}
    brought = taken = 0
    for owner, takes in moves:
        if takes and len(queue):
            item = queue.pop()
            assert item is not None
            taken += 1
            served = item[0]
            waiting[served] -= 1
            for other, count in waiting.items():
                if other != served and count:
                    passed[other, served] = passed.get((other, served), 0) + 1
                    assert passed[other, served] <= 2
                passed[served, other] = 0
        else:
            queue.push(owner, (owner, brought))
            brought += 1
            waiting[owner] = waiting.get(owner, 0) + 1
    assert brought == taken + len(queue)
