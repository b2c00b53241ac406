"""A conversation with a model about the parts of one document: within its time, repeated while the model is busy, repaired once.

Each answer is checked against its schema before anybody sees it.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Protocol

import structlog

from doctray.domain.errors import DoctrayError, ExtractionRejected, ExtractorUnavailable
from doctray.domain.extraction import Fields
from doctray.extraction.answer import UnusableAnswer, read_answer
from doctray.extraction.answer_schema import is_closed
from doctray.extraction.asking_again import asked_again
from doctray.extraction.breaker import Breaker
from doctray.extraction.language_model import LanguageModel, ModelBusy, Question, Reply, Role, Turn
from doctray.extraction.parse import DateOrder
from doctray.extraction.prompt import REPAIR, Part, turn_of
from doctray.ports import Clock, PageImages

_log = structlog.get_logger()

IMAGES_AT_MOST_BYTES = 12 * 1024 * 1024
"""PNG bytes with one question: base64 makes 16 MiB of them, and Gemini takes requests of 20 MB."""

REPAIR_SHOWN = 8_000
"""Characters of a useless answer that are shown to the model again; one that ran away would fill its context."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one document may cost. timeout_s: all questions about it, with their repeats. max_input_tokens: text of one question.
    max_document_tokens: text of all its questions; pages beyond are left to the rules. max_output_tokens: one answer.
    page_images: images with one question at most. Input tokens are estimates.
    """

    timeout_s: float
    max_input_tokens: int
    max_document_tokens: int
    max_output_tokens: int
    page_images: int = 0


class ModelObserver(Protocol):
    """Told what a model was asked and what it cost; telemetry implements it."""

    def asked(self, outcome: str, seconds: float) -> None:
        """One question. outcome: answered, busy, unavailable, rejected or cancelled (also: out of time)."""
        ...

    def spent(self, input_tokens: int, output_tokens: int) -> None: ...

    def repaired(self) -> None:
        """A useless answer; it is asked for again, once."""
        ...

    def gave_up(self, reason: str) -> None:
        """A document is left to the rules. reason: unavailable or rejected."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is asked about every part. system: instructions. shown: schema that the model is held to. checked: schema that its answer
    must satisfy. order: how the document writes numeric dates.
    """

    system: str
    shown: Mapping[str, Any]
    checked: Mapping[str, Any]
    order: DateOrder | None
    images: PageImages | None = field(default=None, repr=False)


class Conversation:
    """With one model, for all documents."""

    def __init__(
        self, language_model: LanguageModel, *, limits: Limits, breaker: Breaker, clock: Clock, observer: ModelObserver, random: Random
    ) -> None:
        self._model = language_model
        self._limits = limits
        self._breaker = breaker
        self._clock = clock
        self._observer = observer
        self._random = random

    async def answers(self, parts: Sequence[Part], asked: Asked) -> list[Fields]:
        """One for each part, asked one after another, so that MAX_CONCURRENT_EXTRACTIONS bounds the questions in flight.

        Raises ExtractorUnavailable (also: out of time, circuit open) or ExtractionRejected.
        """
        until = self._clock.monotonic() + self._limits.timeout_s
        async with self._breaker.guard():
            try:
                async with asyncio.timeout(self._limits.timeout_s):
                    return [await self._answer(part, asked, until=until) for part in parts]
            except TimeoutError as error:
                raise ExtractorUnavailable(f"{self._model.name} did not finish within {self._limits.timeout_s:g} s.") from error

    async def close(self) -> None:
        await self._model.close()

    async def _answer(self, part: Part, asked: Asked, *, until: float) -> Fields:
        question = Question(
            system=asked.system,
            turns=(turn_of(part),),
            schema=asked.shown,
            closed=is_closed(asked.shown),
            max_output_tokens=self._limits.max_output_tokens,
            images=await self._images(part, asked.images),
        )
        reply = await self._ask(question, until=until)
        try:
            return await asyncio.to_thread(_read, reply, asked)
        except UnusableAnswer as fault:
            self._observer.repaired()
            _log.info("model.answer_unusable", extractor=self._model.name, reason=fault.reason)
            said = Turn(role=Role.MODEL, text=reply.text[:REPAIR_SHOWN].strip() or "(no answer)")
            again = replace(question, turns=(*question.turns, said, Turn(role=Role.USER, text=REPAIR.format(fault=fault))))
        reply = await self._ask(again, until=until)
        try:
            return await asyncio.to_thread(_read, reply, asked)
        except UnusableAnswer as fault:
            raise ExtractionRejected(f"{self._model.name} gave no usable answer, asked twice ({fault.reason}).") from fault

    async def _ask(self, question: Question, *, until: float) -> Reply:
        return await asked_again(
            lambda: self._ask_once(question), until=until, clock=self._clock, random=self._random, name=self._model.name
        )

    async def _ask_once(self, question: Question) -> Reply:
        started = self._clock.monotonic()
        outcome = "cancelled"
        try:
            reply = await self._model.ask(question)
            outcome = "answered"
        except DoctrayError as error:
            outcome = "busy" if isinstance(error, ModelBusy) else "rejected" if isinstance(error, ExtractionRejected) else "unavailable"
            raise
        finally:
            self._observer.asked(outcome, self._clock.monotonic() - started)
        self._observer.spent(reply.input_tokens, reply.output_tokens)
        return reply

    async def _images(self, part: Part, images: PageImages | None) -> tuple[bytes, ...]:
        shown: list[bytes] = []
        if images is not None:
            for number in part.pages[: self._limits.page_images]:
                png = await images.png(number)
                if png is not None and sum(map(len, shown)) + len(png) <= IMAGES_AT_MOST_BYTES:
                    shown.append(png)
        return tuple(shown)


def _read(reply: Reply, asked: Asked) -> Fields:
    try:
        return read_answer(reply.text, asked.checked, order=asked.order)
    except UnusableAnswer as fault:
        if reply.complete:
            raise
        raise UnusableAnswer("it was cut off because it was too long. Repeat nothing, and give each value once.", "cut_off") from fault
