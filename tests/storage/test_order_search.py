"""The search of orders: each filter, what stays hidden, totals, counts and pages."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    ORDER_ID,
    SELLER_ID,
    STRANGER_ID,
    a_buyer,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
    a_line,
    a_paid_order,
    a_reservation,
    a_seller,
    a_user,
    an_order,
)
from tests.storage.rows import forget_orders, keep
from tests.storage.searching import asking, ids, said, search
from zoco.database.transaction import Database
from zoco.domain.feedback import Rating
from zoco.domain.order_search import DATE_DESCENDING, FILTERS, OrderQuery, Section
from zoco.domain.orders import Cause, Order, OrderStatus, is_archived, is_pending, is_recent, is_searchable
from zoco.domain.shipping import Shipping, ShippingStatus
from zoco.storage import order_search
from zoco.storage.order_search import COLUMNS

A = ORDER_ID + 1
B = ORDER_ID + 2
C = ORDER_ID + 3
LATER = NOW + timedelta(days=3)


def two_orders(**changes: Any) -> tuple[Order, Order]:
    """An order of every default, and another that differs in what is given."""
    return an_order(id=A), an_order(id=B, **changes)


# filter -> parameters that find the second of two orders alone, and the two orders
EXAMPLES: dict[str, tuple[dict[str, str], tuple[Order, Order]]] = {
    "q": ({"q": "citroen"}, two_orders(line=a_line(title="Citroën C4"))),
    "item": ({"item": "MLA7"}, two_orders(line=a_line(item_id="MLA7"))),
    "order.status": (
        {"order__status": "cancelled,invalid"},
        two_orders(status=OrderStatus.CANCELLED, cause=Cause.SELLER_CANCELLED),
    ),
    "order.date_created.from": (
        {"order__date_created__from": "2026-03-05T12:00:00+00:00"},
        two_orders(date_created=LATER),
    ),
    "order.date_created.to": (
        {"order__date_created__to": "2026-02-27T15:00:00.250+00:00"},
        two_orders(date_created=NOW - timedelta(days=3) + timedelta(microseconds=999)),
    ),
    "order.date_last_updated.from": (
        {"order__date_last_updated__from": "2026-03-05T12:00:00+00:00"},
        two_orders(last_updated=LATER),
    ),
    "order.date_last_updated.to": (
        {"order__date_last_updated__to": "2026-02-27T15:00:00.250+00:00"},
        two_orders(last_updated=NOW - timedelta(days=3)),
    ),
    "order.date_closed.from": (
        {"order__date_closed__from": "2026-03-05T12:00:00+00:00"},
        two_orders(date_closed=LATER),
    ),
    "order.date_closed.to": (
        {"order__date_closed__to": "2026-02-27T15:00:00.250+00:00"},
        two_orders(date_closed=NOW - timedelta(days=3)),
    ),
    "shipping.status": (
        {"shipping__status": "shipped,delivered"},
        two_orders(shipping=Shipping(status=ShippingStatus.SHIPPED, date_created=NOW)),
    ),
    "feedback.status": (
        {"feedback__status": "waiting_buyer"},
        two_orders(sale=said(B, a_feedback())),
    ),
    "feedback.sale.rating": (
        {"feedback__sale__rating": "negative"},
        two_orders(sale=said(B, a_feedback(), fulfilled=False, rating=Rating.NEGATIVE)),
    ),
    "feedback.purchase.rating": (
        {"feedback__purchase__rating": "positive"},
        two_orders(purchase=said(B, a_buyers_feedback(), visibility_date=NOW)),
    ),
    "feedback.sale.fulfilled": (
        {"feedback__sale__fulfilled": "F"},
        two_orders(sale=said(B, a_feedback(), fulfilled=False, rating=Rating.NEUTRAL)),
    ),
    "feedback.purchase.fulfilled": (
        {"feedback__purchase__fulfilled": "T"},
        two_orders(purchase=said(B, a_buyers_feedback(), visibility_date=NOW)),
    ),
    "tags": ({"tags": "paid,delivered"}, two_orders(status=OrderStatus.PAID, delivered=True)),
    "tags.not": ({"tags__not": "not_paid"}, two_orders(status=OrderStatus.PAID)),
}


def test_every_filter_has_a_column_and_an_example() -> None:
    known = {known.id for known in FILTERS}

    assert (set(COLUMNS), set(EXAMPLES)) == (known, known)


async def test_a_filter_finds_what_it_names(database: Database) -> None:
    await keep(database, a_seller(), a_buyer())
    for name, (parameters, examples) in EXAMPLES.items():
        await keep(database, *examples)

        assert await ids(database, asking(**parameters), SELLER_ID) == [B], name
        await forget_orders(database)


async def test_filters_combine_with_and(database: Database) -> None:
    paid = {"status": OrderStatus.PAID}
    await keep(
        database,
        a_seller(),
        a_buyer(),
        an_order(id=A, **paid),
        an_order(id=B, delivered=True, **paid),
        an_order(id=C, delivered=True),
    )

    assert await ids(database, asking(order__status="paid", tags="delivered"), SELLER_ID) == [B]


async def test_a_value_that_does_not_exist_finds_nothing(database: Database) -> None:
    await keep(database, a_seller(), a_buyer(), a_paid_order(id=A, payments=()))

    for parameters in (
        {"order__status": "lost"},
        {"tags": "paid,%"},
        {"feedback__sale__fulfilled": "yes"},
        {"q": "***"},
        {"item": "MLA60003409_"},
    ):
        assert await ids(database, asking(**parameters), SELLER_ID) == [], parameters


async def test_the_words_of_q(database: Database) -> None:
    await keep(database, a_seller(), a_buyer(), a_reservation(id=A, payments=()))

    for text, found in (
        (str(A), True),
        ("MLB600034094", True),
        ("mlb6000", True),
        ("nissan", True),
        ("NISSAN mar", True),
        ("nis march", False),
        ("march 1.6 nissan", True),
        ("issan", False),
        ("compradora11", True),
        ("rósa", True),
        ("campos rosa nissan", True),
        ("vendedor22", False),
    ):
        assert await ids(database, asking(q=text), SELLER_ID) == ([A] if found else []), text


async def test_a_buyer_does_not_find_a_hidden_order_by_its_sellers_name(database: Database) -> None:
    hidden = a_hidden_order(id=A, status=OrderStatus.PAYMENT_IN_PROCESS)
    await keep(database, a_seller(), a_buyer(), hidden)

    assert await ids(database, asking(BUYER_ID, q="prado"), BUYER_ID) == []
    assert await ids(database, asking(BUYER_ID, q="vendedor22"), BUYER_ID) == [A]


# order -> whether its buyer finds it, whether its seller does
VISIBILITY = (
    (a_hidden_order(), False, False),
    (a_hidden_order(status=OrderStatus.PAYMENT_IN_PROCESS), True, False),
    (a_hidden_order(status=OrderStatus.PARTIALLY_PAID), True, False),
    (a_hidden_order(status=OrderStatus.CANCELLED, cause=Cause.PAYMENT_EXPIRED), True, False),
    (a_reservation(payments=()), True, True),
    (an_order(), True, True),
    (an_order(status=OrderStatus.PAYMENT_IN_PROCESS), True, True),
)


async def test_hidden_orders_leave_no_trace(database: Database) -> None:
    await keep(database, a_seller(), a_buyer())
    for order, for_buyer, for_seller in VISIBILITY:
        await keep(database, order)

        for viewer_id, seen in ((BUYER_ID, for_buyer), (SELLER_ID, for_seller)):
            found = await search(database, viewer_id)
            assert (found.total, len(found.orders)) == ((1, 1) if seen else (0, 0)), order.status
            assert sum(found.counts["order.status"].values()) == (1 if seen else 0), order.status
            assert is_searchable(order, viewer_id) is seen
        await forget_orders(database)


def _cases() -> list[Order]:
    """Orders on both sides of every line that a section draws."""
    both = {"sale": a_feedback(), "purchase": a_buyers_feedback()}
    return [
        an_order(),
        an_order(sale=a_feedback(), delivered=True),
        an_order(**both),
        an_order(status=OrderStatus.CANCELLED, cause=Cause.BUYER_CANCELLED),
        an_order(status=OrderStatus.PARTIALLY_PAID),
        a_paid_order(payments=(), expiration_date=NOW),
        a_paid_order(payments=(), expiration_date=NOW + timedelta(microseconds=1)),
        a_hidden_order(),
        a_hidden_order(status=OrderStatus.PAYMENT_IN_PROCESS),
        a_hidden_order(status=OrderStatus.CANCELLED, cause=Cause.PAYMENT_EXPIRED),
        a_reservation(payments=()),
        a_reservation(payments=(), delivered=True, sale=a_feedback()),
        a_reservation(payments=(), delivered=True, **both),
        a_reservation(payments=(), status=OrderStatus.CANCELLED, cause=Cause.RESERVATION_RETURNED),
    ]


@pytest.mark.parametrize("viewer_id", [BUYER_ID, SELLER_ID])
async def test_sections_are_those_of_the_rules(database: Database, viewer_id: int) -> None:
    orders = [
        replace(
            case,
            id=ORDER_ID + number,
            sale=None if case.sale is None else said(ORDER_ID + number, case.sale),
            purchase=None if case.purchase is None else said(ORDER_ID + number, case.purchase),
        )
        for number, case in enumerate(_cases())
    ]
    await keep(database, a_seller(), a_buyer(), *orders)

    for section, expected in (
        (Section.ALL, [order.id for order in orders if is_searchable(order, viewer_id)]),
        (Section.RECENT, [order.id for order in orders if is_recent(order, viewer_id, NOW)]),
        (Section.ARCHIVED, [order.id for order in orders if is_archived(order, viewer_id, NOW)]),
        (Section.PENDING, [order.id for order in orders if is_pending(order, viewer_id)]),
    ):
        assert await ids(database, asking(viewer_id, section), viewer_id) == expected, section


async def test_feedback_cannot_be_searched_before_it_may_be_seen(database: Database) -> None:
    order = an_order(id=A, purchase=said(A, a_buyers_feedback(), rating=Rating.POSITIVE))
    await keep(database, a_seller(), a_buyer(), order)
    query = asking(feedback__purchase__rating="positive")
    released = NOW + timedelta(days=21)

    assert await ids(database, query, SELLER_ID) == []
    assert (await search(database)).counts["feedback.purchase.rating"]["positive"] == 0
    assert await ids(database, query, SELLER_ID, now=released) == [A]
    assert await ids(database, asking(BUYER_ID, feedback__purchase__rating="positive"), BUYER_ID) == [A]


async def test_a_buyer_sees_at_once_that_his_vehicle_was_delivered_and_not_how_he_was_rated(
    database: Database,
) -> None:
    await keep(database, a_seller(), a_buyer(), a_reservation(id=A, payments=(), sale=said(A, a_feedback())))

    assert await ids(database, asking(BUYER_ID, feedback__sale__fulfilled="T"), BUYER_ID) == [A]
    assert await ids(database, asking(BUYER_ID, feedback__sale__rating="positive"), BUYER_ID) == []


# order -> what its seller finds it under, and what its buyer does
AWAITED = (
    (an_order(id=A), "pending", "pending"),
    (an_order(id=A, sale=said(A, a_feedback())), "waiting_buyer", "pending"),
    (an_order(id=A, sale=said(A, a_feedback()), purchase=said(A, a_buyers_feedback())), None, None),
    (an_order(id=A, expired=True), None, None),
    (an_order(id=A, expiration_date=NOW), "pending", "pending"),
    (an_order(id=A, expiration_date=NOW - timedelta(seconds=1)), None, None),
    (an_order(id=A, status=OrderStatus.CANCELLED, cause=Cause.BUYER_CANCELLED), None, None),
)


async def test_whose_feedback_is_awaited(database: Database) -> None:
    await keep(database, a_seller(), a_buyer())
    for number, (order, for_seller, for_buyer) in enumerate(AWAITED):
        await keep(database, order)

        for viewer_id, awaited in ((SELLER_ID, for_seller), (BUYER_ID, for_buyer)):
            counts = (await search(database, viewer_id)).counts["feedback.status"]
            expected = {status: int(status == awaited) for status in ("pending", "waiting_buyer")}
            assert counts == expected, number
        await forget_orders(database)


async def test_counts_are_of_all_results_and_leave_out_the_filters_in_use(database: Database) -> None:
    paid = {"status": OrderStatus.PAID}
    await keep(
        database,
        a_seller(),
        a_buyer(),
        an_order(id=A, **paid),
        an_order(id=B, delivered=True, **paid),
        an_order(id=C),
    )
    query = replace(asking(order__status="paid"), limit=1)

    found = await database.read(lambda tx: order_search.find(tx, query, viewer_id=SELLER_ID, now=NOW))

    assert (found.total, [order.id for order in found.orders]) == (2, [A])
    assert "order.status" not in found.counts
    assert found.counts["tags"] == {
        "reservation": 0,
        "paid": 2,
        "not_paid": 0,
        "delivered": 1,
        "not_delivered": 1,
    }
    assert found.counts["shipping.status"]["to_be_agreed"] == 2


async def test_pages_follow_creation_and_then_the_id(database: Database) -> None:
    await keep(
        database,
        a_seller(),
        a_buyer(),
        an_order(id=C, date_created=NOW - timedelta(days=1)),
        an_order(id=B),
        an_order(id=A),
    )

    first = await search(database, limit=2)
    second = await search(database, limit=2, offset=2)
    beyond = await search(database, limit=2, offset=4)
    backwards = await search(database, sort=DATE_DESCENDING)

    assert [order.id for order in first.orders] == [C, A]
    assert [order.id for order in second.orders] == [B]
    assert (beyond.orders, beyond.total) == ([], 3)
    assert [order.id for order in backwards.orders] == [B, A, C]


async def test_a_page_brings_payments_and_feedback(database: Database) -> None:
    order = a_reservation(id=ORDER_ID, sale=a_feedback(), delivered=True)
    await keep(database, a_seller(), a_buyer(), order)

    assert (await search(database)).orders == [order]


async def test_both_parties_together(database: Database) -> None:
    other = a_user(id=STRANGER_ID, nickname="OUTRO", email="outro@example.com")
    await keep(database, a_seller(), a_buyer(), other, an_order(id=A), an_order(id=B, buyer_id=STRANGER_ID))

    found = await search(database, SELLER_ID, buyer_id=STRANGER_ID)

    assert [order.id for order in found.orders] == [B]


async def test_a_page_costs_three_statements_however_long_it_is(database: Database) -> None:
    await keep(database, a_seller(), a_buyer(), *(an_order(id=ORDER_ID + number) for number in range(20)))

    assert await database.read(_statements_of_a_page) == 3


async def _statements_of_a_page(tx: Any) -> int:
    counting = _Counting(tx)
    await order_search.find(counting, OrderQuery(seller_id=SELLER_ID), viewer_id=SELLER_ID, now=NOW)  # type: ignore[arg-type]
    return counting.statements


class _Counting:
    """A transaction that counts what is asked of it."""

    def __init__(self, tx: Any) -> None:
        self._tx = tx
        self.statements = 0

    async def all(self, sql: str, parameters: Any) -> Any:
        self.statements += 1
        return await self._tx.all(sql, parameters)

    def is_any(self, column: str, parameter: str) -> str:
        return str(self._tx.is_any(column, parameter))
