"""The first reading of a store: its listings, then its order history, page by page.

Each page is kept with how far the reading is, so that it goes on where it stood after a kill.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Final

from msgspec import Raw, Struct

from zoco.client import ClientError
from zoco.database.transaction import Transaction
from zoco.desk.calls import client_of, fetch
from zoco.desk.desk import Desk
from zoco.desk.follow_up import describe, restock_word
from zoco.desk.keep import Unreadable, keep_item, keep_order
from zoco.desk.records import log, stores
from zoco.desk.records.stores import Store
from zoco.desk.tokens import NeedsReconnecting
from zoco.resources.codec import Malformed, decode
from zoco.resources.item import Item
from zoco.resources.order import Order
from zoco.resources.page import Paging

_LEASE: Final = timedelta(minutes=2)
_TROUBLE_WAIT: Final = timedelta(seconds=30)
_ITEM_IDS_PER_PAGE: Final = 100
_ITEMS_PER_CALL: Final = 20
_ORDERS_PER_PAGE: Final = 50


class _Envelope(Struct):
    """One answer of a multiget; `body` is the item only where `code` is 200."""

    code: int
    body: Raw


class _OrderPage(Struct):
    paging: Paging
    results: list[Raw]


async def read_on(desk: Desk) -> bool:
    """Read one more page of some store; False when no store has anything left to read at this moment."""
    now = desk.clock.now()
    store = await desk.database.write(lambda tx: stores.lease_import(tx, now=now, lease=_LEASE))
    if store is None:
        return False
    try:
        if store.import_state == "listings":
            await _read_listings(desk, store)
        else:
            await _read_orders(desk, store)
    except NeedsReconnecting:
        await _postpone(desk, store, "reconnect_needed", _TROUBLE_WAIT)
    except (Unreadable, Malformed) as error:
        await _postpone(desk, store, str(error), _TROUBLE_WAIT)
    except ClientError as error:
        asked = timedelta(seconds=describe(error).retry_after or 0)
        await _postpone(desk, store, str(error), max(asked, _TROUBLE_WAIT))
    return True


async def _postpone(desk: Desk, store: Store, problem: str, wait: timedelta) -> None:
    until = desk.clock.now() + wait
    await desk.database.write(lambda tx: stores.postpone_import(tx, store.id, problem=problem, until=until))


async def _read_listings(desk: Desk, store: Store) -> None:
    client = await client_of(desk, store)
    page = await client.items.of_user(store.account_id, offset=store.import_done, limit=_ITEM_IDS_PER_PAGE)
    found: list[tuple[Item, bytes]] = []
    for start in range(0, len(page.results), _ITEMS_PER_CALL):
        ids = ",".join(page.results[start : start + _ITEMS_PER_CALL])
        answer = await fetch(desk, store, f"/items?ids={ids}", list[_Envelope])
        bodies = [bytes(each.body) for each in answer.value if each.code == 200]
        found += [(decode(body, Item, strict=False), body) for body in bodies]
    done = store.import_done + len(page.results)
    finished = done >= page.paging.total or not page.results
    now = desk.clock.now()

    async def keep(tx: Transaction) -> None:
        at = await stores.get(tx, store.id)
        if at is None or at.world != store.world is not None:
            return
        for item, body in found:
            # A multiget prints no ETags; the first write, or the link to a product, reads them.
            await keep_item(tx, at, item, body, etag=None, now=now)
        await _save(tx, at, "orders" if finished else "listings", 0 if finished else done, page.paging.total)
        await log.tell_pages(tx, topic="stores", store_id=at.id, subject=at.id, kind="import", now=now)

    await desk.database.write(keep, long=True)


async def _read_orders(desk: Desk, store: Store) -> None:
    path = (
        f"/orders/search?seller={store.account_id}&sort=date_asc"
        f"&offset={store.import_done}&limit={_ORDERS_PER_PAGE}"
    )
    page = (await fetch(desk, store, path, _OrderPage)).value
    found: list[tuple[Order, bytes, bool]] = []
    for raw in page.results:
        order = decode(bytes(raw), Order, strict=False)
        found.append((order, bytes(raw), await restock_word(desk, store, order)))
    done = store.import_done + len(page.results)
    finished = done >= page.paging.total or not page.results
    now = desk.clock.now()

    async def keep(tx: Transaction) -> None:
        at = await stores.get(tx, store.id)
        if at is None or at.world != store.world is not None:
            return
        for order, body, restocked in found:
            await keep_order(tx, at, order, body, restocked=restocked, source="import", now=now)
        await _save(tx, at, "done" if finished else "orders", done, page.paging.total)
        await log.tell_pages(tx, topic="stores", store_id=at.id, subject=at.id, kind="import", now=now)

    await desk.database.write(keep, long=True)


async def _save(tx: Transaction, store: Store, state: str, done: int, total: int) -> None:
    await stores.save_import(
        tx, store.id, state=state, done=done, total=None if state == "orders" and not done else total
    )
