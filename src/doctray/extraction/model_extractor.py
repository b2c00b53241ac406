"""Extraction by a language model: what is asked about a document, and what becomes of the answers.

Every value is grounded on the pages, and certificates and timetables are weighed against the rules.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import structlog

from doctray.domain.document import Document
from doctray.domain.errors import ExtractionFailed, ExtractionRejected, ExtractorUnavailable
from doctray.domain.extraction import Extraction, Fields, Provenance, Warning, leaves
from doctray.extraction.answer_schema import closed, custom_schema, documents_schema, fields_schema
from doctray.extraction.classify import CERTIFICATE, TIMETABLE
from doctray.extraction.conversation import Asked, Conversation, Limits, ModelObserver
from doctray.extraction.custom_answer import misfits, shaped
from doctray.extraction.json_schema import parsed_schema
from doctray.extraction.merge import merged, merged_documents
from doctray.extraction.orders import gives_orders
from doctray.extraction.parse import DateOrder, order_of
from doctray.extraction.placing import grounded
from doctray.extraction.prompt import Part, parts_of, system_of
from doctray.extraction.rules.timetable.checks import check_times
from doctray.extraction.validate import check_certificate, needs_review, sureness
from doctray.extraction.vote import ALONE_AT_MOST, voted
from doctray.ports import Extractor, PageImages

_log = structlog.get_logger()

NO_PLACE = ("kind", "currency")
"""Fields that are concluded rather than printed."""


class ModelExtractor:
    """`doctray.ports.Extractor` on a language model. What kind of paper it is, the rules say; `other` is not asked about.

    name, model: of the language model. limits: those of the conversation.
    """

    version = "1"

    def __init__(
        self, conversation: Conversation, *, name: str, model: str, rules: Extractor, limits: Limits, observer: ModelObserver
    ) -> None:
        self.name = name
        self.model: str | None = model
        self._conversation = conversation
        self._rules = rules
        self._limits = limits
        self._observer = observer

    async def extract(self, document: Document, *, document_type: str, schema: str | None, images: PageImages | None = None) -> Extraction:
        """See `ports.Extractor`. Certificates and timetables are weighed against the rules, and name both as their extractors.

        Raises ExtractorUnavailable (also: out of time, circuit open) or ExtractionRejected.
        """
        try:
            if document_type == "custom":
                return await self._custom(document, parsed_schema(schema), images)
            return await self._known(document, document_type, images)
        except (ExtractorUnavailable, ExtractionRejected) as error:
            self._observer.gave_up("rejected" if isinstance(error, ExtractionRejected) else "unavailable")
            _log.warning("model.gave_up", extractor=self.name, detail=error.detail)
            raise

    async def _known(self, document: Document, document_type: str, images: PageImages | None) -> Extraction:
        rules = await self._by_rules(document, document_type)
        kind = rules.document_type if rules is not None else document_type
        parts, left_out = await asyncio.to_thread(self._parts, document)
        if rules is not None and (kind not in (CERTIFICATE, TIMETABLE) or not parts):
            return replace(rules, extractors=("rules",))
        schema = documents_schema(kind)
        asked = Asked(
            system=system_of(kind, schema),
            shown=closed(schema),
            checked=schema,
            order=await asyncio.to_thread(_order, document),
            images=images,
        )
        answers = await self._conversation.answers(parts, asked)
        return await asyncio.to_thread(self._weighed, document, kind, answers, rules, left_out)

    async def _by_rules(self, document: Document, document_type: str) -> Extraction | None:
        """What the rules say; None when they fail on a paper of a known kind, for which a model alone is better than nothing."""
        try:
            return await self._rules.extract(document, document_type=document_type, schema=None)
        except ExtractionFailed as error:
            if document_type not in (CERTIFICATE, TIMETABLE):
                raise
            _log.warning("model.without_second_opinion", extractor=self.name, detail=error.detail)
            return None

    def _weighed(
        self, document: Document, kind: str, answers: Sequence[Fields], rules: Extraction | None, left_out: Sequence[Warning]
    ) -> Extraction:
        documents, clashes = merged_documents([answer.get("documents") or [] for answer in answers])
        first, *others = [_sound(kind, fields) for fields in documents or [{}]]
        provenance, ungrounded = grounded(first, document, exempt=NO_PLACE)
        taken = Extraction(
            document_type=kind,
            fields=first,
            provenance=provenance,
            warnings=(*left_out, *_orders(document), *clashes, *ungrounded, *_ungrounded_others(others, document)),
            other_documents=tuple(others),
        )
        outcome = _alone(taken, self.name) if rules is None else voted(taken, rules, model_name=self.name)
        if kind == CERTIFICATE and outcome.fields["kind"] is None:
            outcome.fields["kind"] = "insurance" if outcome.fields["policies"] or outcome.fields["insured_name"] else "other"
        check = check_certificate(outcome.fields) if kind == CERTIFICATE else check_times(outcome.fields["timeblocks"])
        if kind == TIMETABLE and not outcome.fields["timeblocks"]:
            check = [Warning(code="no_fields", message="No timetable was found.")]
        warnings = tuple(dict.fromkeys((*outcome.warnings, *check)))
        confidence = sureness(outcome.fields, outcome.provenance, warnings)
        return replace(outcome, warnings=warnings, confidence=confidence, needs_review=needs_review(confidence, warnings))

    async def _custom(self, document: Document, schema: Mapping[str, Any], images: PageImages | None) -> Extraction:
        wanted = custom_schema(schema)
        parts, left_out = await asyncio.to_thread(self._parts, document)
        asked = Asked(
            system=system_of("custom", wanted),
            shown=wanted,
            checked=wanted,
            order=await asyncio.to_thread(_order, document),
            images=images,
        )
        answers = await self._conversation.answers(parts, asked) if parts else []
        return await asyncio.to_thread(_custom_extraction, document, schema, answers, left_out)

    def _parts(self, document: Document) -> tuple[list[Part], list[Warning]]:
        """The parts that are asked about, and a warning where the budget leaves pages out."""
        kept: list[Part] = []
        used = 0
        for part in parts_of(document, budget_tokens=self._limits.max_input_tokens):
            used += part.tokens
            if kept and used > self._limits.max_document_tokens:
                message = f"The model was shown the pages up to {kept[-1].pages[-1]}; the rest is beyond the budget of one document."
                return kept, [Warning(code="pages_not_shown", message=message)]
            kept.append(part)
        return kept, []


def _sound(kind: str, fields: Fields) -> Fields:
    """The fields in the shape that the rules give them: every key, no entry that says nothing, no block without a day or a subject."""
    out: Fields = {}
    for key, schema in fields_schema(kind)["properties"].items():
        value = fields.get(key)
        out[key] = [_without_nothing(item) for item in value or () if leaves(item)] if schema.get("type") == "array" else value
    if kind == TIMETABLE:
        out["timeblocks"] = [block for block in out["timeblocks"] if block.get("day") and block.get("subject")]
    return out


def _orders(document: Document) -> list[Warning]:
    message = "A page gives orders to software that reads it; what stands nowhere else counts as not printed."
    return [Warning(code="orders_on_page", message=message)] if gives_orders(document) else []


def _ungrounded_others(others: Sequence[Fields], document: Document) -> list[Warning]:
    """A warning for each further document of the file that has values which stand on no page; pointers lead into the first alone."""
    counts = [len(grounded(fields, document, exempt=NO_PLACE)[1]) for fields in others]
    return [
        Warning(code="ungrounded", message=f"{count} values of document {number} in the file were not found on any page.")
        for number, count in enumerate(counts, start=2)
        if count
    ]


def _alone(taken: Extraction, name: str) -> Extraction:
    """What a model says with nobody to weigh it against."""
    return replace(taken, provenance=_unconfirmed(taken.provenance), extractors=(name,))


def _unconfirmed(provenance: Mapping[str, Provenance]) -> dict[str, Provenance]:
    return {pointer: replace(place, confidence=min(ALONE_AT_MOST, place.confidence)) for pointer, place in provenance.items()}


def _without_nothing(entry: Any) -> Any:
    """The entry without limits that have no sum."""
    if isinstance(entry, dict) and isinstance(entry.get("limits"), dict):
        return {**entry, "limits": {label: value for label, value in entry["limits"].items() if value is not None}}
    return entry


def _custom_extraction(document: Document, schema: Mapping[str, Any], answers: Sequence[Fields], left_out: Sequence[Warning]) -> Extraction:
    joined, clashes = merged(answers)
    fields = shaped(joined, schema)
    found, ungrounded = grounded(fields, document)
    provenance = _unconfirmed(found)
    warnings = [*left_out, *_orders(document), *clashes, *ungrounded, *misfits(fields, schema)]
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
