"""A case through a page process alone: what the worker would get to see of it, without a service around it."""

from pathlib import Path

from doctray.domain.errors import DoctrayError
from doctray.ocr.null_engine import NullEngine
from doctray.pages.completion import completed
from doctray.pages.process import ProcessPageOpener
from doctray.pages.sniff import HEAD_BYTES, sniff
from doctray.ports import Unread
from tests.malformed.case import COMPLETED, Case

_ENGINE = NullEngine()


async def outcome_of(case: Case, opener: ProcessPageOpener, folder: Path) -> str:
    """The code that it ends in, as in the service: sniffed, opened, every page read, finished and shown."""
    content = case.make()
    media_type = sniff(content[:HEAD_BYTES])
    if not content:
        return "empty_document"
    if media_type is None:
        return "unsupported_media_type"
    path = folder / "case"
    path.write_bytes(content)
    try:
        async with opener.open(path, media_type=media_type, pages=case.options.get("pages"), languages=("en",)) as session:
            for number in session.opened.page_numbers:
                page = await session.page(number)
                if isinstance(page, Unread):
                    page = _ENGINE.read([await session.image(number)])[0]
                    completed(page, await session.extras(number, rotation=page.rotation))
                await session.image_png(number)
    except DoctrayError as error:
        return error.code
    return COMPLETED
