from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.desk_pages.made_rows import MadeDesk, make_order
from tests.desk_pages.window import Window
from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.live import end_streams
from zoco.desk.records import log
from zoco.desk.records.log import LivePosition, live_position


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
    assert 'id="order-1-101"' not in text
    assert 'id="order-2-102"' not in text


async def test_what_was_missed_is_told_after_the_last_event_id(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    await make_order(desk, made.car_store, 101)
    await make_order(desk, made.car_store, 102)
    events = await desk.database.read(lambda tx: log.live_events_after(tx, log.LivePosition(0), 10))
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


async def test_event_that_is_committed_late_with_a_smaller_id_is_told(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    """PostgreSQL gives ids before the commit: the page was read when 4 was there and 3 was not."""
    for order_id in (101, 102, 103):
        await make_order(desk, made.car_store, order_id)

    async def number_anew(tx: Transaction) -> None:
        await tx.run("DELETE FROM live_events WHERE topic <> 'orders'")
        for subject, event_id in (("101", 1001), ("102", 1003), ("103", 1004)):
            await tx.run(
                "UPDATE live_events SET id = :id WHERE subject = :subject",
                {"id": event_id, "subject": subject},
            )

    async def commit_late(tx: Transaction) -> None:
        await tx.run("UPDATE live_events SET id = 1002 WHERE subject = '102'")
        tx.signal("live")

    await desk.database.write(number_anew)
    await desk.database.write(lambda tx: tx.run("UPDATE live_events SET id = 1 WHERE subject = '102'"))
    address = await live_address(window, "/orders")
    async with window.stream(address) as stream:
        await stream.until("retry: 2000")
        await desk.database.write(commit_late)
        text = await stream.until("</hx-partial>")
    assert "order-1-102" in text
    assert "order-1-101" not in text
    assert "order-1-103" not in text


@pytest.mark.parametrize(
    ("told", "seen", "then"),
    [
        (LivePosition(5), [6, 7], LivePosition(7)),
        (LivePosition(5), [8], LivePosition(8, frozenset({6, 7}))),
        (LivePosition(8, frozenset({6, 7})), [6], LivePosition(8, frozenset({7}))),
        (LivePosition(8, frozenset({7})), [9, 80], LivePosition(80, frozenset(range(17, 80)))),
    ],
)
def test_position_waits_for_skipped_ids_and_not_for_ever(
    told: LivePosition, seen: list[int], then: LivePosition
) -> None:
    assert told.moved(seen) == then
    assert live_position(then.text) == then


@pytest.mark.parametrize("text", ["", "x", "-1", "1~", "9" * 19, "1~2 3", "~".join("1" * 80)])
def test_odd_positions_are_none(text: str) -> None:
    assert live_position(text) is None


async def test_order_that_leaves_the_filter_leaves_the_page(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    await make_order(desk, made.car_store, 101, reservation=True, age=timedelta(hours=1))
    address = await live_address(window, "/orders?stage=to_deliver")
    async with window.stream(address) as stream:
        await make_order(desk, made.car_store, 101, reservation=True, status="cancelled")
        text = await stream.until("event: gone")
        await stream.until("</hx-partial>")
    assert "event: row" not in text
    assert "data: order-1-101\n" in stream.text
