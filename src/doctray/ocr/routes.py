"""Pages to the engine process that their engine is in: one that waits for another machine must not hold those that compute here."""

from collections.abc import Callable

from doctray.domain.document import Page, PageImage
from doctray.ports import PageReader


class RoutedReader:
    """`doctray.ports.PageReader` over two. usual: reads with the default engine and its kind. aside: reads what `is_aside` says."""

    def __init__(self, *, usual: PageReader, aside: PageReader, is_aside: Callable[[str], bool]) -> None:
        self._usual = usual
        self._aside = aside
        self._is_aside = is_aside

    async def read(self, image: PageImage, *, engine: str | None = None) -> Page:
        reader = self._aside if engine is not None and self._is_aside(engine) else self._usual
        return await reader.read(image, engine=engine)
