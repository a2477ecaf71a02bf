"""Secrets at rest: what the database holds can be read with the desk's key only."""

from __future__ import annotations

import hashlib
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

_NONCE_LENGTH = 12


class WrongKey(Exception):
    """The secret was encrypted with another key, or for another place, or it was altered."""


class Vault:
    """AES-256-GCM under a key derived from the one handed in.

        vault = Vault(key)
        sealed = vault.seal("TG-5b9032b4e23464aed1f959f-1234567", place="refresh_token")
        vault.open(sealed, place="refresh_token")

    `place` is authenticated with the secret, so that a value copied to another column is refused.
    """

    def __init__(self, key: bytes) -> None:
        if len(key) < 32:
            raise ValueError("the secret key must have at least 32 bytes")
        self._cipher = AESGCM(hashlib.sha256(b"zoco desk vault" + key).digest())
        # What the pages sign their forms with.
        self.forms_key = hashlib.sha256(b"zoco desk forms" + key).digest()

    def seal(self, secret: str, *, place: str) -> bytes:
        nonce = secrets.token_bytes(_NONCE_LENGTH)
        return nonce + self._cipher.encrypt(nonce, secret.encode(), place.encode())

    def open(self, sealed: bytes, *, place: str) -> str:
        nonce, sealed_secret = sealed[:_NONCE_LENGTH], sealed[_NONCE_LENGTH:]
        try:
            return self._cipher.decrypt(nonce, sealed_secret, place.encode()).decode()
        except InvalidTag as error:
            raise WrongKey(f"the stored {place} cannot be read with this key") from error


def digest(token: str) -> str:
    """What is kept of a token that only has to be recognised: its SHA-256, in hexadecimal."""
    return hashlib.sha256(token.encode()).hexdigest()
