"""Random histories of a small marketplace, and what must be true after every step of any of them.

A failing history is printed as a list of calls together with the blob that repeats it; a whole run is
repeated with `pytest --hypothesis-seed=N`.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from contextlib import suppress
from datetime import timedelta
from functools import partial
from typing import TypeVar

from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, precondition, rule

from tests import strategies
from tests.builders import NOW, SELLER_ID, STRANGER_ID, a_buyer, a_seller
from zoco.domain import listings
from zoco.domain.categories import category
from zoco.domain.events import ItemNews, OrderNews, PaymentNews, Stage
from zoco.domain.feedback import Side
from zoco.domain.items import Item
from zoco.domain.listings import ItemChange
from zoco.domain.money import Money
from zoco.domain.order_endings import (
    cancel,
    end_contradiction,
    expire,
    expire_unpaid,
    invalidate,
    seller_banned,
)
from zoco.domain.order_feedback import give_feedback, new_feedback
from zoco.domain.order_payments import apply_payment, check_payment, new_payment
from zoco.domain.order_placing import place
from zoco.domain.orders import (
    Change,
    Order,
    OrderStatus,
    View,
    contradicted,
    is_archived,
    is_pending,
    is_recent,
    sees,
)
from zoco.domain.payments import Payment, PaymentStatus, provider_word
from zoco.domain.refusals import Refused

T = TypeVar("T")

BUYERS = (100000011, 100000012, 100000013)
LIVE_UNPAID = {"confirmed", "payment_required", "payment_in_process", "partially_paid"}
DEAD = {"cancelled", "invalid"}
KINDS = {
    "waiting": {"pending", "in_process"},
    "called off": {"cancelled"},
    "credited": {"approved", "in_mediation"},
}
OPERATORS_WORDS = [
    seller_banned,
    partial(invalidate, reason="Malicious"),
    partial(end_contradiction, winner=Side.SALE),
    partial(end_contradiction, winner=Side.PURCHASE),
]
TICKETS = {"MLA": "pagofacil", "MLB": "bolbradesco"}


def _held(payment: Payment) -> int:
    credited = payment.status in ("approved", "in_mediation") and payment.date_released is None
    return payment.transaction_amount.minor - payment.refunded_amount.minor if credited else 0


def _released(payment: Payment) -> int:
    if payment.date_released is None:
        return 0
    return payment.transaction_amount.minor - payment.refunded_amount.minor


class Marketplace(RuleBasedStateMachine):
    """Several buyers, one seller, one or two listings. What is remembered beside the values is what the
    outside world knows: how much money came in, how many units were ever put on the shelf."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.items: dict[str, Item] = {}
        self.orders: dict[int, Order] = {}
        self.paid_in: dict[int, int] = {}
        self.supplied: dict[str, int] = {}
        self.payment_count = 0
        self.became_visible: list[int] = []

    @initialize(items=strategies.listings(), rush=strategies.rushes(BUYERS))
    def the_shop_opens_and_people_rush_in(self, items: list[Item], rush: list[tuple[int, bool]]) -> None:
        self.items = {item.id: item for item in items}
        self.supplied = {item.id: item.available_quantity for item in items}
        for pick, (buyer, _) in enumerate(rush):
            self._buy(buyer, pick, quantity=1)
        paying = [order for order, (_, pays) in zip(self.orders.values(), rush, strict=False) if pays]
        for order in paying:
            self._pay(order, name="APRO", method="visa", tenths=10)

    # ---- what people do

    @precondition(lambda self: self._on_sale())
    @rule(buyer=st.sampled_from(BUYERS), pick=strategies.picks, quantity=st.integers(1, 2))
    def somebody_buys(self, buyer: int, pick: int, quantity: int) -> None:
        self._buy(buyer, pick, quantity)

    @precondition(lambda self: self._payable())
    @rule(pick=strategies.picks)
    def the_buyer_pays_at_once(self, pick: int) -> None:
        self._pay(self._pick(self._payable(), pick), name="APRO", method="visa", tenths=10)

    @precondition(lambda self: self._payable())
    @rule(
        pick=strategies.picks,
        name=strategies.cardholders,
        method=strategies.methods,
        tenths=strategies.tenths,
    )
    def the_buyer_pays(self, pick: int, name: str, method: str, tenths: int) -> None:
        self._pay(self._pick(self._payable(), pick), name=name, method=method, tenths=tenths)

    @precondition(lambda self: self._payable())
    @rule(pick=strategies.picks, second=strategies.cardholders)
    def the_buyer_pays_with_two_cards(self, pick: int, second: str) -> None:
        order = self._pick(self._payable(), pick)
        self._pay(order, name="APRO", method="visa", tenths=5)
        self._pay(self.orders[order.id], name=second, method="visa", tenths=10)

    @precondition(lambda self: self._payments("waiting"))
    @rule(pick=strategies.picks, status=strategies.decisions)
    def the_provider_decides(self, pick: int, status: PaymentStatus) -> None:
        self._provider_says(self._pick(self._payments("waiting"), pick), status)

    @precondition(lambda self: self._payments("called off"))
    @rule(pick=strategies.picks)
    def a_ticket_is_paid_after_it_was_called_off(self, pick: int) -> None:
        self._provider_says(self._pick(self._payments("called off"), pick), PaymentStatus.APPROVED)

    @precondition(lambda self: self._payments("credited"))
    @rule(pick=strategies.picks, status=strategies.disputes)
    def a_credit_is_disputed(self, pick: int, status: PaymentStatus) -> None:
        self._provider_says(self._pick(self._payments("credited"), pick), status)

    @precondition(lambda self: self._payments("credited"))
    @rule(pick=strategies.picks, tenths=strategies.tenths)
    def the_provider_refunds_a_part(self, pick: int, tenths: int) -> None:
        order, payment = self._pick(self._payments("credited"), pick)
        whole = payment.transaction_amount
        with suppress(Refused):
            changed = provider_word(
                payment,
                PaymentStatus.APPROVED,
                "partially_refunded",
                self.now,
                refunded=Money(whole.minor * tenths // 10, whole.currency),
            )
            self._keep(order, apply_payment(order, self._item(order), changed, self.now))

    @precondition(lambda self: self.orders)
    @rule(pick=strategies.picks, by_seller=st.booleans())
    def a_party_cancels(self, pick: int, *, by_seller: bool) -> None:
        order = self._pick(list(self.orders.values()), pick)
        who = SELLER_ID if by_seller else order.buyer_id
        with suppress(Refused):
            self._keep(order, cancel(order, self._item(order), by_user_id=who, now=self.now))

    @precondition(lambda self: self._ratable())
    @rule(pick=strategies.picks, fulfilled=strategies.mostly_true, restock=strategies.wishes)
    def the_seller_reports(self, pick: int, *, fulfilled: bool, restock: bool | None) -> None:
        order = self._pick(self._ratable(), pick)
        self._rate(order, SELLER_ID, fulfilled=fulfilled, restock=restock)

    @precondition(lambda self: self._ratable())
    @rule(pick=strategies.picks, fulfilled=strategies.mostly_true)
    def the_buyer_answers(self, pick: int, *, fulfilled: bool) -> None:
        order = self._pick(self._ratable(), pick)
        self._rate(order, order.buyer_id, fulfilled=fulfilled, restock=None)

    @precondition(lambda self: self._ratable())
    @rule(pick=strategies.picks, seller=strategies.mostly_true, buyer=st.booleans())
    def both_rate(self, pick: int, *, seller: bool, buyer: bool) -> None:
        order = self._pick(self._ratable(), pick)
        self._rate(order, SELLER_ID, fulfilled=seller, restock=None)
        self._rate(self.orders[order.id], order.buyer_id, fulfilled=buyer, restock=None)

    @rule(pick=strategies.picks, status=st.sampled_from(["paused", "active"]))
    def the_seller_changes_the_status(self, pick: int, status: str) -> None:
        self._edit(pick, ItemChange(status=status))

    @precondition(lambda self: len(self.orders) > 3)
    @rule(pick=strategies.picks)
    def the_seller_closes_a_listing(self, pick: int) -> None:
        self._edit(pick, ItemChange(status="closed"))

    @rule(pick=strategies.picks, quantity=st.integers(0, 3))
    def the_seller_counts_the_shelf(self, pick: int, quantity: int) -> None:
        self._edit(pick, ItemChange(available_quantity=quantity))

    # ---- what the platform and the calendar do

    @rule(span=strategies.spans)
    def time_passes(self, span: timedelta) -> None:
        self.now += span

    @rule()
    def the_duties_are_done(self) -> None:
        for order in list(self.orders.values()):
            self._keep(order, expire_unpaid(order, self.now))
        for order in list(self.orders.values()):
            self._keep(order, expire(order, self.now))

    @precondition(lambda self: self._ratable())
    @rule()
    def three_weeks_pass(self) -> None:
        self.now += timedelta(days=21)
        self.the_duties_are_done()

    @precondition(lambda self: len(self.orders) > 5)
    @rule(pick=strategies.picks, end=st.sampled_from(OPERATORS_WORDS))
    def the_operator_ends_an_order(self, pick: int, end: Callable[..., Change]) -> None:
        order = self._pick(list(self.orders.values()), pick)
        with suppress(Refused):
            self._keep(order, end(order, self._item(order), self.now))

    # ---- what must be true of every step

    def _keep(self, before: Order | None, change: Change) -> None:
        order = change.order
        if before is not None:
            self._check_step(before, order)
        self._check_news(before, change)
        self.orders[order.id] = order
        if change.item is not None:
            assert change.item.version > self.items[change.item.id].version
            self.items[change.item.id] = change.item

    def _check_step(self, before: Order, order: Order) -> None:
        assert order.last_updated >= before.last_updated
        if before.date_closed is not None:
            assert order.date_closed == before.date_closed
        assert order.stock_taken >= before.stock_taken
        assert order.stock_returned >= before.stock_returned
        if before.status in DEAD:
            assert (order.status, order.cause) == (before.status, before.cause)
        if before.status == "paid":
            assert order.status in {"paid", *DEAD}
        for old, new in zip(before.payments, order.payments, strict=False):
            assert old.id == new.id
            assert new.refunded_amount.minor >= old.refunded_amount.minor

    def _check_news(self, before: Order | None, change: Change) -> None:
        order = change.order
        news = [event for event in change.events if isinstance(event, OrderNews)]
        assert len(news) == (1 if change.order != before else 0)
        assert any(isinstance(event, ItemNews) for event in change.events) is (change.item is not None)
        for event in news:
            assert (event.stage is Stage.HIDDEN) is order.hidden
            if event.stage is Stage.BECAME_VISIBLE:
                self.became_visible.append(order.id)
        if order.hidden:
            heard = [event.seller_id for event in change.events if isinstance(event, PaymentNews)]
            assert set(heard) <= {None}

    # ---- what must be true at every moment

    @invariant()
    def stock_is_never_negative(self) -> None:
        for item in self.items.values():
            assert item.available_quantity >= 0
            assert item.sold_quantity >= 0
            assert all(one.available_quantity >= 0 for one in item.variations)
            if item.variations:
                assert item.available_quantity == sum(one.available_quantity for one in item.variations)
                assert item.sold_quantity == sum(one.sold_quantity for one in item.variations)

    @invariant()
    def every_unit_is_on_the_shelf_or_sold_by_one_order(self) -> None:
        for item in self.items.values():
            sold = [
                order.line.quantity
                for order in self.orders.values()
                if order.line.item_id == item.id and order.stock_taken and not order.stock_returned
            ]
            assert item.sold_quantity == sum(sold)
            assert item.available_quantity + item.sold_quantity == self.supplied[item.id]
            assert (item.available_quantity > 0) or item.status != "active"

    @invariant()
    def an_order_is_closed_exactly_when_it_has_taken_its_stock(self) -> None:
        for order in self.orders.values():
            assert (order.date_closed is not None) is order.stock_taken
            assert order.stock_taken or not order.stock_returned
            if order.status in ("confirmed", "paid"):
                assert order.date_closed is not None
            assert (order.cause is not None) is (order.status == "cancelled")

    @invariant()
    def a_live_order_is_paid_if_and_only_if_its_credits_cover_it(self) -> None:
        for order in self.orders.values():
            credited = [one for one in order.payments if one.status in ("approved", "in_mediation")]
            whole = sum(one.transaction_amount.minor for one in credited)
            kept = whole - sum(one.refunded_amount.minor for one in credited)
            if order.status == "paid":
                assert whole >= order.total.minor
            elif order.status in LIVE_UNPAID:
                assert kept < order.total.minor
                assert (order.status == "partially_paid") is (kept > 0)

    @invariant()
    def nobody_can_pay_more_than_the_total(self) -> None:
        for order in self.orders.values():
            if order.status not in DEAD:
                waiting = ("pending", "authorized", "in_process")
                promised = sum(
                    one.transaction_amount.minor for one in order.payments if one.status in waiting
                )
                paid = sum(_held(one) + _released(one) for one in order.payments)
                assert promised + paid <= order.total.minor

    @invariant()
    def money_is_neither_made_nor_lost(self) -> None:
        for order in self.orders.values():
            for payment in order.payments:
                places = _held(payment) + _released(payment) + payment.refunded_amount.minor
                assert places == self.paid_in.get(payment.id, 0)
                given_back = payment.refunded_amount == payment.transaction_amount
                assert not (given_back and payment.date_released is not None)

    @invariant()
    def a_dead_order_keeps_nobodys_money(self) -> None:
        for order in self.orders.values():
            if order.status in DEAD:
                assert sum(map(_held, order.payments)) == 0
                assert not any(one.status in ("pending", "in_process") for one in order.payments)

    @invariant()
    def contradicted_money_waits(self) -> None:
        for order in self.orders.values():
            if contradicted(order):
                assert sum(map(_released, order.payments)) == 0

    @invariant()
    def a_hidden_order_exists_for_its_buyer_only(self) -> None:
        for order in self.orders.values():
            hidden = order.mandatory_flow and order.date_closed is None
            others = {SELLER_ID, STRANGER_ID, *BUYERS} - {order.buyer_id}
            for viewer in others:
                assert (sees(order, viewer) is View.NOBODY) is hidden
                found = (
                    is_recent(order, viewer, self.now),
                    is_archived(order, viewer, self.now),
                    is_pending(order, viewer),
                )
                assert not (hidden and any(found))
            if order.status is OrderStatus.PAYMENT_REQUIRED:
                assert not is_recent(order, order.buyer_id, self.now)

    @invariant()
    def an_order_becomes_visible_once(self) -> None:
        assert len(self.became_visible) == len(set(self.became_visible))

    # ---- the tools of this story-teller

    def _pick(self, things: Sequence[T], pick: int) -> T:
        return things[pick % len(things)]

    def _item(self, order: Order) -> Item:
        return self.items[order.line.item_id]

    def _on_sale(self) -> list[Item]:
        return [item for item in self.items.values() if item.status == "active"]

    def _payable(self) -> list[Order]:
        return [order for order in self.orders.values() if order.status in LIVE_UNPAID]

    def _ratable(self) -> list[Order]:
        return [order for order in self.orders.values() if order.status in ("paid", "confirmed")]

    def _payments(self, kind: str) -> list[tuple[Order, Payment]]:
        every = ((order, payment) for order in self.orders.values() for payment in order.payments)
        return [(order, payment) for order, payment in every if payment.status in KINDS[kind]]

    def _buy(self, buyer: int, pick: int, quantity: int) -> None:
        item = self._pick(self._on_sale() or list(self.items.values()), pick)
        variation = self._pick(item.variations, pick).id if item.variations else None
        with suppress(Refused):
            change = place(
                order_id=len(self.orders) + 1,
                buyer=a_buyer(id=buyer),
                seller=a_seller(),
                item=item,
                category=category(item.category_id),
                quantity=quantity,
                variation_id=variation,
                application_id=None,
                buyer_is_blocked=False,
                now=self.now,
            )
            self._keep(None, change)

    def _pay(self, order: Order, *, name: str, method: str, tenths: int) -> None:
        with suppress(Refused):
            owed = check_payment(order, amount=None)
            amount = check_payment(order, amount=Money(owed.minor * tenths // 10, owed.currency))
            payment = new_payment(
                payment_id=self.payment_count + 1,
                order=order,
                method_id=TICKETS[order.site_id] if method == "ticket" else method,
                amount=amount,
                installments=1,
                cardholder_name=name,
                issuer_id=None,
                now=self.now,
            )
            self.payment_count += 1
            if payment.status == "approved":
                self.paid_in[payment.id] = amount.minor
            self._keep(order, apply_payment(order, self._item(order), payment, self.now))

    def _provider_says(self, about: tuple[Order, Payment], status: PaymentStatus) -> None:
        order, payment = about
        with suppress(Refused):
            changed = provider_word(payment, status, None, self.now)
            if status is PaymentStatus.APPROVED:
                self.paid_in[payment.id] = payment.transaction_amount.minor
            self._keep(order, apply_payment(order, self._item(order), changed, self.now))

    def _rate(self, order: Order, by: int, *, fulfilled: bool, restock: bool | None) -> None:
        with suppress(Refused):
            feedback = new_feedback(
                feedback_id=1,
                order=order,
                from_user_id=by,
                fulfilled=fulfilled,
                rating="positive" if fulfilled else "neutral",
                message="Gracias",
                reason=None if fulfilled else "BUYER_REGRETS",
                restock_item=restock,
                now=self.now,
            )
            self._keep(order, give_feedback(order, self._item(order), feedback, self.now))

    def _edit(self, pick: int, change: ItemChange) -> None:
        item = self._pick(list(self.items.values()), pick)
        with suppress(Refused):
            edited, _ = listings.change(item, change, category(item.category_id), self.now)
            self.items[item.id] = edited
            self.supplied[item.id] += edited.available_quantity - item.available_quantity


# A busy machine is no fault of the rules: slowness fails nothing here.
Marketplace.TestCase.settings = settings(
    max_examples=150,
    stateful_step_count=40,
    deadline=None,
    print_blob=True,
    suppress_health_check=[HealthCheck.too_slow],
)
TestHistories = Marketplace.TestCase
