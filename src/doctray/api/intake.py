"""Taking a document in: judge the headers, read the body in whichever form it has, hand over to the use case.

The raw request is read here, since a framework that parses bodies would take in 50 MiB before asking for the key.
"""

import asyncio
import base64
import binascii
import os
import re
from collections.abc import AsyncIterator, Callable, Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from typing import Any, TypeVar
from urllib.parse import unquote, urlsplit

from pydantic import BaseModel, ValidationError
from starlette.requests import Request
from starlette.responses import Response

from doctray.api.access import Caller
from doctray.api.connection import LEAST_BYTES_PER_S
from doctray.api.deps import House, caller_of, house_of, tell_window
from doctray.api.dialects import PLAIN, Dialect
from doctray.api.documents import open_document, read_document
from doctray.api.errors import invalid_options
from doctray.api.following import json_response, links, outlook, preferred_wait_s, retry_after, status_body, ticket, wait_for_end
from doctray.api.multipart import Multipart, boundary_of
from doctray.api.options import (
    ALWAYS_THERE,
    OPTION_NAMES,
    Wanted,
    clean_file_name,
    parse_json,
    storable,
    wanted_from_form,
    wanted_from_json,
)
from doctray.api.patience import Patience
from doctray.domain.errors import IdempotencyConflict, InvalidOption, MalformedRequest, TooLarge, UnsupportedMediaType
from doctray.domain.job import DocumentType, Job
from doctray.domain.keys import Scope
from doctray.extraction.json_schema import check_schema
from doctray.ports import Accepted
from doctray.service.reuse import prefix_of
from doctray.service.rollouts import engines_offered
from doctray.service.submit import Received, Submission, receive, submit
from doctray.telemetry import metrics

FORM_ROOM_BYTES = 1024 * 1024
"""What boundaries, fields and JSON may add to the document itself."""

THREAD_FROM_BYTES = 256 * 1024
"""Smaller JSON is parsed on the spot; a bigger one would hold up the event loop."""

BASE64_SLICE = 1024 * 1024
_NOT_BASE64 = "content_base64 is not base64 as of RFC 4648, section 4 (with + and /); of a data: URL send what follows the comma."

SMALL_JSON_BYTES = 64 * 1024
"""Most that a JSON body without a document may have, where its route says nothing else."""

SOURCES = ("file_path", "url", "content_base64")
_IDEMPOTENCY_KEY = re.compile(r"[\x21-\x7e]{1,255}")

Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Handed:
    """What the body held. Exactly one of received and source_url."""

    wanted: Wanted
    file_name: str = ""
    received: Received | None = None
    source_url: str | None = None


async def take(request: Request, *, route: str, preset: DocumentType | None = None, dialect: Dialect = PLAIN) -> Accepted:
    """Accept the request's document as a job. route: scope of Idempotency-Key. preset: the kind that the route stands for. dialect: the
    words of the route's callers.

    Raises every refusal of api.md's table "Errors"; then nothing is kept.
    """
    house = house_of(request)
    caller = await judge(request, house, dialect)
    idempotency_key = idempotency_key_of(request)
    request_id: str = request.state.request_id
    with sole(house, f"{caller.owner} {route}", idempotency_key):
        try:
            handed = await _read(request, house, request_id=request_id, preset=preset, dialect=dialect)
            await require_there(handed.wanted, house)
            await house.admission.refuse_retired(handed.wanted.options)
            if handed.wanted.schema is not None:
                await asyncio.to_thread(check_schema, handed.wanted.schema)
        except BaseException:
            await asyncio.shield(house.parts.blobs.delete_prefix(prefix_of(request_id)))
            raise
        return await hand_over(house, caller, handed, request_id=request_id, route=route, idempotency_key=idempotency_key)


async def hand_over(
    house: House, caller: Caller, handed: Handed, *, request_id: str, route: str, idempotency_key: str | None, batch_id: str | None = None
) -> Accepted:
    """Record what was received as a job of the caller's. Raises what `submit` raises; then nothing is kept."""
    parts = house.parts
    accepted = await submit(
        Submission(
            request_id=request_id,
            owner=caller.owner,
            route=route,
            options=handed.wanted.options,
            file_name=handed.file_name,
            metadata=handed.wanted.metadata,
            webhook_url=handed.wanted.webhook_url,
            idempotency_key=idempotency_key,
            received=handed.received,
            source_url=handed.source_url,
            batch_id=batch_id,
            arm_wanted=caller.rollout,
        ),
        journal=parts.journal,
        queue=parts.queue,
        notices=parts.notices,
        blobs=parts.blobs,
        outbound=parts.outbound,
        clock=parts.clock,
        cache_ttl_s=house.settings.retention.cache_ttl_hours * 3600,
        announcer=parts.announcer,
    )
    _count(house, accepted.job, handed, request_id)
    if caller.daily_quota is not None and accepted.job.request_id == request_id:
        await parts.limiter.spend_quota(caller.bucket, per_day=caller.daily_quota)
    return accepted


async def require_there(wanted: Wanted, house: House) -> None:
    """Raises InvalidOption for an extractor that this service has no key or address for, and for an engine that not every worker has."""
    extractor, configured = wanted.options.extractor, house.settings.llm.extractors
    if extractor is not None and extractor not in configured:
        detail = f"is not configured here; {', '.join(configured)} {'is' if len(configured) == 1 else 'are'}"
        raise InvalidOption(f"extractor {detail}.", errors=[{"name": "extractor", "detail": detail}])
    engine = wanted.options.engine
    if engine is not None and engine not in ALWAYS_THERE:
        offered = await engines_offered(house.parts.journal)
        if engine not in offered:
            detail = f"is not what every worker here offers; {', '.join(sorted(offered | ALWAYS_THERE))} are"
            raise InvalidOption(f"engine {detail}.", errors=[{"name": "engine", "detail": detail}])


async def ticket_response(
    request: Request,
    accepted: Accepted,
    *,
    status_code: int,
    ended_code: int,
    more: Callable[[Job], Mapping[str, Any]] = lambda _: {},
) -> Response:
    """Answer a submission; with `Prefer: wait=N` once the job has ended, with its status and result, or after N seconds.

    more: members beside those of the ticket or the status, or in their place.
    """
    house = house_of(request)
    job, position = accepted.job, accepted.position
    headers = {"Location": f"/v1/jobs/{job.request_id}"}
    if job.request_id != request.state.request_id:
        headers["Idempotency-Replayed"] = "true"
    asked_s = preferred_wait_s(request.headers)
    if asked_s is not None:
        wait_s = min(asked_s, house.settings.intake.wait_max_seconds)
        headers["Preference-Applied"] = f"wait={wait_s:g}"
        job = await wait_for_end(house, request, job, wait_s=wait_s)
        if job.status.terminal:
            body, _ = await status_body(house, job, None, more={**links(house, job), **more(job)})
            return json_response(body, ended_code, headers)
        position = None
    position, estimate = await outlook(house, job, None, position=position)
    headers |= retry_after(job, estimate)
    return json_response({**ticket(house, job, position=position, estimate=estimate), **more(job)}, status_code, headers)


async def judge(request: Request, house: House, dialect: Dialect = PLAIN, *, documents: int = 1) -> Caller:
    """Everything that can be said before the body is read. documents: how many it may hold."""
    caller = await caller_of(request)
    caller.require(Scope.SUBMIT)
    per_minute = caller.rate_per_minute or house.settings.access.rate_per_minute
    await house.parts.limiter.enforce("submit", caller.bucket, per_minute=per_minute, tell=tell_window(request))
    if dialect.submits_per_minute is not None:
        bucket = f"{caller.bucket}:{request.url.path}"
        await house.parts.limiter.enforce("submit", bucket, per_minute=dialect.submits_per_minute, tell=tell_window(request))
    if caller.daily_quota is not None:
        await house.parts.limiter.room_in_quota(caller.bucket, per_day=caller.daily_quota)
    length = _declared_length(request)
    await house.admission.check(coming_bytes=length)
    if length > _body_limit(request, house, documents):
        raise TooLarge(f"The document is larger than {house.settings.intake.max_file_size_mb:g} MiB.")
    if request.headers.get("content-encoding", "identity").strip().lower() != "identity":
        raise UnsupportedMediaType("The body is compressed; send it as it is, without Content-Encoding.")
    if content_type_of(request) not in ("multipart/form-data", "application/json"):
        raise MalformedRequest("Send multipart/form-data or application/json.")
    return caller


async def _read(request: Request, house: House, *, request_id: str, preset: DocumentType | None, dialect: Dialect) -> Handed:
    body = body_chunks(request, house)
    if content_type_of(request) == "multipart/form-data":
        form = Multipart(body, boundary_of(request.headers["content-type"]))
        return await _read_form(form, house, request_id=request_id, preset=preset, dialect=dialect)
    return await _read_json(body, house, request_id=request_id, preset=preset, dialect=dialect)


async def _read_form(form: Multipart, house: House, *, request_id: str, preset: DocumentType | None, dialect: Dialect) -> Handed:
    fields: list[tuple[str, str]] = []
    received: Received | None = None
    file_name = ""
    while (part := await form.next_part()) is not None:
        name = dialect.name(part.name)
        if name == "file":
            if received is not None:
                raise MalformedRequest("The form has more than one part named file; send one document at a time.")
            file_name = clean_file_name(part.file_name or "")
            received = await receive_document(form.data(), house, request_id=request_id)
        elif name.removesuffix("[]") not in OPTION_NAMES:
            if dialect.lenient:
                await form.text()
                continue
            shown = clean_file_name(part.name)[:64]
            raise InvalidOption(f"{shown} is not an option.", errors=[{"name": shown, "detail": "is not an option"}])
        else:
            fields.append((name, await form.text()))
    wanted = wanted_from_form(fields, preset=preset, dialect=dialect)
    if received is None:
        raise MalformedRequest("The form has no part named file.")
    return Handed(wanted=wanted, file_name=wanted.file_name or file_name, received=received)


async def members_of(body: AsyncIterator[bytes]) -> dict[str, Any]:
    """The JSON object that a body is. Raises MalformedRequest."""
    text = bytearray()
    async for chunk in body:
        text += chunk
    members = await asyncio.to_thread(parse_json, text) if len(text) > THREAD_FROM_BYTES else parse_json(text)
    if not isinstance(members, dict):
        raise MalformedRequest("The body is not a JSON object.")
    return members


async def _read_json(body: AsyncIterator[bytes], house: House, *, request_id: str, preset: DocumentType | None, dialect: Dialect) -> Handed:
    members = dialect.members(await members_of(body), known=OPTION_NAMES.union(SOURCES))
    wanted = wanted_from_json({name: value for name, value in members.items() if name not in SOURCES}, preset=preset)
    return await fetch_source(members, wanted, house, request_id=request_id)


async def fetch_source(members: Mapping[str, Any], wanted: Wanted, house: House, *, request_id: str) -> Handed:
    """The document that a JSON object names in exactly one of SOURCES. Raises MalformedRequest, or why it cannot be had."""
    given = [name for name in SOURCES if members.get(name) is not None]
    if len(given) != 1:
        raise MalformedRequest(f"Give exactly one of {', '.join(SOURCES)}.")
    source: Any = members[given[0]]
    if not isinstance(source, str):
        raise MalformedRequest(f"{given[0]} must be text.")
    match given[0]:
        case "url":
            return Handed(wanted=wanted, file_name=wanted.file_name or name_in_url(source), source_url=source)
        case "file_path":
            received = await receive_path(source, house, request_id=request_id)
            return Handed(wanted=wanted, file_name=wanted.file_name or clean_file_name(source), received=received)
        case _:
            received = await receive_document(decoded(source), house, request_id=request_id)
            return Handed(wanted=wanted, file_name=wanted.file_name or "", received=received)


async def receive_document(chunks: AsyncIterator[bytes], house: House, *, request_id: str) -> Received:
    return await receive(request_id, chunks, blobs=house.parts.blobs, max_bytes=house.settings.intake.max_file_bytes)


async def receive_path(file_path: str, house: House, *, request_id: str) -> Received:
    descriptor = await asyncio.to_thread(open_document, house.settings.documents_dir, file_path)
    try:
        return await receive_document(read_document(descriptor), house, request_id=request_id)
    finally:
        os.close(descriptor)


async def decoded(text: str) -> AsyncIterator[bytes]:
    """Base64 in slices, line breaks allowed (PHP's chunk_split makes them)."""
    kept = ""
    for start in range(0, len(text), BASE64_SLICE):
        kept += "".join(text[start : start + BASE64_SLICE].split())
        whole = len(kept) // 4 * 4 if start + BASE64_SLICE < len(text) else len(kept)
        piece, kept = kept[:whole], kept[whole:]
        if kept and "=" in piece:
            raise MalformedRequest(_NOT_BASE64)
        try:
            yield base64.b64decode(piece, validate=True)
        except (binascii.Error, ValueError) as error:
            raise MalformedRequest(_NOT_BASE64) from error


async def body_chunks(request: Request, house: House, *, documents: int = 1) -> AsyncIterator[bytes]:
    """The body in chunks, never more than may come. Raises TooLarge, or MalformedRequest when it stops coming."""
    limit = _body_limit(request, house, documents)
    size = 0
    async for chunk in arriving(request, house):
        size += len(chunk)
        if size > limit:
            raise TooLarge(f"The document is larger than {house.settings.intake.max_file_size_mb:g} MiB.")
        yield chunk


async def arriving(request: Request, house: House) -> AsyncIterator[bytes]:
    """The body in chunks, as long as it keeps coming. Raises MalformedRequest when it stops, or comes a byte at a time."""
    patience_s = house.settings.intake.client_seconds
    clock = house.parts.clock
    stream = request.stream()
    patience = Patience(patience_s)
    size, waited_s = 0, 0.0
    try:
        while True:
            asked = clock.monotonic()
            async with patience:
                chunk = await anext(stream, None)
            if chunk is None:
                return
            size += len(chunk)
            # Our own slowness (a disk that is busy) is not the client's.
            waited_s += clock.monotonic() - asked
            if waited_s > patience_s + size / LEAST_BYTES_PER_S:
                metrics.CLIENTS_DROPPED.labels("body").inc()
                raise MalformedRequest(f"The body comes slower than {LEAST_BYTES_PER_S} bytes a second.")
            yield chunk
    except TimeoutError as error:
        metrics.CLIENTS_DROPPED.labels("body").inc()
        raise MalformedRequest(f"Nothing of the body came for {patience_s:g} seconds.") from error
    finally:
        patience.close()


def _body_limit(request: Request, house: House, documents: int) -> int:
    document = house.settings.intake.max_file_bytes
    if content_type_of(request) == "application/json":
        # It is held in memory while it is parsed, so it may be as large as one document's, however many it holds.
        return document * 4 // 3 + FORM_ROOM_BYTES
    return document * documents + FORM_ROOM_BYTES


def _declared_length(request: Request) -> int:
    text = request.headers.get("content-length", "0")
    if not text.isdecimal():
        raise MalformedRequest("Content-Length is not a number.")
    return int(text)


def content_type_of(request: Request) -> str:
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def idempotency_key_of(request: Request) -> str | None:
    key = request.headers.get("idempotency-key")
    if key is not None and not _IDEMPOTENCY_KEY.fullmatch(key):
        raise InvalidOption("Idempotency-Key must be 1 to 255 visible ASCII characters.")
    return key


@contextmanager
def sole(house: House, scope: str, key: str | None) -> Iterator[None]:
    """Refuse a repeat while the first request with the key is still being received. Raises IdempotencyConflict."""
    if key is None:
        yield
        return
    if (scope, key) in house.receiving:
        raise IdempotencyConflict
    house.receiving.add((scope, key))
    try:
        yield
    finally:
        house.receiving.discard((scope, key))


def name_in_url(url: str) -> str:
    with suppress(ValueError):
        return clean_file_name(unquote(urlsplit(url).path))
    return ""


def _count(house: House, job: Job, handed: Handed, request_id: str) -> None:
    if job.request_id != request_id:
        return
    if not job.status.terminal:
        house.admission.accepted()
    metrics.JOBS_ACCEPTED.labels(job.options.document_type.value, "url" if handed.received is None else "upload").inc()
    if handed.received is not None:
        metrics.SUBMITTED_BYTES.observe(handed.received.ref.size_bytes)
        if not job.options.no_cache:
            metrics.count_cache_lookup(hit=job.cached)


async def read_model(request: Request, model: type[Model], *, limit: int = SMALL_JSON_BYTES) -> Model:
    """The body as the model has it. Raises MalformedRequest; InvalidOption that names the members at fault, without their values."""
    members = await read_small_json(request, limit=limit)
    try:
        return model.model_validate(members)
    except ValidationError as error:
        raise invalid_options(error.errors(include_input=False, include_url=False, include_context=False)) from error


async def read_small_json(request: Request, *, limit: int = SMALL_JSON_BYTES) -> dict[str, Any]:
    """The JSON object of a request that carries no document; limit: of its size in bytes. Raises MalformedRequest."""
    if content_type_of(request) != "application/json":
        raise MalformedRequest("Send application/json.")
    text = bytearray()
    async for chunk in arriving(request, house_of(request)):
        text += chunk
        if len(text) > limit:
            raise MalformedRequest(f"The body is larger than {limit // 1024} KiB.")
    members = parse_json(text)
    if not isinstance(members, dict):
        raise MalformedRequest("The body is not a JSON object.")
    if fault := storable(members, limit_bytes=limit):
        raise MalformedRequest(f"The body {fault}.")
    return members
