"""A front door on a port for each test."""

import asyncio
import socket
from collections.abc import AsyncIterator

import pytest
import uvicorn

from tests.integration.api.conftest import database, migrated_database
from tests.integration.api.door import open_door
from tests.integration.client.served import Served

__all__ = ["database", "migrated_database", "served"]


@pytest.fixture
async def served(database: str) -> AsyncIterator[Served]:
    listener = socket.create_server(("127.0.0.1", 0))
    async with open_door(database) as door:
        server = uvicorn.Server(uvicorn.Config(door.app, lifespan="off", log_config=None, ws="none"))
        serving_task = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            yield Served(door, f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            server.should_exit = True
            await serving_task
            listener.close()
