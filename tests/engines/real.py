"""The real EasyOCR, loaded once for all tests of a process: it takes 5 s."""

from functools import cache
from pathlib import Path

from doctray.ocr.engines import make_engine
from doctray.ports import OcrEngine


@cache
def easyocr_engine() -> OcrEngine:
    return make_engine("easyocr", "cpu", Path("/nonexistent/models"), 2)
