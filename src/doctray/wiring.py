"""Opens what settings name: the journal, the blobs, the doorbell, the notices. Nothing heavy is loaded here."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from random import Random
from typing import TYPE_CHECKING

from doctray.clock import SystemClock
from doctray.config import Settings, SettingsError, Store
from doctray.domain.errors import EngineFailure
from doctray.outbound.guard import OutboundGuard, allow_entry_of
from doctray.outbound.sealing import Sealer
from doctray.outbound.signing import key_of
from doctray.ports import BlobStore
from doctray.queue.arq_queue import ArqQueue
from doctray.queue.notices import RedisNotices
from doctray.service.announce import Announcer
from doctray.service.deliver import Deliverer
from doctray.storage.blobs_files import FileBlobs
from doctray.storage.journal_sql import SqlJournal, open_store
from doctray.telemetry.metrics import count_webhook

if TYPE_CHECKING:
    from doctray.storage.blobs_s3 import Bucket


@asynccontextmanager
async def open_journal(settings: Settings) -> AsyncIterator[SqlJournal]:
    """Journal and key store in one. Raises TemporarilyUnavailable from its methods, not here."""
    settings.home.mkdir(parents=True, exist_ok=True)
    async with open_journal_at(settings, settings.database_dsn) as journal:
        yield journal


@asynccontextmanager
async def open_journal_at(settings: Settings, dsn: str) -> AsyncIterator[SqlJournal]:
    """As `open_journal`, on the database of a SQLAlchemy URL (`doctray.config.database_dsn_of`)."""
    store = open_store(dsn, connections=settings.store.postgres_pool_size)
    journal = SqlJournal(store, retention_s=settings.retention.retention_days * 86400)
    try:
        yield journal
    finally:
        await journal.aclose()


@asynccontextmanager
async def open_blobs(settings: Settings) -> AsyncIterator[BlobStore]:
    """S3_BUCKET, else files under DOCTRAY_HOME/blobs. Raises SettingsError for a bucket that does not exist or refuses the credentials;
    one that cannot be reached just now raises TemporarilyUnavailable from its methods, not here."""
    async with open_blobs_at(settings, blobs_place(settings)) as blobs:
        yield blobs


def blobs_place(settings: Settings) -> str:
    """Where the settings keep blobs: s3://bucket/prefix or file:///folder."""
    store = settings.store
    if store.s3_bucket is None:
        return f"file://{settings.home / 'blobs'}"
    return f"s3://{store.s3_bucket}/{store.s3_prefix.strip('/')}".rstrip("/")


@asynccontextmanager
async def open_blobs_at(settings: Settings, place: str) -> AsyncIterator[BlobStore]:
    """As `open_blobs`, at a place like those of `blobs_place`; a bucket's server and key are those of the settings."""
    room = settings.intake.min_free_mb * 1024 * 1024
    scheme, _, rest = place.partition("://")
    if scheme == "file":
        yield FileBlobs(Path(rest), min_free_bytes=room)
        return
    try:
        from doctray.storage.blobs_s3 import BucketRefused, S3Blobs
    except ModuleNotFoundError as error:
        raise SettingsError("S3_BUCKET needs the extra s3: pip install 'doctray[s3]'") from error
    name, _, prefix = rest.partition("/")
    blobs = S3Blobs(
        _bucket_of(settings.store, name, prefix),
        spool=settings.home / "spool",
        min_free_bytes=room,
        link_s=settings.store.s3_link_seconds,
        link_endpoint=settings.store.s3_link_endpoint_url,
    )
    try:
        await blobs.check()
        yield blobs
    except BucketRefused as error:
        raise SettingsError(f"S3_BUCKET: {error}") from error
    finally:
        await blobs.aclose()


def _bucket_of(store: Store, name: str, prefix: str) -> "Bucket":
    from doctray.storage.blobs_s3 import Bucket

    return Bucket(
        name=name,
        endpoint=store.s3_endpoint_url,
        region=store.aws_region,
        prefix=f"{prefix}/" if prefix else "",
        access_key_id=store.aws_access_key_id.get_secret_value() if store.aws_access_key_id else None,
        secret_access_key=store.aws_secret_access_key.get_secret_value() if store.aws_secret_access_key else None,
        session_token=store.aws_session_token.get_secret_value() if store.aws_session_token else None,
    )


async def fetch_model_at(settings: Settings, place: str) -> Path:
    """The folder, under DOCTRAY_HOME/cache/models, of the model at s3://bucket/prefix; the bucket's server and key are those of the
    settings. Raises EngineFailure (it cannot be used) or TemporarilyUnavailable."""
    try:
        from doctray.storage.models_s3 import fetch_model
    except ModuleNotFoundError as error:
        raise EngineFailure("a model in S3 needs the extra s3: pip install 'doctray[s3]'") from error
    name, _, prefix = place.removeprefix("s3://").partition("/")
    return await fetch_model(_bucket_of(settings.store, name, prefix.strip("/")), settings.home / "cache" / "models")


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
