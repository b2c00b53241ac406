"""Opens what settings name: the journal, the blobs, the doorbell, the notices. Nothing heavy is loaded here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from doctray.config import Settings, SettingsError
from doctray.outbound.guard import OutboundGuard, allow_entry_of
from doctray.queue.arq_queue import ArqQueue
from doctray.queue.notices import RedisNotices
from doctray.service.announce import Announcer
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.journal_sql import SqlJournal, open_store


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


def announcer_of(settings: Settings) -> Announcer:
    """LARAVEL_API_URL is the target of jobs that name none."""
    return Announcer(default_url=settings.outbound.laravel_url)
