"""How tokens, codes and secrets are written, and what is kept of them (contract 13.3)."""

from __future__ import annotations

import hashlib
import secrets
from datetime import datetime

_RANDOM_BYTES = 16


def access_token(application_id: int, user_id: int, now: datetime) -> str:
    """`APP_USR-1000000000000001-030212-8f14e45fceea167a5a36dedd4bea2543-100000001`."""
    return f"APP_USR-{application_id}-{now:%m%d%H}-{secrets.token_hex(_RANDOM_BYTES)}-{user_id}"


def refresh_token(user_id: int) -> str:
    """`TG-8f14e45fceea167a5a36dedd4bea2543-100000001`; authorization codes look the same."""
    return f"TG-{secrets.token_hex(_RANDOM_BYTES)}-{user_id}"


def cookie() -> str:
    return secrets.token_urlsafe(_RANDOM_BYTES * 2)


def client_secret() -> str:
    return secrets.token_urlsafe(_RANDOM_BYTES * 2)


def digest(text: str) -> str:
    """What the database keeps: the texts are random and long, so that a plain SHA-256 is enough."""
    return hashlib.sha256(text.encode()).hexdigest()
