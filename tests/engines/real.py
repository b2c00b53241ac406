"""The real engines, each loaded once for all tests of a process: it takes seconds."""

from functools import cache
from pathlib import Path

from doctray.ocr.engines import make_engine
from doctray.ports import OcrEngine


@cache
def easyocr_engine() -> OcrEngine:
    """On our own path, one reader only; in fp32, which reads the same on every processor."""
    return make_engine("easyocr", "cpu", Path("/nonexistent/models"), 2, backend="openvino-fp32")


@cache
def rapidocr_engine() -> OcrEngine:
    return make_engine("rapidocr", "cpu", None, 2)


@cache
def doubly_read_engine() -> OcrEngine:
    """EasyOCR with the second reader: the default configuration."""
    return make_engine("easyocr", "cpu", Path("/nonexistent/models"), 2, second_reader="ppocr", backend="openvino-fp32")
