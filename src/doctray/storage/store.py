"""How an operation meets a database: once written as a plain function over a transaction, run by the store of that database."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Executable
from sqlalchemy.exc import IntegrityError

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Tx:
    """One transaction. now: aware UTC by the store's clock, to the microsecond; the same throughout the transaction."""

    conn: Connection
    now: datetime

    def later(self, seconds: float) -> datetime:
        return self.now + timedelta(seconds=seconds)

    def ago(self, seconds: float) -> datetime:
        return self.now - timedelta(seconds=seconds)

    def attempt(self, statement: Executable, values: Mapping[str, Any] | None = None) -> bool:
        """Run a statement that a unique index may refuse, which undoes it alone; whether it was taken."""
        try:
            with self.conn.begin_nested():
                self.conn.execute(statement, values)
        except IntegrityError:
            return False
        return True


Op = Callable[[Tx], T]


class Store(Protocol):
    """Runs operations; each is one transaction, and is committed when the call returns.

    Both raise TemporarilyUnavailable when the database is unreachable, locked or full. A caller that is cancelled while
    its write is under way does not know whether it was committed.
    """

    async def read(self, op: Op[T]) -> T: ...

    async def write(self, op: Op[T]) -> T: ...

    async def scrub(self) -> bool:
        """Remove what deleted rows left behind in the database's own files; False when it has to be tried again later."""
        ...

    async def aclose(self) -> None: ...
