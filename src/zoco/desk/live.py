"""`GET /live`: what changes while a page is being looked at, as server-sent events.

One stream per page. Its address carries the page's own filter, so that a visitor is told of what
the page shows and nothing else. Events of the database (`live_events`) are read in order, at most
four times a second, several of one order as one. The id of each message is the id of the last
event in it, with those below that may still come (`LivePosition`): any desk process can go on from
there (`Last-Event-ID`), and one that lies too far back is answered with `changed`, which makes the page
fetch its list again.

| message | the page |
|---|---|
| unnamed | swaps the partials in it: counters |
| `row` | replaces the row, puts it in its place, or counts it in the "new orders" pill |
| `gone` | takes away the row of an order that has left the list's filter |
| `changed` | fetches its changing part again |
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from weakref import WeakSet

from starlette.responses import Response, StreamingResponse

from zoco.database.transaction import Database, Transaction
from zoco.desk import people
from zoco.desk.desk import Desk
from zoco.desk.pages.orders import ListState, is_mixed, state_of
from zoco.desk.pages.visit import RENDERER, Member
from zoco.desk.records import log, views
from zoco.desk.records.log import LiveEvent, LivePosition

# Two rounds are at least this far apart: four messages a second, one per order and round.
_ROUND_SECONDS = 0.25
# Another process's commits make no signal here: look by oneself as well.
_LOOK_SECONDS = 2.0
_KEEP_ALIVE_SECONDS = 15.0
# What one round may tell; whoever is further behind fetches the list again.
_EVENTS_MAX = 256
_HEADERS = {"cache-control": "no-store", "x-accel-buffering": "no"}


@dataclass(frozen=True, slots=True)
class Message:
    """One server-sent event; without a name htmx swaps the partials in it."""

    data: str
    event: str | None = None

    def encoded(self, position: LivePosition) -> bytes:
        lines = [f"id: {position.text}"]
        if self.event:
            lines.append(f"event: {self.event}")
        lines += [f"data: {line}" for line in self.data.splitlines() or [""]]
        return ("\n".join(lines) + "\n\n").encode()


_CHANGED = Message("", "changed")
Tell = Callable[[Sequence[LiveEvent]], Awaitable[list[Message]]]


class _Waker:
    """Wakes one stream at each commit that tells open pages something."""

    def __init__(self) -> None:
        self._event = asyncio.Event()
        self.ended = False

    def wake(self) -> None:
        self._event.set()

    async def wait(self, seconds: float) -> None:
        """Until the next wake-up, at most so long."""
        try:
            await asyncio.wait_for(self._event.wait(), seconds)
        except TimeoutError:
            return
        finally:
            self._event.clear()


class LiveStreams:
    """The open streams of this process; the database calls one listener for all of them."""

    def __init__(self) -> None:
        self._wakers: set[_Waker] = set()
        self._listening_to: WeakSet[Database] = WeakSet()

    def open(self, desk: Desk) -> _Waker:
        """A waker for one stream."""
        if desk.database not in self._listening_to:
            desk.database.on_signal("live", self._wake_all)
            self._listening_to.add(desk.database)
        waker = _Waker()
        self._wakers.add(waker)
        return waker

    def close(self, waker: _Waker) -> None:
        self._wakers.discard(waker)

    def end(self) -> None:
        """Ask all of them to come to their end."""
        for waker in self._wakers:
            waker.ended = True
            waker.wake()

    def _wake_all(self) -> None:
        for waker in self._wakers:
            waker.wake()


_streams = LiveStreams()


def end_streams() -> None:
    """Let every open stream of this process end, so that a server can stop without waiting for them."""
    _streams.end()


async def live(member: Member) -> Response:
    """The stream of one page."""
    query = member.request.query_params
    topic = query.get("topic")
    if topic == "order":
        tell = _tell_order(query.get("order", ""), query.get("store", ""))
    elif topic == "stock":
        tell = _tell_stock
    else:
        tell = _tell_orders(member, state_of(query, member.visit.formats))
    told = (
        log.live_position(member.request.headers.get("last-event-id", ""))
        or log.live_position(query.get("after", ""))
        or LivePosition(0)
    )
    return StreamingResponse(_stream(member, tell, told), media_type="text/event-stream", headers=_HEADERS)


async def _stream(member: Member, tell: Tell, told: LivePosition) -> AsyncIterator[bytes]:
    """Rounds for ever: read what is new, tell it, wait. The server cancels it when the visitor goes."""
    waker = _streams.open(member.desk)
    loop = asyncio.get_running_loop()
    spoken_at = loop.time()
    try:
        yield b"retry: 2000\n\n"
        while not waker.ended:
            told, messages = await _round(member.desk, tell, told)
            if messages and await people.person_of(member.desk, member.session_token) is None:
                return
            if messages:
                yield b"".join(message.encoded(told) for message in messages)
            elif loop.time() - spoken_at >= _KEEP_ALIVE_SECONDS:
                yield b": still here\n\n"
            if messages or loop.time() - spoken_at >= _KEEP_ALIVE_SECONDS:
                spoken_at = loop.time()
            await waker.wait(_LOOK_SECONDS)
            if not waker.ended:
                await asyncio.sleep(_ROUND_SECONDS)
    finally:
        _streams.close(waker)


async def _round(desk: Desk, tell: Tell, told: LivePosition) -> tuple[LivePosition, list[Message]]:
    """How far the page has been told, and what to tell it."""

    async def load(tx: Transaction) -> tuple[views.LiveSpan, LivePosition, Sequence[LiveEvent]]:
        return (
            await views.live_span(tx),
            await log.newest_position(tx),
            await log.live_events_after(tx, told, _EVENTS_MAX + 1),
        )

    span, newest, events = await desk.database.read(load)
    fell_behind = (
        len(events) > _EVENTS_MAX or told.after > span.newest or (events and told.after + 1 < span.oldest)
    )
    if fell_behind:
        return newest, [_CHANGED]
    if not events:
        return told, []
    return told.moved(event.id for event in events), await tell(events)


def _tell_orders(member: Member, state: ListState) -> Tell:
    """Rows that the list's filter lets through or has let go, and the counters of its tabs."""
    mixed = is_mixed(member.shell.stores, state.filter.store_id)

    async def tell(events: Sequence[LiveEvent]) -> list[Message]:
        keys: frozenset[tuple[int, int]] = frozenset(
            (event.store_id, int(event.subject))
            for event in events
            if event.topic == "orders" and event.store_id is not None and event.subject.isdigit()
        )
        if not keys:
            return []

        async def load(tx: Transaction) -> tuple[list[views.OrderRow], dict[views.Stage, int]]:
            rows = await views.orders_matching(tx, state.filter, keys)
            return rows, dict(await views.stage_counts(tx, state.filter.store_id))

        rows, counts = await member.desk.database.read(load)
        tabs = RENDERER.text("live_tabs.html", member.visit, here=member, state=state, counts=counts)
        messages = [
            Message(RENDERER.text("live_row.html", member.visit, here=member, row=row, mixed=mixed), "row")
            for row in rows
        ]
        shown = {(row.store_id, row.order_id) for row in rows}
        gone = [
            Message(f"order-{store_id}-{order_id}", "gone") for store_id, order_id in sorted(keys - shown)
        ]
        return [*messages, *gone, Message(tabs)]

    return tell


def _tell_order(order_id: str, store_id: str) -> Tell:
    async def tell(events: Sequence[LiveEvent]) -> list[Message]:
        concerned = any(
            event.topic == "orders" and event.subject == order_id and str(event.store_id) == store_id
            for event in events
        )
        return [_CHANGED] if concerned else []

    return tell


async def _tell_stock(events: Sequence[LiveEvent]) -> list[Message]:
    return [_CHANGED] if any(event.topic in ("stock", "stores") for event in events) else []
