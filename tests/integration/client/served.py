"""The real front door on a real socket, for those who speak HTTP to it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from doctray.client import Client
from tests.integration.api.door import Door

T = TypeVar("T")


class Served:
    """A front door on a port. `ask`: a call of the blocking client, in a thread."""

    def __init__(self, door: Door, url: str) -> None:
        self.door, self.url = door, url

    async def ask(self, call: Callable[[Client], T], *, api_key: str | None = None) -> T:
        def talk() -> T:
            with Client(self.url, api_key) as client:
                return call(client)

        return await asyncio.to_thread(talk)
