"""The real EasyOCR on our own path, loaded once for all tests of a process."""

from functools import cache
from pathlib import Path

from doctray.ocr.engines import make_engine
from doctray.ports import OcrEngine


@cache
def easyocr_engine() -> OcrEngine:
    """In fp32, which reads the same on every processor."""
    return make_engine("easyocr", "cpu", Path("/nonexistent/models"), 2, backend="openvino-fp32")
