"""Connecting stores: OAuth with PKCE and state, pasted tokens, and letting go again (2)."""

from __future__ import annotations

import secrets
from datetime import timedelta
from typing import Final

from msgspec import UNSET

from zoco.client import Answer, Client, Forbidden, NotFound, Unauthorized, oauth
from zoco.database.transaction import Transaction
from zoco.desk.calls import client_of, note
from zoco.desk.desk import Desk
from zoco.desk.records import log, oauth_states, stores
from zoco.desk.records.log import json_object
from zoco.desk.records.stores import Store
from zoco.desk.tokens import NeedsReconnecting
from zoco.desk.vault import digest
from zoco.resources.application import Token
from zoco.resources.user import User

# Where the marketplace sends the browser back to: the application's redirect URI, after `public_url`.
CALLBACK_PATH: Final = "/settings/stores/callback"

_STATE_LIFETIME: Final = timedelta(minutes=15)
# A pasted token does not say how long it lives; a marketplace's live six hours (contract 13.3).
_PASTED_LIFETIME: Final = timedelta(hours=6)


class NoSuchSignIn(Exception):
    """The `state` is unknown, used, too old, or another person's: begin again."""


class NoSecret(Exception):
    """The application's secret is not known here, so a code cannot be exchanged; tokens can be pasted."""


async def add_application(
    desk: Desk, *, base_url: str, auth_url: str, client_id: int, client_secret: str | None
) -> int:
    """Register an application that stores are connected through; its id here.

    `base_url` is where the API answers, `auth_url` where its users sign in (with Mercado Libre another
    host per site). Without a secret, stores can be pasted but not refreshed.
    """
    now = desk.clock.now()
    sealed = None if client_secret is None else desk.vault.seal(client_secret, place="client_secret")
    return await desk.database.write(
        lambda tx: stores.add_application(
            tx,
            base_url=base_url.rstrip("/"),
            auth_url=auth_url.rstrip("/"),
            client_id=client_id,
            client_secret=sealed,
            now=now,
        )
    )


async def begin_connection(desk: Desk, *, application_id: int, person_id: int) -> str:
    """Where to send the owner's browser to agree; it comes back to `CALLBACK_PATH` with code and state."""
    now = desk.clock.now()
    application = await _application(desk, application_id)
    if application.client_secret is None:
        raise NoSecret(f"application {application.client_id}")
    state, verifier = secrets.token_urlsafe(32), oauth.new_verifier()
    redirect_uri = desk.public_url + CALLBACK_PATH
    sealed = desk.vault.seal(verifier, place="verifier")
    await desk.database.write(
        lambda tx: oauth_states.add(
            tx,
            state_hash=digest(state),
            application_id=application_id,
            person_id=person_id,
            verifier=sealed,
            redirect_uri=redirect_uri,
            expires_at=now + _STATE_LIFETIME,
        )
    )
    return oauth.authorization_url(
        application.auth_url,
        client_id=application.client_id,
        redirect_uri=redirect_uri,
        state=state,
        verifier=verifier,
    )


async def finish_connection(desk: Desk, *, state: str, code: str, person_id: int) -> Store:
    """Exchange the code for tokens and keep the account as a store, new or known.

    Raises NoSuchSignIn, or the client's error when the marketplace refuses the code.
    """
    now = desk.clock.now()
    begun = await desk.database.write(
        lambda tx: oauth_states.take(tx, digest(state), person_id=person_id, now=now)
    )
    if begun is None:
        raise NoSuchSignIn
    application = await _application(desk, begun.application_id)
    if application.client_secret is None:
        raise NoSecret(f"application {application.client_id}")
    token = await oauth.exchange_code(
        application.base_url,
        client_id=application.client_id,
        client_secret=desk.vault.open(application.client_secret, place="client_secret"),
        code=code,
        redirect_uri=begun.redirect_uri,
        verifier=desk.vault.open(begun.verifier, place="verifier"),
    )
    return await _connect(desk, application, token, by=person_id)


async def paste(
    desk: Desk, *, application_id: int, access_token: str, refresh_token: str | None, by: int | None = None
) -> Store:
    """Connect with tokens that were issued elsewhere (2.4); the account is the one that they speak for."""
    application = await _application(desk, application_id)
    token = Token(
        access_token=access_token,
        refresh_token=refresh_token or UNSET,
        expires_in=int(_PASTED_LIFETIME.total_seconds()),
        scope="",
        user_id=0,
    )
    return await _connect(desk, application, token, by=by)


async def disconnect(desk: Desk, store_id: int, *, by: int) -> None:
    """Revoke the grant at the marketplace and forget the tokens. What was read stays readable.

    When the marketplace cannot be reached the store stays connected, and the client's error says why.
    """
    store = await desk.database.read(lambda tx: stores.get(tx, store_id))
    if store is None or store.state == "disconnected":
        return
    try:
        client = await client_of(desk, store)
        await client.users.revoke(store.account_id, store.client_id)
    except (NeedsReconnecting, Unauthorized, Forbidden, NotFound):
        # There is no grant any more that could be revoked.
        pass
    now = desk.clock.now()

    async def forget(tx: Transaction) -> None:
        await stores.stop(tx, store_id, state="disconnected", reason=None)
        await log.audit(tx, person_id=by, action="disconnect", subject=f"store:{store_id}", now=now)
        await log.tell_pages(
            tx, topic="stores", store_id=store_id, subject=store_id, kind="disconnected", now=now
        )

    await desk.database.write(forget)


async def _application(desk: Desk, application_id: int) -> stores.Application:
    application = await desk.database.read(lambda tx: stores.application(tx, application_id))
    if application is None:
        raise LookupError(f"no application {application_id}")
    return application


async def _connect(desk: Desk, application: stores.Application, token: Token, *, by: int | None) -> Store:
    account = await _account(application, token.access_token)
    user = account.value
    now = desk.clock.now()
    refresh_token = token.refresh_token if isinstance(token.refresh_token, str) else None
    sealed_access = desk.vault.seal(token.access_token, place="access_token")
    sealed_refresh = None if refresh_token is None else desk.vault.seal(refresh_token, place="refresh_token")

    async def keep(tx: Transaction) -> Store:
        store_id = await stores.save_connection(
            tx,
            application_id=application.id,
            account_id=user.id,
            site_id=user.site_id or "",
            nickname=user.nickname,
            now=now,
        )
        await stores.save_tokens(
            tx,
            store_id,
            access_token=sealed_access,
            refresh_token=sealed_refresh,
            access_expires=now + timedelta(seconds=token.expires_in),
        )
        await log.audit(
            tx,
            person_id=by,
            action="connect",
            subject=f"store:{store_id}",
            data=json_object(account_id=user.id, nickname=user.nickname),
            now=now,
        )
        await log.tell_pages(
            tx, topic="stores", store_id=store_id, subject=store_id, kind="connected", now=now
        )
        tx.signal("stores")
        tx.signal("work")
        tx.signal("pushes")
        store = await stores.get(tx, store_id)
        assert store is not None
        return store

    store = await desk.database.write(keep)
    await note(desk, store, account)
    return store


async def _account(application: stores.Application, access_token: str) -> Answer[User]:
    async with Client(application.base_url, tokens=access_token) as client:
        return await client.fetch("/users/me", User)
