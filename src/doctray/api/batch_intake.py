"""Taking many documents in at once: each becomes a job of its own, and one that is refused does not refuse the others."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from starlette.requests import Request

from doctray.api.access import Caller
from doctray.api.deps import House, house_of
from doctray.api.intake import (
    SOURCES,
    Handed,
    body_chunks,
    content_type_of,
    fetch_source,
    hand_over,
    idempotency_key_of,
    judge,
    members_of,
    receive_document,
    require_there,
    sole,
)
from doctray.api.multipart import MAX_PARTS, Multipart, boundary_of
from doctray.api.options import OPTION_NAMES, Wanted, clean_file_name, wanted_from_form, wanted_from_json
from doctray.domain.batch import MAX_DOCUMENTS, Batch
from doctray.domain.errors import DoctrayError, InvalidOption, MalformedRequest, QuotaExceeded, StorageFull, TemporarilyUnavailable
from doctray.domain.identity import new_request_id
from doctray.domain.job import Job
from doctray.extraction.json_schema import check_schema
from doctray.ports import Idempotency
from doctray.service.reuse import prefix_of
from doctray.service.submit import Received

ROUTE = "/v1/batches"

_WHOLE = (StorageFull, TemporarilyUnavailable)
"""What refuses all of a batch: the next document would fare no better."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    """A document that was not accepted, and why."""

    file_name: str
    error: DoctrayError


@dataclass(frozen=True, slots=True, kw_only=True)
class _Member:
    """A document as it came; `handed` has no options yet where they may follow the files."""

    request_id: str
    file_name: str
    received: Received | None = None
    source_url: str | None = None


Taken = Job | Refused


async def take_batch(request: Request) -> tuple[Batch, list[Taken]]:
    """Accept the request's documents as a batch: for each, in their order, the job or why it was refused.

    Raises what concerns all of them (key, rate, options, room); then nothing is kept.
    """
    house = house_of(request)
    caller = await judge(request, house, documents=MAX_DOCUMENTS)
    key = idempotency_key_of(request)
    with sole(house, f"{caller.owner} {ROUTE}", key):
        kept: list[str] = []
        try:
            wanted, members = await _read(request, house, kept)
            await require_there(wanted, house)
            await house.admission.refuse_retired(wanted.options)
            if wanted.schema is not None:
                await asyncio.to_thread(check_schema, wanted.schema)
            if wanted.webhook_url is not None:
                await house.parts.outbound.check(wanted.webhook_url)
            batch = await _open(house, caller, wanted, key)
        except BaseException:
            for request_id in kept:
                await asyncio.shield(house.parts.blobs.delete_prefix(prefix_of(request_id)))
            raise
        taken = [await _add(house, caller, batch, wanted, member, index, key) for index, member in enumerate(members)]
        await house.parts.journal.close_batch(batch.batch_id)
    return batch, taken


async def _read(request: Request, house: House, kept: list[str]) -> tuple[Wanted, Sequence[_Member | Refused]]:
    """kept: the ids under which bytes were stored, also when this raises."""
    body = body_chunks(request, house, documents=MAX_DOCUMENTS)
    if content_type_of(request) == "multipart/form-data":
        boundary = boundary_of(request.headers["content-type"])
        return await _read_form(Multipart(body, boundary, max_parts=MAX_PARTS + MAX_DOCUMENTS), house, kept)
    members = await members_of(body)
    sources = members.pop("sources", None)
    if not isinstance(sources, list) or not all(isinstance(source, dict) for source in sources):
        raise MalformedRequest(f"Give sources: a list of objects, each with exactly one of {', '.join(SOURCES)}.")
    _count(len(sources))
    wanted = wanted_from_json(members)
    found: list[_Member | Refused] = []
    for source in sources:
        name = clean_file_name(source["file_name"]) if isinstance(source.get("file_name"), str) else ""
        request_id = _new_id(kept)
        try:
            handed: Handed = await fetch_source(source, replace(wanted, file_name=name or None), house, request_id=request_id)
        except _WHOLE:
            raise
        except DoctrayError as error:
            found.append(Refused(file_name=name, error=error))
        else:
            found.append(_Member(request_id=request_id, file_name=handed.file_name, received=handed.received, source_url=handed.source_url))
    return wanted, found


async def _read_form(form: Multipart, house: House, kept: list[str]) -> tuple[Wanted, Sequence[_Member | Refused]]:
    fields: list[tuple[str, str]] = []
    found: list[_Member | Refused] = []
    while (part := await form.next_part()) is not None:
        if part.name.removesuffix("[]") == "file":
            _count(len(found) + 1)
            name = clean_file_name(part.file_name or "")
            request_id = _new_id(kept)
            try:
                received = await receive_document(form.data(), house, request_id=request_id)
            except _WHOLE:
                raise
            except MalformedRequest:
                raise  # the body itself is broken, so what follows cannot be told apart
            except DoctrayError as error:
                found.append(Refused(file_name=name, error=error))
            else:
                found.append(_Member(request_id=request_id, file_name=name, received=received))
        elif part.name.removesuffix("[]") not in OPTION_NAMES:
            shown = clean_file_name(part.name)[:64]
            raise InvalidOption(f"{shown} is not an option.", errors=[{"name": shown, "detail": "is not an option"}])
        else:
            fields.append((part.name, await form.text()))
    _count(len(found))
    return wanted_from_form(fields), found


async def _open(house: House, caller: Caller, wanted: Wanted, key: str | None) -> Batch:
    now = datetime.now(UTC)
    batch = Batch(
        batch_id=f"b{new_request_id(now)}",
        owner=caller.owner,
        created_at=now,
        webhook_url=wanted.webhook_url or house.parts.announcer.default_url,
        metadata=wanted.metadata,
    )
    promise = None if key is None else Idempotency(scope=f"{caller.owner} {ROUTE}", key=key, content="")
    return await house.parts.journal.open_batch(batch, idempotency=promise)


async def _add(house: House, caller: Caller, batch: Batch, wanted: Wanted, member: _Member | Refused, index: int, key: str | None) -> Taken:
    if isinstance(member, Refused):
        return member
    handed = Handed(wanted=wanted, file_name=member.file_name, received=member.received, source_url=member.source_url)
    try:
        await _within_quota(house, caller, member)
        accepted = await hand_over(
            house,
            caller,
            handed,
            request_id=member.request_id,
            # A repeat of the whole request finds each document's first job, so that one that broke off in the middle goes on.
            route=f"{ROUTE} {batch.batch_id}",
            idempotency_key=None if key is None else f"{key}/{index}",
            batch_id=batch.batch_id,
        )
    except DoctrayError as error:
        return Refused(file_name=member.file_name, error=error)
    return accepted.job


async def _within_quota(house: House, caller: Caller, member: _Member) -> None:
    """A batch counts as one submission, but each of its documents against the day. Raises QuotaExceeded; then nothing of it is kept."""
    if caller.daily_quota is None:
        return
    try:
        await house.parts.limiter.room_in_quota(caller.bucket, per_day=caller.daily_quota)
    except QuotaExceeded:
        await house.parts.blobs.delete_prefix(prefix_of(member.request_id))
        raise


def _new_id(kept: list[str]) -> str:
    """A new id, a millisecond after the one before at least, so that the jobs sort in the order in which they were handed in."""
    ahead = timedelta(milliseconds=len(kept))
    kept.append(new_request_id(datetime.now(UTC) + ahead))
    return kept[-1]


def _count(documents: int) -> None:
    if not 1 <= documents <= MAX_DOCUMENTS:
        raise MalformedRequest(f"A batch has 1 to {MAX_DOCUMENTS} documents.")
