"""The OAuth dance, seen from an application (contract 13).

verifier = oauth.new_verifier()
url = oauth.authorization_url(base_url, client_id=…, redirect_uri=…, state=…, verifier=verifier)
# the user signs in there, agrees, and comes back to redirect_uri?code=…&state=…
token = await oauth.exchange_code(base_url, client_id=…, client_secret=…, code=…,
                                  redirect_uri=…, verifier=verifier)
token = await oauth.refresh(base_url, client_id=…, client_secret=…, refresh_token=token.refresh_token)
"""

from __future__ import annotations

import base64
import hashlib
import secrets
from urllib.parse import urlencode

from zoco.client._answer import read
from zoco.client._connection import Connection, Request
from zoco.client._retries import DEFAULT_RETRIES
from zoco.resources.application import Token

_SECRET_PARAMETERS = ("client_secret", "code", "code_verifier", "refresh_token")


def new_verifier() -> str:
    """A fresh PKCE verifier: 43 characters that only this sign-in knows."""
    return secrets.token_urlsafe(32)


def authorization_url(
    base_url: str, *, client_id: int, redirect_uri: str, state: str, verifier: str | None = None
) -> str:
    """Where to send the user's browser. Only the verifier's hash is in the URL.

    `base_url` is the authorization host: with Mercado Libre another one for each site.
    """
    parameters = {
        "response_type": "code",
        "client_id": str(client_id),
        "redirect_uri": redirect_uri,
        "state": state,
    }
    if verifier is not None:
        digest = hashlib.sha256(verifier.encode()).digest()
        parameters["code_challenge"] = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        parameters["code_challenge_method"] = "S256"
    return f"{base_url.rstrip('/')}/authorization?{urlencode(parameters)}"


async def exchange_code(
    base_url: str,
    *,
    client_id: int,
    client_secret: str,
    code: str,
    redirect_uri: str,
    verifier: str | None = None,
    timeout_seconds: float = 20.0,
) -> Token:
    """A code for its tokens; `BadRequest` with error `invalid_grant` when it is used or too old."""
    parameters = {
        "grant_type": "authorization_code",
        "client_id": str(client_id),
        "client_secret": client_secret,
        "code": code,
        "redirect_uri": redirect_uri,
    }
    if verifier is not None:
        parameters["code_verifier"] = verifier
    return await _ask_for_token(base_url, parameters, timeout_seconds)


async def refresh(
    base_url: str, *, client_id: int, client_secret: str, refresh_token: str, timeout_seconds: float = 20.0
) -> Token:
    """A refresh token for a new pair. Each works once: keep the new one before anything else.

    `BadRequest` with error `invalid_grant` when it is spent: the user must authorize again.
    """
    parameters = {
        "grant_type": "refresh_token",
        "client_id": str(client_id),
        "client_secret": client_secret,
        "refresh_token": refresh_token,
    }
    return await _ask_for_token(base_url, parameters, timeout_seconds)


async def _ask_for_token(base_url: str, parameters: dict[str, str], timeout_seconds: float) -> Token:
    request = Request(
        method="POST",
        path="/oauth/token",
        body=urlencode(parameters).encode(),
        content_type="application/x-www-form-urlencoded",
        secrets=[value for name, value in parameters.items() if name in _SECRET_PARAMETERS],
    )
    connection = Connection(base_url, timeout_seconds=timeout_seconds, retries=DEFAULT_RETRIES)
    await connection.open()
    try:
        return read(await connection.ask(request), Token, request).value
    finally:
        await connection.close()
