"""Delivering and returning a reservation from the desk."""

from __future__ import annotations

import json

import pytest

from tests.desk.conftest import NORTH_ITEM, SOUTH, SOUTH_ITEM, Shop
from zoco.desk import after_sale
from zoco.desk.after_sale import Spoken


async def _reservation(shop: Shop) -> int:
    order = shop.marketplace.sell(SOUTH_ITEM, reservation=True)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.settle()
    return order


async def test_deliver_says_exactly_that_and_the_order_shows_it_at_once(shop: Shop) -> None:
    order = await _reservation(shop)
    assert await after_sale.deliver(shop.desk, shop.south, order, by=shop.person) == Spoken(
        done=True, status=201, error="", message=""
    )
    assert shop.marketplace.bodies[-1] == (
        f"/orders/{order}/feedback",
        {"fulfilled": True, "rating": "positive"},
    )
    assert await shop.column("SELECT delivered FROM orders") == [1]
    assert await shop.on_hand() == 9


async def test_return_says_exactly_that_and_the_unit_is_back_everywhere(shop: Shop) -> None:
    order = await _reservation(shop)
    await after_sale.return_reservation(shop.desk, shop.south, order, by=shop.person)
    assert shop.marketplace.bodies[-1] == (
        f"/orders/{order}/feedback",
        {"fulfilled": False, "rating": "neutral"},
    )
    await shop.settle()
    assert await shop.column("SELECT status FROM orders") == ["cancelled"]
    assert await shop.on_hand() == 10
    assert shop.marketplace.items[NORTH_ITEM].quantity == 10


async def test_a_refusal_is_told_in_the_marketplaces_words_and_written_down(shop: Shop) -> None:
    order = await _reservation(shop)
    await after_sale.deliver(shop.desk, shop.south, order, by=shop.person)
    spoken = await after_sale.return_reservation(shop.desk, shop.south, order, by=shop.person)
    assert spoken == Spoken(
        done=False, status=400, error="feedback_already_exists", message="Feedback was already given"
    )
    actions = await shop.column(
        "SELECT data FROM audit_log WHERE action IN ('deliver', 'return') ORDER BY id"
    )
    assert [json.loads(str(data))["done"] for data in actions] == [True, False]
    assert (
        await shop.column("SELECT actor FROM order_timeline WHERE kind = 'action'")
        == [f"user:{shop.person}"] * 2
    )


@pytest.mark.parametrize(("status", "error"), [(503, "server_failed"), (200, "garbled")])
async def test_an_answer_that_says_nothing_is_not_taken_for_a_yes(
    shop: Shop, status: int, error: str
) -> None:
    order = await _reservation(shop)
    shop.marketplace.fail_next("POST", f"/orders/{order}/feedback", status, body=b"<html>")
    spoken = await after_sale.deliver(shop.desk, shop.south, order, by=shop.person)
    assert (spoken.done, spoken.error) == (False, error)


async def test_a_store_without_authorization_says_so(shop: Shop) -> None:
    order = await _reservation(shop)
    shop.marketplace.forget_access_tokens()
    shop.marketplace.refresh.clear()
    spoken = await after_sale.deliver(shop.desk, shop.south, order, by=shop.person)
    assert (spoken.done, spoken.error) == (False, "reconnect_needed")
