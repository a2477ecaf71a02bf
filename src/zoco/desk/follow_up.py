"""Following up: what messages told of is fetched with its owner's token, and what it says is kept.

A job travels `claim → fetch → settle`; each way it can go is one arm of `_settle_failure`. Nothing is
lost when the program dies in between: the lease of a claimed job runs out, and fetching twice is as
good as once.
"""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from time import perf_counter
from typing import Final

from zoco.client import ClientError, Forbidden, NotFound, Refused, ServerFailed, TooManyRequests
from zoco.database.transaction import Transaction
from zoco.desk import stock
from zoco.desk.calls import client_of, fetch
from zoco.desk.desk import Desk
from zoco.desk.keep import Unreadable, keep_collection, keep_item, keep_order
from zoco.desk.patience import wait_after
from zoco.desk.records import inbox, listings, log, orders, stores, work
from zoco.desk.records.log import json_object
from zoco.desk.records.orders import TimelineEntry
from zoco.desk.records.stores import Store
from zoco.desk.records.work import Job
from zoco.desk.sorting import sort_inbox
from zoco.desk.tokens import NeedsReconnecting
from zoco.observe import WorkDone
from zoco.resources.item import Item
from zoco.resources.order import Order
from zoco.resources.payment import Collection

_logger = logging.getLogger(__name__)

JOBS_AT_ONCE: Final = 8
_LEASE: Final = timedelta(minutes=2)
_ANSWER_KEPT_MAX: Final = 4000
_POLL_SECONDS: Final = 0.05

_Keep = Callable[[Transaction, Store, datetime], Awaitable[str]]


async def work_store(desk: Desk, store_id: int, *, limit: int = JOBS_AT_ONCE, kind: str | None = None) -> int:
    """Do up to `limit` due jobs of a store, oldest told first; how many there were."""
    now = desk.clock.now()
    store = await desk.database.read(lambda tx: stores.get(tx, store_id))
    if store is None or store.state != "connected":
        return 0
    jobs = await desk.database.write(
        lambda tx: work.claim(tx, store_id=store_id, kind=kind, limit=limit, now=now, lease=_LEASE)
    )
    async with asyncio.TaskGroup() as together:
        for job in jobs:
            together.create_task(_work_job(desk, store, job))
    return len(jobs)


async def work_orders_first(desk: Desk, store_id: int, *, within: timedelta) -> None:
    """Settle what a store has told of its sales, for `within` at most: before anything is written to
    one of its listings, so that a unit which it has just sold is not put back on sale (6.5)."""
    try:
        async with asyncio.timeout(within.total_seconds()):
            await sort_inbox(desk)
            while True:
                if await work_store(desk, store_id, kind="order"):
                    continue
                now = desk.clock.now()
                left = await desk.database.read(
                    lambda tx: work.unfinished(tx, store_id=store_id, kind="order", now=now)  # noqa: B023
                )
                store = await desk.database.read(lambda tx: stores.get(tx, store_id))
                if left == 0 or store is None or store.state != "connected":
                    return
                # Another worker has them.
                await asyncio.sleep(_POLL_SECONDS)
    except TimeoutError:
        return


async def run_again(desk: Desk, work_id: int, *, by: int) -> bool:
    """Put a failed job back to work; False when it does not stand on the failed list."""
    now = desk.clock.now()

    async def again(tx: Transaction) -> bool:
        job = await work.run_again(tx, work_id, now=now)
        if job is None:
            return False
        await log.audit(
            tx, person_id=by, action="run_again", subject=f"store:{job.store_id}",
            data=json_object(resource=job.resource), now=now,
        )  # fmt: skip
        await log.tell_pages(
            tx, topic="notifications", store_id=job.store_id, subject=job.resource, kind="run_again", now=now
        )
        tx.signal("work")
        return True

    return await desk.database.write(again)


async def ask_for_order(desk: Desk, store_id: int, order_id: int) -> None:
    """Have an order fetched without having been told of it."""
    now = desk.clock.now()

    async def ask(tx: Transaction) -> None:
        await work.ask_for(
            tx,
            store_id=store_id,
            resource=f"/orders/{order_id}",
            kind="order",
            told_openly=True,
            message_id=None,
            told_at=now,
            now=now,
        )
        tx.signal("work")

    await desk.database.write(ask)


async def _work_job(desk: Desk, store: Store, job: Job) -> None:
    started = perf_counter()
    outcome, reason = await _outcome(desk, store, job)
    desk.observer.tell(
        WorkDone(
            store=job.store_id,
            kind=job.kind,
            resource=job.resource,
            outcome=outcome,
            reason=reason,
            attempts=job.attempts,
            ms=round((perf_counter() - started) * 1000, 3),
        )
    )


async def _outcome(desk: Desk, store: Store, job: Job) -> tuple[str, str]:
    """Do the job; what came of it, and why if that is not its end."""
    try:
        keep = await _fetch(desk, store, job)
        return await _settle(desk, job, keep), ""
    except NeedsReconnecting:
        await desk.database.write(lambda tx: work.release(tx, job))
        return "released", "needs_reconnecting"
    except (ClientError, Unreadable) as error:
        return await _settle_failure(desk, job, error), describe(error).reason
    except Exception as error:
        # A bug of ours, with this one answer: it must hold up neither the store nor the other jobs, and
        # it must not disappear.
        _logger.exception("store %s: cannot follow up %s", job.store_id, job.resource)
        return await _settle_failure(desk, job, error), describe(error).reason


async def _fetch(desk: Desk, store: Store, job: Job) -> _Keep:
    """Ask the marketplace; what comes back keeps the answer when it is handed a transaction."""
    match job.kind:
        case "order":
            order = await fetch(desk, store, job.resource, Order)
            restocked = await restock_word(desk, store, order.value)
            return lambda tx, at, now: keep_order(
                tx, at, order.value, order.body, restocked=restocked, source="fetch", now=now
            )
        case "item":
            item = await fetch(desk, store, job.resource, Item)
            return lambda tx, at, now: keep_item(tx, at, item.value, item.body, etag=item.etag, now=now)
        case _:
            paid = await fetch(desk, store, job.resource, Collection)
            return lambda tx, at, now: keep_collection(tx, at, paid.value, paid.body, now=now)


async def restock_word(desk: Desk, store: Store, order: Order) -> bool:
    """Whether the marketplace put a called-off order's units on sale again. Where the seller reported
    the end, his report says so; else they always are. Asked only for what is in our books."""
    report = order.feedback.sale
    if not stock.called_off(order) or report is None or report.fulfilled or not order.order_items:
        return True
    item_id = order.order_items[0].item.id
    known = await desk.database.read(lambda tx: listings.of_item(tx, store.id, item_id))
    if all(listing.product_id is None for listing in known):
        return True
    try:
        pair = await (await client_of(desk, store)).orders.feedback(order.id)
    except NotFound:
        return True
    if pair.sale is None or pair.sale.restock_item is None:
        return "reservation" in order.tags
    return pair.sale.restock_item


async def _settle(desk: Desk, job: Job, keep: _Keep) -> str:
    now = desk.clock.now()

    async def settle(tx: Transaction) -> str:
        # Read again: the answer may have told that the store's clock or world is another.
        store = await stores.get(tx, job.store_id)
        if store is None:
            return "store_gone"
        outcome = await keep(tx, store, now)
        if job.kind == "order" and outcome != "not_ours":
            await _write_messages_down(tx, store, job)
        await _end(tx, job, outcome=outcome, now=now)
        return outcome

    return await desk.database.write(settle)


async def _write_messages_down(tx: Transaction, store: Store, job: Job) -> None:
    order_id = int(job.resource.rpartition("/")[2])
    messages = await inbox.waiting(
        tx, store_id=job.store_id, resource=job.resource, newest_message=job.newest_message
    )
    await orders.add_to_timeline(
        tx,
        job.store_id,
        order_id,
        [
            TimelineEntry(
                at=message.received or store.there(message.seen_at),
                seen_at=message.seen_at,
                kind="notification",
                actor="marketplace",
                data=json_object(topic=message.topic, attempts=message.attempts),
                source=f"message:{message.id}",
            )
            for message in messages
        ],
    )


async def _end(tx: Transaction, job: Job, *, outcome: str, now: datetime) -> None:
    await work.done(tx, job)
    await _finish_messages(tx, job, state="done", outcome=outcome, now=now)


async def _finish_messages(tx: Transaction, job: Job, *, state: str, outcome: str, now: datetime) -> None:
    await inbox.finish(
        tx,
        store_id=job.store_id,
        resource=job.resource,
        newest_message=job.newest_message,
        state=state,
        outcome=outcome,
        now=now,
    )
    await log.tell_pages(
        tx, topic="notifications", store_id=job.store_id, subject=job.resource, kind=outcome, now=now
    )


async def _settle_failure(desk: Desk, job: Job, error: Exception) -> str:
    now = desk.clock.now()
    failure = describe(error)

    async def settle(tx: Transaction) -> str:
        match error:
            case NotFound() if job.kind == "order" and not job.told_openly:
                await work.hide(tx, job)
                await _finish_messages(tx, job, state="done", outcome="hidden", now=now)
                return "hidden"
            case NotFound():
                await _end(tx, job, outcome="not_found", now=now)
                return "not_found"
            case Forbidden():
                await _end(tx, job, outcome="forbidden", now=now)
                return "forbidden"
            case _:
                return await _try_later(tx, job, failure, now)

    return await desk.database.write(settle)


async def _try_later(tx: Transaction, job: Job, failure: Failure, now: datetime) -> str:
    wait = wait_after(job.attempts + 1, asked_seconds=failure.retry_after)
    if wait is not None:
        await work.postpone(
            tx, job, until=now + wait, reason=failure.reason, request=failure.request, answer=failure.answer
        )
        return "postponed"
    await work.fail(tx, job, reason=failure.reason, request=failure.request, answer=failure.answer)
    await _finish_messages(tx, job, state="failed", outcome="failed", now=now)
    return "failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Failure:
    """A failed call in words: why, what was asked, what came back (bounded), and when to ask again."""

    reason: str
    request: str
    answer: str
    retry_after: float | None


def describe(error: Exception) -> Failure:
    if not isinstance(error, ClientError):
        return Failure(reason=type(error).__name__.lower(), request="", answer=str(error), retry_after=None)
    retry_after = error.retry_after if isinstance(error, TooManyRequests | ServerFailed) else None
    if isinstance(error, Refused | ServerFailed):
        answer = error.body.decode(errors="replace")
        reason = f"{error.status}"
    else:
        answer = str(error)
        reason = type(error).__name__.lower()
    return Failure(
        reason=reason,
        request=error.request,
        # PostgreSQL's text holds everything but this one character.
        answer=answer[:_ANSWER_KEPT_MAX].replace("\x00", "�"),
        retry_after=retry_after,
    )
