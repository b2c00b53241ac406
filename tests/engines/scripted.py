"""An engine process as the batcher sees it, without a process: reads what a double reads, and holds each batch until it is let go."""

import asyncio
from collections.abc import Sequence

from doctray.domain.document import Page, PageImage
from doctray.ports import OcrEngine


class HeldReader:
    """`doctray.ocr.batcher.BatchReader`. Keeps the page numbers and the engine name of every batch in `batches` and `engines`."""

    def __init__(self, engine: OcrEngine, *, held: bool = False) -> None:
        self._engine = engine
        self._free = asyncio.Event()
        self._begun = asyncio.Condition()
        self.batches: list[tuple[int, ...]] = []
        self.engines: list[str | None] = []
        self.timeouts_s: list[float] = []
        if not held:
            self._free.set()

    async def read(self, images: Sequence[PageImage], engine: str | None = None, *, timeout_s: float) -> list[Page]:
        async with self._begun:
            self.batches.append(tuple(image.number for image in images))
            self.engines.append(engine)
            self.timeouts_s.append(timeout_s)
            self._begun.notify_all()
        await self._free.wait()
        return self._engine.read(images)

    async def begun(self, batches: int) -> None:
        """Return once so many batches have begun."""
        async with asyncio.timeout(60), self._begun:
            await self._begun.wait_for(lambda: len(self.batches) >= batches)

    def let_go(self) -> None:
        self._free.set()
