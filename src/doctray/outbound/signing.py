"""Standard Webhooks signatures (github.com/standard-webhooks/standard-webhooks, spec version 1): pure, for senders and receivers."""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Iterable, Mapping
from typing import Any

PREFIX = "whsec_"
TOLERANCE_S = 300
"""How far webhook-timestamp may be from the receiver's clock: five minutes, as in the specification's own libraries."""


class BadSignature(Exception):
    """A webhook that must not be trusted; the message says what is wrong with it."""


def new_secret() -> str:
    """256 random bits; the specification asks for 192 to 512."""
    return PREFIX + base64.b64encode(secrets.token_bytes(32)).decode()


def key_of(secret: str) -> bytes:
    """The HMAC key of a secret: the decoded bytes of `whsec_<base64>`; any other text is its own UTF-8 bytes.

    Receivers that use a library of the specification need the first form. Raises ValueError for an empty secret, or for
    `whsec_` followed by something that is not base64 (a damaged secret must not be taken for a text).
    """
    if not secret.startswith(PREFIX):
        if not secret:
            raise ValueError("the webhook secret is empty")
        return secret.encode()
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("the webhook secret begins with whsec_ but is not base64 after it") from error
    if not key:
        raise ValueError("the webhook secret is empty")
    return key


def sign(webhook_id: str, timestamp: int, body: bytes, signing_secrets: Iterable[str]) -> list[tuple[str, str]]:
    """The three headers over the exact bytes of the body. timestamp: Unix seconds of this try.

    One signature a secret, so that receivers with the old or the new one both accept while a secret rotates.
    Raises ValueError for an unusable secret or none.
    """
    signatures = [_signature(key_of(secret), webhook_id, str(timestamp), body) for secret in signing_secrets]
    if not signatures:
        raise ValueError("there is no webhook secret to sign with")
    return [
        ("webhook-id", webhook_id),
        ("webhook-timestamp", str(timestamp)),
        ("webhook-signature", " ".join(signatures)),
    ]


def verify(headers: Mapping[str, str], body: bytes, secret: str, *, now: float, tolerance_s: float = TOLERANCE_S) -> dict[str, Any]:
    """The event, when the body came from someone who holds the secret, lately; for receivers.

    headers: names in any case. body: the bytes as received, not parsed and written again. now: Unix seconds.
    Raises BadSignature. A receiver still drops repeats by webhook-id: every event is sent at least once.
    """
    given = {name.lower(): value for name, value in headers.items()}
    try:
        webhook_id, timestamp, signatures = (given[f"webhook-{part}"] for part in ("id", "timestamp", "signature"))
    except KeyError as error:
        raise BadSignature(f"the header {error.args[0]} is missing") from error
    try:
        sent_at = int(timestamp)
    except ValueError as error:
        raise BadSignature("webhook-timestamp is not a number") from error
    if abs(now - sent_at) > tolerance_s:
        raise BadSignature("webhook-timestamp is too far from this clock")
    expected = _signature(key_of(secret), webhook_id, timestamp, body).encode()
    if not any(hmac.compare_digest(expected, signature.encode()) for signature in signatures.split()):
        raise BadSignature("no signature matches")
    try:
        event = json.loads(body)
    except ValueError as error:
        raise BadSignature("the body is not JSON") from error
    if not isinstance(event, dict):
        raise BadSignature("the body is not a JSON object")
    return event


def _signature(key: bytes, webhook_id: str, timestamp: str, body: bytes) -> str:
    digest = hmac.new(key, f"{webhook_id}.{timestamp}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()
