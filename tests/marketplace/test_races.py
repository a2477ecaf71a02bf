"""What must hold when two do the same at the same time.

Every race is run several times: on PostgreSQL the transactions really overlap.
"""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from tests.marketplace.market import Market
from zoco.database.transaction import Transaction
from zoco.domain.applications import ApplicationChange, NewApplication
from zoco.domain.blacklists import Blacklist
from zoco.domain.charges import read_rates
from zoco.domain.items import Item
from zoco.domain.listings import ItemChange
from zoco.domain.orders import Cause, OrderStatus, paid_amount
from zoco.domain.payments import PaymentStatus
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import applications, authorization, blacklists, listings, notes, purchases, shipping
from zoco.marketplace.expiry import ExpiryLoop
from zoco.marketplace.idempotency import KeptAnswer, answer_once

ROUNDS = range(3)


@pytest.fixture(autouse=True)
async def _open_connections(market: Market) -> None:
    """Nobody wins a race because his rival has still to connect."""
    await asyncio.gather(*(market.database.read(lambda tx: tx.one("SELECT 1")) for _ in range(8)))


def _refusals(outcomes: Sequence[object]) -> list[Reason]:
    """The reasons among the outcomes of a gather; any other exception fails the test."""
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refused):
            raise outcome
    return [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]


async def test_two_buyers_pay_for_the_last_unit(market: Market) -> None:
    # Several cars in one market: connections that know their statements run side by side.
    for number in range(6):
        car = await market.list_vehicle(id=f"MLB60003409{number}")
        orders = [await market.place(car), await market.place(car, by=market.rival)]

        payments = await asyncio.gather(market.pay(orders[0]), market.pay(orders[1], by=market.rival))

        assert Counter(payment.status for payment in payments) == {
            PaymentStatus.APPROVED: 1,
            PaymentStatus.REFUNDED: 1,
        }
        kept = [await market.order(order) for order in orders]
        assert Counter((order.status, order.cause) for order in kept) == {
            (OrderStatus.PAID, None): 1,
            (OrderStatus.CANCELLED, Cause.OUT_OF_STOCK): 1,
        }
        listed = await market.item(car)
        assert (listed.available_quantity, listed.sold_quantity) == (0, 1)


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_many_buyers_take_no_more_than_there_is(market: Market, attempt: int) -> None:
    item = await market.list_item(available_quantity=3)

    outcomes = await asyncio.gather(
        *(market.place(item, by=by) for by in (market.buyer, market.rival, market.stranger) * 2),
        return_exceptions=True,
    )

    # Who comes too late sees a listing that has paused for want of stock.
    assert _refusals(outcomes) == [Reason.ITEM_NOT_ACTIVE] * 3
    listed = await market.item(item)
    assert (listed.available_quantity, listed.sold_quantity) == (0, 3)


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_one_order_is_not_paid_twice(market: Market, attempt: int) -> None:
    order = await market.place(await market.list_vehicle())

    outcomes = await asyncio.gather(market.pay(order), market.pay(order), return_exceptions=True)

    assert _refusals(outcomes) == [Reason.ORDER_NOT_PAYABLE]
    assert paid_amount(await market.order(order)).amount == Decimal(499)


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_a_payment_credited_by_two_messengers_counts_once(market: Market, attempt: int) -> None:
    item = await market.list_vehicle(available_quantity=5, initial_quantity=5)
    order = await market.place(item)
    waiting = await market.pay(order, holder="CONT")

    await asyncio.gather(market.provider_says(waiting, "approved"), market.provider_says(waiting, "approved"))

    kept = await market.order(order)
    assert (kept.status, paid_amount(kept).amount) == (OrderStatus.PAID, Decimal(499))
    assert (await market.item(item)).available_quantity == 4


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_a_credit_and_a_cancellation_never_leave_money_without_an_order(
    market: Market, attempt: int
) -> None:
    car = await market.list_vehicle()
    order = await market.place(car)
    waiting = await market.pay(order, holder="CONT")

    await asyncio.gather(
        market.provider_says(waiting, "approved"),
        market.cancel(order, by=market.buyer),
        return_exceptions=True,
    )

    kept = await market.order(order)
    # Credited first: the buyer cancels a paid reservation. Cancelled first: the credit goes back, or is
    # refused because the payment was called off with the order.
    assert (kept.status, kept.cause) == (OrderStatus.CANCELLED, Cause.BUYER_CANCELLED)
    assert paid_amount(kept).amount == 0
    assert (await market.item(car)).available_quantity == 1


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_of_two_writers_with_the_same_version_one_writes(market: Market, attempt: int) -> None:
    item = await market.list_item(available_quantity=3)

    outcomes = await asyncio.gather(
        *(_set_quantity(market, item, quantity) for quantity in (7, 9)), return_exceptions=True
    )

    assert _refusals(outcomes) == [Reason.STALE_VERSION]
    written = [outcome.available_quantity for outcome in outcomes if isinstance(outcome, Item)]
    listed = await market.item(item)
    assert ([listed.available_quantity], listed.version) == (written, 2)


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_a_sale_makes_the_sellers_version_stale(market: Market, attempt: int) -> None:
    item = await market.list_item(available_quantity=3)

    outcomes = await asyncio.gather(
        _set_quantity(market, item, 10), market.place(item), return_exceptions=True
    )

    refused = _refusals(outcomes)
    listed = await market.item(item)
    # Either the seller was first and one of his ten is sold, or he must look again.
    assert (refused, listed.available_quantity) in [([], 9), ([Reason.STALE_VERSION], 2)]


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_of_two_who_refresh_with_one_token_one_wins(market: Market, attempt: int) -> None:
    issued = await market.token_for(market.seller)
    assert issued.refresh_token is not None

    outcomes = await asyncio.gather(
        *(_refresh(market, issued.refresh_token) for _ in range(2)), return_exceptions=True
    )

    assert _refusals(outcomes) == [Reason.INVALID_GRANT]
    rows = await market.database.read(lambda tx: tx.all("SELECT token_hash FROM refresh_tokens"))
    assert len(rows) == 1


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_no_token_survives_a_revocation(market: Market, attempt: int) -> None:
    issued = await market.token_for(market.seller)
    assert issued.refresh_token is not None
    seller_id = market.seller.user_id

    outcomes = await asyncio.gather(
        _refresh(market, issued.refresh_token),
        market.database.write(
            lambda tx: authorization.revoke(tx, seller_id, seller_id, market.application.id)
        ),
        return_exceptions=True,
    )

    assert _refusals(outcomes) in ([], [Reason.INVALID_GRANT])
    rows = await market.database.read(
        lambda tx: tx.all(
            "SELECT token_hash FROM refresh_tokens UNION ALL SELECT token_hash FROM access_tokens"
        )
    )
    assert len(rows) == 0


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_the_same_request_twice_at_once_is_done_once(market: Market, attempt: int) -> None:
    item = await market.list_item(available_quantity=3)

    async def place_once() -> KeptAnswer:
        return await market.database.write(
            lambda tx: answer_once(
                tx, market.buyer, "key-1", "hash", lambda: _place_in(tx, market, item), market.now
            )
        )

    answers = await asyncio.gather(place_once(), place_once())

    assert sorted(answer.replayed for answer in answers) == [False, True]
    assert answers[0].body == answers[1].body
    assert (await market.item(item)).available_quantity == 2


async def _set_quantity(market: Market, item: Item, quantity: int) -> Item:
    return await market.database.write(
        lambda tx: listings.change(
            tx,
            market.seller,
            item.id,
            ItemChange(available_quantity=quantity),
            if_match=item.version,
            now=market.now,
        )
    )


async def _refresh(market: Market, refresh_token: str) -> authorization.IssuedToken:
    return await market.database.write(
        lambda tx: authorization.refresh(
            tx,
            client_id=market.application.id,
            client_secret=market.application.secret_key,
            refresh_token=refresh_token,
            now=market.now,
        )
    )


async def _place_in(tx: Transaction, market: Market, item: Item) -> tuple[int, bytes]:
    seen = await purchases.place_order(
        tx, market.buyer, item_id=item.id, quantity=1, variation_id=None, now=market.now
    )
    return 201, str(seen.order.id).encode()


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_two_applications_want_one_name(market: Market, attempt: int) -> None:
    made = []
    for number in range(2):
        new = NewApplication(name=f"Taller {number}", callback_url="https://taller.example/")
        made.append(
            await market.database.write(
                partial(applications.create_application, caller=market.seller, new=new, now=market.now)
            )
        )
    wanted = ApplicationChange(name="Taller")

    outcomes = await asyncio.gather(
        *(
            market.database.write(
                partial(
                    applications.change_application,
                    caller=market.seller,
                    application_id=one.id,
                    change=wanted,
                )
            )
            for one in made
        ),
        return_exceptions=True,
    )

    assert _refusals(outcomes) == [Reason.NAME_TAKEN]
    kept = [
        await market.database.read(partial(applications.application, application_id=one.id)) for one in made
    ]
    assert [one.name for one in kept].count("Taller") == 1


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_two_loops_charge_an_order_once(market: Market, attempt: int) -> None:
    order = await market.place(await market.list_item())
    await market.pay(order)
    market.clock.advance(timedelta(days=21))
    loops = [ExpiryLoop(market.database, market.clock, fee_rates=read_rates(rate)) for rate in ("10", "20")]
    await market.subscribe("payments")

    await asyncio.gather(*(loop.run_due() for loop in loops))

    kept = await market.order(order)
    assert kept.charge is not None
    assert kept.charge.amount.amount in (100, 200)
    assert kept.payments[0].charged == kept.charge.amount
    assert len(await market.notices()) == 1


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_a_black_list_has_everybody_once(market: Market, attempt: int) -> None:
    seller, buyer_id = market.seller, market.buyer.user_id

    async def block(tx: Transaction) -> None:
        await blacklists.block(
            tx, seller, Blacklist.ORDERS, seller.user_id, buyer_id, reason=None, now=market.now
        )

    async def unblock(tx: Transaction) -> None:
        await blacklists.unblock(tx, seller, Blacklist.ORDERS, seller.user_id, buyer_id)

    await asyncio.gather(*(market.database.write(block) for _ in range(4)))
    outcomes = await asyncio.gather(
        *(market.database.write(unblock) for _ in range(4)), return_exceptions=True
    )

    assert _refusals(outcomes) == [Reason.NOT_BLOCKED] * 3


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_a_note_is_deleted_once(market: Market, attempt: int) -> None:
    order = await market.place(await market.list_item())
    note = await market.database.write(
        lambda tx: notes.add_note(tx, market.seller, order.id, "test", market.now)
    )

    outcomes = await asyncio.gather(
        *(
            market.database.write(lambda tx: notes.delete_note(tx, market.seller, order.id, note.id))
            for _ in range(3)
        ),
        return_exceptions=True,
    )

    assert _refusals(outcomes) == [Reason.NOTE_NOT_FOUND] * 2


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_buyer_and_carrier_speak_at_once_and_both_are_heard(market: Market, attempt: int) -> None:
    order = await market.place(await market.list_item())

    await asyncio.gather(
        market.database.write(
            lambda tx: shipping.instruct(
                tx, market.buyer, order.id, receiver_address="{}", comments="Timbre 4", now=market.now
            )
        ),
        market.database.write(
            lambda tx: shipping.carrier_says(tx, order.id, status="shipped", cost=Decimal(15), now=market.now)
        ),
    )

    kept = await market.order(order)
    assert (kept.shipping.comments, kept.shipping.status) == ("Timbre 4", "shipped")
    assert kept.shipping_cost.amount == 15
