"""The readers compared, each from picture files to text. Every one runs in a process of its own (`benchmarks.reading`).

Stock means as its own README uses it: no option set but those that keep it from downloading weights.
"""

import ctypes
import gc
import subprocess
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

if TYPE_CHECKING:
    from doctray.domain.document import PageImage

_MAX_PIXELS = 40_000_000
"""Of a page image; above what any page here has."""

_GPU_BATCH = 32


class Reader(Protocol):
    def read(self, paths: Sequence[Path]) -> list[str]:
        """The text of each picture, in order; lines parted by line feeds."""
        ...

    def about(self) -> dict[str, str]:
        """What really runs: version, backend, as the reader itself says."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class ReaderSpec:
    """Which reader, and how. kind: easyocr-readme, rapidocr-readme, tesseract, text-layer, or engine for one of doctray's.

    engine, second_reader, backend: doctray's names; backend "" is the one that its calibration picks. device: "cpu" or a GPU's number.
    cores: that it may run on; 0: all. counted: what its networks compute is counted, see `benchmarks.arithmetic`.
    """

    kind: str
    engine: str = ""
    second_reader: str = ""
    backend: str = ""
    device: str = "cpu"
    cores: int = 0
    counted: bool = False


def make_reader(spec: ReaderSpec) -> Reader:
    match spec.kind:
        case "easyocr-readme":
            return EasyOcrReadme(gpu=spec.device != "cpu")
        case "rapidocr-readme":
            return RapidOcrReadme()
        case "tesseract":
            return Tesseract()
        case "text-layer":
            return TextLayer()
        case "engine":
            return Engine(spec)
    raise ValueError(f"no such reader: {spec.kind}")


class EasyOcrReadme:
    """`reader = easyocr.Reader(['en']); reader.readtext('chinese.jpg')`, one picture after the other."""

    def __init__(self, *, gpu: bool) -> None:
        from doctray.ocr.torchvision_shim import import_torchvision

        import_torchvision()
        import easyocr
        from easyocr_en_models import model_dir

        self._reader = easyocr.Reader(["en"], gpu=gpu, model_storage_directory=str(model_dir()), download_enabled=False, verbose=False)

    def read(self, paths: Sequence[Path]) -> list[str]:
        return ["\n".join(text for _, text, _ in self._reader.readtext(str(path))) for path in paths]

    def networks(self) -> dict[str, Any]:
        return {"detector": self._reader.detector, "recogniser": self._reader.recognizer}

    def about(self) -> dict[str, str]:
        return {"runs": "easyocr.Reader(['en']).readtext(path)", "device": str(self._reader.device)}


class RapidOcrReadme:
    """`engine = RapidOCR(); result = engine(img_url)`, one picture after the other."""

    def __init__(self) -> None:
        from rapidocr import RapidOCR

        self._engine: Any = RapidOCR()

    def read(self, paths: Sequence[Path]) -> list[str]:
        return ["\n".join(self._engine(str(path)).txts or ()) for path in paths]

    def about(self) -> dict[str, str]:
        return {"runs": "RapidOCR()(path)"}


class Tesseract:
    """`tesseract picture stdout`, one process a picture."""

    def read(self, paths: Sequence[Path]) -> list[str]:
        return [subprocess.run(["tesseract", str(path), "stdout"], capture_output=True, check=True).stdout.decode() for path in paths]

    def about(self) -> dict[str, str]:
        return {"runs": "tesseract path stdout"}


class TextLayer:
    """The PDF beside each picture, as doctray's page process reads it. Raises ValueError where its text layer is not trusted."""

    def read(self, paths: Sequence[Path]) -> list[str]:
        return [self._text(path.with_suffix(".pdf")) for path in paths]

    def about(self) -> dict[str, str]:
        return {"runs": "doctray.pages.reader.DocumentReader"}

    def _text(self, pdf: Path) -> str:
        from doctray.pages.reader import DocumentReader, Reading
        from doctray.pages.sniff import PDF

        seen = DocumentReader(pdf, media_type=PDF, max_pixels=_MAX_PIXELS).look(1)
        if not isinstance(seen, Reading) or seen.page is None:
            raise ValueError(f"the text layer of {pdf.name} is not trusted")
        return seen.page.text


class Engine:
    """One of doctray's engines, decoding included: all pictures of a call in one `read`; on a GPU in reads of 32, the worker's most
    (`doctray.worker.limits`), with pictures decoded in threads ahead of them, as page processes do there."""

    def __init__(self, spec: ReaderSpec) -> None:
        from doctray.ocr.devices import available_cores
        from doctray.ocr.engines import make_engine

        options: dict[str, Any] = {"device": spec.device, "models_dir": None, "threads": available_cores()}
        if spec.second_reader:
            options["second_reader"] = spec.second_reader
        if spec.backend:
            options["backend"] = spec.backend
        self._engine = make_engine(spec.engine, **options)
        self._ahead = None if spec.device == "cpu" else ThreadPoolExecutor(available_cores(), "decoding")

    def read(self, paths: Sequence[Path]) -> list[str]:
        decoded = map(_decoded, paths) if self._ahead is None else self._ahead.map(_decoded, paths)
        most = len(paths) if self._ahead is None else _GPU_BATCH
        texts = []
        while images := list(islice(decoded, most)):
            texts += [page.text for page in self._engine.read(images)]
        _give_memory_back()
        return texts

    def about(self) -> dict[str, str]:
        said = {"runs": f"doctray engine {self._engine.name}", "version": self._engine.version}
        backend = getattr(self._engine, "backend", None)
        return said | ({"backend": str(backend)} if backend else {})


def _decoded(path: Path) -> "PageImage":
    from PIL import Image

    from doctray.domain.document import PageImage

    with Image.open(path) as picture:
        rgb = picture.convert("RGB")
    return PageImage(number=1, width=rgb.width, height=rgb.height, rgb=rgb.tobytes())


def _give_memory_back() -> None:
    """As doctray's engine process does after each batch."""
    gc.collect(0)
    trim = getattr(ctypes.CDLL(None), "malloc_trim", None)
    if trim is not None:
        trim(0)
