"""A stored result, read back."""

import asyncio
import json
from typing import Any

from doctray.domain.job import BlobRef
from doctray.ports import BlobStore


async def result_at(key: str, *, blobs: BlobStore) -> dict[str, Any]:
    """As `stored_result`, by its key alone."""
    return await stored_result(BlobRef(key=key, size_bytes=0, sha256=""), blobs=blobs)


async def stored_result(ref: BlobRef, *, blobs: BlobStore) -> dict[str, Any]:
    """The JSON object of a result's blob, parsed in a thread. Raises NotFound when the blob is gone."""
    content = b"".join([chunk async for chunk in blobs.read(ref)])
    loaded: dict[str, Any] = await asyncio.to_thread(json.loads, content)
    return loaded
