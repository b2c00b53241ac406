"""What commands do straight in the journal, without a running service."""

import asyncio
from collections.abc import Awaitable, Callable
from typing import TYPE_CHECKING, TypeVar

from doctray.cli.connection import give_up
from doctray.cli.main import load_settings
from doctray.domain.errors import CallerError, TemporarilyUnavailable

if TYPE_CHECKING:
    from doctray.storage.journal_sql import SqlJournal

_T = TypeVar("_T")


def in_journal(act: Callable[["SqlJournal"], Awaitable[_T]]) -> _T:
    """What `act` answers. A refusal, and a journal that is away or of another version, is told on stderr; exit status 1."""
    from doctray.wiring import open_journal

    settings = load_settings()

    async def run() -> _T:
        async with open_journal(settings) as journal:
            if not await journal.current():
                give_up("the journal is not set up for this version; run: doctray upgrade")
            return await act(journal)

    try:
        return asyncio.run(run())
    except TemporarilyUnavailable as error:
        give_up(f"the journal cannot be reached: {error.detail}")
    except CallerError as error:
        give_up(error.detail)
