"""The engines that the settings name, models among them: fetched, checked, and refused where they are not what they say."""

import asyncio
from pathlib import Path

import structlog

from doctray.config import Google, Settings, SettingsError
from doctray.domain.errors import EngineFailure, TemporarilyUnavailable
from doctray.ocr.documentai import DocumentAi
from doctray.ocr.engines import Engines
from doctray.ocr.models import EngineModel, read_model
from doctray.wiring import fetch_model_at

_log = structlog.get_logger()


async def open_engines(settings: Settings) -> Engines:
    """What this worker can read with.

    A model that cannot be used is left out, with a line in the log: one damaged file must not stop the engines that work. Raises
    SettingsError when that leaves OCR_ENGINE without its engine.
    """
    found: dict[str, EngineModel] = {}
    for place in settings.worker.models:
        try:
            model = await model_at(settings, place)
            await asyncio.to_thread(model.check)
            if model.engine in found:
                raise EngineFailure(f"another place of OCR_MODELS holds {model.engine} already")
        except (EngineFailure, TemporarilyUnavailable) as error:
            _log.error("model.refused", place=place, detail=error.detail)
        else:
            found[model.engine] = model
            _log.info("model.offered", engine=model.engine, base=model.manifest.base, checksum=model.manifest.checksum)
    engines = Engines(models=tuple(found.values()), documentai=documentai_of(settings.google))
    if settings.worker.engine not in engines.names:
        raise SettingsError(f"OCR_ENGINE is {settings.worker.engine!r}; use one of {', '.join(engines.names)}{_mend(settings)}")
    return engines


async def model_at(settings: Settings, place: str) -> EngineModel:
    """The model of a folder, or of an s3:// prefix, whose files are brought here. Raises EngineFailure or TemporarilyUnavailable."""
    folder = await fetch_model_at(settings, place) if place.startswith("s3://") else Path(place)
    return await asyncio.to_thread(read_model, folder)


def documentai_of(google: Google) -> DocumentAi | None:
    """None where it is not configured."""
    if google.processor is None:
        return None
    return DocumentAi(
        processor=google.processor,
        endpoint=google.address,
        credentials_file=google.credentials_file,
        timeout_s=google.timeout_seconds,
        requests=google.requests,
        page_price=google.page_price,
    )


def _mend(settings: Settings) -> str:
    if "@" in settings.worker.engine:
        return "; a model of OCR_MODELS that was refused is told above, and by `doctray models list`"
    return "; google_documentai needs GOOGLE_DOCUMENTAI_PROCESSOR" if settings.google.processor is None else ""
