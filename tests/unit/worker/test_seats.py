"""Seats of a worker: bounded by kind, none lost and none given twice, whatever the order of events."""

import asyncio
import random

import pytest

from doctray.worker.seats import Seat, Seats


async def test_a_job_that_is_read_makes_room_for_another_to_be_read() -> None:
    seats = Seats(reading=1, read=1)
    seat = await seats.take()
    assert seats.free_to_read == 0
    seat.read()
    assert seats.free_to_read == 1
    seat.leave()
    assert seats.free_to_read == 1


async def test_jobs_that_are_read_stay_where_they_sit_while_too_many_are() -> None:
    seats = Seats(reading=2, read=1)
    first, second = await seats.take(), await seats.take()
    first.read()
    second.read()
    assert seats.free_to_read == 1
    first.leave()
    assert seats.free_to_read == 2
    second.leave()
    assert seats.free_to_read == 2


async def test_who_waits_for_a_seat_gets_the_next_one() -> None:
    seats = Seats(reading=1, read=1)
    seat = await seats.take()
    waiting = asyncio.create_task(seats.take())
    await asyncio.sleep(0)
    assert not waiting.done()
    seat.read()
    other = await waiting
    assert seats.free_to_read == 0
    other.leave()
    seat.leave()
    assert seats.free_to_read == 1


async def test_passing_seats_are_bounded_and_apart_from_the_others() -> None:
    seats = Seats(reading=1, passing=1, read=2)
    passing = seats.take_passing()
    assert passing is not None
    assert seats.take_passing() is None
    assert seats.free_to_read == 1
    passing.read()
    assert seats.take_passing() is not None


@pytest.mark.parametrize("seed", range(30))
async def test_whatever_happens_all_seats_are_free_in_the_end(seed: int) -> None:
    chance = random.Random(seed)
    reading, passing, read = (chance.randint(1, 4) for _ in range(3))
    seats = Seats(reading=reading, passing=passing, read=read)
    inside: list[Seat] = []
    for _ in range(300):
        match chance.randrange(4):
            case 0 if seats.free_to_read:
                inside.append(await seats.take())
            case 1:
                inside += [seat for seat in [seats.take_passing()] if seat]
            case 2 if inside:
                chance.choice(inside).read()
            case 3 if inside:
                inside.pop(chance.randrange(len(inside))).leave()
        moved = sum(seat.moved for seat in inside)
        assert moved <= read
        assert seats.free_to_read == reading - sum(not (seat.moved or seat.passing) for seat in inside)
        assert seats.free_to_pass == passing - sum(seat.passing and not seat.moved for seat in inside)
    for seat in inside:
        seat.leave()
        seat.leave()
    assert (seats.free_to_read, seats.free_to_pass) == (reading, passing)
