"""OAuth 2.0: consent, codes, tokens, revocation (contract 13.2 to 13.5, 26.8).

Codes and tokens leave this module once, as text; the database keeps their SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta

from zoco.database.transaction import Transaction
from zoco.domain.applications import SCOPES, Application, known_scopes
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import token_texts
from zoco.marketplace.caller import Caller
from zoco.notifications import feed
from zoco.storage import applications, tokens, users
from zoco.storage.tokens import CodeRow, TokenRow

ACCESS_TOKEN_LIFE = timedelta(seconds=21600)
REFRESH_TOKEN_LIFE = timedelta(days=180)
CODE_LIFE = timedelta(minutes=10)

# Whom the operator's tokens belong to when he names no application (26.8); it has no row and no secret.
OPERATOR_APPLICATION_ID = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedToken:
    """What `/oauth/token` answers; `expires_in` in seconds, scopes in printing order."""

    access_token: str
    refresh_token: str | None
    expires_in: int
    scopes: tuple[str, ...]
    user_id: int


async def requested_application(tx: Transaction, client_id: int, redirect_uri: str) -> Application:
    """The application that asks for consent, when it may be sent back to `redirect_uri` (13.2).

    Refused with INVALID_CLIENT, REDIRECT_MISMATCH or UNAUTHORIZED_APPLICATION: in these cases the
    browser must not be redirected.
    """
    application = await applications.get(tx, client_id)
    if application is None:
        raise Refused(Reason.INVALID_CLIENT, field="client_id", detail=str(client_id))
    if redirect_uri != application.callback_url:
        raise Refused(Reason.REDIRECT_MISMATCH, field="redirect_uri")
    if not application.active:
        raise Refused(Reason.UNAUTHORIZED_APPLICATION, detail=str(client_id))
    return application


async def authorize(
    tx: Transaction,
    user_id: int,
    application_id: int,
    *,
    redirect_uri: str,
    scopes: Collection[str] = SCOPES,
    code_challenge: str | None = None,
    code_challenge_method: str | None = None,
    now: datetime,
) -> str:
    """The user consents: a code for the redirect, good once within ten minutes.

    `scopes` is narrowed to what the application has. With a challenge and no method, the method
    is `plain` (RFC 7636).
    """
    application = await requested_application(tx, application_id, redirect_uri)
    method = None if code_challenge is None else code_challenge_method or "plain"
    if method not in (None, "plain", "S256"):
        raise Refused(Reason.INVALID_FIELD, field="code_challenge_method", detail=method)
    code = token_texts.refresh_token(user_id)
    await tokens.add_code(
        tx,
        CodeRow(
            code_hash=token_texts.digest(code),
            application_id=application_id,
            user_id=user_id,
            redirect_uri=redirect_uri,
            scopes=tuple(scope for scope in known_scopes(scopes) if scope in application.scopes),
            code_challenge=code_challenge,
            code_challenge_method=method,
            expires_at=now + CODE_LIFE,
        ),
    )
    return code


async def exchange_code(
    tx: Transaction,
    *,
    client_id: int,
    client_secret: str,
    code: str,
    redirect_uri: str,
    code_verifier: str | None,
    now: datetime,
) -> IssuedToken:
    """`grant_type=authorization_code`. From here on the user's news goes to the application."""
    application = await _client(tx, client_id, client_secret)
    taken = await tokens.take_code(tx, token_texts.digest(code))
    if taken is None or taken.expires_at <= now:
        raise Refused(Reason.INVALID_GRANT, field="code")
    if taken.application_id != application.id:
        raise Refused(Reason.CLIENT_MISMATCH)
    if taken.redirect_uri != redirect_uri:
        raise Refused(Reason.REDIRECT_MISMATCH)
    if not _proves(code_verifier, taken):
        raise Refused(Reason.INVALID_GRANT, field="code_verifier")
    await applications.grant(
        tx, user_id=taken.user_id, application_id=application.id, scopes=taken.scopes, now=now
    )
    return await _issue(tx, taken.user_id, application.id, taken.scopes, now)


async def refresh(
    tx: Transaction, *, client_id: int, client_secret: str, refresh_token: str, now: datetime
) -> IssuedToken:
    """`grant_type=refresh_token`: a new pair; of two who race with one token exactly one wins."""
    application = await _client(tx, client_id, client_secret)
    token_hash = token_texts.digest(refresh_token)
    known = await tokens.refresh_token(tx, token_hash)
    if known is None or known.expires_at <= now:
        raise Refused(Reason.INVALID_GRANT, field="refresh_token")
    if known.application_id != application.id:
        raise Refused(Reason.CLIENT_MISMATCH)
    # The grant's row is the lock: of two who race, and of a refresh and a revocation, one goes first.
    granted = await applications.lock_grant(tx, user_id=known.user_id, application_id=application.id)
    if not granted or not await tokens.take_refresh_token(tx, token_hash):
        raise Refused(Reason.INVALID_GRANT, field="refresh_token")
    return await _issue(tx, known.user_id, application.id, known.scopes, now)


async def client_credentials(
    tx: Transaction, *, client_id: int, client_secret: str, now: datetime
) -> IssuedToken:
    """`grant_type=client_credentials`: a token for the application's owner, not to be refreshed (C-12)."""
    application = await _client(tx, client_id, client_secret)
    scopes = tuple(scope for scope in application.scopes if scope != "offline_access")
    return await _issue(tx, application.owner_id, application.id, scopes, now)


async def issue_token(
    tx: Transaction, user_id: int, application_id: int | None, scopes: Collection[str], now: datetime
) -> IssuedToken:
    """The operator's shortcut (26.8): with an application it leaves a grant, without one it does not."""
    if await users.get(tx, user_id) is None:
        raise Refused(Reason.USER_NOT_FOUND, field="user_id", detail=str(user_id))
    wanted = known_scopes(scopes)
    if application_id is None:
        # Nobody could refresh it: the built-in application has no secret.
        without_refresh = tuple(scope for scope in wanted if scope != "offline_access")
        return await _issue(tx, user_id, OPERATOR_APPLICATION_ID, without_refresh, now)
    if await applications.get(tx, application_id) is None:
        raise Refused(Reason.APPLICATION_NOT_FOUND, field="app_id", detail=str(application_id))
    await applications.grant(tx, user_id=user_id, application_id=application_id, scopes=wanted, now=now)
    return await _issue(tx, user_id, application_id, wanted, now)


async def revoke(tx: Transaction, caller_user_id: int, user_id: int, application_id: int) -> None:
    """The user takes his permission back: tokens die, pending notifications are given up (13.4)."""
    if caller_user_id != user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(user_id))
    if not await applications.delete_grant(tx, user_id=user_id, application_id=application_id):
        raise Refused(Reason.APPLICATION_NOT_FOUND, detail=str(application_id))
    await tokens.delete_access_tokens(tx, user_id=user_id, application_id=application_id)
    await tokens.delete_refresh_tokens(tx, user_id=user_id, application_id=application_id)
    await tokens.delete_codes(tx, user_id=user_id, application_id=application_id)
    await feed.give_up(tx, application_id=application_id, user_id=user_id)


async def caller_of(tx: Transaction, token: str, now: datetime) -> Caller:
    """Who stands behind an access token; refused when unknown, expired, or the application is blocked."""
    holder = await tokens.holder(tx, token_texts.digest(token), now)
    if holder is None:
        raise Refused(Reason.INVALID_TOKEN)
    if holder.blocked:
        raise Refused(Reason.APPLICATION_BLOCKED, detail=str(holder.application_id))
    return Caller(holder.user_id, holder.application_id, frozenset(holder.scopes))


async def _client(tx: Transaction, client_id: int, client_secret: str) -> Application:
    application = await applications.get(tx, client_id)
    if application is None or not hmac.compare_digest(
        application.secret_key.encode(), client_secret.encode()
    ):
        raise Refused(Reason.INVALID_CLIENT, detail=str(client_id))
    if not application.active:
        raise Refused(Reason.UNAUTHORIZED_APPLICATION, detail=str(client_id))
    return application


async def _issue(
    tx: Transaction, user_id: int, application_id: int, scopes: tuple[str, ...], now: datetime
) -> IssuedToken:
    """New tokens; whoever gives a refresh token holds the grant's row locked."""
    access = token_texts.access_token(application_id, user_id, now)
    await tokens.add_access_token(
        tx,
        TokenRow(
            token_hash=token_texts.digest(access),
            application_id=application_id,
            user_id=user_id,
            scopes=scopes,
            expires_at=now + ACCESS_TOKEN_LIFE,
        ),
    )
    refresh_text = None
    if "offline_access" in scopes:
        refresh_text = token_texts.refresh_token(user_id)
        await tokens.replace_refresh_token(
            tx,
            TokenRow(
                token_hash=token_texts.digest(refresh_text),
                application_id=application_id,
                user_id=user_id,
                scopes=scopes,
                expires_at=now + REFRESH_TOKEN_LIFE,
            ),
        )
    return IssuedToken(
        access_token=access,
        refresh_token=refresh_text,
        expires_in=int(ACCESS_TOKEN_LIFE.total_seconds()),
        scopes=scopes,
        user_id=user_id,
    )


def _proves(code_verifier: str | None, code: CodeRow) -> bool:
    """Whether who has the code is who asked for it (RFC 7636)."""
    if code.code_challenge is None:
        return True
    if code_verifier is None:
        return False
    if code.code_challenge_method == "plain":
        return hmac.compare_digest(code_verifier.encode(), code.code_challenge.encode())
    hashed = hashlib.sha256(code_verifier.encode()).digest()
    challenge = base64.urlsafe_b64encode(hashed).rstrip(b"=")
    return hmac.compare_digest(challenge, code.code_challenge.encode())
