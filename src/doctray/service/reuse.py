"""Giving a job the result that the same content already has: the owner's own, younger than the cache's time."""

import asyncio
import json
import re
from contextlib import suppress
from typing import Any

from doctray.domain.errors import NotFound
from doctray.domain.job import BlobRef, Job
from doctray.domain.rollout import RolloutKind
from doctray.ports import BlobStore
from doctray.service.announce import BODY_LIMIT_BYTES

_NO_KEY = re.compile(r"[^A-Za-z0-9._-]")
"""What a name may have (`model@version`) and a blob's key may not."""

COPIED_AT_ONCE = 8
"""Page images copied at once for one job."""


def prefix_of(request_id: str) -> str:
    """Where all blobs of a job lie."""
    return f"jobs/{request_id}/"


def source_key(request_id: str, claim_no: int = 0) -> str:
    """claim_no: of the claim that fetches a url; 0 for what was uploaded."""
    return f"{prefix_of(request_id)}source" + (f"-{claim_no}" if claim_no else "")


def result_key(request_id: str, claim_no: int) -> str:
    """Each claim writes to a place of its own: one that was lost meanwhile, and does not know it yet, overwrites nothing that counts."""
    return f"{prefix_of(request_id)}result-{claim_no}.json"


def forms_prefix(request_id: str) -> str:
    """Where the forms of a result lie that workers make on request."""
    return f"{prefix_of(request_id)}forms/"


def shadow_prefix(request_id: str) -> str:
    """Where the results of a job's shadows lie."""
    return f"{prefix_of(request_id)}shadow/"


def shadow_key(request_id: str, kind: RolloutKind, name: str) -> str:
    """Of the result that the candidate `name` took from the job's document."""
    return f"{shadow_prefix(request_id)}{kind.value}-{_NO_KEY.sub('_', name)}.json"


def page_image_key(request_id: str, number: int) -> str:
    """number: from 1."""
    return f"{prefix_of(request_id)}pages/{number}.png"


async def copy_result(source: Job, job: Job, *, blobs: BlobStore) -> BlobRef | None:
    """Copy a completed job's result and page images to another job; the result's ref, or None when it is gone."""
    if source.result is None:
        return None
    try:
        result = await blobs.copy(source.result, result_key(job.request_id, job.claim_no))
    except NotFound:
        return None
    await _copy_pages(source.request_id, job.request_id, blobs=blobs)
    return result


async def _copy_pages(source_id: str, target_id: str, *, blobs: BlobStore) -> None:
    """Some at once: in a bucket each is a request, and a caller may be waiting."""
    waiting = iter(await blobs.keys_under(f"{prefix_of(source_id)}pages/"))

    async def copy_rest() -> None:
        for key in waiting:
            # Gone since it was listed: deleted with its job.
            with suppress(NotFound):
                await blobs.copy(BlobRef(key=key, size_bytes=0, sha256=""), key.replace(prefix_of(source_id), prefix_of(target_id), 1))

    await asyncio.gather(*(copy_rest() for _ in range(COPIED_AT_ONCE)))


async def small_result(ref: BlobRef, *, blobs: BlobStore) -> dict[str, Any] | None:
    """A stored result that a webhook can carry; None when it is too large for one."""
    if ref.size_bytes > BODY_LIMIT_BYTES:
        return None
    loaded: dict[str, Any] = json.loads(b"".join([chunk async for chunk in blobs.read(ref)]))
    return loaded
