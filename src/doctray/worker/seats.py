"""How many jobs a worker has in hand, by what they still need: jobs that wait for the engine or for a language model keep no others out."""

import asyncio

PASSING = 8
"""Jobs at once that pass a backlog of scans: reading a text layer and its fields takes a fraction of a second."""


class Seats:
    """A job takes a seat to be read, changes to another once it is read, and leaves that at its end. For one event loop.

    reading: seats for jobs that are not read yet, most of them waiting for the engine. passing: more of them, for documents that need
    no engine. read: seats after that; while none is free, a job that is read stays where it sits, so that all are bounded.
    """

    def __init__(self, *, reading: int, passing: int = PASSING, read: int) -> None:
        self.free_to_read = reading
        self.free_to_pass = passing
        self._reading = asyncio.Semaphore(reading)
        self._free_for_read = read
        # in the order in which they were read
        self._staying: list[Seat] = []

    async def take(self) -> "Seat":
        """Wait for a seat to be read."""
        await self._reading.acquire()
        self.free_to_read -= 1
        return Seat(self, passing=False)

    def take_passing(self) -> "Seat | None":
        if not self.free_to_pass:
            return None
        self.free_to_pass -= 1
        return Seat(self, passing=True)

    def move(self, seat: "Seat") -> bool:
        """The seat's job is read. False when it has to stay for now."""
        if not self._free_for_read:
            self._staying.append(seat)
            return False
        self._free_for_read -= 1
        self._free_first(passing=seat.passing)
        return True

    def free(self, seat: "Seat") -> None:
        if seat in self._staying:
            self._staying.remove(seat)
        if not seat.moved:
            self._free_first(passing=seat.passing)
            return
        self._free_for_read += 1
        if self._staying:
            self._staying.pop(0).read()

    def _free_first(self, *, passing: bool) -> None:
        if passing:
            self.free_to_pass += 1
        else:
            self.free_to_read += 1
            self._reading.release()


class Seat:
    """Of one job. passing: taken beside the seats to be read. moved: it is one for jobs that are read."""

    def __init__(self, seats: Seats, *, passing: bool) -> None:
        self._seats = seats
        self._left = False
        self.passing = passing
        self.moved = False

    def read(self) -> None:
        """The document is read: another job may be. Idempotent."""
        if not (self.moved or self._left):
            self.moved = self._seats.move(self)

    def leave(self) -> None:
        """Idempotent."""
        if not self._left:
            self._left = True
            self._seats.free(self)
