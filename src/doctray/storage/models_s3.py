"""Models in a bucket, brought to this machine once and kept by checksum."""

import asyncio
import hashlib
import secrets
from pathlib import Path

import structlog
from obstore.store import S3Store

from doctray.domain.engine_model import MANIFEST, MANIFEST_LIMIT_BYTES, ModelFile, ModelManifest, parse_manifest
from doctray.domain.errors import EngineFailure, NotFound, TemporarilyUnavailable
from doctray.storage.blobs_s3 import CHUNK_BYTES, Bucket, mapped, open_bucket

_log = structlog.get_logger()


async def fetch_model(bucket: Bucket, cache: Path) -> Path:
    """The folder with the model that lies under the bucket's prefix: its manifest and each file it names, checked as they arrive.

    cache: what is there with the right checksum is not fetched again. While the bucket cannot be reached, the model that it held last
    serves. Raises EngineFailure (there is none, or a file is not the one that the manifest names) or TemporarilyUnavailable.
    """
    place = f"s3://{bucket.name}/{bucket.prefix}".rstrip("/")
    last = cache / f"{hashlib.sha256(f'{bucket.endpoint} {place}'.encode()).hexdigest()[:32]}.json"
    store = open_bucket(bucket, bucket.endpoint)
    try:
        text = await _manifest(store, place)
    except TemporarilyUnavailable:
        if not last.is_file():
            raise
        _log.warning("model.bucket_unreachable", place=place, using="the model that was fetched last")
        text = await asyncio.to_thread(last.read_bytes)
    manifest = parse_manifest(text, place=place)
    folder = cache / hashlib.sha256(text).hexdigest()[:32]
    for file in manifest.files.values():
        if not await asyncio.to_thread(_is_whole, folder / file.path, file):
            await _fetch(store, file, folder, manifest, place)
    await asyncio.to_thread(_write, folder / MANIFEST, text)
    await asyncio.to_thread(_write, last, text)
    return folder


async def _manifest(store: S3Store, place: str) -> bytes:
    try:
        with mapped():
            found = await store.get_async(MANIFEST)
            if found.meta["size"] > MANIFEST_LIMIT_BYTES:
                raise EngineFailure(f"{place}/{MANIFEST} is larger than {MANIFEST_LIMIT_BYTES // 1024} KiB")
            return bytes(await found.bytes_async())
    except NotFound as error:
        raise EngineFailure(f"{place} holds no {MANIFEST}; copy a folder there that `doctray models pack` has packed") from error


async def _fetch(store: S3Store, file: ModelFile, folder: Path, manifest: ModelManifest, place: str) -> None:
    goal = folder / file.path
    draft = goal.with_name(f".{goal.name}.{secrets.token_hex(4)}")
    digest = hashlib.sha256()
    try:
        await asyncio.to_thread(goal.parent.mkdir, parents=True, exist_ok=True)
        with mapped():
            chunks = (await store.get_async(file.path)).stream(min_chunk_size=CHUNK_BYTES)
            while (chunk := await anext(chunks, None)) is not None:
                await asyncio.to_thread(_append, draft, bytes(chunk))
                digest.update(chunk)
        if digest.hexdigest() != file.sha256:
            raise EngineFailure(
                f"model {manifest.engine}: {place}/{file.path} does not have the checksum that {MANIFEST} names, and is not used"
            )
        draft.replace(goal)
    except NotFound as error:
        raise EngineFailure(f"model {manifest.engine}: {place}/{file.path} is missing") from error
    except OSError as error:
        raise EngineFailure(f"model {manifest.engine}: {file.path} cannot be kept ({error.strerror})") from error
    finally:
        draft.unlink(missing_ok=True)


def _append(path: Path, content: bytes) -> None:
    with path.open("ab") as file:
        file.write(content)


def _is_whole(path: Path, file: ModelFile) -> bool:
    try:
        with path.open("rb") as opened:
            return hashlib.file_digest(opened, "sha256").hexdigest() == file.sha256
    except OSError:
        return False


def _write(path: Path, text: bytes) -> None:
    """Whole or not at all: several workers may start at once."""
    draft = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    draft.write_bytes(text)
    draft.replace(path)
