"""Orders: what they are, and what can be read from them (contract 3, 4).

The moves between them: `order_placing`, `order_payments`, `order_feedback`, `order_endings`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, IntEnum, StrEnum

from zoco.domain.charges import Charge
from zoco.domain.events import Event
from zoco.domain.feedback import Feedback, Side
from zoco.domain.items import Item
from zoco.domain.money import Money
from zoco.domain.payments import Payment, total_of
from zoco.domain.refusals import Reason, Refused
from zoco.domain.shipping import TO_BE_AGREED, Shipping

# 21 days to close a deal and to rate it (4.5); 72 hours to pay (contract 22, time settings).
ORDER_LIFE = timedelta(days=21)
PAYMENT_LIFE = timedelta(hours=72)


class OrderStatus(StrEnum):
    CONFIRMED = "confirmed"
    PAYMENT_REQUIRED = "payment_required"
    PAYMENT_IN_PROCESS = "payment_in_process"
    PARTIALLY_PAID = "partially_paid"
    PAID = "paid"
    CANCELLED = "cancelled"
    INVALID = "invalid"


class Cause(StrEnum):
    """Why an order was cancelled: `status_detail.code` (contract 4.2, A-08)."""

    OUT_OF_STOCK = "out_of_stock"
    PAYMENT_EXPIRED = "payment_expired"
    SELLER_BANNED = "seller_banned"
    RESERVATION_RETURNED = "reservation_returned"
    PAYMENT_REFUNDED = "payment_refunded"
    BUYER_CANCELLED = "buyer_cancelled"
    SELLER_CANCELLED = "seller_cancelled"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderLine:
    """What was bought, as it was when it was bought."""

    item_id: str
    title: str
    category_id: str
    variation_id: int | None
    quantity: int
    unit_price: Money
    full_unit_price: Money
    listing_type_id: str
    condition: str
    seller_custom_field: str | None = None
    warranty: str | None = None
    # `variation_attributes` of the answer: JSON array, opaque to the rules.
    variation_attributes: str = "[]"


@dataclass(frozen=True, slots=True, kw_only=True)
class Order:
    id: int
    site_id: str
    status: OrderStatus
    cause: Cause | None = None
    # Created in the mandatory Mercado Pago flow (contract 6.2).
    mandatory_flow: bool
    reservation: bool
    buyer_id: int
    seller_id: int
    application_id: int | None = None
    line: OrderLine
    shipping_cost: Money
    shipping: Shipping = TO_BE_AGREED
    payments: tuple[Payment, ...] = ()
    sale: Feedback | None = None
    purchase: Feedback | None = None
    # Stock is taken when the order first becomes confirmed or paid, and given back at most once.
    stock_taken: bool = False
    stock_returned: bool = False
    delivered: bool = False
    # Money released and feedback visible because the deadline has passed (T18).
    expired: bool = False
    charge: Charge | None = None
    # The operator has ended a contradiction in the seller's favour (T26).
    settled: bool = False
    # Why the operator has annulled it (T20).
    invalid_reason: str | None = None
    date_created: datetime
    date_closed: datetime | None = None
    last_updated: datetime
    expiration_date: datetime

    @property
    def total(self) -> Money:
        return self.line.unit_price * self.line.quantity

    @property
    def hidden(self) -> bool:
        """Not to be seen by anybody but its buyer (contract 3.4, A-05, A-07)."""
        return self.mandatory_flow and self.date_closed is None


@dataclass(frozen=True, slots=True)
class Change:
    """What a rule decided: the order, the item as it is then (None when untouched), and what to tell."""

    order: Order
    item: Item | None = None
    events: tuple[Event, ...] = ()


class View(Enum):
    """As whom somebody looks at an order (contract 3.4)."""

    BUYER_HIDDEN = "buyer_hidden"
    BUYER = "buyer"
    SELLER = "seller"
    # For this caller the order does not exist: 404, so that nobody learns of a hidden one (26.2).
    NOBODY = "nobody"
    STRANGER = "stranger"


class FeedbackView(IntEnum):
    """How much of a feedback somebody may see (11.6); FULFILLED_ONLY is A-23, read as in 26.17."""

    NOTHING = 0
    FULFILLED_ONLY = 1
    ALL = 2


UNPAID = frozenset(
    {
        OrderStatus.CONFIRMED,
        OrderStatus.PAYMENT_REQUIRED,
        OrderStatus.PAYMENT_IN_PROCESS,
        OrderStatus.PARTIALLY_PAID,
    }
)
DEAD = frozenset({OrderStatus.CANCELLED, OrderStatus.INVALID})
# What A-12 calls pending; the automatically cancelled are not among them.
PENDING = UNPAID - {OrderStatus.PAYMENT_REQUIRED}


def paid_amount(order: Order) -> Money:
    """What has been credited and not given back: 296 + 295 = 591, financing apart (3.2, T25)."""
    return total_of((one.net_amount for one in order.payments if one.credited), order.total.currency)


def covered(order: Order) -> bool:
    """Whether the credited payments reach the total; a partial refund of one does not undo that (T25)."""
    credited = (one.transaction_amount for one in order.payments if one.credited)
    return order.total <= total_of(credited, order.total.currency)


def owed(order: Order) -> Money:
    """What may still be paid: a payment in process reserves its part (26.15)."""
    if order.status not in UNPAID:
        return Money(0, order.total.currency)
    waiting = (one.transaction_amount for one in order.payments if one.waiting)
    return order.total - paid_amount(order) - total_of(waiting, order.total.currency)


def sale_fee(order: Order) -> Money:
    """What the seller is charged for the order (A-40); nothing once it has come to nothing."""
    if order.charge is None or order.status in DEAD:
        return Money(0, order.total.currency)
    return order.charge.amount


def tags(order: Order) -> tuple[str, ...]:
    """Contract 4.4, in the order the seed prints: `("reservation", "paid", "not_delivered")`.

    `reservation` is always there for a reservation, though one of the seed's examples lacks it (C-33).
    """
    return (
        *(("reservation",) if order.reservation else ()),
        "paid" if order.status is OrderStatus.PAID else "not_paid",
        "delivered" if order.delivered else "not_delivered",
    )


def contradicted(order: Order) -> bool:
    """The seller says it came to pass, the buyer says it did not: the money waits (8.8).

    Until one of them changes his mind, or the operator decides (T26).
    """
    return not order.settled and _said(order.sale, fulfilled=True) and _said(order.purchase, fulfilled=False)


def agreed(order: Order) -> bool:
    return _said(order.sale, fulfilled=True) and _said(order.purchase, fulfilled=True)


def deal_is_over(order: Order) -> bool:
    """Nothing more is to come of it: the seller gets the money, if there is any (8.8)."""
    return agreed(order) or order.settled or (order.expired and not contradicted(order))


def refused_by_buyer_alone(order: Order) -> bool:
    """The buyer says it did not come to pass, and the seller has said nothing."""
    return order.sale is None and _said(order.purchase, fulfilled=False)


def fulfilled(order: Order) -> bool | None:
    """Whether the order came to pass, as far as both parties may know; None while nobody has said."""
    # Everything else that is said shows at once in the tags or the status; a lone "no" of the buyer
    # is still his secret (11.6) while the order lives.
    if refused_by_buyer_alone(order) and order.status not in DEAD and not order.expired:
        return None
    said = [one.fulfilled for one in (order.sale, order.purchase) if one is not None]
    return all(said) if said else None


def _said(feedback: Feedback | None, *, fulfilled: bool) -> bool:
    return feedback is not None and feedback.fulfilled is fulfilled


def sees(order: Order, viewer_id: int) -> View:
    if viewer_id == order.buyer_id:
        return View.BUYER_HIDDEN if order.hidden else View.BUYER
    if order.hidden:
        return View.NOBODY
    return View.SELLER if viewer_id == order.seller_id else View.STRANGER


def side_of(order: Order, user_id: int) -> Side:
    """On which side of the order somebody acts; refused to whom is on neither, or may not know of it."""
    view = sees(order, user_id)
    if view is View.NOBODY:
        raise Refused(Reason.ORDER_NOT_FOUND, detail=str(order.id))
    if view is View.STRANGER:
        raise Refused(Reason.NOT_A_PARTY, detail=str(order.id))
    return Side.SALE if view is View.SELLER else Side.PURCHASE


def feedback_visible_to(order: Order, side: Side, viewer_id: int, now: datetime) -> FeedbackView:
    """How much of the feedback of `side` this viewer may see; NOTHING also when there is none."""
    feedback = order.sale if side is Side.SALE else order.purchase
    if feedback is None or viewer_id not in (order.buyer_id, order.seller_id):
        return FeedbackView.NOTHING
    if viewer_id == feedback.from_id or feedback.visibility_date <= now:
        return FeedbackView.ALL
    # The buyer must confirm what the seller reports, so he sees that much of it at once.
    if side is Side.SALE and order.reservation:
        return FeedbackView.FULFILLED_ONLY
    return FeedbackView.NOTHING


def is_searchable(order: Order, viewer_id: int) -> bool:
    """`payment_required` is in nobody's searches (SEED); other hidden orders in their buyer's (26.5)."""
    seen = sees(order, viewer_id) in (View.BUYER_HIDDEN, View.BUYER, View.SELLER)
    return seen and order.status is not OrderStatus.PAYMENT_REQUIRED


def is_recent(order: Order, viewer_id: int, now: datetime) -> bool:
    """A-42: until `expiration_date`, or until marked delivered; other orders until rated by both (5.1)."""
    done = order.delivered if order.reservation else _rated_by_both(order)
    return is_searchable(order, viewer_id) and now < order.expiration_date and not done


def is_archived(order: Order, viewer_id: int, now: datetime) -> bool:
    """Past `expiration_date` or rated by both: C-01, against a slip of the seed."""
    return is_searchable(order, viewer_id) and (now >= order.expiration_date or _rated_by_both(order))


def is_pending(order: Order, viewer_id: int) -> bool:
    return is_searchable(order, viewer_id) and order.status in PENDING


def _rated_by_both(order: Order) -> bool:
    return order.sale is not None and order.purchase is not None


def payment_deadline(order: Order) -> datetime:
    return order.date_created + PAYMENT_LIFE


def rating_is_over(order: Order, now: datetime) -> bool:
    """T12: the last moment to rate is `expiration_date` itself."""
    return order.expired or now > order.expiration_date
