"""Files for messages, as the marketplace keeps, sends and removes them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence
from datetime import timedelta

import pytest

from tests.marketplace.market import Market
from zoco.domain.attachments import COUNT_MAX, Attachment
from zoco.domain.orders import Order
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import attachments, expiry, messages
from zoco.marketplace.caller import Caller
from zoco.marketplace.expiry import ExpiryLoop

TEXT = "Garantía de un mes".encode()


async def _paid(market: Market) -> Order:
    order = await market.place(await market.list_vehicle())
    await market.pay(order)
    return order


async def _upload(market: Market, *, by: Caller) -> Attachment:
    return await market.database.write(
        lambda tx: attachments.upload(
            tx, by, site_id="MLB", filename="garantia.txt", content=TEXT, now=market.now
        )
    )


async def _send(market: Market, order: Order, keys: Sequence[str], *, by: Caller) -> messages.Attachments:
    to_id = order.buyer_id if by.user_id == order.seller_id else order.seller_id
    _, files = await market.database.write(
        lambda tx: messages.write(
            tx,
            by,
            order.id,
            seller_id=order.seller_id,
            from_id=by.user_id,
            to_id=to_id,
            text="Hola",
            attachments=keys,
            now=market.now,
        )
    )
    return files


async def _content(market: Market, key: str, *, by: Caller) -> bytes:
    return (await market.database.read(lambda tx: attachments.content(tx, by, key)))[1]


async def _refused(act: Awaitable[object]) -> Reason:
    with pytest.raises(Refused) as refusal:
        await act
    return refusal.value.reason


async def test_a_file_is_its_owners_until_it_is_sent(market: Market) -> None:
    order = await _paid(market)
    file = await _upload(market, by=market.seller)
    assert await _content(market, file.id, by=market.seller) == TEXT
    assert await _refused(_content(market, file.id, by=market.buyer)) is Reason.ATTACHMENT_NOT_FOUND

    sent = await _send(market, order, [file.id, file.id], by=market.seller)

    assert list(sent.values()) == [[file]]
    assert await _content(market, file.id, by=market.buyer) == TEXT
    assert await _refused(_content(market, file.id, by=market.stranger)) is Reason.ATTACHMENT_NOT_FOUND


async def test_what_is_not_ones_own_or_sent_already_leaves_no_message(market: Market) -> None:
    order = await _paid(market)
    sellers, buyers = await _upload(market, by=market.seller), await _upload(market, by=market.buyer)

    for keys in (["1_a.txt"], [sellers.id, buyers.id]):
        assert await _refused(_send(market, order, keys, by=market.seller)) is Reason.ATTACHMENT_UNKNOWN
    await _send(market, order, [sellers.id], by=market.seller)
    again = _send(market, order, [sellers.id], by=market.seller)
    assert await _refused(again) is Reason.ATTACHMENT_UNKNOWN
    many = _send(market, order, ["1_a.txt"] * (COUNT_MAX + 1), by=market.seller)
    assert await _refused(many) is Reason.TOO_MANY_ATTACHMENTS

    rows = await market.database.read(lambda tx: tx.all("SELECT id FROM messages"))
    assert len(rows) == 1


async def test_only_so_many_wait_for_a_message(market: Market) -> None:
    for _ in range(COUNT_MAX):
        await _upload(market, by=market.seller)

    assert await _refused(_upload(market, by=market.seller)) is Reason.TOO_MANY_ATTACHMENTS
    await _upload(market, by=market.buyer)


async def test_what_nobody_sends_is_removed_after_two_days(market: Market) -> None:
    order = await _paid(market)
    sent, unsent = await _upload(market, by=market.seller), await _upload(market, by=market.seller)
    await _send(market, order, [sent.id], by=market.seller)
    loop = ExpiryLoop(market.database, market.clock)
    assert await market.database.read(expiry.next_due) == market.now + timedelta(hours=48)

    market.clock.advance(timedelta(hours=48) - timedelta(microseconds=1))
    assert await loop.run_due() == 0
    market.clock.advance(timedelta(microseconds=1))
    assert await loop.run_due() == 1

    assert await _content(market, sent.id, by=market.buyer) == TEXT
    assert await _refused(_content(market, unsent.id, by=market.seller)) is Reason.ATTACHMENT_NOT_FOUND


async def test_removing_goes_batch_by_batch(market: Market) -> None:
    for _ in range(3):
        await _upload(market, by=market.seller)
    market.clock.advance(timedelta(days=3))

    removed = [
        await market.database.write(lambda tx: attachments.forget_the_unsent(tx, market.now, 2))
        for _ in range(3)
    ]

    assert removed == [2, 1, 0]


@pytest.mark.parametrize("attempt", range(3))
async def test_of_two_messages_at_once_one_takes_the_file(market: Market, attempt: int) -> None:
    order = await _paid(market)
    file = await _upload(market, by=market.seller)

    outcomes = await asyncio.gather(
        *(_send(market, order, [file.id], by=market.seller) for _ in range(2)), return_exceptions=True
    )

    refusals = [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]
    assert refusals == [Reason.ATTACHMENT_UNKNOWN]
    assert sum(isinstance(outcome, dict) for outcome in outcomes) == 1


@pytest.mark.parametrize("attempt", range(3))
async def test_a_file_is_not_sent_and_removed_at_once(market: Market, attempt: int) -> None:
    order = await _paid(market)
    file = await _upload(market, by=market.seller)
    market.clock.advance(timedelta(hours=48))

    sent, removed = await asyncio.gather(
        _send(market, order, [file.id], by=market.seller),
        market.database.write(lambda tx: attachments.forget_the_unsent(tx, market.now, 10)),
        return_exceptions=True,
    )

    assert (isinstance(sent, dict), removed) in [(True, 0), (False, 1)]
