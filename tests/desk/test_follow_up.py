"""Messages become fetches: whose they are, how they fail, and that nothing disappears."""

from __future__ import annotations

from datetime import timedelta

import pytest

from tests.desk.conftest import NORTH, NORTH_ITEM, SOUTH, SOUTH_ITEM, Shop
from tests.hand_clock import HandClock
from zoco.database.transaction import Transaction
from zoco.desk import duties
from zoco.desk.follow_up import run_again, work_store
from zoco.desk.patience import wait_after
from zoco.desk.records import inbox, work
from zoco.desk.sorting import Target, sort_inbox, target_of


@pytest.mark.parametrize(
    ("resource", "target"),
    [
        ("/orders/731867397", Target("order", "/orders/731867397")),
        ("/orders/731867397/feedback", Target("order", "/orders/731867397")),
        ("/orders/731867397/feedback/sale", Target("order", "/orders/731867397")),
        ("/items/MLB600034093", Target("item", "/items/MLB600034093")),
        ("/collections/885920310", Target("payment", "/collections/885920310")),
        ("/payments/885920310", Target("payment", "/collections/885920310")),
        ("/questions/3", None),
        ("/orders/1?seller=2", None),
        ("/orders/1/../../users/me", None),
        ("/orders/01", None),
        ("/orders/\u0661", None),
        ("/orders/9999999999999999999", None),
        ("//evil.example/orders/1", None),
        ("https://evil.example/orders/1", None),
        ("/orders/1\n", None),
        ("", None),
    ],
)
def test_only_paths_of_known_kinds_are_followed(resource: str, target: Target | None) -> None:
    assert target_of(resource) == target


@pytest.mark.parametrize(
    ("resource", "user", "outcome"),
    [
        ("/orders/1", 999, "unknown_user"),
        ("/users/me", SOUTH, "unknown_resource"),
    ],
)
async def test_what_concerns_nobody_here_is_set_aside_and_never_fetched(
    shop: Shop, resource: str, user: int, outcome: str
) -> None:
    await shop.tell(resource, user=user)
    await shop.follow_up()
    assert await shop.column("SELECT outcome FROM inbox WHERE state = 'ignored'") == [outcome]
    assert shop.marketplace.calls == []


async def test_an_application_we_do_not_know_is_set_aside(shop: Shop) -> None:
    await shop.desk.database.write(lambda tx: tx.run("UPDATE applications SET client_id = 7"))
    await shop.tell("/orders/1", user=SOUTH)
    await shop.follow_up()
    assert await shop.column("SELECT outcome FROM inbox") == ["unknown_user"]


async def test_what_is_set_aside_is_forgotten_after_two_days(shop: Shop, clock: HandClock) -> None:
    await shop.tell("/orders/1", user=999)
    await shop.follow_up()
    await duties.trim_inbox(shop.desk)
    assert await shop.column("SELECT count(*) FROM inbox") == [1]
    clock.advance(timedelta(days=2))
    await duties.trim_inbox(shop.desk)
    assert await shop.column("SELECT count(*) FROM inbox") == [0]


@pytest.mark.parametrize(
    ("topic", "states", "outcome"),
    [("created_orders", ["hidden"], "hidden"), ("orders", [], "not_found")],
)
async def test_404_waits_after_created_orders_and_ends_the_work_after_any_other_topic(
    shop: Shop, topic: str, states: list[str], outcome: str
) -> None:
    await shop.tell("/orders/404", user=SOUTH, topic=topic)
    await shop.follow_up()
    assert await shop.column("SELECT state FROM work") == states
    assert await shop.column("SELECT outcome FROM inbox") == [outcome]


async def test_403_ends_the_work_with_that_word(shop: Shop) -> None:
    order = shop.marketplace.sell(NORTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    assert await shop.column("SELECT outcome FROM inbox") == ["forbidden"]
    assert await shop.column("SELECT count(*) FROM work") == [0]


async def test_an_order_that_the_account_has_bought_is_no_sale_of_ours(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.orders[order].seller = SOUTH
    await shop.desk.database.write(
        lambda tx: tx.run("UPDATE stores SET account_id = 7 WHERE nickname = 'STORE1001'")
    )
    await shop.tell(f"/orders/{order}", user=7)
    await shop.follow_up()
    assert await shop.column("SELECT outcome FROM inbox") == ["not_ours"]
    assert await shop.column("SELECT count(*) FROM orders") == [0]


@pytest.mark.parametrize(
    ("status", "headers", "waits_seconds"),
    [(429, {"Retry-After": "120"}, 120), (429, {}, 5), (500, {}, 5), (503, {"Retry-After": "30"}, 30)],
)
async def test_trouble_is_waited_out(
    shop: Shop, clock: HandClock, status: int, headers: dict[str, str], waits_seconds: int
) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.fail_next("GET", f"/orders/{order}", status, headers=headers)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    clock.advance(timedelta(seconds=waits_seconds - 0.001))
    await shop.follow_up()
    assert shop.marketplace.calls_of("GET", f"/orders/{order}") == 1
    clock.advance(timedelta(seconds=waits_seconds * 0.2 + 0.001))
    await shop.follow_up()
    assert await shop.on_hand() == 9
    assert await shop.column("SELECT count(*) FROM work") == [0]


@pytest.mark.parametrize("body", [b"", b"<html>", b'{"id": 1}', b"\x00\xff"])
async def test_an_answer_that_cannot_be_read_is_a_failure_like_any_other(shop: Shop, body: bytes) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.fail_next("GET", f"/orders/{order}", 200, body=body)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    assert await shop.column("SELECT reason FROM work") == ["garbled"]


async def test_an_order_that_makes_no_sense_holds_up_no_other(shop: Shop) -> None:
    senseless, good = shop.marketplace.sell(SOUTH_ITEM), shop.marketplace.sell(SOUTH_ITEM)
    body = (
        b'{"id": 1, "status": "paid", "date_created": "2026-03-02T12:00:00.000-04:00", "total_amount": 1,'
        b' "currency_id": "BRL", "buyer": {"id": 5}, "seller": {"id": 1001}, "order_items": []}'
    )
    shop.marketplace.fail_next("GET", f"/orders/{senseless}", 200, body=body)
    await shop.tell(f"/orders/{senseless}", user=SOUTH)
    await shop.tell(f"/orders/{good}", user=SOUTH)
    await shop.follow_up()
    assert await shop.column("SELECT order_id FROM orders") == [good]
    assert await shop.column("SELECT reason FROM work") == ["unreadable"]


async def test_eight_failures_stand_on_the_failed_list_and_can_be_run_again(
    shop: Shop, clock: HandClock
) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.fail_next("GET", f"/orders/{order}", 500, times=8, body=b'{"message": "out of order"}')
    await shop.tell(f"/orders/{order}", user=SOUTH)
    for _ in range(8):
        await shop.follow_up()
        clock.advance(timedelta(minutes=72))
    rows = await shop.desk.database.read(
        lambda tx: tx.all("SELECT id, state, reason, request, answer FROM work")
    )
    assert [tuple(row)[1:] for row in rows] == [
        ("failed", "500", f"GET /orders/{order}", '{"message": "out of order"}')
    ]
    assert await shop.column("SELECT state FROM inbox") == ["failed"]
    await shop.follow_up()
    assert shop.marketplace.calls_of("GET", f"/orders/{order}") == 8

    assert await run_again(shop.desk, rows[0]["id"], by=shop.person)
    await shop.follow_up()
    assert await shop.on_hand() == 9
    assert await shop.column("SELECT state FROM inbox") == ["done"]
    assert not await run_again(shop.desk, rows[0]["id"], by=shop.person)


async def test_news_about_failed_work_runs_it_again(shop: Shop, clock: HandClock) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    shop.marketplace.fail_next("GET", f"/orders/{order}", 500, times=8)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="a")
    for _ in range(8):
        await shop.follow_up()
        clock.advance(timedelta(minutes=72))
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="b")
    await shop.follow_up()
    assert await shop.on_hand() == 9


def test_eight_failures_outlast_an_hour_of_trouble() -> None:
    waits = [wait_after(failures, asked_seconds=None, random_share=0.0) for failures in range(1, 9)]
    assert waits[-1] is None
    assert sum((wait for wait in waits if wait is not None), timedelta()) > timedelta(hours=1)


async def test_a_store_in_trouble_does_not_delay_another(shop: Shop) -> None:
    south, north = shop.marketplace.sell(SOUTH_ITEM), shop.marketplace.sell(NORTH_ITEM)
    shop.marketplace.fail_next("GET", f"/orders/{south}", 503, headers={"Retry-After": "3600"})
    await shop.tell(f"/orders/{south}", user=SOUTH)
    await shop.tell(f"/orders/{north}", user=NORTH)
    await shop.follow_up()
    assert await shop.column("SELECT order_id FROM orders") == [north]


async def test_news_that_comes_during_a_fetch_is_fetched_once_more(shop: Shop) -> None:
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="a")
    await sort_inbox(shop.desk)
    jobs = await shop.desk.database.write(
        lambda tx: work.claim(
            tx, store_id=shop.south, kind=None, limit=1, now=shop.desk.clock.now(), lease=timedelta(minutes=2)
        )
    )
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="b")
    await sort_inbox(shop.desk)
    await shop.desk.database.write(lambda tx: work.done(tx, jobs[0]))
    assert await work_store(shop.desk, shop.south) == 1


async def test_the_oldest_news_is_worked_first(shop: Shop, clock: HandClock) -> None:
    orders = [shop.marketplace.sell(SOUTH_ITEM) for _ in range(3)]
    for order in reversed(orders):
        await shop.tell(f"/orders/{order}", user=SOUTH)
        clock.advance(timedelta(seconds=1))
    await sort_inbox(shop.desk)
    for _ in orders:
        await work_store(shop.desk, shop.south, limit=1)
    assert [call for call in shop.marketplace.calls if call.startswith("GET /orders/2")] == [
        f"GET /orders/{order}" for order in reversed(orders)
    ]


async def test_a_store_lives_by_its_own_clock(shop: Shop) -> None:
    shop.marketplace.clock_ahead = timedelta(days=365)
    await shop.tell(f"/items/{SOUTH_ITEM}", user=SOUTH, topic="items")
    await shop.follow_up()
    offset = (await shop.store(shop.south)).clock_offset
    assert abs(offset - timedelta(days=365)) < timedelta(seconds=2)


async def test_what_belonged_to_another_world_is_dropped(shop: Shop) -> None:
    shop.marketplace.world = "first"
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH, identity="a")
    await shop.settle()
    assert await shop.on_hand() == 9

    shop.marketplace.world = "second"
    other = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{other}", user=SOUTH, identity="b")
    await shop.settle()
    assert await shop.column(f"SELECT order_id FROM orders WHERE store_id = {shop.south}") == [other]
    assert await shop.column(f"SELECT count(*) FROM listings WHERE store_id = {shop.south}") == [0]
    assert (await shop.store(shop.south)).import_state == "listings"
    assert await shop.on_hand() == 10


async def test_messages_sorted_out_of_their_order_are_all_settled(shop: Shop, clock: HandClock) -> None:
    """Two sorters on one PostgreSQL may turn the newer message into work before the older one."""
    order = shop.marketplace.sell(SOUTH_ITEM)
    resource = f"/orders/{order}"
    for number in (1, 2):
        await shop.tell(resource, user=SOUTH, identity=f"{order} {number}")
    now = clock.now()

    async def sort_backwards(tx: Transaction) -> None:
        for message in reversed(await inbox.new_ones(tx, 10)):
            await inbox.set_waiting(tx, message.id, store_id=shop.south, resource=resource)
            await work.ask_for(
                tx, store_id=shop.south, resource=resource, kind="order", told_openly=True,
                message_id=message.id, told_at=now, now=now,
            )  # fmt: skip

    await shop.desk.database.write(sort_backwards)
    await shop.follow_up()

    assert await shop.column("SELECT state FROM inbox") == ["done", "done"]
