"""Results and other blobs that are at hand as a whole: stored, and read back."""

import asyncio
import json
from collections.abc import AsyncIterator, Mapping
from typing import Any

from doctray.domain.job import BlobRef
from doctray.ports import BlobStore


async def in_one_chunk(content: bytes) -> AsyncIterator[bytes]:
    """For `BlobStore.put`."""
    yield content


async def store_result(key: str, result: Mapping[str, Any], *, blobs: BlobStore) -> BlobRef:
    """As JSON, written in a thread: a long document's takes a while. Raises what `BlobStore.put` raises."""
    encoded = await asyncio.to_thread(lambda: json.dumps(result, ensure_ascii=False).encode())
    return await blobs.put(key, in_one_chunk(encoded))


async def result_at(key: str, *, blobs: BlobStore) -> dict[str, Any]:
    """As `stored_result`, by its key alone."""
    return await stored_result(BlobRef(key=key, size_bytes=0, sha256=""), blobs=blobs)


async def stored_result(ref: BlobRef, *, blobs: BlobStore) -> dict[str, Any]:
    """The JSON object of a result's blob, parsed in a thread. Raises NotFound when the blob is gone."""
    content = b"".join([chunk async for chunk in blobs.read(ref)])
    loaded: dict[str, Any] = await asyncio.to_thread(json.loads, content)
    return loaded
