"""Messages after the sale, as the marketplace keeps them and tells of them."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Sequence

import pytest

from tests.marketplace.market import Market, Notice
from zoco.domain.messages import Message
from zoco.domain.orders import Order
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import messages
from zoco.marketplace.caller import Caller
from zoco.marketplace.messages import Conversation

ROUNDS = range(3)


async def _paid(market: Market) -> Order:
    order = await market.place(await market.list_vehicle())
    await market.pay(order)
    return order


async def _write(
    market: Market, order: Order, *, by: Caller, text: str = "Hola", attachments: Sequence[str] = ()
) -> Message:
    to_id = order.buyer_id if by.user_id == order.seller_id else order.seller_id
    message, _ = await market.database.write(
        lambda tx: messages.write(
            tx,
            by,
            order.id,
            seller_id=order.seller_id,
            from_id=by.user_id,
            to_id=to_id,
            text=text,
            attachments=attachments,
            now=market.now,
        )
    )
    return message


async def _read(market: Market, order: Order, *, by: Caller, seller_id: int | None = None) -> Conversation:
    return await market.database.read(
        lambda tx: messages.conversation(tx, by, order.id, seller_id or order.seller_id, offset=0, limit=50)
    )


async def _mark(market: Market, message: Message, *, by: Caller) -> None:
    await market.database.write(lambda tx: messages.mark_read(tx, by, [message.id], market.now))


async def _refused(act: Awaitable[object]) -> Reason:
    with pytest.raises(Refused) as refusal:
        await act
    return refusal.value.reason


async def test_the_parties_write_and_only_the_other_one_hears(market: Market) -> None:
    order = await _paid(market)
    await market.subscribe("messages")

    question = await _write(market, order, by=market.buyer)
    answer = await _write(market, order, by=market.seller)

    assert (question.is_first, answer.is_first) == (True, False)
    assert (await _read(market, order, by=market.buyer)).messages == [answer, question]
    assert await market.notices() == [
        Notice(market.seller.user_id, "messages", question.id),
        Notice(market.buyer.user_id, "messages", answer.id),
    ]


async def test_who_wrote_hears_once_that_it_was_read(market: Market) -> None:
    order = await _paid(market)
    message = await _write(market, order, by=market.buyer)
    await market.subscribe("messages")

    await _mark(market, message, by=market.buyer)
    assert await market.notices() == []
    for _ in range(2):
        await _mark(market, message, by=market.seller)

    assert await market.notices() == [Notice(market.buyer.user_id, "messages", message.id)]
    assert (await _read(market, order, by=market.buyer)).messages[0].date_read == market.now


async def test_an_order_that_is_hidden_has_no_conversation_for_its_seller(market: Market) -> None:
    order = await market.place(await market.list_vehicle())

    for act in (_read, _write):
        for caller in (market.seller, market.stranger):
            assert await _refused(act(market, order, by=caller)) is Reason.CONVERSATION_NOT_FOUND
    assert (await _read(market, order, by=market.buyer)).total == 0
    assert await _refused(_write(market, order, by=market.buyer)) is Reason.CONVERSATION_BLOCKED


async def test_a_stranger_is_told_so_and_another_seller_has_no_part_in_it(market: Market) -> None:
    order = await _paid(market)

    assert await _refused(_read(market, order, by=market.stranger)) is Reason.CONVERSATION_FOREIGN
    assert await _refused(_write(market, order, by=market.stranger)) is Reason.CONVERSATION_FOREIGN
    wrong = _read(market, order, by=market.buyer, seller_id=market.stranger.user_id)
    assert await _refused(wrong) is Reason.CONVERSATION_NOT_FOUND


async def test_a_message_is_its_two_parties_own(market: Market) -> None:
    message = await _write(market, await _paid(market), by=market.buyer)

    async def see(by: Caller) -> Message:
        found, _ = await market.database.read(lambda tx: messages.one_message(tx, by, message.id))
        return found

    assert await see(market.buyer) == await see(market.seller) == message
    assert await _refused(see(market.stranger)) is Reason.MESSAGE_ACCESS_DENIED


async def test_nobody_marks_what_another_received(market: Market) -> None:
    message = await _write(market, await _paid(market), by=market.buyer)

    for caller in (market.buyer, market.stranger):
        act = market.database.write(
            lambda tx, caller=caller: messages.mark_letters_read(tx, caller, [message.id], market.now)
        )
        assert await _refused(act) is Reason.MESSAGE_ACCESS_DENIED


@pytest.fixture
async def connected(market: Market) -> Market:
    """Nobody wins a race because his rival has still to connect."""
    await asyncio.gather(*(market.database.read(lambda tx: tx.one("SELECT 1")) for _ in range(8)))
    return market


def _refusals(outcomes: Sequence[object]) -> list[Reason]:
    for outcome in outcomes:
        if isinstance(outcome, BaseException) and not isinstance(outcome, Refused):
            raise outcome
    return [outcome.reason for outcome in outcomes if isinstance(outcome, Refused)]


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_of_many_first_messages_at_once_one_is_the_first(connected: Market, attempt: int) -> None:
    market = connected
    order = await _paid(market)

    written = await asyncio.gather(
        *(_write(market, order, by=by) for by in (market.buyer, market.seller) * 3)
    )

    assert sorted(message.is_first for message in written) == [False] * 5 + [True]
    kept = (await _read(market, order, by=market.buyer)).messages
    assert [message.is_first for message in kept] == [False] * 5 + [True]


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_nothing_is_written_about_an_order_once_it_is_cancelled(
    connected: Market, attempt: int
) -> None:
    market = connected
    order = await _paid(market)

    outcomes = await asyncio.gather(
        market.cancel(order, by=market.buyer),
        _write(market, order, by=market.seller),
        return_exceptions=True,
    )

    refusals = _refusals(outcomes)
    assert refusals in ([], [Reason.CONVERSATION_BLOCKED])
    assert (await _read(market, order, by=market.buyer)).total == 1 - len(refusals)
    assert await _refused(_write(market, order, by=market.seller)) is Reason.CONVERSATION_BLOCKED


@pytest.mark.parametrize("attempt", ROUNDS)
async def test_two_who_read_at_once_are_told_of_once(connected: Market, attempt: int) -> None:
    market = connected
    message = await _write(market, await _paid(market), by=market.buyer)
    await market.subscribe("messages")

    await asyncio.gather(*(_mark(market, message, by=market.seller) for _ in range(4)))

    assert await market.notices() == [Notice(market.buyer.user_id, "messages", message.id)]
