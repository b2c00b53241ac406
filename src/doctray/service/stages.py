"""What a worker has in flight in each stage, bounded: a job that waits for a stage holds nothing of the one before it.

Places are given in the order of the queue (a job's rank is its due time, its priority's head start included), except that pages for
the engine take turns between jobs. For one event loop.
"""

import asyncio
import heapq
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from itertools import count

from doctray.domain.fair_queue import FairQueue

Told = Callable[[str, int, int], None]
"""Called with a stage's name, how many wait and how many run, after every change; it must not block or raise."""


def tell_nobody(_stage: str, _waiting: int, _running: int) -> None:
    """For stages that nobody watches."""


class Gate:
    """A stage with `limit` places. Those who wait go in by rank, lowest first, then in order of arrival."""

    def __init__(self, name: str, *, limit: int, told: Told = tell_nobody) -> None:
        self.name = name
        self.limit = limit
        self._told = told
        self._places: set[Place] = set()
        self._line: list[tuple[float, int, asyncio.Future[None]]] = []
        self._arrivals = count()
        # given to one of the line who has not woken up yet
        self._given = 0

    @property
    def waiting(self) -> int:
        return sum(not future.done() for _, _, future in self._line)

    @property
    def running(self) -> int:
        """Holders that make use of their place."""
        return sum(not place.idle for place in self._places) + self._given

    @asynccontextmanager
    async def hold(self, rank: float = 0.0) -> "AsyncIterator[Place]":
        await self._enter(rank)
        place = Place(self)
        self._places.add(place)
        self.tell()
        try:
            yield place
        finally:
            self._places.remove(place)
            self._give()
            self.tell()

    def tell(self) -> None:
        self._told(self.name, self.waiting, self.running)

    async def _enter(self, rank: float) -> None:
        if not self.waiting and len(self._places) + self._given < self.limit:
            return
        future = asyncio.get_running_loop().create_future()
        heapq.heappush(self._line, (rank, next(self._arrivals), future))
        any(place.ask_back() for place in self._places)
        self.tell()
        try:
            await future
        except asyncio.CancelledError:
            if future.cancelled():
                self.tell()
            else:
                self._given -= 1
                self._give()
            raise
        self._given -= 1

    def _give(self) -> None:
        while self._line and len(self._places) + self._given < self.limit:
            _, _, future = heapq.heappop(self._line)
            if not future.done():
                future.set_result(None)
                self._given += 1


class Place:
    """A place in a gate, held by one job."""

    def __init__(self, gate: Gate) -> None:
        self._gate = gate
        self._asked_back: asyncio.Future[None] | None = None

    @property
    def idle(self) -> bool:
        return self._asked_back is not None

    async def idle_until(self, other: "asyncio.Future[None]") -> None:
        """Keep the place without using it until `other` is done, or somebody waits for a place: then leave, unless there is work."""
        if self._gate.waiting or other.done():
            return
        self._asked_back = asyncio.get_running_loop().create_future()
        self._gate.tell()
        try:
            await asyncio.wait((self._asked_back, other), return_when=asyncio.FIRST_COMPLETED)
        finally:
            self._asked_back.cancel()
            self._asked_back = None
            self._gate.tell()

    def ask_back(self) -> bool:
        """Wake the holder up; False when it is at work, or was asked before."""
        if self._asked_back is None or self._asked_back.done():
            return False
        self._asked_back.set_result(None)
        return True


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Ticket:
    """Room for a page's image. `granted` is done once the page may be rendered."""

    owner: str
    size_bytes: int
    granted: "asyncio.Future[None]"


class ImageRoom:
    """Bytes of page images between their rendering and the engine's answer, bounded over all jobs, which take turns.

    An image larger than the whole room is let in alone.
    """

    def __init__(self, name: str, *, limit_bytes: int, told: Told = tell_nobody) -> None:
        self.name = name
        self.limit_bytes = limit_bytes
        self.used_bytes = 0
        self._told = told
        self._inside: set[Ticket] = set()
        self._line: FairQueue[Ticket] = FairQueue()
        # whose turn it is, waiting for room: smaller ones that passed would keep a large one out for ever
        self._next: Ticket | None = None

    @property
    def waiting(self) -> int:
        return len(self._line) + (self._next is not None)

    @property
    def running(self) -> int:
        return len(self._inside)

    def ask(self, owner: str, size_bytes: int, *, rank: float = 0.0) -> Ticket:
        """Get in line; granted at once when there is room and nobody waits."""
        ticket = Ticket(owner=owner, size_bytes=size_bytes, granted=asyncio.get_running_loop().create_future())
        self._line.push(owner, ticket, rank=rank)
        self._admit()
        return ticket

    def give_back(self, ticket: Ticket) -> None:
        """The room, or the place in line of a ticket that was not granted. Idempotent."""
        if ticket in self._inside:
            self._inside.remove(ticket)
            self.used_bytes -= ticket.size_bytes
        elif ticket is self._next:
            self._next = None
        else:
            self._line.remove(ticket.owner, ticket)
        self._admit()

    def _admit(self) -> None:
        while (ticket := self._next or self._line.pop()) is not None:
            if self._inside and self.used_bytes + ticket.size_bytes > self.limit_bytes:
                self._next = ticket
                break
            self._next = None
            self._inside.add(ticket)
            self.used_bytes += ticket.size_bytes
            if not ticket.granted.done():
                ticket.granted.set_result(None)
        self._told(self.name, self.waiting, self.running)


@dataclass(frozen=True, slots=True, kw_only=True)
class Stages:
    """The stages of one worker (see `StageLimits`)."""

    fetch: Gate
    render: Gate
    ocr: ImageRoom
    extract: Gate
    model: Gate
    store: Gate

    @property
    def room_for_jobs(self) -> int:
        """How many more jobs may begin: as many as render at once, and as many again in front of that door.

        Idle places count as free, since who only waits for the engine gives his up.
        """
        return max(0, 2 * self.render.limit - self.render.running - self.render.waiting)


@dataclass(frozen=True, slots=True, kw_only=True)
class StageLimits:
    """How much is in flight in each stage of a worker, over all of its jobs.

    fetch: downloads. render: documents open in a page process of their own, which judges text layers and renders. image_bytes: stage
    `ocr`, page images from their rendering to the engine's answer. extract: fields by rules, validation included. model: fields by a
    language model. store: results on their way to the blobs.
    """

    fetch: int = 8
    render: int = 4
    image_bytes: int = 128 * 1024 * 1024
    extract: int = 4
    model: int = 4
    store: int = 8

    def stages(self, told: Told = tell_nobody) -> Stages:
        return Stages(
            fetch=Gate("fetch", limit=self.fetch, told=told),
            render=Gate("render", limit=self.render, told=told),
            ocr=ImageRoom("ocr", limit_bytes=self.image_bytes, told=told),
            extract=Gate("extract", limit=self.extract, told=told),
            model=Gate("model", limit=self.model, told=told),
            store=Gate("store", limit=self.store, told=told),
        )
