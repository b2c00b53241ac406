"""An app on a real uvicorn, in the test's own loop."""

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import uvicorn


@asynccontextmanager
async def listening(app: Any, *, at_once: bool = False, **config: Any) -> AsyncIterator[int]:
    """The port. at_once: in the end connections are cut and not waited for. config: of uvicorn."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", log_config=None, access_log=False, **config))
        serving = asyncio.create_task(server.serve(sockets=[listener]))
        try:
            async with asyncio.timeout(60):
                while not server.started:
                    await asyncio.sleep(0.01)
            yield listener.getsockname()[1]
        finally:
            server.force_exit, server.should_exit = at_once, True
            await serving
