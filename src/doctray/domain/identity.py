"""Identities: request ids, the content key of a result, webhook ids, read tokens."""

import base64
import hashlib
import hmac
import json
import secrets
from datetime import datetime

from doctray.domain.job import JobOptions

_CROCKFORD = "0123456789abcdefghjkmnpqrstvwxyz"


def new_request_id(now: datetime) -> str:
    """26 characters that sort by time: a ULID (github.com/ulid/spec), lower case. 48 bits of ms, 80 random."""
    return _ulid(now, secrets.randbits(80))


def derived_request_id(at: datetime, name: str) -> str:
    """As `new_request_id`, but always the same for what happened at that time under that name."""
    return _ulid(at, int.from_bytes(hashlib.sha256(name.encode()).digest()[:10], "big"))


def _ulid(at: datetime, low: int) -> str:
    value = (int(at.timestamp() * 1000) << 80) | low
    return "".join(_CROCKFORD[(value >> shift) & 31] for shift in range(125, -1, -5))


def canonical_json(value: object) -> str:
    """One text for one JSON value: sorted keys, no spaces."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)


def content_key(sha256: str, options: JobOptions, fingerprint: str) -> str:
    """Key under which a result may be reused: the bytes' SHA-256 and everything that shapes the answer.

    priority, no_cache and deadline_seconds do not shape it. fingerprint: the worker's (see `Worker.fingerprint`).
    """
    shaping = {
        "sha256": sha256,
        "document_type": options.document_type.value,
        "schema": options.schema,
        "engine": options.engine,
        "extractor": options.extractor,
        "languages": sorted(options.languages),
        "pages": options.pages,
        "fingerprint": fingerprint,
    }
    return hashlib.sha256(canonical_json(shaping).encode()).hexdigest()


def webhook_id(request_id: str, generation: int, event_type: str) -> str:
    """The same for every try of one announcement, so that receivers can drop repeats."""
    digest = hashlib.sha256(f"{request_id}\n{generation}\n{event_type}".encode()).digest()
    return "msg_" + base64.b32encode(digest[:15]).decode().lower()


def read_token(secret_key: bytes, request_id: str) -> str:
    """Opens one job to a browser. Derived, so that it is stored nowhere and an idempotent answer repeats it."""
    digest = hmac.digest(secret_key, b"read-token:" + request_id.encode(), "sha256")
    return "rt_" + base64.urlsafe_b64encode(digest[:24]).decode()


def read_token_matches(secret_key: bytes, request_id: str, token: str) -> bool:
    """In constant time."""
    return hmac.compare_digest(read_token(secret_key, request_id).encode(), token.encode())
