"""Searches as the tests ask for them."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from typing import Any

from tests.builders import NOW, SELLER_ID
from zoco.database.transaction import Database
from zoco.domain.feedback import Feedback, Side
from zoco.domain.order_search import OrderQuery, Section, parse
from zoco.storage import order_search
from zoco.storage.order_search import Found


async def search(
    database: Database, viewer_id: int = SELLER_ID, *, now: datetime = NOW, **query: Any
) -> Found:
    party = {"seller_id": viewer_id} if viewer_id == SELLER_ID else {"buyer_id": viewer_id}
    asked = OrderQuery(**(party | query))
    return await database.read(lambda tx: order_search.find(tx, asked, viewer_id=viewer_id, now=now))


def asking(viewer_id: int = SELLER_ID, section: Section = Section.ALL, **parameters: str) -> OrderQuery:
    """`asking(order__status="paid")`: two underscores are a dot."""
    party = "seller" if viewer_id == SELLER_ID else "buyer"
    return parse(
        {party: str(viewer_id)} | {name.replace("__", "."): value for name, value in parameters.items()},
        section=section,
        caller_id=viewer_id,
        offset=0,
        limit=50,
        parse_moment=datetime.fromisoformat,
    )


async def ids(database: Database, query: OrderQuery, viewer_id: int, now: datetime = NOW) -> list[int]:
    found = await database.read(lambda tx: order_search.find(tx, query, viewer_id=viewer_id, now=now))
    assert found.total == len(found.orders)
    return [order.id for order in found.orders]


def said(order_id: int, feedback: Feedback, **changes: Any) -> Feedback:
    """The feedback, about that order, with an id of its own."""
    return replace(feedback, id=2 * order_id + (feedback.side is Side.PURCHASE), order_id=order_id, **changes)
