"""What page processes hold. Bounds leave a third of what was measured as room; without the care that they test for it is thrice as much."""

import asyncio
import io
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import cv2
import numpy as np
import psutil
import pytest
from PIL import Image

from doctray.domain.document import Page
from doctray.pages.deskew import Rgb
from doctray.pages.process import ProcessPageOpener
from doctray.ports import PageSession, Unread
from tests.integration.pages.openers import an_opener
from tests.integration.pages.test_process import a_text_pdf, eventually, page_processes
from tests.mupdf import pymupdf

MB = 1_000_000

linux = pytest.mark.skipif(sys.platform != "linux", reason="reads /proc")


@pytest.fixture
async def opener() -> AsyncIterator[ProcessPageOpener]:
    async with an_opener(max_children=2, page_seconds=120) as opener:
        yield opener


def photographed(width: int, height: int) -> Rgb:
    """Lines of print on paper with a grain, as a camera sees them, a little askew."""
    paper = np.full((height, width, 3), (228, 224, 214), dtype=np.uint8)
    for row, top in enumerate(range(height // 20, height - height // 20, height // 50)):
        cv2.putText(
            paper,
            f"{row:02} This certificate confers no rights upon the holder {1000 * row:,}.00",
            (width // 15, top),
            0,
            1.6,
            (30, 30, 40),
            4,
        )
    cv2.rectangle(paper, (width // 20, height // 3), (width - width // 20, height // 2), (20, 20, 20), 5)
    askew = cv2.getRotationMatrix2D((width / 2, height / 2), 0.8, 1.0)
    turned = cv2.warpAffine(paper, askew, (width, height), borderValue=(90, 80, 70))
    grain = np.random.default_rng(7).integers(0, 9, (height, width, 1), dtype=np.uint8)
    return np.asarray(cv2.add(turned, np.repeat(grain, 3, axis=2)), dtype=np.uint8)


def jpeg(rgb: Rgb, *, orientation: int = 1) -> bytes:
    exif, file = Image.Exif(), io.BytesIO()
    exif[0x0112] = orientation
    Image.fromarray(rgb).save(file, "JPEG", quality=85, exif=exif)
    return file.getvalue()


def most_mb(process: psutil.Process) -> float:
    """Of memory at any time since it was forked, what it shares with the others counted in."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    return next(int(line.split()[1]) * 1024 / MB for line in status.splitlines() if line.startswith("VmHWM"))


def own_mb(process: psutil.Process) -> float:
    return float(process.memory_full_info().uss / MB)


async def finish(session: PageSession, number: int) -> None:
    """All that is asked of a page for an engine."""
    assert isinstance(await session.page(number), Unread)
    await session.image(number)
    await session.extras(number, rotation=0)
    await session.image_png(number)


@linux
@pytest.mark.parametrize("orientation", [1, 6], ids=["upright", "turned by its camera"])
async def test_a_photograph_of_12_megapixels_never_takes_five_times_its_pixels(
    orientation: int, opener: ProcessPageOpener, tmp_path: Path
) -> None:
    path = tmp_path / "photo.jpg"
    path.write_bytes(jpeg(photographed(3000, 4000) if orientation == 1 else photographed(4000, 3000), orientation=orientation))
    async with opener.open(path, media_type="image/jpeg", pages=None, languages=("en",)) as session:
        [process] = page_processes()
        before = most_mb(process)
        await finish(session, 1)
        grown = most_mb(process) - before
        # as decoded, and little else: it is given back after each answer
        await eventually(lambda: own_mb(process) < 90, "the page process keeps more than the page")
    assert 36 < grown < 180


async def test_text_layers_are_read_while_pictures_wait_for_room(opener: ProcessPageOpener, tmp_path: Path) -> None:
    picture, text = tmp_path / "photo.jpg", a_text_pdf(tmp_path)
    picture.write_bytes(jpeg(photographed(300, 400)))
    async with (
        opener.open(picture, media_type="image/jpeg", pages=None, languages=("en",)) as pictured,
        opener.open(text, media_type="application/pdf", pages=None, languages=("en",)) as printed,
    ):
        assert isinstance(await pictured.page(1), Unread)
        async with opener._room.hold(None, decoded=False):
            image = asyncio.create_task(pictured.image(1))
            assert isinstance(await printed.page(1), Page)
            assert not image.done()
        assert (await image).width >= 300


@linux
async def test_a_long_scan_takes_no_more_than_a_short_one(opener: ProcessPageOpener, tmp_path: Path) -> None:
    path = tmp_path / "scan.pdf"
    page = photographed(2480, 3508)
    with pymupdf.open() as document:
        for number in range(5):
            page[:40] = 40 * number
            document.new_page(width=595, height=842).insert_image((0, 0, 595, 842), stream=jpeg(page))
        document.save(path)
    async with opener.open(path, media_type="application/pdf", pages=None, languages=("en",)) as session:
        [process] = page_processes()
        await finish(session, 1)
        first = most_mb(process)
        for number in (2, 3, 4, 5):
            await finish(session, number)
        # a page as it is decoded has 26 MB, and as it is rendered 12
        assert most_mb(process) < first + 40
        await eventually(lambda: own_mb(process) < 60, "the page process keeps more than a page")
