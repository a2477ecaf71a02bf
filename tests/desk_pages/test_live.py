from __future__ import annotations

import re
from datetime import timedelta

from tests.desk_pages.made_rows import MadeDesk, make_order
from tests.desk_pages.window import Window
from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.live import end_streams
from zoco.desk.records import log


async def tell(desk: Desk, topic: str, subject: str) -> None:
    async def write(tx: Transaction) -> None:
        await log.tell_pages(
            tx, topic=topic, store_id=1, subject=subject, kind="changed", now=desk.clock.now()
        )

    await desk.database.write(write)


async def live_address(window: Window, path: str) -> str:
    found = re.search(r'hx-sse:connect="([^"]+)"', (await window.get(path)).text)
    assert found is not None
    return found[1].replace("&amp;", "&")


async def test_order_arrives_as_a_row_with_the_counters(desk: Desk, made: MadeDesk, window: Window) -> None:
    address = await live_address(window, "/orders")
    async with window.stream(address) as stream:
        await stream.until("retry: 2000")
        await make_order(desk, made.car_store, 101, title="Nissan <i>March</i>")
        text = await stream.until("</hx-partial>")
    assert "event: row\ndata: " in text
    assert 'id="order-1-101"' in text
    assert "Nissan &lt;i&gt;March&lt;/i&gt;" in text
    assert '<hx-partial hx-target="#stages" hx-swap="outerHTML">' in text


async def test_only_rows_that_the_page_shows_are_told(desk: Desk, made: MadeDesk, window: Window) -> None:
    address = await live_address(window, "/orders?store=2&q=mate")
    async with window.stream(address) as stream:
        await stream.until("retry: 2000")
        await make_order(desk, made.car_store, 101, title="Mate")
        await make_order(desk, made.shop_store, 102, title="Termo", currency="ARS")
        await make_order(desk, made.shop_store, 103, title="Mate", currency="ARS")
        text = await stream.until("order-2-103")
    assert "order-1-101" not in text
    assert "order-2-102" not in text


async def test_what_was_missed_is_told_after_the_last_event_id(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    await make_order(desk, made.car_store, 101)
    await make_order(desk, made.car_store, 102)
    events = await desk.database.read(lambda tx: log.live_events_after(tx, 0, 10))
    first = next(event.id for event in events if event.subject == "101")
    async with window.stream("/live?topic=orders&after=0", {"last-event-id": str(first)}) as stream:
        text = await stream.until("order-1-102")
    assert "order-1-101" not in text


async def test_one_who_is_too_far_behind_fetches_the_page_again(desk: Desk, window: Window) -> None:
    for number in range(260):
        await tell(desk, "orders", str(number))
    async with window.stream("/live?topic=orders&after=1") as stream:
        text = await stream.until("event: changed")
    assert "event: row" not in text


async def test_events_that_were_trimmed_make_the_page_fetch_again(desk: Desk, window: Window) -> None:
    for number in range(5):
        await tell(desk, "orders", str(number))
    await desk.database.write(lambda tx: tx.run("DELETE FROM live_events WHERE id < 4"))
    async with window.stream("/live?topic=orders&after=1") as stream:
        await stream.until("event: changed")


async def test_streams_end_when_the_server_stops_or_the_session_does(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    async with window.stream("/live?topic=orders&after=0") as stopped:
        await stopped.until("retry: 2000")
        end_streams()
        await stopped.end()
    page = await window.get("/orders")
    async with window.stream("/live?topic=orders&after=0") as signed_out:
        await signed_out.until("retry: 2000")
        await window.send("/logout", {}, page)
        await make_order(desk, made.car_store, 101)
        await signed_out.end()
    assert "order-1-101" not in signed_out.text


async def test_order_and_stock_pages_hear_only_what_concerns_them(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    await make_order(desk, made.car_store, 101, age=timedelta(hours=1))
    order, stock = await live_address(window, "/orders/1/101"), await live_address(window, "/stock")
    async with window.stream(order) as on_order, window.stream(stock) as on_stock:
        await on_order.until("retry: 2000")
        await tell(desk, "orders", "999")
        await tell(desk, "stock", "1")
        assert "changed" not in on_order.text
        await on_stock.until("event: changed")
        await tell(desk, "orders", "101")
        await on_order.until("event: changed")
