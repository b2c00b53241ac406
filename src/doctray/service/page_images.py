"""The images of a job's pages, as they lie in the blob store, for an extractor that looks at them."""

from doctray.domain.errors import NotFound
from doctray.domain.job import BlobRef
from doctray.ports import BlobStore
from doctray.service.reuse import page_image_key


class StoredPageImages:
    """`doctray.ports.PageImages` of one job."""

    def __init__(self, request_id: str, *, blobs: BlobStore) -> None:
        self._request_id = request_id
        self._blobs = blobs

    async def png(self, number: int) -> bytes | None:
        """None for pages of long documents, whose images are not kept."""
        ref = BlobRef(key=page_image_key(self._request_id, number), size_bytes=0, sha256="")
        try:
            return b"".join([chunk async for chunk in self._blobs.read(ref)])
        except NotFound:
            return None
