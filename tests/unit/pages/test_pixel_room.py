import asyncio
from collections.abc import Callable

import pytest

from doctray.pages.pixel_room import PixelRoom
from tests.settling import settled


class Hall:
    """Tasks in one room: who is in it, in which order they came in, and a way to send each out."""

    def __init__(self, pixels: int) -> None:
        self.room = PixelRoom(pixels)
        self.entered: list[str] = []
        self.inside: set[str] = set()
        self._tasks: dict[str, asyncio.Task[None]] = {}
        self._leave: dict[str, asyncio.Event] = {}

    async def come(self, name: str, pixels: int | None, *, decoded: bool = False) -> None:
        self._leave[name] = asyncio.Event()
        self._tasks[name] = asyncio.create_task(self._stay(name, pixels, decoded))
        await settled()

    async def go(self, name: str) -> None:
        self._leave[name].set()
        await self._tasks[name]
        await settled()

    def cancel(self, name: str) -> asyncio.Task[None]:
        self._tasks[name].cancel()
        return self._tasks[name]

    async def _stay(self, name: str, pixels: int | None, decoded: bool) -> None:
        async with self.room.hold(pixels, decoded=decoded):
            self.entered.append(name)
            self.inside.add(name)
            try:
                await self._leave[name].wait()
            finally:
                self.inside.remove(name)


async def test_so_many_are_in_as_there_are_pixels_for() -> None:
    hall = Hall(12)
    for name in ("first", "second", "third", "fourth"):
        await hall.come(name, 4)
    assert hall.inside == {"first", "second", "third"}
    await hall.go("second")
    assert hall.inside == {"first", "third", "fourth"}
    for name in ("first", "third", "fourth"):
        await hall.go(name)


@pytest.mark.parametrize("pixels", [12, 500, None])
async def test_a_page_as_large_as_the_room_is_alone_and_small_ones_do_not_pass_it(pixels: int | None) -> None:
    hall = Hall(12)
    await hall.come("small", 1)
    await hall.come("large", pixels)
    await hall.come("small too", 1)
    assert hall.inside == {"small"}
    await hall.go("small")
    assert hall.inside == {"large"}
    await hall.go("large")
    await hall.go("small too")
    assert hall.entered == ["small", "large", "small too"]


async def test_who_holds_a_decoded_page_goes_before_who_would_decode_another() -> None:
    hall = Hall(10)
    await hall.come("working", 10)
    await hall.come("to be decoded", 10)
    await hall.come("decoded", 10, decoded=True)
    await hall.go("working")
    assert hall.inside == {"decoded"}
    await hall.go("decoded")
    await hall.go("to be decoded")


@pytest.mark.parametrize(
    "meanwhile", [lambda hall: None, lambda hall: hall._leave["working"].set()], ids=["while waiting", "as it is let in"]
)
async def test_who_gives_up_leaves_the_room_as_it_was(meanwhile: Callable[[Hall], None]) -> None:
    hall = Hall(10)
    await hall.come("working", 10)
    await hall.come("impatient", 10)
    await hall.come("patient", 10)
    meanwhile(hall)
    task = hall.cancel("impatient")
    with pytest.raises(asyncio.CancelledError):
        await task
    await hall.go("working")
    assert hall.inside == {"patient"}
    await hall.come("next", 10)
    assert hall.inside == {"patient"}
    await hall.go("patient")
    await hall.go("next")
    assert hall.entered == ["working", "patient", "next"]


async def test_an_error_inside_gives_the_room_back() -> None:
    room = PixelRoom(10)
    for _ in range(3):
        with pytest.raises(OSError, match="broken"):
            async with room.hold(None, decoded=False):
                raise OSError("broken")
