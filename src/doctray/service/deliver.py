"""Delivering webhooks: claim what is due, sign the exact bytes, post, record, and say when to try next."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass
from importlib.metadata import version
from random import Random
from typing import Protocol

import structlog

from doctray.domain.errors import TemporarilyUnavailable, UnsafeUrl
from doctray.domain.job import Delivery, DeliveryStatus, DeliveryTry
from doctray.domain.keys import DEFAULT_OWNER
from doctray.domain.retry import next_webhook_gap_s
from doctray.outbound.guard import origin_of
from doctray.outbound.sealing import SealBroken
from doctray.outbound.signing import new_secret, sign
from doctray.ports import Answer, Clock, Journal, KeyStore, WebhookSender

_log = structlog.get_logger()

USER_AGENT = f"doctray/{version('doctray')}"
AT_ONCE = 20
"""Deliveries claimed and posted at once; one round takes as long as its slowest receiver, at most the sender's 15 s."""

LEASE_S = 60.0
"""How long a claimed delivery is ours: well above one round, so that nobody else posts it meanwhile."""

_GONE = 410

OnTry = Callable[[str, float], None]
"""(outcome: delivered, retried, failed or stopped; seconds until the receiver answered), for metrics."""


class SealerLike(Protocol):
    def seal(self, plain: bytes) -> bytes: ...

    def open(self, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        ...


async def deliver_due(
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
) -> int:
    """Try every delivery that is due, once, and at most AT_ONCE of them; how many were tried.

    default_secret: WEBHOOK_SECRET. laravel: LARAVEL_API_URL and its key, which goes to no other origin. At least once: a
    try that could not be recorded is made again when its lease runs out. Raises TemporarilyUnavailable when the journal
    cannot be asked what is due.
    """
    due = await journal.due_deliveries(lease_s=LEASE_S, limit=AT_ONCE)
    post = _Post(keys=keys, sender=sender, sealer=sealer, default_secret=default_secret, laravel=laravel)
    async with asyncio.TaskGroup() as group:
        for delivery in due:
            group.create_task(_deliver(delivery, post, journal=journal, clock=clock, rng=rng, on_try=on_try))
    return len(due)


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


async def _deliver(delivery: Delivery, post: "_Post", *, journal: Journal, clock: Clock, rng: Random, on_try: OnTry | None) -> None:
    at = clock.now()
    try:
        answer = await post(delivery, timestamp=int(at.timestamp()))
        attempt = DeliveryTry(
            number=len(delivery.tries) + 1, at=at, status_code=answer.status_code, error=answer.error, seconds=round(answer.seconds, 3)
        )
        status, next_in_s = judge(answer, tries_done=attempt.number, jitter=rng.random())
        recorded = await journal.record_delivery(delivery, attempt=attempt, status=status, next_in_s=next_in_s)
    except TemporarilyUnavailable:
        _log.warning("webhook.try_unrecorded", request_id=delivery.request_id, webhook_id=delivery.webhook_id)
        return
    _log_try(delivery, attempt, status, next_in_s, recorded=recorded)
    if on_try is not None:
        on_try("retried" if status is DeliveryStatus.PENDING else status.value, answer.seconds)


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
