"""Opens what settings name: the journal, the blobs, the doorbell, the notices. Nothing heavy is loaded here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from random import Random

from doctray.clock import SystemClock
from doctray.config import Settings, SettingsError
from doctray.outbound.guard import OutboundGuard, allow_entry_of
from doctray.outbound.sealing import Sealer
from doctray.outbound.signing import key_of
from doctray.queue.arq_queue import ArqQueue
from doctray.queue.notices import RedisNotices
from doctray.service.announce import Announcer
from doctray.service.deliver import Deliverer
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.telemetry.metrics import count_webhook


@asynccontextmanager
async def open_journal(settings: Settings) -> AsyncIterator[SqlJournal]:
    """Journal and key store in one. Raises TemporarilyUnavailable from its methods, not here."""
    settings.home.mkdir(parents=True, exist_ok=True)
    journal = SqlJournal(open_store(settings.database_dsn), retention_s=settings.retention.retention_days * 86400)
    try:
        yield journal
    finally:
        await journal.aclose()


@asynccontextmanager
async def open_blobs(settings: Settings) -> AsyncIterator[FileBlobs]:
    """Files under DOCTRAY_HOME/blobs. Raises SettingsError for S3_BUCKET: documents must not go where nobody expects them."""
    if settings.store.s3_bucket is not None:
        raise SettingsError("S3_BUCKET is set, but this version keeps documents in files under DOCTRAY_HOME only. Unset S3_BUCKET.")
    yield FileBlobs(settings.home / "blobs", min_free_bytes=settings.intake.min_free_mb * 1024 * 1024)


@asynccontextmanager
async def open_queue(settings: Settings) -> AsyncIterator[ArqQueue]:
    queue = ArqQueue(settings.redis_dsn)
    try:
        yield queue
    finally:
        await queue.close()


@asynccontextmanager
async def open_notices(settings: Settings) -> AsyncIterator[RedisNotices]:
    notices = RedisNotices(settings.redis_dsn)
    try:
        yield notices
    finally:
        await notices.close()


def guard_of(settings: Settings) -> OutboundGuard:
    """What doctray may connect to: public addresses, OUTBOUND_ALLOW, and the host of LARAVEL_API_URL."""
    own = (allow_entry_of(settings.outbound.laravel_url),) if settings.outbound.laravel_url else ()
    return OutboundGuard((*settings.outbound.allow, *own))


def deliverer_of(settings: Settings, journal: SqlJournal) -> Deliverer:
    """Posts webhooks, counted in this process's metrics. Loads httpx. Raises SettingsError when WEBHOOK_SECRET is damaged."""
    from doctray.outbound.send import HttpSender

    outbound, clock = settings.outbound, SystemClock()
    secret = outbound.webhook_secret.get_secret_value() if outbound.webhook_secret else None
    if secret is not None:
        try:
            key_of(secret)
        except ValueError as error:
            raise SettingsError(
                "WEBHOOK_SECRET cannot be used: after whsec_ it must be base64. Make one with: echo whsec_$(openssl rand -base64 32)"
            ) from error
    return Deliverer(
        journal=journal,
        keys=journal,
        sender=HttpSender(guard_of(settings), clock=clock),
        sealer=Sealer(settings.secret_key()),
        clock=clock,
        default_secret=secret,
        laravel=(outbound.laravel_url, outbound.laravel_key.get_secret_value()) if outbound.laravel_url and outbound.laravel_key else None,
        rng=Random(),  # noqa: S311 jitter, not a secret
        on_try=count_webhook,
    )


def announcer_of(settings: Settings) -> Announcer:
    """LARAVEL_API_URL is the target of jobs that name none."""
    return Announcer(default_url=settings.outbound.laravel_url)
