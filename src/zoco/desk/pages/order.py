"""One order: what is to be done with it, what is known of it, and the two things a seller may say."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from itertools import groupby

import msgspec
from msgspec import UNSET
from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from zoco.database.transaction import Transaction
from zoco.desk import after_sale
from zoco.desk.pages.orders import is_mixed
from zoco.desk.pages.timeline import TimelineLine, lines
from zoco.desk.pages.visit import Member
from zoco.desk.records import log, orders, views
from zoco.desk.records.log import LivePosition
from zoco.desk.records.views import BuyerHistory, OrderDetail
from zoco.resources.codec import decode
from zoco.resources.order import Order, Party, Phone
from zoco.resources.payment import OrderPayment

_CREDITED = ("approved", "authorized", "in_mediation")
_TIMELINE_VIEWS = ("all", "payments", "notices")
_ACTIONS = ("deliver", "return")


@dataclass(frozen=True, slots=True, kw_only=True)
class Buyer:
    """What the order tells of its buyer; None where the marketplace does not say."""

    id: int
    nickname: str | None
    name: str | None
    email: str | None
    document: str | None
    phone: str | None

    @property
    def known(self) -> bool:
        return self.name is not None or self.nickname is not None


@dataclass(frozen=True, slots=True, kw_only=True)
class PaymentLine:
    id: int
    method: str
    installments: int
    status: str
    status_detail: str | None
    amount: Decimal
    charged: Decimal
    refunded: Decimal
    date: str | None

    @property
    def financing(self) -> Decimal:
        """What the buyer pays on top, to the card: it is not the seller's money."""
        return max(self.charged - self.amount, Decimal(0))


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderView:
    """The order as its page shows it."""

    detail: OrderDetail
    order: Order
    history: BuyerHistory
    timeline: list[TimelineLine]
    told: LivePosition

    @property
    def is_reservation(self) -> bool:
        return self.detail.row.reservation

    @property
    def to_do(self) -> str:
        """What stands in the first card: deliver, delivered, returned, owed, cancelled or nothing."""
        row = self.detail.row
        if row.to_deliver:
            return "deliver"
        if row.reservation and row.delivered:
            return "delivered"
        if row.status == "cancelled":
            sale = self.order.feedback.sale
            return "returned" if row.reservation and sale is not None and not sale.fulfilled else "cancelled"
        return "nothing" if row.status == "paid" else "owed"

    @property
    def buyer(self) -> Buyer:
        party = self.order.buyer
        first, last = _text(party.first_name), _text(party.last_name)
        return Buyer(
            id=party.id,
            nickname=_text(party.nickname),
            name=" ".join(part for part in (first, last) if part) or None,
            email=_text(party.email),
            document=_document(party),
            phone=_phone(party.phone),
        )

    @property
    def payments(self) -> list[PaymentLine]:
        return [_payment_line(payment) for payment in self.order.payments]

    @property
    def credited(self) -> Decimal:
        return sum((line.amount for line in self.payments if line.status in _CREDITED), Decimal(0))

    @property
    def owed(self) -> Decimal:
        """Nobody owes anything for an order that is over."""
        over = self.detail.row.status in ("cancelled", "invalid")
        return Decimal(0) if over else max(self.order.total_amount - self.credited, Decimal(0))


async def show(member: Member) -> Response:
    """`GET /orders/{store_id}/{order_id}`: the page, or for htmx its changing part."""
    return await _page(member, ask=member.request.query_params.get("ask"))


async def deliver(member: Member) -> Response:
    """`POST …/deliver`: the vehicle was handed over; fulfilled, rated positive."""
    store_id, order_id = await _reservation_key(member)
    spoken = await after_sale.deliver(member.desk, store_id, order_id, by=member.person.id)
    return await _answer(member, spoken, done="delivered")


async def return_reservation(member: Member) -> Response:
    """`POST …/return`: the sale will not happen; not fulfilled, rated neutral, the buyer is refunded."""
    store_id, order_id = await _reservation_key(member)
    spoken = await after_sale.return_reservation(member.desk, store_id, order_id, by=member.person.id)
    return await _answer(member, spoken, done="returned")


async def reveal(member: Member) -> Response:
    """`POST …/reveal`: show the buyer's document and phone once; who asked is written down."""
    await _detail(member)
    await _write_down_reveal(member)
    return await _page(member, revealed=True)


async def source(member: Member) -> Response:
    """`GET …/source`: the marketplace's answer as it came, and so with the buyer's document and phone."""
    detail = await _detail(member)
    await _write_down_reveal(member)
    return Response(msgspec.json.format(detail.body, indent=2), media_type="application/json")


async def _detail(member: Member) -> OrderDetail:
    store_id, order_id = _key(member)
    detail = await member.desk.database.read(lambda tx: views.order_detail(tx, store_id, order_id))
    if detail is None:
        raise HTTPException(404)
    return detail


async def _reservation_key(member: Member) -> tuple[int, int]:
    """Only a reservation that the desk knows is delivered or returned; its buttons exist nowhere else."""
    detail = await _detail(member)
    if not detail.row.reservation:
        raise HTTPException(404)
    return _key(member)


async def _write_down_reveal(member: Member) -> None:
    store_id, order_id = _key(member)
    await member.desk.database.write(
        lambda tx: log.audit(
            tx,
            person_id=member.person.id,
            action="buyer_revealed",
            subject=f"order:{store_id}/{order_id}",
            now=member.now,
        )
    )


async def _answer(member: Member, spoken: after_sale.Spoken, *, done: str) -> Response:
    """Back to the page with a word of success, or the page with the marketplace's own refusal."""
    if spoken.done:
        return RedirectResponse(f"{_path(member)}?done={done}", 303)
    return await _page(member, refusal=spoken, status=409)


async def _page(
    member: Member,
    *,
    ask: str | None = None,
    refusal: after_sale.Spoken | None = None,
    revealed: bool = False,
    status: int = 200,
) -> Response:
    store_id, order_id = _key(member)
    member = member.seen_from(member.shell.store(store_id))
    query = member.request.query_params
    timeline_view = query.get("timeline") if query.get("timeline") in _TIMELINE_VIEWS else "all"

    async def load(tx: Transaction) -> OrderView | None:
        detail = await views.order_detail(tx, store_id, order_id)
        if detail is None:
            return None
        return OrderView(
            detail=detail,
            order=decode(detail.body, Order, strict=False),
            history=await views.buyer_history(tx, detail.row.site_id, detail.buyer_id),
            timeline=lines(
                await orders.timeline(tx, store_id, order_id),
                await views.names_of_people(tx),
                timeline_view or "all",
            ),
            # Read with the rest: what an action of this very request has told is in it.
            told=await log.newest_position(tx),
        )

    view = await member.desk.database.read(load)
    if view is None:
        raise HTTPException(404)
    return member.page(
        "order_card.html" if member.is_htmx else "order.html",
        status=status,
        place="orders",
        path=_path(member),
        view=view,
        row=view.detail.row,
        mixed=is_mixed(member.shell.stores, store_id),
        days=[
            (day, list(of_day))
            for day, of_day in groupby(view.timeline, lambda line: member.visit.formats.day(line.at))
        ],
        a_minute=timedelta(minutes=1),
        timeline_view=timeline_view,
        ask=ask if ask in _ACTIONS else None,
        done=query.get("done"),
        refusal=refusal,
        revealed=revealed,
        live_url=f"/live?topic=order&store={store_id}&order={order_id}&after={view.told.text}",
    )


def _key(member: Member) -> tuple[int, int]:
    return member.request.path_params["store_id"], member.request.path_params["order_id"]


def _path(member: Member) -> str:
    store_id, order_id = _key(member)
    return f"/orders/{store_id}/{order_id}"


def _text(value: object) -> str | None:
    """The text of a field that may be missing or null."""
    return value if isinstance(value, str) and value else None


def _document(party: Party) -> str | None:
    if party.billing_info is UNSET or not party.billing_info.doc_number:
        return None
    return " ".join(part for part in (party.billing_info.doc_type, party.billing_info.doc_number) if part)


def _phone(phone: Phone | msgspec.UnsetType) -> str | None:
    if phone is UNSET or not phone.number:
        return None
    return " ".join(part for part in (phone.area_code, phone.number, phone.extension) if part)


def _payment_line(payment: OrderPayment) -> PaymentLine:
    return PaymentLine(
        id=payment.id,
        method=payment.payment_method_id or payment.payment_type or "",
        installments=payment.installments,
        status=payment.status,
        status_detail=payment.status_detail,
        amount=payment.transaction_amount,
        charged=payment.total_paid_amount,
        refunded=payment.transaction_amount_refunded,
        date=payment.date_approved or payment.date_created,
    )
