"""Openers of documents whose page processes end with the test."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

from doctray.pages.process import ProcessPageOpener


@asynccontextmanager
async def an_opener(**settings: Any) -> AsyncIterator[ProcessPageOpener]:
    """A started one. settings: of `ProcessPageOpener`."""
    opener = ProcessPageOpener(**settings)
    try:
        await opener.start()
        yield opener
    finally:
        await opener.close()
