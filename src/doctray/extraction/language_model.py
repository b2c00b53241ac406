"""The seam to a language model: one question in, one answer out. Who asks (`conversation`) knows neither Gemini nor HTTP.

An adapter translates all that can go wrong into three words: `ModelBusy` (ask again in a while), `ExtractorUnavailable` (it
does not answer, or refuses us) and `ExtractionRejected` (it answered, and the answer is of no use).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any, Protocol

from doctray.domain.errors import ExtractorUnavailable


class ModelBusy(ExtractorUnavailable):
    """Too many requests, or a fault that may have passed in a moment: the same question may be asked again after retry_after_s."""


class Role(StrEnum):
    """Who speaks in a conversation."""

    USER = "user"
    MODEL = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Turn:
    """What one side said. Page images go with the first turn of the user."""

    role: Role
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """What is asked of a model.

    system: instructions, apart from all that stands on a page. schema: JSON Schema that the answer must satisfy, without
    `$ref`. closed: every object of the schema lists all its properties as required and allows no others. images: PNG.
    max_output_tokens: where a model that does not stop is cut off.
    """

    system: str
    turns: tuple[Turn, ...]
    schema: Mapping[str, Any]
    closed: bool
    max_output_tokens: int
    images: tuple[bytes, ...] = field(default=(), repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What came back. complete: False when it was cut off at max_output_tokens. Tokens as the server counts them; 0 where it does not."""

    text: str = field(repr=False)
    complete: bool = True
    input_tokens: int = 0
    output_tokens: int = 0


class LanguageModel(Protocol):
    """A model behind some protocol. name: that of the extractor. model: as the server calls it."""

    name: str
    model: str

    async def ask(self, question: Question) -> Reply:
        """Blocks until the whole answer is there: bound it with a timeout. Raises ModelBusy, ExtractorUnavailable or ExtractionRejected."""
        ...

    async def close(self) -> None: ...
