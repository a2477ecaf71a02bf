"""The code in docs/client.md, run against a marketplace."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from tests.flows.conftest import OPERATOR_KEY
from tests.flows.people import RESERVATION_BUYER, RESERVATION_SELLER
from tests.flows.world import Marketplace, sell_car

TUTORIAL = Path(__file__).parent.parent.parent / "docs" / "client.md"


@pytest.fixture(scope="module")
def tutorial() -> dict[str, Any]:
    """What its blocks define, as if they stood in one module."""
    blocks = re.findall(r"```python\n(.*?)```", TUTORIAL.read_text(), re.DOTALL)
    names: dict[str, Any] = {}
    exec(compile("\n".join(blocks), TUTORIAL.name, "exec"), names)
    return names


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_its_functions_do_what_it_says(
    marketplace: Marketplace, tutorial: dict[str, Any], capsys: pytest.CaptureFixture[str]
) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    buyer = await marketplace.person(RESERVATION_BUYER)
    car = await sell_car(seller, title="Nissan March 1.0", price=25000, reservation_price=499)

    order_id = await tutorial["reserve"](buyer.client, car.id)
    assert (await tutorial["fetch"](seller.client, f"/orders/{order_id}")).value.id == order_id
    capsys.readouterr()
    await tutorial["show_sales"](marketplace.url, seller.token)
    assert capsys.readouterr().out.splitlines() == [
        "VENDEDORTESTES: 1 paid orders",
        f"{order_id}  1 x Nissan March 1.0  499 BRL",
        "    0 left",
    ]
    assert await tutorial["count_reservations"](marketplace.url, seller.token, seller.id) == 1
    await tutorial["give_back"](seller.client, order_id)
    assert await tutorial["status_of"](seller.client, order_id) == "cancelled"
    assert await tutorial["status_of"](seller.client, 1) == "not there, or still hidden from its seller"

    again = await tutorial["newcomer"](marketplace.url, OPERATOR_KEY)
    assert again.startswith("APP_USR-")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_its_stock_is_not_lost(marketplace: Marketplace, tutorial: dict[str, Any]) -> None:
    seller = await marketplace.person(RESERVATION_SELLER)
    item = await sell_car(seller, title="Nissan March 1.0", price=25000, reservation_price=499)
    await seller.client.items.update(item.id, available_quantity=0)

    assert await tutorial["add_stock"](seller.client, item.id, 1) == 1
