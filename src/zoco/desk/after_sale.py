"""What the seller does with an order: deliver a reservation, or return it (contract 11)."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from zoco.client import ClientError, Refused, ServerFailed
from zoco.database.transaction import Transaction
from zoco.desk.calls import client_of
from zoco.desk.desk import Desk
from zoco.desk.follow_up import ask_for_order, work_store
from zoco.desk.records import log, orders, stores
from zoco.desk.records.log import json_object
from zoco.desk.records.orders import TimelineEntry
from zoco.desk.tokens import NeedsReconnecting


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """What the marketplace said to an action, in its own words.

    `status` is its HTTP status, 0 when nothing (readable) came back; then it is not known whether the
    action was done, and doing it again is safe: a second report is refused. `error` is its machine word.
    """

    done: bool
    status: int
    error: str
    message: str


async def deliver(desk: Desk, store_id: int, order_id: int, *, by: int) -> Spoken:
    """The buyer has the vehicle: `fulfilled: true, rating: positive`."""
    return await _report(desk, store_id, order_id, action="deliver", by=by)


async def return_reservation(desk: Desk, store_id: int, order_id: int, *, by: int) -> Spoken:
    """The deal is off: `fulfilled: false, rating: neutral`; the buyer is refunded automatically."""
    return await _report(desk, store_id, order_id, action="return", by=by)


async def _report(
    desk: Desk, store_id: int, order_id: int, *, action: Literal["deliver", "return"], by: int
) -> Spoken:
    store = await desk.database.read(lambda tx: stores.get(tx, store_id))
    if store is None:
        raise LookupError(f"no store {store_id}")
    try:
        client = await client_of(desk, store)
        if action == "deliver":
            await client.orders.give_feedback(order_id, fulfilled=True, rating="positive")
        else:
            await client.orders.give_feedback(order_id, fulfilled=False, rating="neutral")
        spoken = Spoken(done=True, status=201, error="", message="")
    except NeedsReconnecting:
        spoken = Spoken(done=False, status=0, error="reconnect_needed", message="")
    except Refused as error:
        spoken = Spoken(done=False, status=error.status, error=error.error, message=error.message)
    except ServerFailed as error:
        spoken = Spoken(done=False, status=error.status, error="server_failed", message=str(error))
    except ClientError as error:
        spoken = Spoken(done=False, status=0, error=type(error).__name__.lower(), message=str(error))
    await _write_down(desk, store, order_id, action=action, spoken=spoken, by=by)
    # Whatever was said, the order itself has the last word; the page that asked shows it at once.
    await ask_for_order(desk, store_id, order_id)
    await work_store(desk, store_id, kind="order")
    return spoken


async def _write_down(
    desk: Desk, store: stores.Store, order_id: int, *, action: str, spoken: Spoken, by: int
) -> None:
    now = desk.clock.now()
    data = json_object(
        action=action, done=spoken.done, status=spoken.status, error=spoken.error, message=spoken.message
    )

    async def write(tx: Transaction) -> None:
        await log.audit(
            tx, person_id=by, action=action, subject=f"order:{store.id}/{order_id}", data=data, now=now
        )
        entry = TimelineEntry(
            at=store.there(now), seen_at=now, kind="action", actor=f"user:{by}", data=data, source="action"
        )
        await orders.add_to_timeline(tx, store.id, order_id, [entry])
        await log.tell_pages(tx, topic="orders", store_id=store.id, subject=order_id, kind="action", now=now)

    await desk.database.write(write)
