"""Talking to a store's marketplace: one client per store, and what every answer tells beside its value."""

from __future__ import annotations

from datetime import timedelta
from typing import Final, TypeVar

from zoco.client import Answer, Client, Retries
from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.records import log, stores
from zoco.desk.records.stores import Store
from zoco.desk.tokens import StoreTokens

T = TypeVar("T")

# The Date header has whole seconds: smaller differences say nothing.
_OFFSET_NOTICED: Final = timedelta(seconds=2)
# The desk repeats by itself and keeps count, so its clients do not.
_NO_RETRIES: Final = Retries(attempts=1)


async def client_of(desk: Desk, store: Store) -> Client:
    """The store's client, which carries and refreshes its tokens. It is closed with the desk."""
    async with desk.opening_clients:
        client = desk.clients.get(store.id)
        if client is None:
            client = Client(store.base_url, tokens=StoreTokens(desk, store.id), retries=_NO_RETRIES)
            await client.__aenter__()
            desk.clients[store.id] = client
        return client


async def fetch(desk: Desk, store: Store, path: str, shape: type[T]) -> Answer[T]:
    """GET a resource with the store's token, and keep what the answer says of clock and world."""
    answer = await (await client_of(desk, store)).fetch(path, shape)
    await note(desk, store, answer)
    return answer


async def note(desk: Desk, store: Store, answer: Answer[T]) -> None:
    """A store lives by its own clock (14); and when a sandbox's world has changed, what we know of the
    store belonged to another one and is dropped before anything new is kept (13)."""
    now = desk.clock.now()
    offset = store.clock_offset if answer.date is None else answer.date - now
    clock_moved = abs(offset - store.clock_offset) > _OFFSET_NOTICED
    world_moved = answer.world is not None and answer.world != store.world
    if not clock_moved and not world_moved:
        return

    async def keep(tx: Transaction) -> None:
        known = await stores.get(tx, store.id)
        if known is None:
            return
        if clock_moved:
            await stores.set_clock_offset(tx, store.id, offset)
        if answer.world is not None and answer.world != known.world:
            if known.world is not None:
                await stores.forget_rows(tx, store.id)
            await stores.set_world(tx, store.id, answer.world)
        await log.tell_pages(tx, topic="stores", store_id=store.id, subject=store.id, kind="clock", now=now)

    await desk.database.write(keep)
