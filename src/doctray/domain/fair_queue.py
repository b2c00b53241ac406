"""Whose turn it is among many owners, so that one who brings a lot holds up nobody who brings little."""

import math
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Generic, TypeVar

T = TypeVar("T")


@dataclass(slots=True)
class _Owner(Generic[T]):
    """turn: the round in which the first item is taken. since: when it came or was served last, counted in pushes and pops."""

    rank: float
    turn: int
    since: int
    items: deque[T] = field(default_factory=deque)


class FairQueue(Generic[T]):
    """Items are taken in rounds, one of each owner a round; within a round by rank (lowest first), then who waits longest.

    A round is open to those who were there when it began, so that it ends: who comes anew waits for the rest of it, and then for those of
    lower rank once. A newcomer with a lower rank than the owner served last would have been served by now, and still joins. Who was
    served and brings the next item has its turn in the next round: coming back is no way to the front.
    """

    def __init__(self) -> None:
        self._owners: dict[str, _Owner[T]] = {}
        # the round after the one in which an owner had its last turn; forgotten when the round under way has reached it
        self._next_turn: dict[str, int] = {}
        self._round = 0
        self._last_rank = math.inf
        self._moves = 0
        self._size = 0

    def __len__(self) -> int:
        return self._size

    def __iter__(self) -> Iterator[T]:
        """All items, in no particular order."""
        return (item for owner in self._owners.values() for item in owner.items)

    def push(self, owner: str, item: T, *, rank: float = 0.0) -> None:
        """rank: of all that the owner has waiting; the latest word counts."""
        waiting = self._owners.get(owner)
        if waiting is None:
            joins = not self._owners or rank < self._last_rank
            turn = max(self._round if joins else self._round + 1, self._next_turn.get(owner, 0))
            waiting = self._owners[owner] = _Owner(rank=rank, turn=turn, since=self._moves)
        waiting.rank = rank
        waiting.items.append(item)
        self._moves += 1
        self._size += 1

    def pop(self, accepts: Callable[[T], bool] = lambda _: True) -> T | None:
        """The item whose turn it is, among owners whose first item is accepted; None when there is none."""
        name = min(
            (name for name, owner in self._owners.items() if accepts(owner.items[0])),
            key=lambda name: (self._owners[name].turn, self._owners[name].rank, self._owners[name].since),
            default=None,
        )
        if name is None:
            return None
        owner = self._owners[name]
        item = owner.items.popleft()
        self._size -= 1
        if owner.turn > self._round:
            self._round = owner.turn
            self._next_turn = {known: turn for known, turn in self._next_turn.items() if turn > self._round}
        self._last_rank = owner.rank
        owner.turn += 1
        owner.since = self._moves
        self._moves += 1
        self._next_turn[name] = owner.turn
        self._leave_if_empty(name)
        return item

    def remove(self, owner: str, item: T) -> bool:
        """Take out an item that is no longer wanted; False when it is not there (any more)."""
        waiting = self._owners.get(owner)
        if waiting is None:
            return False
        for place, other in enumerate(waiting.items):
            if other is item:
                del waiting.items[place]
                self._size -= 1
                self._leave_if_empty(owner)
                return True
        return False

    def _leave_if_empty(self, name: str) -> None:
        if not self._owners[name].items:
            del self._owners[name]
