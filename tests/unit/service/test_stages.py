import asyncio
from collections.abc import Callable

import pytest

from doctray.service.budget import Budget
from doctray.service.stages import Gate, ImageRoom, StageLimits, Ticket
from tests.settling import settled

Depths = dict[str, tuple[int, int]]


def told_to(depths: Depths) -> Callable[[str, int, int], None]:
    def told(stage: str, waiting: int, running: int) -> None:
        depths[stage] = (waiting, running)

    return told


class Worker:
    """Enters a gate, notes when it is in, and stays until it is told to leave."""

    def __init__(self, gate: Gate, name: str, entered: list[str], *, rank: float = 0.0) -> None:
        self.leave = asyncio.Event()
        self.task = asyncio.create_task(self._work(gate, name, entered, rank))

    async def _work(self, gate: Gate, name: str, entered: list[str], rank: float) -> None:
        async with gate.hold(rank):
            entered.append(name)
            await self.leave.wait()

    async def end(self) -> None:
        self.leave.set()
        await self.task


async def test_a_gate_lets_in_as_many_as_it_has_places() -> None:
    depths: Depths = {}
    gate, entered = Gate("render", limit=2, told=told_to(depths)), list[str]()
    workers = [Worker(gate, name, entered) for name in "abc"]
    await settled()
    assert entered == ["a", "b"]
    assert depths == {"render": (1, 2)}
    await workers[0].end()
    await settled()
    assert entered == ["a", "b", "c"]
    for worker in workers[1:]:
        await worker.end()
    assert depths == {"render": (0, 0)}


async def test_who_waits_goes_in_by_rank_then_by_arrival() -> None:
    gate, entered = Gate("extract", limit=1), list[str]()
    workers = [Worker(gate, name, entered, rank=rank) for name, rank in (("first", 5), ("later", 9), ("soon", 1), ("soon too", 1))]
    await settled()
    for worker in (workers[0], workers[2], workers[3], workers[1]):
        await worker.end()
        await settled()
    assert entered == ["first", "soon", "soon too", "later"]


@pytest.mark.parametrize("given", [False, True])
async def test_one_who_gives_up_waiting_leaves_no_place_lost(given: bool) -> None:
    gate, entered = Gate("store", limit=1), list[str]()
    first, second, third = (Worker(gate, name, entered) for name in "abc")
    await settled()
    if given:
        # the place is handed to it in the same turn of the loop in which it is cancelled
        first.leave.set()
        await asyncio.sleep(0)
    second.task.cancel()
    await first.end()
    await settled()
    assert entered == ["a", "c"]
    assert (gate.waiting, gate.running) == (0, 1)
    await third.end()
    assert (gate.waiting, gate.running) == (0, 0)


async def test_an_idle_holder_is_woken_for_one_who_waits() -> None:
    gate, entered = Gate("render", limit=1), list[str]()
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with gate.hold() as place:
        idling = asyncio.create_task(place.idle_until(never))
        await settled()
        assert gate.running == 0
        assert not idling.done()
        other = Worker(gate, "other", entered)
        await idling
        assert entered == []
    await settled()
    assert entered == ["other"]
    await other.end()


async def test_a_holder_does_not_idle_while_somebody_waits() -> None:
    gate, entered = Gate("render", limit=1), list[str]()
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with gate.hold() as place:
        other = Worker(gate, "other", entered)
        await settled()
        await asyncio.wait_for(place.idle_until(never), 60)
    await other.end()


async def test_an_idle_holder_is_woken_by_what_it_waits_for() -> None:
    gate = Gate("render", limit=1)
    granted: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    async with gate.hold() as place:
        idling = asyncio.create_task(place.idle_until(granted))
        await settled()
        granted.set_result(None)
        await asyncio.wait_for(idling, 60)
        assert gate.running == 1


def granted(*tickets: Ticket) -> list[str]:
    return [ticket.owner for ticket in tickets if ticket.granted.done()]


async def test_image_room_is_bounded_in_bytes_and_given_in_turn() -> None:
    depths: Depths = {}
    room = ImageRoom("ocr", limit_bytes=100, told=told_to(depths))
    long = [room.ask("long", 40) for _ in range(4)]
    short = room.ask("short", 40)
    assert granted(*long, short) == ["long", "long"]
    assert room.used_bytes == 80
    assert depths == {"ocr": (3, 2)}
    room.give_back(long[0])
    assert granted(long[2]) == ["long"]
    room.give_back(long[1])
    room.give_back(long[2])
    assert granted(long[3], short) == ["long", "short"]
    for ticket in (*long, short):
        room.give_back(ticket)
        room.give_back(ticket)
    assert (room.used_bytes, room.waiting, room.running) == (0, 0, 0)


async def test_a_200_page_document_does_not_hold_up_a_page_of_another() -> None:
    room = ImageRoom("ocr", limit_bytes=2)
    tickets = [room.ask("long", 1, rank=0.0) for _ in range(200)]
    short = room.ask("short", 1, rank=1.0)
    passed = 0
    while not short.granted.done():
        room.give_back(next(ticket for ticket in tickets if ticket.granted.done() and ticket in room._inside))
        passed += 1
    assert passed <= 3


async def test_an_image_larger_than_the_room_is_let_in_alone_and_not_passed_by_small_ones() -> None:
    room = ImageRoom("ocr", limit_bytes=100)
    small = room.ask("a", 60)
    huge = room.ask("b", 500)
    later = room.ask("c", 10)
    assert granted(small, huge, later) == ["a"]
    room.give_back(small)
    assert granted(huge, later) == ["b"]
    room.give_back(huge)
    assert granted(later) == ["c"]


async def test_a_ticket_given_back_before_its_turn_is_out_of_the_line() -> None:
    room = ImageRoom("ocr", limit_bytes=10)
    inside, turn, behind, last = (room.ask(name, 10) for name in "abcd")
    room.give_back(turn)
    room.give_back(behind)
    room.give_back(inside)
    assert granted(last) == ["d"]
    assert room.waiting == 0


async def test_jobs_may_begin_while_others_only_wait_for_the_engine() -> None:
    stages = StageLimits(render=2).stages()
    never: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    assert stages.room_for_jobs == 4
    async with stages.render.hold(), stages.render.hold() as idle:
        assert stages.room_for_jobs == 2
        idling = asyncio.create_task(idle.idle_until(never))
        await settled()
        assert stages.room_for_jobs == 3
        idling.cancel()
        await asyncio.gather(idling, return_exceptions=True)


async def test_a_budget_ends_the_work_that_outlasts_it() -> None:
    async def too_long() -> None:
        async with Budget(0.01) as budget:
            with budget.spend():
                await asyncio.Event().wait()

    with pytest.raises(TimeoutError):
        await too_long()


async def test_waiting_does_not_count_against_a_budget() -> None:
    loop = asyncio.get_running_loop()
    async with Budget(0.05) as budget:
        with budget.spend():
            pass
        over = loop.create_future()
        loop.call_later(0.1, over.set_result, None)
        await over


async def test_a_budget_is_spent_once_by_work_that_overlaps_and_adds_up() -> None:
    loop = asyncio.get_running_loop()

    async def work(budget: Budget, seconds: float) -> None:
        over = loop.create_future()
        loop.call_later(seconds, over.set_result, None)
        with budget.spend():
            await over

    async def one_after_the_other() -> None:
        async with Budget(0.1) as budget:
            for _ in range(100):
                await work(budget, 0.02)

    async with Budget(1.0) as budget:
        await asyncio.gather(*(work(budget, 0.02) for _ in range(100)))
    with pytest.raises(TimeoutError):
        await one_after_the_other()
