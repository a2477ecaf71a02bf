"""What is kept comes back as it was, on both engines."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    ORDER_ID,
    PAYMENT_ID,
    a_buyer,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
    a_line,
    a_paid_order,
    a_payment,
    a_reservation,
    a_seller,
    a_variation,
    a_vehicle,
    a_waiting_payment,
    an_item,
    an_order,
    ars,
    brl,
)
from tests.storage.rows import forget_orders, keep
from zoco.database.transaction import Database
from zoco.domain.charges import Charge
from zoco.domain.items import ItemStatus
from zoco.domain.orders import Cause, Order, OrderStatus
from zoco.domain.shipping import Shipping, ShippingStatus
from zoco.domain.users import Phone
from zoco.storage import idempotency, items, orders, payments, users, world
from zoco.storage.item_search import ItemQuery, find
from zoco.storage.world import World

SENT = Shipping(
    status=ShippingStatus.SHIPPED,
    receiver_address='{"zip_code": "5300"}',
    comments="Timbre 4",
    date_created=NOW,
)


async def test_orders_come_back_with_payments_and_feedback(database: Database) -> None:
    for order in (
        an_order(application_id=14529, line=a_line(variation_id=7, warranty="6 meses")),
        a_reservation(
            payments=(
                a_payment(transaction_amount=brl(498)),
                a_payment(id=PAYMENT_ID + 1, transaction_amount=brl(1), issuer_id="24"),
            ),
            sale=a_feedback(message="Entregue", restock_item=False),
            purchase=a_buyers_feedback(id=3),
            delivered=True,
        ),
        a_hidden_order(status=OrderStatus.CANCELLED, cause=Cause.PAYMENT_EXPIRED),
        an_order(shipping=SENT, shipping_cost=ars(250)),
        an_order(status=OrderStatus.INVALID, invalid_reason="A stolen card"),
        a_paid_order(
            expired=True,
            settled=True,
            charge=Charge(Decimal("0.110"), ars(110), NOW),
            payments=(a_payment(charged=ars(110)),),
        ),
    ):
        await keep(database, order)

        assert await database.read(lambda tx: orders.get(tx, ORDER_ID)) == order
        await forget_orders(database)


async def test_saving_an_order_writes_what_is_different(database: Database) -> None:
    waiting = a_hidden_order(status=OrderStatus.PAYMENT_IN_PROCESS, payments=(a_waiting_payment(),))
    await keep(database, waiting)
    later = NOW + timedelta(hours=1)
    paid = replace(
        waiting,
        status=OrderStatus.PAID,
        stock_taken=True,
        date_closed=later,
        last_updated=later,
        payments=(
            a_payment(date_last_modified=later, charged=ars(1)),
            a_payment(id=PAYMENT_ID + 1, transaction_amount=ars(5)),
        ),
        sale=a_feedback(),
        shipping=SENT,
        shipping_cost=ars(250),
        expired=True,
        charge=Charge(Decimal("0.1"), ars(1), later),
        settled=True,
        invalid_reason="None of it is true",
    )

    async def save(order: Order, previous: Order) -> None:
        await database.write(lambda tx: orders.save(tx, order, previous=previous))

    await save(paid, waiting)
    assert await database.write(lambda tx: orders.get_for_update(tx, ORDER_ID)) == paid

    reconsidered = replace(
        paid, sale=a_feedback(fulfilled=False, modified=True), purchase=a_buyers_feedback(id=3)
    )
    await save(reconsidered, paid)
    assert await database.read(lambda tx: orders.get(tx, ORDER_ID)) == reconsidered


async def test_a_payment_of_a_payer_newest_first(database: Database) -> None:
    paid = [
        a_payment(id=number, date_created=NOW + timedelta(minutes=minutes))
        for number, minutes in ((1, 0), (2, 5), (3, 5))
    ]
    await keep(database, a_paid_order(payments=tuple(paid)))

    total, page = await database.read(lambda tx: payments.of_payer(tx, BUYER_ID, offset=0, limit=2))

    assert (total, page) == (3, [paid[2], paid[1]])


async def test_listings_come_back_with_their_variations(database: Database) -> None:
    car = a_vehicle(official_store_id=3, tags=("immediate_payment",), details='{"pictures": []}', version=4)
    shirt = an_item(variations=(a_variation(), a_variation(id=2)), seller_custom_field="SKU-1")
    await keep(database, car, shirt)

    found = await database.read(lambda tx: items.many(tx, [car.id, shirt.id, "MLB1"]))

    assert found == {car.id: car, shirt.id: shirt}


async def test_a_variation_that_is_left_out_is_deleted(database: Database) -> None:
    shirt = an_item(variations=(a_variation(), a_variation(id=2)))
    await keep(database, shirt)
    changed = replace(
        shirt, variations=(a_variation(id=3), a_variation(id=2, available_quantity=9)), version=2
    )

    await database.write(lambda tx: items.save(tx, changed, previous=shirt))

    found = await database.read(lambda tx: items.get(tx, shirt.id))
    assert found == changed


async def test_own_listings_are_found_and_sorted(database: Database) -> None:
    paused = {"status": ItemStatus.PAUSED, "sub_status": ("out_of_stock",), "available_quantity": 0}
    await keep(
        database,
        an_item(id="MLA1", price=ars(300)),
        an_item(id="MLA2", price=ars(100), **paused),
        an_item(id="MLA3", price=ars(200), stop_time=NOW, seller_custom_field="SKU-3"),
        an_item(id="MLA4", seller_id=BUYER_ID),
    )
    seller_id = an_item().seller_id

    for query, total, ids in (
        (ItemQuery(seller_id=seller_id), 3, ["MLA3", "MLA1", "MLA2"]),
        (ItemQuery(seller_id=seller_id, sort="price_desc", limit=2), 3, ["MLA1", "MLA3"]),
        (ItemQuery(seller_id=seller_id, offset=5), 3, []),
        (ItemQuery(seller_id=seller_id, status="paused"), 1, ["MLA2"]),
        (ItemQuery(seller_id=seller_id, sub_status="out_of_stock"), 1, ["MLA2"]),
        (ItemQuery(seller_id=seller_id, sub_status="out"), 0, []),
        (ItemQuery(seller_id=seller_id, sku="SKU-3"), 1, ["MLA3"]),
    ):
        found = await database.read(lambda tx, query=query: find(tx, query))
        assert (found.total, found.ids) == (total, ids), query


async def test_people_come_back_and_sign_in_without_regard_to_case(database: Database) -> None:
    seller = a_seller(
        alternative_phone=Phone(area_code="11", number="5550-2222"),
        tags=("car_dealer", "test_user"),
        official_store_ids=(1, 2),
        immediate_payment_marked=True,
        doc_type="CPF",
        doc_number="00000000000",
    )
    await keep(database, seller)

    assert await database.read(lambda tx: users.get(tx, seller.id)) == seller
    for login in ("vendedor22", " VENDEDOR22@Example.com "):
        found = await database.read(lambda tx, login=login: users.by_login(tx, login))
        assert found == (seller, "a hash")
    assert await database.read(lambda tx: users.by_login(tx, "vendedor")) is None


@pytest.mark.parametrize("taken", [{"nickname": "Vendedor22"}, {"email": "VENDEDOR22@example.com"}])
async def test_a_taken_name_is_not_given_again(database: Database, taken: dict[str, str]) -> None:
    await keep(database, a_seller())
    twin = a_buyer(**taken)

    assert not await database.write(lambda tx: users.add(tx, twin, password_hash="a hash"))
    assert await database.read(lambda tx: users.get(tx, twin.id)) is None


async def test_the_world_is_one_row(database: Database) -> None:
    stopped = World(id="w1", clock_offset=timedelta(hours=-3), clock_stopped_at=NOW)
    assert await database.read(world.get) is None

    for kept in (World(id="w1", clock_offset=timedelta(days=21)), stopped):
        await database.write(lambda tx, kept=kept: world.save(tx, kept))
        assert await database.read(world.get) == kept


async def test_an_idempotency_key_is_taken_once(database: Database) -> None:
    async def claim(key: str) -> bool:
        return await database.write(
            lambda tx: idempotency.claim(tx, user_id=1, key=key, request_hash="h", now=NOW)
        )

    assert [await claim("a"), await claim("a"), await claim("b")] == [True, False, True]


async def test_what_falls_due_and_when(database: Database) -> None:
    unpaid = a_hidden_order(date_created=NOW - timedelta(hours=72))
    paid = a_paid_order(id=ORDER_ID + 1, payments=(), expiration_date=NOW)
    fresh = a_hidden_order(id=ORDER_ID + 2)
    done = a_paid_order(id=ORDER_ID + 3, payments=(), expiration_date=NOW, expired=True)
    await keep(database, unpaid, paid, fresh, done)
    limit = NOW - timedelta(hours=72)

    assert await database.read(lambda tx: orders.due_unpaid(tx, created_before=limit, limit=9)) == [unpaid.id]
    assert await database.read(lambda tx: orders.due_expiration(tx, now=NOW, limit=9)) == [paid.id]
    assert await database.read(lambda tx: orders.next_due(tx, timedelta(hours=73))) == NOW
    assert await database.read(lambda tx: orders.next_due(tx, timedelta(hours=71))) == NOW - timedelta(
        hours=1
    )
