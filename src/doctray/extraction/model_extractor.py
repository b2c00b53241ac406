"""Extraction by a language model: asks about each part of a document, checks every answer, grounds every value, and weighs it
against the rules."""

import asyncio
import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Protocol

import structlog

from doctray.domain.document import Document
from doctray.domain.errors import DoctrayError, ExtractionRejected, ExtractorUnavailable
from doctray.domain.extraction import Extraction, Fields, Provenance, Warning, leaves
from doctray.extraction.answer import UnusableAnswer, read_answer
from doctray.extraction.answer_schema import closed, custom_schema, documents_schema, is_closed
from doctray.extraction.asking_again import asked_again
from doctray.extraction.breaker import Breaker
from doctray.extraction.classify import CERTIFICATE, TIMETABLE
from doctray.extraction.custom_answer import misfits, shaped
from doctray.extraction.language_model import LanguageModel, ModelBusy, Question, Reply, Role, Turn
from doctray.extraction.merge import merged, merged_documents
from doctray.extraction.parse import DateOrder, order_of
from doctray.extraction.placing import grounded
from doctray.extraction.prompt import REPAIR, Part, parts_of, system_of, turn_of
from doctray.extraction.rules.timetable_checks import check_times
from doctray.extraction.validate import check_certificate, needs_review, sureness
from doctray.extraction.vote import ALONE_AT_MOST, voted
from doctray.ports import Clock, Extractor, PageImages

_log = structlog.get_logger()

IMAGES_AT_MOST_BYTES = 12 * 1024 * 1024
"""PNG bytes with one question: base64 makes 16 MiB of them, and Gemini takes requests of 20 MB."""

REPAIR_SHOWN = 8_000
"""Characters of a useless answer that are shown to the model again; one that ran away would fill its context."""

NO_PLACE = ("kind", "currency")
"""Fields that are concluded rather than printed."""


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
class _Asked:
    """What is the same for all parts of a document. schema: that answers are checked against."""

    system: str
    schema: Mapping[str, Any]
    decoded: Mapping[str, Any]
    order: DateOrder | None
    images: PageImages | None = field(default=None, repr=False)


class ModelExtractor:
    """`doctray.ports.Extractor` on a language model. What kind of paper it is, the rules say; `other` is not asked about."""

    version = "1"

    def __init__(
        self,
        language_model: LanguageModel,
        *,
        rules: Extractor,
        limits: Limits,
        breaker: Breaker,
        clock: Clock,
        observer: ModelObserver,
        random: Random,
    ) -> None:
        self.name = language_model.name
        self.model: str | None = language_model.model
        self._language_model = language_model
        self._rules = rules
        self._limits = limits
        self._breaker = breaker
        self._clock = clock
        self._observer = observer
        self._random = random

    async def extract(self, document: Document, *, document_type: str, schema: str | None, images: PageImages | None = None) -> Extraction:
        """See `ports.Extractor`. Certificates and timetables are weighed against the rules, and name both as their extractors.

        Raises ExtractorUnavailable (also: out of time, circuit open) or ExtractionRejected.
        """
        try:
            if document_type == "custom":
                return await self._custom(document, _parsed(schema), images)
            return await self._known(document, document_type, images)
        except (ExtractorUnavailable, ExtractionRejected) as error:
            self._observer.gave_up("rejected" if isinstance(error, ExtractionRejected) else "unavailable")
            _log.warning("model.gave_up", extractor=self.name, detail=error.detail)
            raise

    async def close(self) -> None:
        await self._language_model.close()

    async def _known(self, document: Document, document_type: str, images: PageImages | None) -> Extraction:
        rules = await self._rules.extract(document, document_type=document_type, schema=None)
        kind = rules.document_type
        parts, left_out = await asyncio.to_thread(self._parts, document)
        if kind not in (CERTIFICATE, TIMETABLE) or not parts:
            return replace(rules, extractors=("rules",))
        schema = documents_schema(kind)
        asked = _Asked(
            system=system_of(kind, schema),
            schema=schema,
            decoded=closed(schema),
            order=await asyncio.to_thread(_order, document),
            images=images,
        )
        answers = await self._answers(parts, asked)
        return await asyncio.to_thread(self._weighed, document, kind, answers, rules, left_out)

    def _weighed(
        self, document: Document, kind: str, answers: Sequence[Fields], rules: Extraction, left_out: Sequence[Warning]
    ) -> Extraction:
        documents, clashes = merged_documents([answer.get("documents") or [] for answer in answers])
        first, *others = [_sound(kind, fields, rules.fields) for fields in documents or [{}]]
        provenance, ungrounded = grounded(first, document, exempt=NO_PLACE)
        taken = Extraction(
            document_type=kind,
            fields=first,
            provenance=provenance,
            warnings=(*left_out, *clashes, *ungrounded),
            other_documents=tuple(others),
        )
        outcome = voted(taken, rules, model_name=self.name)
        check = check_certificate(outcome.fields) if kind == CERTIFICATE else check_times(outcome.fields.get("timeblocks") or ())
        warnings = tuple(dict.fromkeys((*outcome.warnings, *check)))
        confidence = sureness(outcome.fields, outcome.provenance, warnings)
        return replace(outcome, warnings=warnings, confidence=confidence, needs_review=needs_review(confidence, warnings))

    async def _custom(self, document: Document, schema: Mapping[str, Any], images: PageImages | None) -> Extraction:
        wanted = custom_schema(schema)
        parts, left_out = await asyncio.to_thread(self._parts, document)
        asked = _Asked(
            system=system_of("custom", wanted),
            schema=wanted,
            decoded=wanted,
            order=await asyncio.to_thread(_order, document),
            images=images,
        )
        answers = await self._answers(parts, asked) if parts else []
        return await asyncio.to_thread(_custom_extraction, document, schema, answers, left_out)

    def _parts(self, document: Document) -> tuple[list[Part], list[Warning]]:
        """The parts that are asked about, and a warning where the budget leaves pages out."""
        parts = parts_of(document, budget_tokens=self._limits.max_input_tokens)
        kept: list[Part] = []
        used = 0
        for part in parts:
            used += part.tokens
            if kept and used > self._limits.max_document_tokens:
                message = f"The model was shown the pages up to {kept[-1].pages[-1]}; the rest is beyond the budget of one document."
                return kept, [Warning(code="pages_not_shown", message=message)]
            kept.append(part)
        return kept, []

    async def _answers(self, parts: Sequence[Part], asked: _Asked) -> list[Fields]:
        """One after another: MAX_CONCURRENT_EXTRACTIONS then bounds the questions in flight."""
        until = self._clock.monotonic() + self._limits.timeout_s
        async with self._breaker.guard():
            try:
                async with asyncio.timeout(self._limits.timeout_s):
                    return [await self._answer(part, asked, until=until) for part in parts]
            except TimeoutError as error:
                raise ExtractorUnavailable(f"{self.name} did not finish within {self._limits.timeout_s:g} s.") from error

    async def _answer(self, part: Part, asked: _Asked, *, until: float) -> Fields:
        question = Question(
            system=asked.system,
            turns=(turn_of(part),),
            schema=asked.decoded,
            closed=is_closed(asked.decoded),
            max_output_tokens=self._limits.max_output_tokens,
            images=await self._images(part, asked.images),
        )
        reply = await self._ask(question, until=until)
        try:
            return await asyncio.to_thread(_read, reply, asked)
        except UnusableAnswer as fault:
            self._observer.repaired()
            _log.info("model.answer_unusable", extractor=self.name, fault=str(fault), complete=reply.complete)
            said = Turn(role=Role.MODEL, text=reply.text[:REPAIR_SHOWN].strip() or "(no answer)")
            again = replace(question, turns=(*question.turns, said, Turn(role=Role.USER, text=REPAIR.format(fault=fault))))
        reply = await self._ask(again, until=until)
        try:
            return await asyncio.to_thread(_read, reply, asked)
        except UnusableAnswer as fault:
            raise ExtractionRejected(f"{self.name} gave no usable answer, asked twice: {fault}") from fault

    async def _ask(self, question: Question, *, until: float) -> Reply:
        return await asked_again(lambda: self._ask_once(question), until=until, clock=self._clock, random=self._random, name=self.name)

    async def _ask_once(self, question: Question) -> Reply:
        started = self._clock.monotonic()
        outcome = "cancelled"
        try:
            reply = await self._language_model.ask(question)
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
        for number in part.pages[: self._limits.page_images if images is not None else 0]:
            png = await images.png(number) if images is not None else None
            if png is not None and sum(map(len, shown)) + len(png) <= IMAGES_AT_MOST_BYTES:
                shown.append(png)
        return tuple(shown)


def _read(reply: Reply, asked: _Asked) -> Fields:
    try:
        return read_answer(reply.text, asked.schema, order=asked.order)
    except UnusableAnswer as fault:
        if reply.complete:
            raise
        raise UnusableAnswer("it was cut off because it was too long. Repeat nothing, and give each value once.") from fault


def _sound(kind: str, fields: Fields, rules: Fields) -> Fields:
    """The fields in the shape that the rules give them: every key, no entry that says nothing, no block without a day or a subject."""
    out: Fields = {}
    for key, like in rules.items():
        value = fields.get(key)
        out[key] = [_without_nothing(item) for item in value or () if leaves(item)] if isinstance(like, list) else value
    if kind == CERTIFICATE:
        out["kind"] = out.get("kind") or rules.get("kind")
    else:
        out["timeblocks"] = [block for block in out.get("timeblocks") or () if block.get("day") and block.get("subject")]
    return out


def _without_nothing(entry: Any) -> Any:
    """The entry without limits that have no sum."""
    if isinstance(entry, dict) and isinstance(entry.get("limits"), dict):
        return {**entry, "limits": {label: value for label, value in entry["limits"].items() if value is not None}}
    return entry


def _custom_extraction(document: Document, schema: Mapping[str, Any], answers: Sequence[Fields], left_out: Sequence[Warning]) -> Extraction:
    joined, clashes = merged(answers)
    fields = shaped(joined, schema)
    found, ungrounded = grounded(fields, document)
    provenance: dict[str, Provenance] = {
        pointer: replace(place, confidence=min(ALONE_AT_MOST, place.confidence)) for pointer, place in found.items()
    }
    warnings = [*left_out, *clashes, *ungrounded, *misfits(fields, schema)]
    if not leaves(fields):
        warnings.append(Warning(code="no_fields", message="None of the schema's fields was found."))
    confidence = sureness(fields, provenance, warnings)
    return Extraction(
        document_type="custom",
        fields=fields,
        provenance=provenance,
        confidence=confidence,
        needs_review=needs_review(confidence, warnings),
        warnings=tuple(warnings),
    )


def _order(document: Document) -> DateOrder | None:
    return order_of(page.text for page in document.pages)


def _parsed(schema: str | None) -> Mapping[str, Any]:
    try:
        parsed = json.loads(schema or "")
    except ValueError as error:
        raise ExtractionRejected("The schema is not JSON.") from error
    if not isinstance(parsed, dict):
        raise ExtractionRejected("The schema is not a JSON object.")
    return parsed
