"""A store's access token, refreshed by one worker at a time wherever the workers run."""

from __future__ import annotations

import asyncio
import secrets
from collections.abc import Coroutine
from datetime import timedelta
from typing import Any, Final

from zoco.client import BadRequest, oauth
from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.records import log, stores
from zoco.desk.records.log import json_object
from zoco.desk.records.stores import RefreshLock, StoredTokens
from zoco.resources.application import Token

# Longer than the 20 s that a refresh may take: who loses its lease has long stopped waiting.
_LEASE: Final = timedelta(seconds=60)
_POLL_SECONDS: Final = 0.05
_REFRESH_EARLY: Final = timedelta(minutes=5)
# Answers that another attempt cannot better: the owner has to authorize again.
_FINAL: Final = frozenset({"invalid_grant", "invalid_client", "unauthorized_client"})


class NeedsReconnecting(Exception):
    """The store has no usable authorization; its work waits until it is connected again."""


class StoreTokens:
    """The token source of one store's client (see `zoco.client.TokenSource`)."""

    def __init__(self, desk: Desk, store_id: int) -> None:
        self._desk = desk
        self._store_id = store_id

    async def access_token(self) -> str:
        stored = await self._stored()
        if (
            stored.refresh_token is not None
            and stored.access_expires - _REFRESH_EARLY <= self._desk.clock.now()
        ):
            stored = await self._refreshed(stored)
        return self._open(stored)

    async def replace(self, rejected: str) -> str | None:
        stored = await self._stored()
        if self._open(stored) == rejected:
            stored = await self._refreshed(stored)
        return self._open(stored)

    def _open(self, stored: StoredTokens) -> str:
        return self._desk.vault.open(stored.access_token, place="access_token")

    async def _stored(self) -> StoredTokens:
        stored = await self._desk.database.read(lambda tx: stores.tokens(tx, self._store_id))
        if stored is None:
            raise NeedsReconnecting
        return stored

    async def _refreshed(self, old: StoredTokens) -> StoredTokens:
        """Newer tokens than `old`: ours if we get the lock, else those of whoever has it."""
        holder = secrets.token_hex(16)
        while True:
            current = await self._stored()
            if current.generation != old.generation:
                return current
            lock = await self._lock(holder)
            if lock is not RefreshLock.HELD:
                break
            await asyncio.sleep(_POLL_SECONDS)
        try:
            # Between our look and our lock somebody may have finished.
            current = await self._stored()
            if current.generation == old.generation:
                await _to_its_end(self._refresh(current, inherited=lock is RefreshLock.INHERITED))
        finally:
            await self._desk.database.write(
                lambda tx: stores.drop_refresh_lock(tx, self._store_id, holder=holder)
            )
        return await self._stored()

    async def _lock(self, holder: str) -> RefreshLock:
        now = self._desk.clock.now()
        return await self._desk.database.write(
            lambda tx: stores.take_refresh_lock(tx, self._store_id, holder=holder, now=now, lease=_LEASE)
        )

    async def _refresh(self, stored: StoredTokens, *, inherited: bool) -> None:
        store = await self._desk.database.read(lambda tx: stores.get(tx, self._store_id))
        assert store is not None
        application = await self._desk.database.read(lambda tx: stores.application(tx, store.application_id))
        assert application is not None
        if stored.refresh_token is None or application.client_secret is None:
            await stop_store(self._desk, self._store_id, reason="no_refresh_token")
            raise NeedsReconnecting
        try:
            token = await oauth.refresh(
                application.base_url,
                client_id=application.client_id,
                client_secret=self._desk.vault.open(application.client_secret, place="client_secret"),
                refresh_token=self._desk.vault.open(stored.refresh_token, place="refresh_token"),
            )
        except BadRequest as error:
            if error.error not in _FINAL:
                raise
            # Who died over the same token may have spent it: a refresh works once (contract 13.3), and
            # what it brought is lost with him.
            lost = inherited and error.error == "invalid_grant"
            await stop_store(self._desk, self._store_id, reason="refresh_lost" if lost else error.error)
            raise NeedsReconnecting from error
        await keep_tokens(self._desk, self._store_id, token)


async def _to_its_end(spending: Coroutine[Any, Any, None]) -> None:
    """Whoever is stopped, or runs out of time, over a refresh keeps what it brings before he goes."""
    task = asyncio.ensure_future(spending)
    try:
        await asyncio.shield(task)
    except asyncio.CancelledError:
        await asyncio.wait([task])
        raise


async def keep_tokens(desk: Desk, store_id: int, token: Token) -> None:
    now = desk.clock.now()
    refresh_token = token.refresh_token if isinstance(token.refresh_token, str) else None
    sealed_access = desk.vault.seal(token.access_token, place="access_token")
    sealed_refresh = None if refresh_token is None else desk.vault.seal(refresh_token, place="refresh_token")
    await desk.database.write(
        lambda tx: stores.save_tokens(
            tx,
            store_id,
            access_token=sealed_access,
            refresh_token=sealed_refresh,
            access_expires=now + timedelta(seconds=token.expires_in),
        )
    )


async def stop_store(desk: Desk, store_id: int, *, reason: str) -> None:
    """The store's authorization is worth nothing any more: say so, and leave its work where it is."""
    now = desk.clock.now()

    async def stop(tx: Transaction) -> None:
        await stores.stop(tx, store_id, state="reconnect_needed", reason=reason)
        await log.audit(
            tx,
            person_id=None,
            action="reconnect_needed",
            subject=f"store:{store_id}",
            data=json_object(reason=reason),
            now=now,
        )
        await log.tell_pages(
            tx, topic="stores", store_id=store_id, subject=store_id, kind="reconnect_needed", now=now
        )

    await desk.database.write(stop)
