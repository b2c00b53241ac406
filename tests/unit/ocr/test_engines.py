import re
import subprocess
import sys
import time

import pytest

from doctray.domain.document import PageImage
from doctray.domain.errors import InvalidOption
from doctray.ocr.engines import LOCAL_NAMES, fingerprint, make_engine


def test_every_name_has_a_fingerprint_that_stays() -> None:
    marks = [fingerprint(name) for name in LOCAL_NAMES]
    assert marks == [fingerprint(name) for name in LOCAL_NAMES]
    assert len(set(marks)) == len(LOCAL_NAMES)
    assert re.fullmatch(r"easyocr/1\.7\.2/[0-9a-f]{8}", fingerprint("easyocr"))


def test_an_unknown_engine_is_refused_with_the_names_there_are() -> None:
    for refused in (lambda: make_engine("tesseract", "cpu", None, 1), lambda: fingerprint("tesseract")):
        with pytest.raises(InvalidOption, match="easyocr, easyocr_stock, rapidocr, null"):
            refused()


def test_the_null_engine_takes_its_time_for_each_page() -> None:
    engine = make_engine("null", "cpu", None, 1, null_delay_s=0.02)
    pages = [PageImage(number=number, width=4, height=4, rgb=bytes(48)) for number in (1, 2, 3)]
    started = time.monotonic()
    assert [page.number for page in engine.read(pages)] == [1, 2, 3]
    assert time.monotonic() - started >= 0.06


def test_the_worker_side_loads_nothing_heavy() -> None:
    code = """
import sys
import doctray.ocr.batcher, doctray.ocr.devices, doctray.ocr.engine_process, doctray.ocr.engines
doctray.ocr.engines.fingerprint("easyocr"); doctray.ocr.devices.resolve("auto")
heavy = {"torch", "torchvision", "easyocr", "cv2", "numpy", "PIL"} & sys.modules.keys()
assert not heavy, heavy
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
