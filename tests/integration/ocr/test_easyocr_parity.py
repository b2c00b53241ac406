"""Our path against EasyOCR's own code, in fp32 and at EasyOCR's size of detection: box by box and text by text."""

from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
from PIL import Image

from doctray.ocr.craft_boxes import text_polygons
from doctray.ocr.craft_detector import CraftDetector
from doctray.ocr.crnn_crops import cut_out
from doctray.ocr.easyocr_lines import TextLine, text_lines
from doctray.ocr.easyocr_networks import Networks
from doctray.ocr.runtimes import Backend
from doctray.ocr.second_reader import LineReading
from tests.engines.images import a_printed_page

pytestmark = pytest.mark.slow

LINES = ("Certificate of Training", "awarded to Maria Keller", "on 14 March 2026", "$1,000,000 each; 50% paid")


@cache
def easyocr() -> Any:
    from doctray.ocr import easyocr_stock

    return easyocr_stock.easyocr


@cache
def stock_reader() -> Any:
    from easyocr_en_models import model_dir

    folder = model_dir()
    return easyocr().Reader(
        ["en"],
        gpu=False,
        quantize=False,
        download_enabled=False,
        verbose=False,
        model_storage_directory=folder,
        user_network_directory=folder,
    )


@cache
def networks(backend: str = "openvino-fp32") -> Networks:
    return Networks(backend=Backend.of(backend), device="cpu", models_dir=None, threads=2)


def read(path: Path, backend: str = "openvino-fp32") -> list[tuple[TextLine, LineReading]]:
    rgb = np.asarray(Image.open(path).convert("RGB"))
    grey = np.asarray(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE), np.uint8)
    polygons = CraftDetector(networks(backend).detector(), letters=None).find(rgb, grey)
    lines = text_lines(polygons, width=rgb.shape[1], height=rgb.shape[0])
    return list(zip(lines, networks(backend).line_reader(("en",)).read([cut_out(grey, line) for line in lines]), strict=True))


def upright() -> Image.Image:
    return a_printed_page(*LINES)


def tilted() -> Image.Image:
    return a_printed_page(*LINES[:2]).rotate(-8, expand=True, fillcolor="white")


def pale() -> Image.Image:
    """Too little contrast to be sure of: what EasyOCR reads a second time."""
    page = np.asarray(a_printed_page("Course 204 passed", "I 1 l", width=320, size=13)).astype(np.float32)
    noise = np.random.default_rng(7).normal(0, 9, page.shape)
    return Image.fromarray(np.clip(page * 0.13 + 170 + noise, 0, 255).astype(np.uint8))


def wide() -> Image.Image:
    """Longer than EasyOCR's canvas, so that it is shrunk."""
    page = Image.new("RGB", (2700, 150), "white")
    page.paste(a_printed_page("Certificate of Training and Attendance", width=1100, size=48), (900, 0))
    return page


@pytest.mark.filterwarnings("ignore:'pin_memory' argument")
@pytest.mark.parametrize("picture", [upright, tilted, pale, wide], ids=lambda picture: picture.__name__)
def test_boxes_and_texts_are_those_of_readtext(picture: Any, tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    picture().save(path)
    stock = stock_reader().readtext(str(path))
    ours = read(path)
    assert len(stock) >= 1
    assert [text for _, text, _ in stock] == [reading.text for _, reading in ours]
    for (corners, _, confidence), (line, reading) in zip(stock, ours, strict=True):
        assert np.allclose(np.asarray(corners, float), np.asarray(line.corners, float))
        assert reading.confidence == pytest.approx(float(confidence), abs=2e-3)


def test_torch_and_openvino_read_the_same(tmp_path: Path) -> None:
    path = tmp_path / "page.png"
    a_printed_page(*LINES[:2]).save(path)
    texts: list[list[str]] = [[reading.text for _, reading in read(path, backend)] for backend in ("openvino-fp32", "torch-fp32")]
    assert texts[0] == texts[1] == list(LINES[:2])


def a_map(seed: int) -> np.ndarray[Any, np.dtype[np.float32]]:
    """Blobs such as CRAFT's: words of different sizes, some tilted, some linked."""
    rng = np.random.default_rng(seed)
    maps = np.zeros((2, 160, 220), np.float32)
    for _ in range(14):
        centre = (int(rng.integers(10, 210)), int(rng.integers(8, 152)))
        size = (int(rng.integers(2, 40)), int(rng.integers(1, 9)))
        channel = maps[int(rng.integers(0, 5) == 0)]
        cv2.ellipse(channel, centre, size, float(rng.choice((0, 0, 0, 12, 90))), 0, 360, float(rng.uniform(0.5, 1.0)), -1)
    return np.ascontiguousarray(cv2.GaussianBlur(maps.transpose(1, 2, 0), (0, 0), 1.2))


@pytest.mark.parametrize("seed", range(8))
def test_boxes_and_lines_of_a_score_map_are_easyocrs(seed: int) -> None:
    easyocr()
    from easyocr.craft_utils import adjustResultCoordinates, getDetBoxes
    from easyocr.utils import diff, group_text_box

    scores = a_map(seed)
    boxes, _, _ = getDetBoxes(scores[..., 0], scores[..., 1], 0.7, 0.4, 0.4)
    theirs = [np.asarray(box).astype(np.int32).reshape(-1) for box in adjustResultCoordinates(boxes, 1 / 0.8, 1 / 0.8)]
    ours = text_polygons(scores, scale=0.8)
    assert [list(box) for box in ours] == [list(box) for box in theirs]
    level, free = group_text_box(theirs, 0.1, 0.5, 0.5, 0.5, 0.1, True)
    kept = [box for box in level if max(box[1] - box[0], box[3] - box[2]) > 20]
    tilted_kept = [box for box in free if max(diff([x for x, _ in box]), diff([y for _, y in box])) > 20]
    lines = text_lines(ours, width=550, height=400)
    assert [_edges(line) for line in lines if line.level] == [[max(0, b[0]), min(550, b[1]), max(0, b[2]), min(400, b[3])] for b in kept]
    assert np.allclose([line.corners for line in lines if not line.level], tilted_kept) or not tilted_kept


def _edges(line: TextLine) -> Sequence[int]:
    assert line.level is not None
    return [line.level.left, line.level.right, line.level.top, line.level.bottom]
