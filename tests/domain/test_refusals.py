"""Every way the rules say no, in the order in which they say it.

Each row is wrong in all the ways of the rows below it as well (as far as they can be combined), so
the table fails when two checks change places.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    SELLER_ID,
    STRANGER_ID,
    a_buyer,
    a_buyers_feedback,
    a_feedback,
    a_hidden_order,
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
from tests.domain.refusals_of_sales import BLOCKING, DECIDING, NOTING, REVIEWING, SHIPPING, TELLING
from zoco.domain import categories, listings, order_endings, order_flow, order_placing, payment_methods, sites
from zoco.domain.items import Item, ItemStatus, take_stock
from zoco.domain.listings import ItemChange, NewItem, NewVariation, VariationChange
from zoco.domain.money import Money
from zoco.domain.order_feedback import new_feedback
from zoco.domain.order_payments import check_payment, new_payment
from zoco.domain.orders import Order, OrderStatus
from zoco.domain.payments import PaymentStatus, provider_word
from zoco.domain.refusals import Reason, Refused

AFTER_EXPIRATION = NOW + timedelta(days=21, microseconds=1)


def _place(**changes: Any) -> Callable[[], object]:
    item: Item = changes.pop("item", an_item())
    act: dict[str, Any] = {
        "order_id": 1,
        "buyer": a_buyer(),
        "seller": a_seller(),
        "item": item,
        "category": categories.category(item.category_id),
        "quantity": 1,
        "variation_id": None,
        "application_id": None,
        "buyer_is_blocked": False,
        "now": NOW,
    }
    return lambda: order_placing.place(**(act | changes))


_TOO_MANY: dict[str, Any] = {"item": a_vehicle(site_id="MLV", category_id="MLV1744"), "quantity": 2}
_PAUSED: dict[str, Any] = {
    "item": an_item(status=ItemStatus.PAUSED, variations=(a_variation(),)),
    "quantity": 9,
    "variation_id": 7,
}
_TEST_SELLER: dict[str, Any] = _PAUSED | {"seller": a_seller(tags=("test_user",))}

_BANNED_BUYER = a_buyer(site_status="deactive")
_BANNED_SELLER = a_seller(site_status="deactive")

PLACING = [
    (Reason.USER_NOT_ACTIVE, _place(**_TEST_SELLER | {"quantity": 0, "buyer": _BANNED_BUYER})),
    (
        Reason.INVALID_FIELD,
        _place(**_TEST_SELLER | {"quantity": 0, "buyer_is_blocked": True, "buyer": a_seller()}),
    ),
    (Reason.OWN_ITEM, _place(**_TEST_SELLER | {"buyer": a_buyer(id=SELLER_ID), "buyer_is_blocked": True})),
    (Reason.BUYER_BLOCKED, _place(**_TEST_SELLER | {"buyer_is_blocked": True})),
    (Reason.TEST_USER_MISMATCH, _place(**_TEST_SELLER)),
    (Reason.ITEM_NOT_ACTIVE, _place(**_PAUSED)),
    (Reason.ITEM_NOT_ACTIVE, _place(seller=_BANNED_SELLER, quantity=9)),
    (Reason.VARIATION_REQUIRED, _place(item=an_item(variations=(a_variation(),)), quantity=9)),
    (Reason.UNKNOWN_VARIATION, _place(item=an_item(variations=(a_variation(),)), variation_id=7, quantity=9)),
    (Reason.UNKNOWN_VARIATION, _place(variation_id=7, quantity=9)),
    (Reason.NOT_ENOUGH_STOCK, _place(**_TOO_MANY)),
    (
        Reason.NOT_ENOUGH_STOCK,
        # Two of this colour are left, though the listing has three in all.
        _place(item=an_item(variations=(a_variation(),)), variation_id=10000000001, quantity=3),
    ),
    (Reason.RESERVATION_NOT_AVAILABLE, _place(**_TOO_MANY | {"quantity": 1})),
]


def _pay(order: Order, amount: Money | None = None) -> Callable[[], object]:
    return lambda: check_payment(order, amount=amount)


def _card(**changes: Any) -> Callable[[], object]:
    act: dict[str, Any] = {
        "payment_id": 1,
        "order": an_order(),
        "method_id": "visa",
        "amount": ars(1_000),
        "installments": 1,
        "cardholder_name": None,
        "issuer_id": None,
        "now": NOW,
    }
    return lambda: new_payment(**(act | changes))


PAYING = [
    (Reason.ORDER_NOT_PAYABLE, _pay(a_paid_order(), ars(9_999))),
    (Reason.ORDER_NOT_PAYABLE, _pay(an_order(status=OrderStatus.CANCELLED), ars(9_999))),
    (Reason.ORDER_NOT_PAYABLE, _pay(an_order(status=OrderStatus.INVALID))),
    (Reason.INVALID_TRANSACTION_AMOUNT, _pay(an_order(), ars(1_001))),
    (Reason.INVALID_TRANSACTION_AMOUNT, _pay(an_order(), ars(0))),
    (Reason.INVALID_TRANSACTION_AMOUNT, _pay(an_order(), ars(-1))),
    # A payment in process reserves its part, so nothing is left to pay (26.15).
    (Reason.INVALID_TRANSACTION_AMOUNT, _pay(an_order(payments=(a_waiting_payment(),)))),
    (Reason.INVALID_PAYMENT_METHOD, _card(method_id="cheque", installments=7)),
    (Reason.INVALID_PAYMENT_METHOD, _card(method_id="MLAVS", installments=7)),
    (Reason.INVALID_PAYMENT_METHOD, _card(method_id="oxxo", installments=7)),
    (Reason.INVALID_INSTALLMENTS, _card(installments=2)),
    (Reason.INVALID_INSTALLMENTS, _card(installments=3, method_id="pagofacil")),
]


def _word(
    payment: Any, status: PaymentStatus, detail: str | None = None, **more: Any
) -> Callable[[], object]:
    return lambda: provider_word(payment, status, detail, NOW, **more)


PROVIDER = [
    (Reason.INVALID_FIELD, _word(a_payment(), PaymentStatus.PENDING, "accredited")),
    (Reason.ILLEGAL_PAYMENT_CHANGE, _word(a_payment(), PaymentStatus.PENDING)),
    (Reason.ILLEGAL_PAYMENT_CHANGE, _word(a_payment(status=PaymentStatus.REFUNDED), PaymentStatus.APPROVED)),
    (Reason.ILLEGAL_PAYMENT_CHANGE, _word(a_payment(status=PaymentStatus.REJECTED), PaymentStatus.APPROVED)),
    (Reason.ILLEGAL_PAYMENT_CHANGE, _word(a_waiting_payment(), PaymentStatus.REFUNDED)),
    (
        Reason.ILLEGAL_PAYMENT_CHANGE,
        _word(a_waiting_payment(), PaymentStatus.APPROVED, "partially_refunded", refunded=ars(1)),
    ),
    (Reason.INVALID_TRANSACTION_AMOUNT, _word(a_payment(), PaymentStatus.APPROVED, "partially_refunded")),
    (
        Reason.INVALID_TRANSACTION_AMOUNT,
        _word(a_payment(), PaymentStatus.APPROVED, "partially_refunded", refunded=ars(1_001)),
    ),
    (
        Reason.INVALID_TRANSACTION_AMOUNT,
        _word(a_payment(), PaymentStatus.APPROVED, "partially_refunded", refunded=ars(0)),
    ),
]


def _cancel(order: Order, by: int, *, now: Any = NOW) -> Callable[[], object]:
    return lambda: order_endings.cancel(order, an_item(), by_user_id=by, now=now)


CANCELLING = [
    (Reason.NOT_A_PARTY, _cancel(a_paid_order(), STRANGER_ID)),
    (Reason.ORDER_NOT_FOUND, _cancel(a_hidden_order(), SELLER_ID)),
    (Reason.ORDER_NOT_FOUND, _cancel(a_hidden_order(status=OrderStatus.CANCELLED), STRANGER_ID)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(a_paid_order(), BUYER_ID)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(a_paid_order(), SELLER_ID)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(a_reservation(), SELLER_ID)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(a_reservation(delivered=True), BUYER_ID)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(a_reservation(), BUYER_ID, now=AFTER_EXPIRATION)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(a_reservation(expired=True), BUYER_ID)),
    (Reason.ORDER_NOT_CANCELLABLE, _cancel(an_order(status=OrderStatus.CANCELLED), BUYER_ID)),
]


def _rate(order: Order, **changes: Any) -> Callable[[], object]:
    act: dict[str, Any] = {
        "feedback_id": 1,
        "order": order,
        "from_user_id": SELLER_ID,
        "fulfilled": False,
        "rating": "positive",
        "message": "x" * 161,
        "reason": "NO_REASON",
        "restock_item": None,
        "now": AFTER_EXPIRATION,
    }
    return lambda: new_feedback(**(act | changes))


_RATED = a_paid_order(sale=a_feedback(), purchase=a_buyers_feedback())
_NEUTRAL: dict[str, Any] = {"now": NOW, "rating": "neutral"}
_WHY: dict[str, Any] = _NEUTRAL | {"reason": "BUYER_REGRETS"}

RATING = [
    (Reason.NOT_A_PARTY, _rate(_RATED, from_user_id=STRANGER_ID)),
    (Reason.ORDER_NOT_FOUND, _rate(replace(_RATED, mandatory_flow=True, date_closed=None))),
    (Reason.ORDER_NOT_RATABLE, _rate(replace(_RATED, status=OrderStatus.CANCELLED))),
    (Reason.ORDER_NOT_RATABLE, _rate(a_hidden_order(), from_user_id=BUYER_ID)),
    (Reason.ORDER_NOT_RATABLE, _rate(an_order(status=OrderStatus.PARTIALLY_PAID))),
    (Reason.FEEDBACK_ALREADY_EXISTS, _rate(_RATED)),
    (Reason.FEEDBACK_ALREADY_EXISTS, _rate(_RATED, from_user_id=BUYER_ID)),
    (Reason.NOT_FULFILLED_FEEDBACK_EXPIRED, _rate(a_reservation())),
    (Reason.NOT_FULFILLED_FEEDBACK_EXPIRED, _rate(a_reservation(expired=True), now=NOW)),
    (Reason.NOT_FULFILLED_FEEDBACK_EXPIRED, _rate(a_paid_order(), from_user_id=BUYER_ID)),
    (Reason.FEEDBACK_EXPIRED, _rate(a_reservation(), fulfilled=True, rating="neutral")),
    (Reason.INVALID_RATING, _rate(a_paid_order(), now=NOW)),
    (Reason.INVALID_RATING, _rate(a_paid_order(), now=NOW, fulfilled=True, rating="neutral")),
    (Reason.INVALID_RATING, _rate(a_paid_order(), now=NOW, fulfilled=True, rating="negative")),
    (Reason.INVALID_RATING, _rate(a_paid_order(), now=NOW, rating="excellent")),
    (Reason.INVALID_RATING, _rate(a_reservation(), now=NOW, rating="negative")),
    (Reason.INVALID_REASON, _rate(a_paid_order(), **_NEUTRAL)),
    (Reason.INVALID_REASON, _rate(a_paid_order(), **_NEUTRAL | {"reason": None})),
    (Reason.INVALID_REASON, _rate(a_reservation(), **_NEUTRAL)),
    # A reason of buyers only.
    (Reason.INVALID_REASON, _rate(a_paid_order(), **_NEUTRAL | {"reason": "I_COULDNT_ANSWER"})),
    (Reason.MESSAGE_REQUIRED, _rate(a_paid_order(), **_WHY | {"message": None})),
    (Reason.MESSAGE_REQUIRED, _rate(a_paid_order(), **_WHY | {"message": "   "})),
    (Reason.MESSAGE_TOO_LONG, _rate(a_paid_order(), **_WHY)),
    (Reason.MESSAGE_TOO_LONG, _rate(a_reservation(), **_WHY)),
]


def _publish(**changes: Any) -> Callable[[], object]:
    wrong: dict[str, Any] = {
        "site_id": "MLB",
        "category_id": "MLB1744",
        "title": "x" * 61,
        "price": Money(0, "USD"),
        "available_quantity": 2,
        "buying_mode": "classified",
        "listing_type_id": "gold",
        "condition": "used",
        "official_store_id": 5,
    }
    seller = changes.pop("seller", a_seller())
    new = NewItem(**(wrong | changes))
    return lambda: listings.publish(
        new,
        item_id="MLB1",
        seller=seller,
        category=categories.category(new.category_id),
        variation_ids=range(len(new.variations)),
        any_official_store=False,
        now=NOW,
    )


_TITLED: dict[str, Any] = {"title": "Nissan March"}
_PRICED: dict[str, Any] = _TITLED | {"price": brl(25_000)}
_ONE: dict[str, Any] = _PRICED | {"available_quantity": 1}

LISTING = [
    (Reason.USER_NOT_ACTIVE, _publish(seller=_BANNED_SELLER)),
    (Reason.INVALID_FIELD, _publish(title="  ", category_id="MLB1743")),
    (Reason.INVALID_FIELD, _publish(buying_mode="auction", category_id="MLB1743")),
    (Reason.INVALID_FIELD, _publish(listing_type_id="platinum", category_id="MLB1743")),
    (Reason.INVALID_FIELD, _publish(condition="broken", category_id="MLB1743")),
    (Reason.INVALID_FIELD, _publish(tags=("catalog",), category_id="MLB1743")),
    (Reason.CATEGORY_NOT_LISTABLE, _publish(category_id="MLB1743")),
    (Reason.CATEGORY_NOT_LISTABLE, _publish(category_id="MLA1744")),
    (Reason.TITLE_TOO_LONG, _publish()),
    (Reason.INVALID_PRICE, _publish(**_TITLED)),
    (
        Reason.INVALID_PRICE,
        _publish(**_PRICED, variations=(NewVariation(available_quantity=1, price=brl(1)),)),
    ),
    (Reason.INVALID_PRICE, _publish(**_PRICED, reservation_price=brl(0))),
    (Reason.INVALID_PRICE, _publish(**_PRICED, reservation_price=brl(25_000, 1))),
    (Reason.INVALID_CURRENCY, _publish(**_TITLED, price=Money(1, "USD"))),
    (Reason.INVALID_CURRENCY, _publish(**_PRICED, reservation_price=Money(1, "USD"))),
    (Reason.INVALID_QUANTITY, _publish(**_PRICED)),
    (Reason.INVALID_QUANTITY, _publish(**_PRICED | {"available_quantity": 0})),
    (Reason.INVALID_QUANTITY, _publish(**_PRICED | {"available_quantity": -1})),
    (Reason.INVALID_QUANTITY, _publish(**_ONE, variations=(NewVariation(available_quantity=0),))),
    (Reason.ATTRIBUTE_REQUIRED, _publish(**_ONE, attribute_ids={"BRAND", "MODEL"})),
    (
        Reason.OFFICIAL_STORE_NOT_GRANTED,
        _publish(**_ONE, attribute_ids={"BRAND", "MODEL", "VEHICLE_YEAR"}),
    ),
]


def _change(item: Item, **changes: Any) -> Callable[[], object]:
    change = ItemChange(**changes)
    return lambda: listings.change(item, change, categories.category(item.category_id), NOW)


_CLOSED = an_item(status=ItemStatus.CLOSED, sold_quantity=1)
_SOLD = an_item(sold_quantity=1)
_LONG = {"title": "x" * 61, "price": ars(0), "available_quantity": -1}

CHANGING = [
    (Reason.INVALID_FIELD, _change(_CLOSED, title=" ", price=ars(0))),
    (Reason.INVALID_FIELD, _change(_CLOSED, buying_mode="auction")),
    (Reason.INVALID_FIELD, _change(_CLOSED, variations=(VariationChange(id=7),))),
    (
        Reason.INVALID_FIELD,
        _change(
            an_item(variations=(a_variation(),)),
            variations=(VariationChange(id=10000000001), VariationChange(id=10000000001)),
        ),
    ),
    (Reason.ITEM_CLOSED, _change(_CLOSED, status="active", **_LONG)),
    (Reason.ITEM_CLOSED, _change(_CLOSED, available_quantity=5)),
    (Reason.INVALID_STATUS_CHANGE, _change(_SOLD, status="ACTIVE", **_LONG)),
    (Reason.INVALID_STATUS_CHANGE, _change(_SOLD, deleted=True, **_LONG)),
    (
        Reason.INVALID_STATUS_CHANGE,
        _change(an_item(status=ItemStatus.UNDER_REVIEW), status="active", **_LONG),
    ),
    (Reason.INVALID_STATUS_CHANGE, _change(an_item(), status="active", available_quantity=0)),
    (Reason.FIELD_FROZEN, _change(_SOLD, **_LONG)),
    (Reason.FIELD_FROZEN, _change(replace(_SOLD, buying_mode="classified"), buying_mode="buy_it_now")),
    (Reason.TITLE_TOO_LONG, _change(an_item(), **_LONG)),
    (Reason.INVALID_PRICE, _change(an_item(), price=ars(0), available_quantity=-1)),
    (Reason.INVALID_CURRENCY, _change(an_item(), price=brl(1), available_quantity=-1)),
    (Reason.INVALID_QUANTITY, _change(a_vehicle(), available_quantity=2, attribute_ids=set())),
    (Reason.INVALID_QUANTITY, _change(an_item(), available_quantity=-1)),
    (Reason.INVALID_QUANTITY, _change(an_item(), available_quantity=100_000)),
    (Reason.INVALID_QUANTITY, _change(an_item(variations=(a_variation(),)), available_quantity=5)),
    (Reason.ATTRIBUTE_REQUIRED, _change(a_vehicle(), attribute_ids={"BRAND"})),
]

_IN_DOLLARS = a_vehicle(site_id="MLA", reservation_price=None, price=Money(2_500_000, "USD"))


LOOKING_UP = [
    (Reason.SITE_NOT_FOUND, lambda: sites.site("MPT")),
    (Reason.CATEGORY_NOT_FOUND, lambda: categories.category("MLB1234")),
    (Reason.PAYMENT_METHOD_NOT_FOUND, lambda: payment_methods.method("cheque")),
    (Reason.INVALID_CURRENCY, lambda: Money.of(Decimal("0.001"), "XXX")),
    (Reason.INVALID_FIELD, lambda: Money.of(Decimal("1e999999"), "BRL")),
    (Reason.AMOUNT_TOO_FINE, lambda: Money.of(Decimal("0.001"), "BRL")),
    (Reason.AMOUNT_TOO_FINE, lambda: Money.of(Decimal("0.5"), "CLP")),
    (Reason.RESERVATION_NOT_AVAILABLE, lambda: order_flow.reservation_price(_IN_DOLLARS)),
    (Reason.NOT_ENOUGH_STOCK, lambda: take_stock(an_item(), 4, None, NOW)),
]

TABLES = {
    "placing": PLACING,
    "paying": PAYING,
    "provider": PROVIDER,
    "cancelling": CANCELLING,
    "rating": RATING,
    "deciding": DECIDING,
    "shipping": SHIPPING,
    "reviewing": REVIEWING,
    "telling": TELLING,
    "noting": NOTING,
    "blocking": BLOCKING,
    "listing": LISTING,
    "changing": CHANGING,
    "looking up": LOOKING_UP,
}


@pytest.mark.parametrize(
    ("reason", "act"),
    [
        pytest.param(reason, act, id=f"{table}-{number}-{reason}")
        for table, rows in TABLES.items()
        for number, (reason, act) in enumerate(rows)
    ],
)
def test_a_refusal(reason: Reason, act: Callable[[], object]) -> None:
    with pytest.raises(Refused) as refusal:
        act()
    assert refusal.value.reason is reason


@pytest.mark.parametrize(
    "table",
    [table for table in TABLES if table not in ("provider", "blocking", "looking up")],
)
def test_the_tables_keep_the_order_of_the_refusals(table: str) -> None:
    order = list(Reason)
    positions = [order.index(reason) for reason, _ in TABLES[table]]
    assert positions == sorted(positions)


def test_every_refusal_of_these_rules_has_its_row() -> None:
    said_by_others = {"refusals.py", "order_search.py", "applications.py"}
    folder = Path(order_placing.__file__).parent
    raised = {
        Reason[name]
        for file in folder.glob("*.py")
        if file.name not in said_by_others
        for name in re.findall(r"Reason\.([A-Z_]+)", file.read_text(encoding="utf-8"))
    }
    assert raised == {reason for rows in TABLES.values() for reason, _ in rows}


def test_a_refusal_names_the_field_and_what_would_have_been_right() -> None:
    with pytest.raises(Refused) as refusal:
        check_payment(an_order(payments=(a_waiting_payment(transaction_amount=ars(400)),)), amount=ars(601))
    assert refusal.value.field == "transaction_amount"
    assert refusal.value.detail == "600.00 is owed"
    assert str(refusal.value) == "invalid_transaction_amount: 600.00 is owed"
