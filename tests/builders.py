"""Values that are valid by default: a test names only what matters to it.

an_order(quantity=2)          # a plain order, confirmed and unpaid
a_hidden_order()              # in the mandatory flow, waiting for its payment
a_reservation()               # a vehicle reserved and paid
"""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from zoco.domain.feedback import Feedback, Rating, Side
from zoco.domain.items import Item, Variation
from zoco.domain.money import Money
from zoco.domain.orders import Order, OrderLine, OrderStatus
from zoco.domain.payments import Payment, PaymentStatus
from zoco.domain.questions import Answer, Question, QuestionStatus
from zoco.domain.users import Phone, User

NOW = datetime(2026, 3, 2, 15, 0, 0, 250_000, tzinfo=UTC)

BUYER_ID = 100000011
SELLER_ID = 100000022
STRANGER_ID = 100000033
ORDER_ID = 2000000000001001
PAYMENT_ID = 20000001001
FEEDBACK_ID = 9000000000001
QUESTION_ID = 11436370001


def brl(amount: int, cents: int = 0) -> Money:
    """`brl(315, 62)` is R$ 315,62."""
    return Money(amount * 100 + cents, "BRL")


def ars(amount: int) -> Money:
    return Money(amount * 100, "ARS")


def a_user(**changes: Any) -> User:
    plain = User(
        id=BUYER_ID,
        site_id="MLB",
        nickname="COMPRADORA11",
        email="compradora11@example.com",
        date_registered=NOW - timedelta(days=400),
        first_name="Rosa",
        last_name="Campos",
        phone=Phone(area_code="11", number="5550-1111"),
    )
    return replace(plain, **changes)


def a_buyer(**changes: Any) -> User:
    return a_user(**changes)


def a_seller(**changes: Any) -> User:
    seller: dict[str, Any] = {
        "id": SELLER_ID,
        "nickname": "VENDEDOR22",
        "email": "vendedor22@example.com",
        "first_name": "Davi",
        "last_name": "Prado",
    }
    return a_user(**(seller | changes))


def an_item(**changes: Any) -> Item:
    """Three used guitar tuners on MLA, outside the mandatory flow."""
    plain = Item(
        id="MLA600034093",
        site_id="MLA",
        seller_id=SELLER_ID,
        title="Afinador De Guitarra",
        category_id="MLA3530",
        price=ars(1_000),
        available_quantity=3,
        initial_quantity=3,
        buying_mode="buy_it_now",
        listing_type_id="gold_special",
        condition="used",
        date_created=NOW - timedelta(days=2),
        last_updated=NOW - timedelta(days=2),
        start_time=NOW - timedelta(days=2),
        stop_time=NOW + timedelta(days=58),
    )
    return replace(plain, **changes)


def a_vehicle(**changes: Any) -> Item:
    """One car on MLB: 25,000 BRL, reserved for 499."""
    vehicle: dict[str, Any] = {
        "id": "MLB600034094",
        "site_id": "MLB",
        "title": "Nissan March 1.6",
        "category_id": "MLB1744",
        "price": brl(25_000),
        "reservation_price": brl(499),
        "available_quantity": 1,
        "initial_quantity": 1,
        "buying_mode": "classified",
    }
    return an_item(**(vehicle | changes))


def a_variation(**changes: Any) -> Variation:
    plain = Variation(
        id=10000000001,
        available_quantity=2,
        price=ars(1_000),
        details='{"attribute_combinations": [{"id": "COLOR", "name": "Color", "value_name": "Rojo"}]}',
    )
    return replace(plain, **changes)


def a_payment(**changes: Any) -> Payment:
    """1,000 ARS by card, approved."""
    amount = changes.get("transaction_amount", ars(1_000))
    plain = Payment(
        id=PAYMENT_ID,
        order_id=ORDER_ID,
        payer_id=BUYER_ID,
        collector_id=SELLER_ID,
        site_id="MLA",
        reason="Afinador De Guitarra",
        payment_method_id="visa",
        payment_type="credit_card",
        installments=1,
        issuer_id=None,
        status=PaymentStatus.APPROVED,
        status_detail="accredited",
        transaction_amount=amount,
        total_paid_amount=amount,
        refunded_amount=Money(0, amount.currency),
        date_created=NOW,
        date_last_modified=NOW,
        date_approved=NOW,
        money_release_date=NOW + timedelta(days=21),
    )
    return replace(plain, **changes)


def a_waiting_payment(**changes: Any) -> Payment:
    waiting: dict[str, Any] = {
        "status": PaymentStatus.IN_PROCESS,
        "status_detail": "pending_contingency",
        "date_approved": None,
        "money_release_date": None,
    }
    return a_payment(**(waiting | changes))


def a_line(**changes: Any) -> OrderLine:
    plain = OrderLine(
        item_id="MLA600034093",
        title="Afinador De Guitarra",
        category_id="MLA3530",
        variation_id=None,
        quantity=1,
        unit_price=ars(1_000),
        full_unit_price=ars(1_000),
        listing_type_id="gold_special",
        condition="used",
    )
    return replace(plain, **changes)


def an_order(*, quantity: int = 1, **changes: Any) -> Order:
    """An order outside the mandatory flow: confirmed, stock taken, not paid."""
    plain = Order(
        id=ORDER_ID,
        site_id="MLA",
        status=OrderStatus.CONFIRMED,
        mandatory_flow=False,
        reservation=False,
        buyer_id=BUYER_ID,
        seller_id=SELLER_ID,
        line=a_line(quantity=quantity),
        shipping_cost=ars(0),
        stock_taken=True,
        date_created=NOW,
        date_closed=NOW,
        last_updated=NOW,
        expiration_date=NOW + timedelta(days=21),
    )
    return replace(plain, **changes)


def a_paid_order(**changes: Any) -> Order:
    paid: dict[str, Any] = {"status": OrderStatus.PAID, "payments": (a_payment(),)}
    return an_order(**(paid | changes))


def a_hidden_order(**changes: Any) -> Order:
    """An order in the mandatory flow that nobody has paid yet."""
    hidden: dict[str, Any] = {
        "status": OrderStatus.PAYMENT_REQUIRED,
        "mandatory_flow": True,
        "stock_taken": False,
        "date_closed": None,
    }
    return an_order(**(hidden | changes))


def a_reservation(**changes: Any) -> Order:
    """A vehicle's reservation, paid with 499 BRL."""
    reservation: dict[str, Any] = {
        "site_id": "MLB",
        "status": OrderStatus.PAID,
        "mandatory_flow": True,
        "reservation": True,
        "line": a_line(
            item_id="MLB600034094",
            title="Nissan March 1.6",
            category_id="MLB1744",
            unit_price=brl(499),
            full_unit_price=brl(25_000),
        ),
        "shipping_cost": brl(0),
        "payments": (a_payment(transaction_amount=brl(499), site_id="MLB", reason="Nissan March 1.6"),),
    }
    return an_order(**(reservation | changes))


def a_feedback(**changes: Any) -> Feedback:
    """The seller says that it came to pass."""
    plain = Feedback(
        id=FEEDBACK_ID,
        order_id=ORDER_ID,
        side=Side.SALE,
        from_id=SELLER_ID,
        to_id=BUYER_ID,
        fulfilled=True,
        rating=Rating.POSITIVE,
        date_created=NOW,
        date_last_updated=NOW,
        visibility_date=NOW + timedelta(days=21),
    )
    return replace(plain, **changes)


def a_buyers_feedback(**changes: Any) -> Feedback:
    buyers: dict[str, Any] = {"side": Side.PURCHASE, "from_id": BUYER_ID, "to_id": SELLER_ID}
    return a_feedback(**(buyers | changes))


def a_question(**changes: Any) -> Question:
    """The buyer asks about the tuners."""
    plain = Question(
        id=QUESTION_ID,
        item_id="MLA600034093",
        seller_id=SELLER_ID,
        from_id=BUYER_ID,
        application_id=1,
        vehicle=False,
        text="¿Sirve para ukelele?",
        date_created=NOW,
        last_updated=NOW,
        delete_at=NOW + timedelta(days=214),
    )
    return replace(plain, **changes)


def an_answered_question(**changes: Any) -> Question:
    """The seller has answered an hour later."""
    later = NOW + timedelta(hours=1)
    answered: dict[str, Any] = {
        "status": QuestionStatus.ANSWERED,
        "answer": Answer(text="Sirve.", date_created=later),
        "last_updated": later,
    }
    return a_question(**(answered | changes))
