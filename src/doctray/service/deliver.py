"""Delivering webhooks: claim what is due, sign the exact bytes, post, record, and say when to try next.

Many posts are under way at once, and no post waits for another: what ends makes room for what is due. A receiver that does not
answer takes at most its share of the places, and a backlog for it is passed over.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from random import Random
from typing import Protocol

import structlog

from doctray.domain.errors import TemporarilyUnavailable, UnsafeUrl
from doctray.domain.fairness import target_of
from doctray.domain.job import Delivery, DeliveryStatus, DeliveryTry
from doctray.domain.keys import DEFAULT_OWNER
from doctray.domain.retry import next_webhook_gap_s
from doctray.outbound.guard import origin_of
from doctray.outbound.sealing import SealBroken
from doctray.outbound.signing import new_secret, sign
from doctray.ports import Answer, Clock, Journal, KeyStore, WebhookSender
from doctray.service.look import end_within, look_forever
from doctray.telemetry import tracing

_log = structlog.get_logger()

USER_AGENT = f"doctray/{version('doctray')}"
AT_ONCE = 60
"""Posts that one worker has under way. Each is a socket and a body of at most 64 KiB."""

PER_TARGET = 10
"""Of these, to one target: a receiver that never answers takes 10 places for the sender's 15 s, and 50 are left for others."""

HELD = "webhooks_held"
"""The flag under which no webhook is posted; its value is the reason, for other operators."""

LEASE_S = 60.0
"""How long a claimed delivery is ours: well above the sender's limit, so that nobody else posts it meanwhile."""

POSTS_END_S = 3.0
"""How long posts under way get when a process ends; most receivers answer within this, and the others get the same webhook again."""

ALONE_S = 30.0
"""How long no worker may be there before the API posts in their place: a restart takes seconds."""

_GONE = 410

OnTry = Callable[[str, float], None]
"""(outcome: delivered, retried, failed or stopped; seconds until the receiver answered), for metrics."""


class SealerLike(Protocol):
    def seal(self, plain: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        ...


class Deliverer:
    """Posts what is due, for one worker.

    default_secret: WEBHOOK_SECRET. laravel: LARAVEL_API_URL and its key, which goes to no other origin. At least once: a try
    that was cut off or could not be recorded is made again when its lease runs out, under the same webhook-id.
    """

    def __init__(
        self,
        *,
        journal: Journal,
        keys: KeyStore,
        sender: WebhookSender,
        sealer: SealerLike,
        clock: Clock,
        default_secret: str | None,
        laravel: tuple[str, str | None] | None,
        rng: Random,
        on_try: OnTry | None = None,
        at_once: int = AT_ONCE,
        per_target: int = PER_TARGET,
    ) -> None:
        self._journal = journal
        self._clock = clock
        self._rng = rng
        self._on_try = on_try
        self._at_once = at_once
        self._per_target = per_target
        self._post = _Post(keys=keys, sender=sender, sealer=sealer, default_secret=default_secret, laravel=laravel)
        self._under_way: dict[asyncio.Task[None], str] = {}
        # more may be due than there was room for: look again as soon as a place is free
        self._left_some = False
        self._look = asyncio.Event()

    def kick(self) -> None:
        """Something may be due now."""
        self._look.set()

    async def forever(self, *, every_s: float) -> None:
        """Look for what is due every every_s and when kicked; until cancelled. What is under way then goes on: see `drain`."""
        await look_forever(self.start_due, again=self._look, every_s=every_s, unreachable="deliveries.journal_unreachable")

    async def start_due(self) -> int:
        """Claim what is due, as far as there is room, and start to post it; how many were started.

        While an operator holds webhooks back nothing is: they wait, and no try is used up. Raises TemporarilyUnavailable when the
        journal cannot be asked what is due.
        """
        if await self._journal.flag(HELD) is not None:
            return 0
        started = 0
        while True:
            busy = Counter(self._under_way.values())
            free = self._at_once - len(self._under_way)
            due = (
                await self._journal.due_deliveries(lease_s=LEASE_S, limit=free, per_target=self._per_target, busy=busy) if free > 0 else []
            )
            for delivery in due:
                task = asyncio.create_task(self._deliver(delivery), name=f"webhook {delivery.delivery_id}")
                self._under_way[task] = target_of(delivery.url)
                task.add_done_callback(self._ended)
            started += len(due)
            crowded = max(Counter(self._under_way.values()).values(), default=0) >= self._per_target
            self._left_some = crowded or len(due) >= free
            if not due or not self._left_some:
                return started

    async def drain(self, *, grace_s: float) -> None:
        """Let what is under way end within grace_s, then cut it off; a try that was cut off is made again, by whoever is there."""
        await end_within(grace_s, self._under_way)

    def _ended(self, task: asyncio.Task[None]) -> None:
        del self._under_way[task]
        if self._left_some:
            self._look.set()

    async def _deliver(self, delivery: Delivery) -> None:
        try:
            await self._try(delivery)
        except TemporarilyUnavailable:
            _log.warning("webhook.try_unrecorded", request_id=delivery.request_id, webhook_id=delivery.webhook_id)
        except Exception as error:  # one of the outermost loops: others' webhooks must go on; this one is due again after its lease
            _log.exception("webhook.crashed", request_id=delivery.request_id, error=type(error).__name__)

    async def _try(self, delivery: Delivery) -> None:
        known: dict[str, tracing.Value] = {
            "doctray.request_id": delivery.request_id,
            "doctray.webhook_type": delivery.type,
            "doctray.try": len(delivery.tries) + 1,
        }
        with tracing.span("webhook.post", "CLIENT", parent=await self._trace_of(delivery), attributes=known) as span:
            status, answer = await self._post_and_record(delivery)
            if status is not DeliveryStatus.DELIVERED:
                span.fail(answer.error or str(answer.status_code))

    async def _trace_of(self, delivery: Delivery) -> str | None:
        """The trace of its job. Nothing is asked while traces are off."""
        job = await self._journal.get(delivery.request_id) if tracing.active() else None
        return job.traceparent if job else None

    async def _post_and_record(self, delivery: Delivery) -> tuple[DeliveryStatus, Answer]:
        at = self._clock.now()
        answer = await self._post(delivery, timestamp=int(at.timestamp()))
        attempt = DeliveryTry(
            number=len(delivery.tries) + 1, at=at, status_code=answer.status_code, error=answer.error, seconds=round(answer.seconds, 3)
        )
        status, next_in_s = judge(answer, tries_done=attempt.number, jitter=self._rng.random())
        recorded = await self._journal.record_delivery(delivery, attempt=attempt, status=status, next_in_s=next_in_s)
        _log_try(delivery, attempt, status, next_in_s, recorded=recorded)
        if self._on_try is not None:
            self._on_try("retried" if status is DeliveryStatus.PENDING else status.value, answer.seconds)
        return status, answer


async def stand_in(make: Callable[[], Deliverer], *, journal: Journal, clock: Clock, every_s: float) -> None:
    """For a process that is no worker: post what is due while no worker lives, until cancelled. make: called when it is first needed."""
    deliverer: Deliverer | None = None
    last_seen = clock.monotonic()
    try:
        while True:
            await asyncio.sleep(every_s)
            try:
                if await journal.workers():
                    last_seen = clock.monotonic()
                elif clock.monotonic() - last_seen >= ALONE_S:
                    deliverer = deliverer or make()
                    await deliverer.start_due()
            except TemporarilyUnavailable:
                _log.warning("deliveries.journal_unreachable")
            except Exception as error:  # an outermost loop: the API goes on without it
                _log.exception("deliveries.crashed", error=type(error).__name__)
    finally:
        if deliverer is not None:
            await deliverer.drain(grace_s=POSTS_END_S)


async def signing_secrets(owner: str, *, keys: KeyStore, sealer: SealerLike, default_secret: str | None) -> list[str]:
    """The owner's secrets, newest first; made on first need. WEBHOOK_SECRET alone for the default owner where it is set.

    Raises SealBroken when none of them was sealed under this DOCTRAY_SECRET_KEY.
    """
    if owner == DEFAULT_OWNER and default_secret is not None:
        return [default_secret]
    sealed = await keys.webhook_secrets(owner)
    if not sealed:
        sealed = [await keys.add_first_webhook_secret(owner, sealer.seal(new_secret().encode()))]
    opened: list[str] = []
    broken: SealBroken | None = None
    for item in sealed:
        try:
            opened.append(sealer.open(item).decode())
        except SealBroken as error:
            broken = error
    if not opened and broken is not None:
        raise broken
    return opened


def judge(answer: Answer, *, tries_done: int, jitter: float) -> tuple[DeliveryStatus, float | None]:
    """What a try leads to, and the seconds until the next one. tries_done: this try included. jitter: [0, 1)."""
    if answer.status_code is not None and 200 <= answer.status_code < 300:
        return DeliveryStatus.DELIVERED, None
    if answer.status_code == _GONE:
        return DeliveryStatus.STOPPED, None
    gap_s = next_webhook_gap_s(tries_done, jitter=jitter, retry_after_s=answer.retry_after_s)
    return (DeliveryStatus.FAILED, None) if gap_s is None else (DeliveryStatus.PENDING, gap_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Post:
    """Signs a delivery as of this moment and posts it."""

    keys: KeyStore
    sender: WebhookSender
    sealer: SealerLike
    default_secret: str | None
    laravel: tuple[str, str | None] | None

    async def __call__(self, delivery: Delivery, *, timestamp: int) -> Answer:
        body = delivery.body.encode()
        try:
            secrets = await signing_secrets(delivery.owner, keys=self.keys, sealer=self.sealer, default_secret=self.default_secret)
            signature = sign(delivery.webhook_id, timestamp, body, secrets)
        except (SealBroken, ValueError) as error:
            _log.error("webhook.secret_unusable", request_id=delivery.request_id, owner=delivery.owner, reason=str(error))
            return Answer(status_code=None, error="secret", retry_after_s=None, seconds=0.0)
        headers = [("content-type", "application/json"), ("user-agent", USER_AGENT), *signature]
        if (traceparent := tracing.traceparent()) is not None:
            headers.append(("traceparent", traceparent))
        if self.laravel is not None and self.laravel[1] is not None and _same_origin(delivery.url, self.laravel[0]):
            headers.append(("x-api-key", self.laravel[1]))
        return await self.sender.post(delivery.url, body, headers)


def _same_origin(url: str, other: str) -> bool:
    try:
        return origin_of(url) == origin_of(other)
    except UnsafeUrl:
        return False


def _log_try(delivery: Delivery, attempt: DeliveryTry, status: DeliveryStatus, next_in_s: float | None, *, recorded: bool) -> None:
    told = {
        "request_id": delivery.request_id,
        "webhook_id": delivery.webhook_id,
        "type": delivery.type,
        "host": _host_of(delivery.url),
        "try_number": attempt.number,
        "status_code": attempt.status_code,
        "seconds": attempt.seconds,
    }
    if not recorded:
        # Deleted, redelivered by hand or claimed by another since: its record stands, not ours.
        _log.info("webhook.claim_lost", **told)
    elif status is DeliveryStatus.DELIVERED:
        _log.info("webhook.delivered", **told)
    else:
        next_s = None if next_in_s is None else round(next_in_s, 1)
        _log.warning("webhook.attempt_failed", **told, error=attempt.error, outcome=status.value, next_in_s=next_s)


def _host_of(url: str) -> str:
    try:
        return origin_of(url)[1]
    except UnsafeUrl:
        return "unreadable"
