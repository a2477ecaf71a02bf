"""Rows of messages: pages, read marks, and the index of what waits to be read."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.builders import BUYER_ID, NOW, ORDER_ID, SELLER_ID, a_paid_order
from tests.storage.explaining import plans_of, sorts
from tests.storage.rows import keep
from zoco.database.transaction import Database, Transaction
from zoco.domain.messages import Message
from zoco.storage import messages
from zoco.storage.messages import Unread

OTHER_SELLER_ID = 100000044
OTHER_ORDER_ID = ORDER_ID + 1


def _message(number: int, **changes: Any) -> Message:
    fields: dict[str, Any] = {
        "id": f"{number:032x}",
        "order_id": ORDER_ID,
        "site_id": "MLA",
        "application_id": 14529,
        "seller_id": SELLER_ID,
        "from_id": BUYER_ID,
        "to_id": SELLER_ID,
        "text": f"Mensaje {number}",
        "is_first": number == 1,
        "date_created": NOW + timedelta(minutes=number),
    }
    return Message(**(fields | changes))


async def _keep(database: Database, *written: Message) -> None:
    async def add(tx: Transaction) -> None:
        for message in written:
            await messages.add(tx, message)

    await database.write(add)


@pytest.fixture
async def written(database: Database) -> Database:
    """The seller of one order buys something himself in another."""
    payments: dict[str, Any] = {"payments": ()}
    await keep(
        database,
        a_paid_order(**payments),
        a_paid_order(id=OTHER_ORDER_ID, seller_id=OTHER_SELLER_ID, buyer_id=SELLER_ID, **payments),
    )
    await _keep(
        database,
        _message(1),
        _message(2, from_id=SELLER_ID, to_id=BUYER_ID),
        _message(3),
        _message(4, order_id=OTHER_ORDER_ID, seller_id=OTHER_SELLER_ID, from_id=OTHER_SELLER_ID),
        _message(5, date_read=NOW),
    )
    return database


async def test_a_page_newest_first_and_the_whole_total(written: Database) -> None:
    total, page = await written.read(lambda tx: messages.of_order(tx, ORDER_ID, offset=1, limit=2))

    assert (total, page) == (4, [_message(3), _message(2, from_id=SELLER_ID, to_id=BUYER_ID)])


async def test_what_waits_for_a_seller_and_for_a_buyer(written: Database) -> None:
    async def waiting(user_id: int, *, as_seller: bool, limit: int = 10) -> list[Unread]:
        return await written.read(lambda tx: messages.unread(tx, user_id, as_seller=as_seller, limit=limit))

    assert await waiting(SELLER_ID, as_seller=True) == [Unread(ORDER_ID, SELLER_ID, 2)]
    assert await waiting(SELLER_ID, as_seller=False) == [Unread(OTHER_ORDER_ID, OTHER_SELLER_ID, 1)]
    assert await waiting(BUYER_ID, as_seller=False) == [Unread(ORDER_ID, SELLER_ID, 1)]
    assert await waiting(SELLER_ID, as_seller=True, limit=0) == []
    assert await written.read(lambda tx: messages.count_unread(tx, SELLER_ID, ORDER_ID)) == 2


async def test_only_what_the_reader_received_and_had_not_read_is_marked(written: Database) -> None:
    ids = [f"{number:032x}" for number in range(1, 7)]

    async def mark(reader_id: int) -> list[str]:
        marked = await written.write(lambda tx: messages.mark_read(tx, ids, reader_id=reader_id, now=NOW))
        return [message.text for message in marked]

    assert await mark(BUYER_ID) == ["Mensaje 2"]
    assert await mark(SELLER_ID) == ["Mensaje 1", "Mensaje 3", "Mensaje 4"]
    assert await mark(SELLER_ID) == []
    kept = await written.read(lambda tx: messages.many(tx, ids))
    assert [message.date_read for message in kept.values()] == [NOW] * 5


async def test_a_conversation_is_read_along_its_index(written: Database) -> None:
    await _keep(written, *(_message(number, date_read=NOW) for number in range(10, 2000)))
    await written.write(lambda tx: tx.run("ANALYZE messages"))

    page = await plans_of(written, lambda tx: messages.of_order(tx, OTHER_ORDER_ID, offset=0, limit=5))
    waiting = await plans_of(written, lambda tx: messages.unread(tx, SELLER_ID, as_seller=True, limit=5))

    assert "messages_of_order" in page[0], page[0]
    assert not sorts(page[1]), page[1]
    assert "messages_unread" in waiting[0], waiting[0]
