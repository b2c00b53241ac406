import asyncio
import io
import os
import resource
import signal
import socket
import threading
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from PIL import Image
from structlog.testing import capture_logs

from doctray.domain.document import Page, PageImage, PageSource
from doctray.domain.errors import (
    CorruptDocument,
    DoctrayError,
    EmptyDocument,
    EncryptedDocument,
    EngineFailure,
    InvalidOption,
    PageTooLarge,
    TimedOut,
    TooManyPages,
    UnsupportedMediaType,
)
from doctray.pages import wire
from doctray.pages.completion import completed
from doctray.pages.process import PageProcess, ProcessPageOpener, _spawn
from doctray.ports import PageSession, Unread
from tests.integration.pages.builders import PARAGRAPH, a_pdf, encoded, paragraphs, picture, png_header, saved, with_scan
from tests.integration.pages.openers import an_opener
from tests.mupdf import pymupdf

PDF = "application/pdf"


@pytest.fixture
async def opener() -> AsyncIterator[ProcessPageOpener]:
    async with an_opener(max_children=2, page_seconds=30) as opener:
        yield opener


def opening(opener: ProcessPageOpener, path: Path, media_type: str = PDF, pages: str | None = None) -> Any:
    return opener.open(path, media_type=media_type, pages=pages, languages=("en", "de"))


def a_text_pdf(folder: Path, *, pages: int = 1) -> Path:
    return saved(a_pdf(*[paragraphs] * pages), folder / "text.pdf")


def a_scanned_pdf(folder: Path) -> Path:
    return saved(a_pdf(with_scan), folder / "scan.pdf")


async def whole(session: PageSession, number: int) -> Page | PageImage:
    seen = await session.page(number)
    return await session.image(number) if isinstance(seen, Unread) else seen


def page_processes() -> list[psutil.Process]:
    """Children of the nursery, which is the only child of ours that runs its module."""
    return [child for nursery in nurseries() for child in nursery.children()]


def nurseries() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "doctray.pages.nursery" in child.cmdline()]


async def eventually(condition: Any, what: str) -> None:
    deadline = asyncio.get_running_loop().time() + 60
    while not condition():
        assert asyncio.get_running_loop().time() < deadline, what
        await asyncio.sleep(0.01)


async def test_a_sound_text_layer_comes_back_as_a_page(opener: ProcessPageOpener, tmp_path: Path) -> None:
    async with opening(opener, a_text_pdf(tmp_path, pages=3)) as session:
        assert (session.opened.media_type, session.opened.page_total, session.opened.page_numbers) == (PDF, 3, (1, 2, 3))
        page = await session.page(2)
        assert isinstance(page, Page)
        assert (page.number, page.source) == (2, PageSource.TEXT_LAYER)
        assert page.lines[0].text == PARAGRAPH[0]
        with Image.open(io.BytesIO(await session.image_png(2))) as image:
            assert (image.format, image.size) == ("PNG", (page.width, page.height))


@pytest.mark.parametrize("media_type", [PDF, "image/png", "image/tiff"])
async def test_a_document_that_was_deleted_meanwhile_is_told_so_and_is_no_error_of_ours(
    opener: ProcessPageOpener, tmp_path: Path, media_type: str
) -> None:
    with capture_logs() as logs, pytest.raises(EngineFailure, match="removed before it was opened"):
        async with opening(opener, tmp_path / "gone", media_type):
            pass
    assert [log for log in logs if log["log_level"] == "error"] == []


async def test_a_scan_comes_back_as_an_image_to_be_read(opener: ProcessPageOpener, tmp_path: Path) -> None:
    async with opening(opener, a_scanned_pdf(tmp_path)) as session:
        image = await session.image(1)
        assert isinstance(image, PageImage)
        assert (image.number, image.width, image.height, image.languages) == (1, 1700, 2200, ("en", "de"))
        with Image.open(io.BytesIO(await session.image_png(1))) as png:
            assert png.convert("RGB").tobytes() == image.rgb


async def test_a_page_that_an_engine_turned_is_finished_and_shown_upright(opener: ProcessPageOpener, tmp_path: Path) -> None:
    table = Image.new("RGB", (900, 600), "white")
    table.paste((0, 0, 0), (100, 200, 800, 203))
    path = tmp_path / "turned.png"
    table.transpose(Image.Transpose.ROTATE_90).save(path)
    async with opening(opener, path, "image/png") as session:
        image = await session.image(1)
        assert (image.width, image.height) == (600, 900)
        read = Page(number=1, width=900, height=600, source=PageSource.OCR, rotation=90, engine="easyocr")
        page = completed(read, await session.extras(1, rotation=read.rotation))
        (rule,) = page.segments
        assert (rule.left, rule.top, rule.right, rule.bottom) == pytest.approx((100, 201, 800, 201), abs=4)
        assert (page.engine, page.rotation) == ("easyocr", 90)
        with Image.open(io.BytesIO(await session.image_png(1))) as png:
            assert np.abs(np.asarray(png.convert("RGB")).astype(int) - np.asarray(table)).max() == 0


async def test_form_fields_of_a_scanned_form_follow_its_straightening_and_turning(opener: ProcessPageOpener, tmp_path: Path) -> None:
    def draw(page: Any) -> None:
        with_scan(page)
        widget = pymupdf.Widget()
        widget.field_name, widget.field_type, widget.field_value = "seal", pymupdf.PDF_WIDGET_TYPE_CHECKBOX, False
        widget.rect = pymupdf.Rect(306, 396, 316, 406)
        page.add_widget(widget)

    path = saved(a_pdf(draw), tmp_path / "form.pdf")
    async with opening(opener, path) as session:
        image = await session.image(1)
        assert isinstance(image, PageImage)
        (field,) = (await session.extras(1, rotation=90)).form_fields
        # the upper left corner of the page's lower right quarter; turned clockwise, that is the lower left quarter's upper right one
        assert field.box.as_list() == pytest.approx([2200 - 406 * 200 / 72, 850, 1100, 316 * 200 / 72], abs=1.5)


async def test_a_page_left_unread_is_rendered_alike_when_the_document_is_opened_again(opener: ProcessPageOpener, tmp_path: Path) -> None:
    path = a_scanned_pdf(tmp_path)
    async with opening(opener, path) as session:
        seen = await session.page(1)
        assert isinstance(seen, Unread)
        assert (seen.number, seen.width, seen.height) == (1, 1700, 2200)
        image, png = await session.image(1), await session.image_png(1)
    async with opening(opener, path) as session:
        assert await session.image(1) == image
        assert await session.image_png(1) == png


@pytest.mark.parametrize("size", [(900, 600), (5200, 3000)])
async def test_how_large_an_image_file_will_be_is_told_before_it_is_decoded(
    size: tuple[int, int], opener: ProcessPageOpener, tmp_path: Path
) -> None:
    path = tmp_path / "picture.png"
    picture(*size).save(path)
    async with opening(opener, path, "image/png") as session:
        seen, image = await session.page(1), await session.image(1)
        assert isinstance(seen, Unread)
        assert (seen.width, seen.height) == (image.width, image.height)
        assert seen.size_bytes == len(image.rgb)


async def test_only_the_chosen_pages_are_to_be_read(opener: ProcessPageOpener, tmp_path: Path) -> None:
    path = a_text_pdf(tmp_path, pages=6)
    async with opening(opener, path, pages="5,1-2") as session:
        assert (session.opened.page_total, session.opened.page_numbers) == (6, (1, 2, 5))
    for pages in ("7", "2-1", "one"):
        with pytest.raises(InvalidOption):
            async with opening(opener, path, pages=pages):
                pass


async def test_a_document_with_more_text_than_is_read_is_refused_at_the_page_that_is_too_many(tmp_path: Path) -> None:
    one_page = len("".join(PARAGRAPH * 5).replace(" ", ""))
    async with an_opener(max_characters=2 * one_page) as opener, opening(opener, a_text_pdf(tmp_path, pages=3)) as session:
        assert isinstance(await session.page(1), Page)
        assert isinstance(await session.page(2), Page)
        with pytest.raises(TooManyPages, match="text"):
            await session.page(3)


async def test_a_pdf_of_10000_pages_is_refused_unless_few_are_chosen(opener: ProcessPageOpener, tmp_path: Path) -> None:
    document = pymupdf.open()
    for _ in range(10_000):
        document.new_page()
    path = saved(document, tmp_path / "long.pdf")
    with pytest.raises(TooManyPages):
        async with opening(opener, path):
            pass
    async with opening(opener, path, pages="9999-10000") as session:
        assert session.opened.page_total == 10_000
        assert (await session.page(10_000)).number == 10_000


def bad_documents(folder: Path) -> list[tuple[bytes, str, type[DoctrayError]]]:
    whole = a_pdf(paragraphs).tobytes()
    locked = a_pdf(paragraphs).tobytes(encryption=pymupdf.PDF_ENCRYPT_AES_256, user_pw="secret", owner_pw="owner")
    return [
        (b"", PDF, EmptyDocument),
        (b"This is a text file.", PDF, CorruptDocument),
        (whole[: len(whole) // 2], PDF, CorruptDocument),
        (locked, PDF, EncryptedDocument),
        (png_header(50_000, 50_000), "image/png", PageTooLarge),
        (encoded(picture(), "JPEG")[:200], "image/jpeg", CorruptDocument),
        (b"PK\x03\x04", "application/zip", UnsupportedMediaType),
    ]


async def test_each_bad_document_gets_its_code_and_the_next_is_read(opener: ProcessPageOpener, tmp_path: Path) -> None:
    for number, (content, media_type, expected) in enumerate(bad_documents(tmp_path)):
        path = tmp_path / f"{number}"
        path.write_bytes(content)
        with pytest.raises(expected) as raised:
            async with opening(opener, path, media_type) as session:
                await whole(session, 1)
        assert str(tmp_path) not in raised.value.detail
    async with opening(opener, a_text_pdf(tmp_path)) as session:
        assert isinstance(await session.page(1), Page)


async def test_a_page_process_that_is_killed_costs_its_document_alone(opener: ProcessPageOpener, tmp_path: Path) -> None:
    path = a_text_pdf(tmp_path)
    async with opening(opener, path) as other:
        bystanders = page_processes()
        async with opening(opener, path) as session:
            (victim,) = [process for process in page_processes() if process not in bystanders]
            victim.suspend()
            asked = asyncio.create_task(session.page(1))
            await asyncio.sleep(0)
            victim.kill()
            with pytest.raises(EngineFailure) as raised:
                await asked
            assert raised.value.retryable
            with pytest.raises(EngineFailure):
                await session.image_png(1)
        assert isinstance(await other.page(1), Page)
    async with opening(opener, path) as session:
        assert isinstance(await session.page(1), Page)


async def test_a_page_that_hangs_is_timed_out_and_its_process_ended(tmp_path: Path) -> None:
    async with an_opener(page_seconds=6.0) as opener, opening(opener, a_text_pdf(tmp_path)) as session:
        (hung,) = page_processes()
        hung.suspend()
        with pytest.raises(TimedOut):
            await session.page(1)
        await eventually(lambda: not page_processes(), "the hung process is still there")


async def test_a_caller_that_gives_up_while_the_processes_are_started_leaves_none(monkeypatch: pytest.MonkeyPatch) -> None:
    begun, go_on = threading.Event(), threading.Event()

    def slowly(descriptor: int, limits: str) -> Any:
        begun.set()
        go_on.wait(60)
        os.fstat(descriptor)
        return _spawn(descriptor, limits)

    monkeypatch.setattr("doctray.pages.process._spawn", slowly)
    opener = ProcessPageOpener()
    starting = asyncio.create_task(opener.start())
    await eventually(begun.is_set, "nothing is started")
    starting.cancel()
    await asyncio.sleep(0)
    assert not starting.done(), "the thread may still fork, with whatever its descriptor is by then"
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await starting
    assert nurseries() == []
    await opener.close()


async def test_a_page_over_its_processor_time_is_too_large_and_not_tried_again(opener: ProcessPageOpener, tmp_path: Path) -> None:
    async with opening(opener, a_text_pdf(tmp_path)) as session:
        (busy,) = page_processes()
        busy.suspend()
        asked = asyncio.create_task(session.page(1))
        await asyncio.sleep(0)
        busy.send_signal(signal.SIGXCPU)
        busy.resume()
        with pytest.raises(PageTooLarge, match="processor time"):
            await asked


async def test_a_page_that_takes_too_much_memory_is_too_large(tmp_path: Path) -> None:
    path = tmp_path / "large.png"
    Image.new("L", (10_000, 10_000), 255).save(path)
    async with an_opener(memory_bytes=480 * 1024**2) as opener:
        with pytest.raises(PageTooLarge):
            async with opening(opener, path, "image/png") as session:
                await session.image(1)


async def test_closing_ends_the_nursery_and_reaps_it_however_often_the_closer_is_cancelled() -> None:
    opener = ProcessPageOpener(max_children=1, page_seconds=30)
    await opener.start()
    assert opener._nursery is not None
    nursery = opener._nursery._process
    os.kill(nursery.pid, signal.SIGSTOP)
    closing = asyncio.create_task(opener.close())
    for _ in range(3):
        await asyncio.wait([closing], timeout=0.1)
        closing.cancel()
    assert not closing.done()
    os.kill(nursery.pid, signal.SIGCONT)
    with pytest.raises(asyncio.CancelledError):
        await closing
    assert nursery.returncode is not None


async def test_a_cancelled_page_ends_its_process(opener: ProcessPageOpener, tmp_path: Path) -> None:
    async with opening(opener, a_text_pdf(tmp_path)) as session:
        (process,) = page_processes()
        process.suspend()
        asked = asyncio.create_task(session.page(1))
        await asyncio.sleep(0)
        asked.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asked
        with pytest.raises(EngineFailure):
            await session.page(1)
    assert page_processes() == []


async def test_no_more_documents_are_open_at_once_than_allowed(tmp_path: Path) -> None:
    path = a_text_pdf(tmp_path)
    most = 0

    async def read_one(opener: ProcessPageOpener) -> None:
        nonlocal most
        async with opening(opener, path) as session:
            most = max(most, len(page_processes()))
            await session.page(1)

    async with an_opener(max_children=2) as opener, asyncio.TaskGroup() as group:
        for _ in range(6):
            group.create_task(read_one(opener))
    assert most == 2


async def test_pages_asked_for_at_the_same_time_are_answered_in_turn(opener: ProcessPageOpener, tmp_path: Path) -> None:
    async with opening(opener, a_text_pdf(tmp_path, pages=5)) as session:
        pages = await asyncio.gather(*(session.page(number) for number in (5, 3, 1, 2, 4)))
        assert [page.number for page in pages] == [5, 3, 1, 2, 4]


async def test_nothing_is_left_when_the_opener_is_closed(tmp_path: Path) -> None:
    opener = ProcessPageOpener()
    async with opening(opener, a_text_pdf(tmp_path)) as session:
        await session.page(1)
        left = [*nurseries(), *page_processes()]
        assert len(left) == 2
        await opener.close()
        await eventually(lambda: not any(process.is_running() for process in left), "a process is left")
        with pytest.raises(EngineFailure):
            await session.page(1)


async def test_a_nursery_that_dies_takes_its_children_along_and_is_replaced(opener: ProcessPageOpener, tmp_path: Path) -> None:
    path = a_text_pdf(tmp_path)
    (nursery,) = nurseries()
    async with opening(opener, path) as session:
        (child,) = page_processes()
        nursery.kill()
        await eventually(lambda: not child.is_running(), "the page process outlived the nursery")
        with pytest.raises(EngineFailure):
            await session.page(1)
    async with opening(opener, path) as session:
        assert isinstance(await session.page(1), Page)


async def test_a_page_process_has_few_rights_and_no_secrets(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("API_KEY", "dt_must_not_be_seen")
    async with an_opener(memory_bytes=1024**3) as opener, opening(opener, a_text_pdf(tmp_path)) as session:
        await session.page(1)
        (process,) = page_processes()
        assert "API_KEY" not in process.environ()
        assert process.rlimit(resource.RLIMIT_AS) == (1024**3, 1024**3)
        assert process.rlimit(resource.RLIMIT_FSIZE) == (0, 0)
        assert process.rlimit(resource.RLIMIT_CORE) == (0, 0)
        assert process.rlimit(resource.RLIMIT_NOFILE)[0] <= 32
        assert 0 < process.rlimit(resource.RLIMIT_CPU)[0] < 100
        descriptors = [str(link.readlink()) for link in Path(f"/proc/{process.pid}/fd").iterdir()]
        assert len([name for name in descriptors if name.startswith("socket:")]) == 1


async def test_a_page_process_has_no_network(opener: ProcessPageOpener, tmp_path: Path) -> None:
    async with opening(opener, a_text_pdf(tmp_path)):
        (process,) = page_processes()
        theirs, ours = (Path(f"/proc/{pid}/ns/net").readlink() for pid in (process.pid, os.getpid()))
        if theirs == ours:
            pytest.skip("this system allows no network namespaces")
        devices = Path(f"/proc/{process.pid}/net/dev").read_text().splitlines()[2:]
        assert [device.split(":")[0].strip() for device in devices] in ([], ["lo"])


@pytest.mark.parametrize(
    "answer",
    [
        b"\xff" * 64,
        wire.PREFIX.pack(2, 0) + b"[]",
        wire.PREFIX.pack(wire.MAX_HEADER_BYTES + 1, 0),
        wire.PREFIX.pack(3, 0) + b"\x80\x04.",
    ],
    ids=["noise", "no object", "too large", "a pickle"],
)
async def test_a_page_process_that_talks_nonsense_is_not_believed(answer: bytes) -> None:
    connection, theirs = socket.socketpair()
    life_line, nursery = socket.socketpair()
    connection.setblocking(False)
    life_line.setblocking(False)
    process = PageProcess(connection, life_line, 60.0)
    theirs.sendall(answer)
    with pytest.raises(EngineFailure):
        await process.ask({"op": "page", "number": 1})
    nursery.close()
    await process.end()
    theirs.close()
