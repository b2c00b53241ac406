"""The extractors that the settings configure, by name. google-genai is loaded only when Gemini is first asked."""

from collections.abc import Mapping
from contextlib import AsyncExitStack
from random import Random

from doctray.config import Llm
from doctray.extraction.breaker import Breaker
from doctray.extraction.conversation import Conversation, Limits
from doctray.extraction.gemini import GeminiModel
from doctray.extraction.language_model import LanguageModel
from doctray.extraction.model_extractor import ModelExtractor
from doctray.extraction.openai_compatible import OpenAICompatibleModel
from doctray.ports import Clock, Extractor
from doctray.worker.observe import MetricsModelObserver


def open_extractors(settings: Llm, *, rules: Extractor, clock: Clock, stack: AsyncExitStack) -> dict[str, Extractor]:
    """`rules`, and a model for each that is configured; closed with the stack."""
    found: dict[str, Extractor] = {"rules": rules}
    limits = limits_of(settings)
    for model in _models(settings):
        observer = MetricsModelObserver(extractor=model.name, model=model.model, price=settings.prices.get(model.model))
        conversation = Conversation(
            model,
            limits=limits,
            breaker=Breaker(failures=settings.breaker_failures, pause_s=settings.breaker_seconds, clock=clock, on_change=observer.circuit),
            clock=clock,
            observer=observer,
            random=Random(),  # noqa: S311 jitter
        )
        found[model.name] = ModelExtractor(conversation, name=model.name, model=model.model, rules=rules, limits=limits, observer=observer)
        stack.push_async_callback(conversation.close)
    return found


def limits_of(settings: Llm) -> Limits:
    return Limits(
        timeout_s=settings.timeout_seconds,
        max_input_tokens=settings.max_input_tokens,
        max_document_tokens=settings.max_document_tokens,
        max_output_tokens=settings.max_output_tokens,
        page_images=settings.page_images,
    )


def fingerprint_of(extractors: Mapping[str, Extractor], settings: Llm) -> str:
    """What shapes the fields, for the worker's fingerprint: versions, models, what they are shown, and which one is the default."""
    shown = f"input={settings.max_input_tokens} document={settings.max_document_tokens} images={settings.page_images}"
    named = (
        f"{name}={extractor.version}{f':{extractor.model}' if extractor.model else ''}" for name, extractor in sorted(extractors.items())
    )
    return " ".join((*named, f"default={settings.extractors[0]}", *([shown] if len(extractors) > 1 else [])))


def _models(settings: Llm) -> list[LanguageModel]:
    models: list[LanguageModel] = []
    if settings.gemini_api_key is not None:
        models.append(
            GeminiModel(api_key=settings.gemini_api_key.get_secret_value(), model=settings.gemini_model, base_url=settings.gemini_base_url)
        )
    if settings.base_url is not None and settings.model is not None:
        key = settings.api_key.get_secret_value() if settings.api_key else None
        models.append(OpenAICompatibleModel(base_url=settings.base_url, model=settings.model, api_key=key))
    return models
