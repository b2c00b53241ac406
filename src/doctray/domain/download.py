"""What is known of a URL whose document was fetched before, so that it need not be sent again."""

import hashlib
from dataclasses import dataclass

from doctray.domain.job import BlobRef


@dataclass(frozen=True, slots=True, kw_only=True)
class Validators:
    """What a server says of the version that it sent (RFC 9110, 8.8).

    answered_by: `url_digest` of the URL that sent it, after redirects; nobody else is told.
    """

    answered_by: str
    etag: str | None = None
    last_modified: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class KnownDownload:
    """A document that a URL led to, as a job of the same owner still holds it."""

    validators: Validators
    source: BlobRef
    media_type: str


def url_digest(url: str) -> str:
    """SHA-256 in hex: what is kept of a URL that may hold a signature."""
    return hashlib.sha256(url.encode()).hexdigest()
