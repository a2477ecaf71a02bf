"""From messages to work: whose news it is, and what has to be fetched because of it."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.records import inbox, log, stores, work
from zoco.desk.records.inbox import Message
from zoco.desk.records.stores import Store

_ORDER: Final = re.compile(r"/orders/([1-9]\d{0,17})(?:/feedback(?:/(?:sale|purchase))?)?", re.ASCII)
_ITEM: Final = re.compile(r"/items/([A-Z]{3}\d{1,18})", re.ASCII)
_PAYMENT: Final = re.compile(r"/(?:collections|payments)/([1-9]\d{0,17})", re.ASCII)

# Told before the order can be seen (contract 17.7): after it a 404 is a promise, after any other an answer.
_EARLY_TOPIC: Final = "created_orders"

IGNORED_RETENTION: Final = timedelta(days=2)
IGNORED_MAX: Final = 10_000


@dataclass(frozen=True, slots=True)
class Target:
    """What to fetch: `kind` is order, item or payment."""

    kind: str
    resource: str


def target_of(resource: str) -> Target | None:
    """The resource that holds the news; None for one that nobody here follows.

    Whoever can reach the callback chooses this text, so it is matched whole and built anew.

        target_of("/orders/731867397/feedback")    # Target("order", "/orders/731867397")
    """
    if match := _ORDER.fullmatch(resource):
        return Target("order", f"/orders/{match[1]}")
    if match := _ITEM.fullmatch(resource):
        return Target("item", f"/items/{match[1]}")
    if match := _PAYMENT.fullmatch(resource):
        return Target("payment", f"/collections/{match[1]}")
    return None


async def sort_inbox(desk: Desk, limit: int = 100) -> int:
    """Turn new messages into work, or set them aside as ignored; how many were looked at."""
    now = desk.clock.now()

    async def sort(tx: Transaction) -> int:
        messages = await inbox.new_ones(tx, limit)
        if messages:
            known = await stores.all_of_them(tx)
            for message in messages:
                await _sort_one(tx, known, message, now)
            await log.tell_pages(
                tx, topic="notifications", store_id=None, subject="inbox", kind="sorted", now=now
            )
            tx.signal("work")
        return len(messages)

    return await desk.database.write(sort)


async def _sort_one(tx: Transaction, known: list[Store], message: Message, now: datetime) -> None:
    target = target_of(message.resource)
    if target is None:
        await inbox.ignore(tx, message.id, outcome="unknown_resource", now=now)
        return
    store = _addressee(known, message)
    if store is None:
        await inbox.ignore(tx, message.id, outcome="unknown_user", now=now)
        return
    await inbox.set_waiting(tx, message.id, store_id=store.id, resource=target.resource)
    await work.ask_for(
        tx,
        store_id=store.id,
        resource=target.resource,
        kind=target.kind,
        told_openly=message.topic != _EARLY_TOPIC,
        message_id=message.id,
        told_at=message.seen_at,
        now=now,
    )


def _addressee(known: list[Store], message: Message) -> Store | None:
    for store in known:
        if (
            store.account_id == message.user_id
            and store.state != "disconnected"
            and message.application_id in (None, store.client_id)
        ):
            return store
    return None
