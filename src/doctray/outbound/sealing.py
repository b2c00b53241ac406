"""Webhook secrets at rest: encrypted under DOCTRAY_SECRET_KEY, so that a copy of the journal signs nothing."""

import base64
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cryptography.fernet import Fernet


class SealBroken(Exception):
    """It was sealed under another DOCTRAY_SECRET_KEY, or is damaged."""


class Sealer:
    """Fernet (AES-128-CBC with HMAC-SHA256) under a key derived by HKDF-SHA256. secret_key: DOCTRAY_SECRET_KEY's bytes."""

    def __init__(self, secret_key: bytes) -> None:
        self._secret_key = secret_key
        self._fernet: Fernet | None = None

    def seal(self, plain: bytes) -> bytes:
        return self._cipher().encrypt(plain)

    def open(self, sealed: bytes) -> bytes:
        """Raises SealBroken."""
        from cryptography.fernet import InvalidToken

        try:
            return self._cipher().decrypt(sealed)
        except InvalidToken as error:
            raise SealBroken("sealed under another DOCTRAY_SECRET_KEY, or damaged") from error

    def _cipher(self) -> "Fernet":
        # Imported on first use: the API seals rarely, and the import costs it memory and start-up time.
        from cryptography.fernet import Fernet
        from cryptography.hazmat.primitives.hashes import SHA256
        from cryptography.hazmat.primitives.kdf.hkdf import HKDF

        if self._fernet is None:
            derived = HKDF(algorithm=SHA256(), length=32, salt=None, info=b"doctray webhook secrets").derive(self._secret_key)
            self._fernet = Fernet(base64.urlsafe_b64encode(derived))
        return self._fernet
