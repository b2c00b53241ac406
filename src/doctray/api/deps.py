"""What the routes work with: the opened collaborators, and who may ask for what."""

import re
from collections.abc import Awaitable, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass, replace
from functools import partial
from typing import Annotated, Any, TypeVar

from fastapi import Depends, Query, Request
from pydantic import AwareDatetime, BeforeValidator

from doctray.api.access import Caller, Gate, presented_key
from doctray.api.admission import Admission
from doctray.api.limits import Limiter, Window
from doctray.api.sessions import COOKIE, CSRF_HEADER, SAFE_METHODS, Session, Sessions, may_change
from doctray.config import Settings
from doctray.domain.audit import Actor, Means
from doctray.domain.errors import Expired, Forbidden, NotFound, Unauthenticated
from doctray.domain.identity import read_token_matches
from doctray.domain.job import Job
from doctray.domain.keys import Scope
from doctray.ports import CURSOR, BlobStore, Clock, JobQueue, Journal, KeyStore, Notices, OutboundPolicy, Placed
from doctray.service.announce import Announcer
from doctray.service.deliver import SealerLike, stand_in

READ_TOKEN_HEADER = "x-read-token"  # noqa: S105 - a header's name
MAX_ID = 64

_Found = TypeVar("_Found", Job, Placed)

_DATE_TIME = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[Tt ][0-9]{2}:[0-9]{2}:[0-9]{2}(\.[0-9]+)?([Zz]|[+-][0-9]{2}:?[0-9]{2})")


def _as_written(value: Any) -> Any:
    """Numbers are no moments: seconds and milliseconds cannot be told apart."""
    if isinstance(value, str) and not _DATE_TIME.fullmatch(value):
        raise ValueError("must be a date and time with its offset, such as 2026-11-22T12:00:00Z")
    return value


Moment = Annotated[AwareDatetime, BeforeValidator(_as_written)]
Limit = Annotated[int, Query(ge=1, le=200, description="most jobs of one page")]
Cursor = Annotated[str, Query(pattern=CURSOR.pattern, description="next_cursor of the page before")]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """Opened collaborators. background: coroutines that run while the app does (upkeep), cancelled at its end."""

    journal: Journal
    keys: KeyStore
    blobs: BlobStore
    queue: JobQueue
    notices: Notices
    outbound: OutboundPolicy
    clock: Clock
    announcer: Announcer
    sealer: SealerLike
    secret_key: bytes
    limiter: Limiter
    background: tuple[Callable[[], Awaitable[None]], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """All that a route may need. receiving: idempotency keys whose first request is still being received here."""

    settings: Settings
    parts: Parts
    gate: Gate
    admission: Admission
    sessions: Sessions
    receiving: set[tuple[str, str]]


def house_of(request: Request) -> House:
    house = request.app.state.house
    assert isinstance(house, House)
    return house


def open_house(settings: Settings, parts: Parts) -> House:
    access = settings.access
    return House(
        settings=settings,
        parts=parts,
        gate=Gate(
            keys=parts.keys,
            api_key=access.api_key.get_secret_value() if access.api_key else None,
            clock=parts.clock,
            own_origins=access.cors_origins,
        ),
        admission=Admission(
            journal=parts.journal,
            blobs=parts.blobs,
            max_queue_size=settings.intake.max_queue_size,
            min_free_bytes=settings.intake.min_free_mb * 1024 * 1024,
        ),
        sessions=Sessions(sealer=parts.sealer, secret_key=parts.secret_key),
        receiving=set(),
    )


async def open_parts(settings: Settings, stack: AsyncExitStack) -> Parts:
    """The real collaborators, closed with the stack."""
    # Imported here: a test that brings its own parts opens no store.
    import os
    import socket

    from doctray.clock import SystemClock
    from doctray.outbound.sealing import Sealer
    from doctray.service.rollout_guard import RolloutGuard
    from doctray.service.sweep import Sweeper
    from doctray.telemetry import metrics
    from doctray.wiring import announcer_of, deliverer_of, guard_of, open_blobs, open_journal, open_notices, open_queue

    journal = await stack.enter_async_context(open_journal(settings))
    blobs = await stack.enter_async_context(open_blobs(settings))
    queue = await stack.enter_async_context(open_queue(settings))
    notices = await stack.enter_async_context(open_notices(settings))
    limiter = Limiter(settings.redis_dsn)
    stack.push_async_callback(limiter.close)
    announcer = announcer_of(settings)
    clock, holder = SystemClock(), f"api:{socket.gethostname()}:{os.getpid()}"
    sweeper = Sweeper(
        journal=journal,
        blobs=blobs,
        queue=queue,
        notices=notices,
        announcer=announcer,
        holder=holder,
        every_s=settings.worker.sweep_seconds,
        retention_s=settings.retention.retention_days * 86400,
        audit_retention_s=settings.retention.audit_retention_days * 86400,
        guard=RolloutGuard(journal=journal, clock=clock, holder=holder, on_back=metrics.count_rollback),
    )
    metrics.watch_rollbacks()
    posting = partial(
        stand_in, partial(deliverer_of, settings, journal), journal=journal, clock=clock, every_s=settings.worker.sweep_seconds
    )
    secret_key = settings.secret_key()
    return Parts(
        journal=journal,
        keys=journal,
        blobs=blobs,
        queue=queue,
        notices=notices,
        outbound=guard_of(settings),
        clock=clock,
        announcer=announcer,
        sealer=Sealer(secret_key),
        secret_key=secret_key,
        limiter=limiter,
        background=(sweeper.forever, posting),
    )


def address_of(request: Request) -> str:
    """The client's address; one name for all clients of a Unix socket."""
    return request.client.host if request.client else "local"


def tell_window(request: Request) -> Callable[[Window], None]:
    """Where a caller stands goes into the headers of whatever is answered."""

    def tell(window: Window) -> None:
        request.state.headers.extend(window.headers())

    return tell


async def caller_of(request: Request) -> Caller:
    """Raises Unauthenticated; guesses at keys count against the address's reads. Forbidden: a change without the console's token."""
    house = house_of(request)
    try:
        if presented_key(request.headers) is None and (caller := await signed_in(request)) is not None:
            return caller
        return await house.gate.admit(request.headers, address_of(request))
    except Unauthenticated:
        await count_read(request, f"address:{address_of(request)}")
        raise


async def signed_in(request: Request) -> Caller | None:
    """Whoever signed in to the console with this browser. Raises Forbidden for a change that does not carry the session's token."""
    house = house_of(request)
    session = session_of(request)
    caller = await house.gate.holder_of(session.key_hash) if session is not None else None
    if session is None or caller is None:
        return None
    if request.method not in SAFE_METHODS and not may_change(session, request.headers.get(CSRF_HEADER, "")):
        raise Forbidden(f"A change from the console needs its token in {CSRF_HEADER}; reload the page, or use a key.")
    return replace(caller, means=Means.CONSOLE)


def session_of(request: Request) -> Session | None:
    house = house_of(request)
    cookie = request.cookies.get(COOKIE)
    return house.sessions.open(cookie, now=house.parts.clock.now()) if cookie else None


def actor_of(request: Request, caller: Caller) -> Actor:
    """The caller, as the audit log names who did something."""
    return Actor(means=caller.means, key_id=caller.key_id, name=caller.name, request_id=request.state.request_id)


async def count_read(request: Request, bucket: str) -> None:
    """One read of the bucket's. Raises RateLimited."""
    house = house_of(request)
    await house.parts.limiter.enforce("read", bucket, per_minute=house.settings.access.reads_per_minute, tell=tell_window(request))


def caller_with(scope: Scope) -> Callable[[Request], Awaitable[Caller]]:
    """A dependency: the caller, who has the scope and is within the limit of reads."""

    async def dependency(request: Request) -> Caller:
        caller = await caller_of(request)
        caller.require(scope)
        await count_read(request, caller.bucket)
        return caller

    return dependency


_reader = caller_with(Scope.READ)
Reader = Annotated[Caller, Depends(_reader)]
Submitter = Annotated[Caller, Depends(caller_with(Scope.SUBMIT))]
Admin = Annotated[Caller, Depends(caller_with(Scope.ADMIN))]


async def visible_job(request: Request, request_id: str) -> Job:
    """The job, for its owner's key or its read token. Raises NotFound (also for another's job), Expired, Unauthenticated."""
    owner = await _owner_seen(request, request_id)
    return await live_job(house_of(request), request_id, owner=owner)


async def placed_job(request: Request, request_id: str) -> Placed:
    """The same, with its place in the queue."""
    owner = await _owner_seen(request, request_id)
    found = await _found(house_of(request).parts.journal.placed, request_id, owner=owner)
    present(found.job)
    return found


async def _owner_seen(request: Request, request_id: str) -> str | None:
    """Whose jobs the caller may see; None: this one, whosesoever it is. Raises NotFound, Unauthenticated."""
    house = house_of(request)
    token = request.headers.get(READ_TOKEN_HEADER) or request.query_params.get("token")
    if token and read_token_matches(house.parts.secret_key, request_id, token):
        await count_read(request, f"address:{address_of(request)}")
        return None
    if presented_key(request.headers) is None and session_of(request) is None and await house.gate.locked():
        if "origin" in request.headers:
            # A page of another origin has only its token to show. Without it, it learns nothing, not even whether there is such a job.
            await count_read(request, f"address:{address_of(request)}")
            raise NotFound
        if token:
            await count_read(request, f"address:{address_of(request)}")
            raise Unauthenticated("The read token does not open this job.")
    return (await _reader(request)).owner


async def live_job(house: House, request_id: str, *, owner: str | None) -> Job:
    """owner None: whoever it belongs to. Raises NotFound, Expired."""
    return present(await kept_job(house, request_id, owner=owner))


async def kept_job(house: House, request_id: str, *, owner: str | None) -> Job:
    """The same, or what is left of a job whose data are gone. Raises NotFound."""
    return await _found(house.parts.journal.get, request_id, owner=owner)


async def _found(find: Callable[[str], Awaitable[_Found | None]], request_id: str, *, owner: str | None) -> _Found:
    found = await find(request_id) if is_id(request_id) else None
    if found is None or owner not in (None, (found.job if isinstance(found, Placed) else found).owner):
        raise NotFound
    return found


def present(job: Job) -> Job:
    """The job itself. Raises Expired when its time has passed, NotFound when its owner has deleted it before."""
    if job.deleted_at is None:
        return job
    raise Expired if job.outlived else NotFound


def is_id(text: str) -> bool:
    """Whether it can be one of our ids at all: anything else is not looked up."""
    return len(text) <= MAX_ID and text.isascii() and text.replace("_", "").isalnum()


VisibleJob = Annotated[Job, Depends(visible_job)]
PlacedJob = Annotated[Placed, Depends(placed_job)]
