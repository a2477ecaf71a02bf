"""What changes merely because time has passed (contract 18 T8 and T18, 14.7), or is left of a ban (T19)."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from contextlib import suppress
from datetime import datetime
from functools import partial

from zoco.clock import Clock, SandboxClock
from zoco.database.transaction import Database, Transaction
from zoco.domain import items as item_rules
from zoco.domain.charges import NO_FEES, FeeRates
from zoco.domain.events import ItemNews
from zoco.domain.items import Item, ItemStatus
from zoco.domain.order_endings import expire, expire_unpaid
from zoco.domain.orders import PAYMENT_LIFE, UNPAID, Order, OrderStatus, payment_deadline
from zoco.marketplace.bans import cancel_orders_of_banned
from zoco.marketplace.changes import keep
from zoco.marketplace.idempotency import KEY_LIFE
from zoco.notifications import feed
from zoco.storage import bans, idempotency, items, orders, sessions, tokens

Duty = Callable[[Transaction, datetime, int], Awaitable[int]]

BATCH = 100
# New orders may fall due while nobody signals; a jump of the clock wakes the loop at once.
_POLL_SECONDS = 1.0
_FORGET_EVERY_SECONDS = 3600.0

logger = logging.getLogger(__name__)


async def expire_unpaid_orders(tx: Transaction, now: datetime, limit: int) -> int:
    """T8: cancel at most `limit` orders that were not paid within 72 hours; how many."""
    due = await orders.due_unpaid(tx, created_before=now - PAYMENT_LIFE, limit=limit)
    for order_id in due:
        order = await orders.get_for_update(tx, order_id)
        if order is not None and _is_unpaid_in_time(order, now):
            await keep(tx, expire_unpaid(order, now), order=order, now=now)
    return len(due)


async def expire_orders(tx: Transaction, now: datetime, limit: int, *, fee_rates: FeeRates = NO_FEES) -> int:
    """T18: past `expiration_date` feedback becomes visible, money is released, the seller is charged
    (A-40); how many orders.
    """
    due = await orders.due_expiration(tx, now=now, limit=limit)
    for order_id in due:
        order = await orders.get_for_update(tx, order_id)
        if order is not None and _is_expiring(order, now):
            change = expire(order, now, fee_rate=fee_rates.of(order.site_id))
            await keep(tx, change, order=order, now=now)
    return len(due)


async def end_listings(tx: Transaction, now: datetime, limit: int) -> int:
    """Close listings whose 60 days are over (14.7); how many."""
    due = await items.due_closing(tx, now=now, limit=limit)
    for item_id in due:
        item = await items.get_for_update(tx, item_id)
        if item is not None and _is_ending(item, now):
            await items.save(tx, item_rules.end(item, now), previous=item)
            await feed.record(tx, [ItemNews(item.id, item.seller_id)], now)
    return len(due)


async def next_due(tx: Transaction) -> datetime | None:
    """When the next of these duties falls due, None when nothing is waiting."""
    moments = (
        await orders.next_due(tx, PAYMENT_LIFE),
        await items.next_closing(tx),
        await bans.next_due(tx),
    )
    return min((moment for moment in moments if moment is not None), default=None)


async def forget_the_expired(tx: Transaction, now: datetime) -> None:
    """Drop tokens, codes, sign-ins and idempotency keys that nobody can use any more."""
    await tokens.delete_expired(tx, now)
    await sessions.delete_expired(tx, now)
    await idempotency.forget_all(tx, made_before=now - KEY_LIFE)


class ExpiryLoop:
    """Does the duties when they fall due, until it is stopped or cancelled.

    loop = ExpiryLoop(database, clock)
    task = asyncio.create_task(loop.run())
    """

    def __init__(self, database: Database, clock: Clock, *, fee_rates: FeeRates = NO_FEES) -> None:
        self._database = database
        self._clock = clock
        self._duties: tuple[Duty, ...] = (
            expire_unpaid_orders,
            partial(expire_orders, fee_rates=fee_rates),
            end_listings,
            cancel_orders_of_banned,
        )
        self._woken = asyncio.Event()
        self._turn = asyncio.Lock()
        self._stopping = False
        self._forgot_at: float | None = None
        if isinstance(clock, SandboxClock):
            clock.on_move(self._woken.set)

    async def run(self) -> None:
        """Work until `stop`; one look a second, and at once when the clock has been moved."""
        while not self._stopping:
            try:
                await self.run_due()
                await self._forget()
            except Exception:  # the catch-all of this loop
                logger.exception("a round of expiry failed; it is tried again")
            with suppress(TimeoutError):
                async with asyncio.timeout(_POLL_SECONDS):
                    await self._woken.wait()
            self._woken.clear()

    def stop(self) -> None:
        self._stopping = True
        self._woken.set()

    async def run_due(self) -> int:
        """Do everything that is due at this moment of the clock, batch by batch; how much it was."""
        async with self._turn:
            done = 0
            for duty in self._duties:
                done += await self._work_off(duty)
            return done

    async def _work_off(self, duty: Duty) -> int:
        now = self._clock.now()
        done = 0
        while not self._stopping:
            worked = await self._database.write(lambda tx: duty(tx, now, BATCH))
            done += worked
            if worked < BATCH:
                break
        return done

    async def _forget(self) -> None:
        at = asyncio.get_running_loop().time()
        if self._forgot_at is not None and at - self._forgot_at < _FORGET_EVERY_SECONDS:
            return
        now = self._clock.now()
        await self._database.write(lambda tx: forget_the_expired(tx, now))
        self._forgot_at = at


def _is_unpaid_in_time(order: Order, now: datetime) -> bool:
    return order.mandatory_flow and order.status in UNPAID and payment_deadline(order) <= now


def _is_expiring(order: Order, now: datetime) -> bool:
    live = order.status in (OrderStatus.PAID, OrderStatus.CONFIRMED)
    return live and not order.expired and order.expiration_date <= now


def _is_ending(item: Item, now: datetime) -> bool:
    return item.status is not ItemStatus.CLOSED and item.stop_time <= now
