"""Threads that own SQLite connections and serve what waits for them in groups: each group is one transaction.

Between an event loop and a thread the passing to and fro costs more than most statements, so a group comes and goes as a whole: what
is called in one step of a loop is handed over at its end, to one thread.
"""

import asyncio
import queue
import sqlite3
import threading
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Engine

from doctray.storage.store import Op, Tx


@dataclass(frozen=True, slots=True, eq=False)
class _Call:
    op: Op[Any]
    loop: asyncio.AbstractEventLoop
    answer: "asyncio.Future[Any]"


@dataclass(frozen=True, slots=True, eq=False)
class _Outcome:
    call: _Call
    result: Any = None
    error: Exception | None = None


class Lane:
    """Runs operations on connections of an engine, in the order in which they come when it has one thread.

    tx: makes the transaction that an operation sees. translated: an error as callers are to meet it. group_limit: most operations in
    one transaction, which bounds how long other processes wait for it. waiting_limit: most operations that wait.
    """

    def __init__(
        self,
        name: str,
        engine: Engine,
        *,
        tx: Callable[[Connection], Tx],
        translated: Callable[[Exception], Exception],
        threads: int,
        group_limit: int,
        waiting_limit: int,
    ) -> None:
        self._engine = engine
        self._tx = tx
        self._translated = translated
        self._group_limit = group_limit
        self._waiting_limit = waiting_limit
        # None: one thread is to end.
        self._waiting: queue.SimpleQueue[_Call | None] = queue.SimpleQueue()
        self._gathered: dict[asyncio.AbstractEventLoop, list[_Call]] = {}
        self._gathering = threading.Lock()
        self._threads = [threading.Thread(target=self._serve, name=name, daemon=True) for _ in range(threads)]
        for thread in self._threads:
            thread.start()

    def call(self, op: Op[Any]) -> "asyncio.Future[Any]":
        """The answer to be, on the running loop; it is given after the commit. Raises queue.Full."""
        loop = asyncio.get_running_loop()
        with self._gathering:
            if self._waiting.qsize() + sum(map(len, self._gathered.values())) >= self._waiting_limit:
                raise queue.Full
            gathered = self._gathered.get(loop)
            if gathered is None:
                gathered = self._gathered[loop] = []
                loop.call_soon(self._hand_over, loop)
            answer = loop.create_future()
            gathered.append(_Call(op, loop, answer))
        return answer

    def close(self) -> None:
        """What waits is still done. Blocks until it is; nothing may be called after."""
        with self._gathering:
            gathered = list(self._gathered)
        for loop in gathered:
            self._hand_over(loop)
        for _ in self._threads:
            self._waiting.put(None)
        for thread in self._threads:
            thread.join()
        self._engine.dispose()

    def _hand_over(self, loop: asyncio.AbstractEventLoop) -> None:
        with self._gathering:
            for call in self._gathered.pop(loop, ()):
                self._waiting.put(call)

    def _serve(self) -> None:
        conn: Connection | None = None
        group: list[_Call] = []
        while self._next(group):
            calls = [call for call in group if not call.answer.cancelled()]
            if not calls:
                continue
            try:
                # Kept from group to group: to take one out of the pool and put it back costs as much as a statement.
                conn = conn or self._engine.connect()
                outcomes = self._run(conn, calls)
            except Exception as error:  # whatever it is, the callers get it
                outcomes = [_Outcome(call, error=self._translated(error)) for call in calls]
                if conn is not None:
                    with suppress(Exception):
                        conn.close()
                    conn = None
            _settle(outcomes)
        if conn is not None:
            conn.close()

    def _next(self, group: list[_Call]) -> bool:
        """Wait for a call and take what came with it; False when the thread is to end."""
        group.clear()
        call = self._waiting.get()
        while call is not None:
            group.append(call)
            if len(group) == self._group_limit:
                return True
            try:
                call = self._waiting.get_nowait()
            except queue.Empty:
                return True
        if group:
            # What was taken is done first.
            self._waiting.put(None)
        return bool(group)

    def _run(self, conn: Connection, calls: Sequence[_Call]) -> list[_Outcome]:
        """Run the group in one transaction. Raises what fails all of it, the commit's error among that."""
        with conn.begin() as transaction:
            try:
                return [_Outcome(call, call.op(self._tx(conn))) for call in calls]
            except Exception as error:
                transaction.rollback()
                if len(calls) == 1:
                    return [_Outcome(calls[0], error=self._translated(error))]
        # One of them failed, which is rare, and undid the others: again, each so that it can be undone alone. Operations are
        # functions of the transaction and may be repeated.
        with conn.begin():
            return [self._run_alone(conn, call) for call in calls]

    def _run_alone(self, conn: Connection, call: _Call) -> _Outcome:
        try:
            with conn.begin_nested():
                return _Outcome(call, call.op(self._tx(conn)))
        except Exception as error:
            # On a full disk or an I/O error SQLite ends the whole transaction by itself: then the whole group has failed.
            if not _in_transaction(conn):
                raise
            return _Outcome(call, error=self._translated(error))


def _settle(outcomes: Sequence[_Outcome]) -> None:
    """Give the answers, each on its own loop."""
    by_loop: dict[asyncio.AbstractEventLoop, list[_Outcome]] = defaultdict(list)
    for outcome in outcomes:
        by_loop[outcome.call.loop].append(outcome)
    for loop, ours in by_loop.items():
        # A loop that has ended waits for nothing any more.
        with suppress(RuntimeError):
            loop.call_soon_threadsafe(_answer, ours)


def _answer(outcomes: Sequence[_Outcome]) -> None:
    for outcome in outcomes:
        answer = outcome.call.answer
        if answer.done():
            continue
        if outcome.error is not None:
            answer.set_exception(outcome.error)
        else:
            answer.set_result(outcome.result)


def _in_transaction(conn: Connection) -> bool:
    driver = conn.connection.driver_connection
    return isinstance(driver, sqlite3.Connection) and driver.in_transaction
