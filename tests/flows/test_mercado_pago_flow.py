"""Which orders must be paid before the seller sees them, and how one asks."""

from __future__ import annotations

import pytest

from tests.flows.world import Marketplace, sell
from zoco.resources.user import NewUser


async def test_how_to_find_out_whether_a_site_has_mercado_pago(marketplace: Marketplace) -> None:
    nobody = await marketplace.anonymous()

    argentina, bolivia = await nobody.sites.get("MLA"), await nobody.sites.get("MBO")
    method = await nobody.payment_methods.get("MLAMP")

    assert "MLAMP" in argentina.payment_method_ids
    assert "MBOMP" not in bolivia.payment_method_ids
    assert method.id == "MLAMP"


@pytest.mark.parametrize(
    ("site_id", "condition", "status"),
    [
        ("MLB", "new", "payment_required"),
        ("MLB", "used", "payment_required"),
        ("MLA", "new", "payment_required"),
        ("MLA", "used", "confirmed"),
        ("MLM", "new", "payment_required"),
        ("MLM", "used", "confirmed"),
    ],
)
async def test_how_an_order_is_born(
    marketplace: Marketplace, site_id: str, condition: str, status: str
) -> None:
    seller = await marketplace.person(NewUser(site_id=site_id))
    buyer = await marketplace.person(NewUser(site_id=site_id))
    item = await sell(seller, title="Algo", price=100, quantity=5, condition=condition, site_id=site_id)

    order = await buyer.client.orders.place(item_id=item.id, quantity=2)

    assert order.status == status
    left = 5 if status == "payment_required" else 3
    assert (await seller.client.items.get(item.id)).available_quantity == left
    assert (order.date_closed is None) == (status == "payment_required")


async def test_an_unpaid_order_is_cancelled_after_three_days(marketplace: Marketplace) -> None:
    seller = await marketplace.person(NewUser(site_id="MLB"))
    buyer = await marketplace.person(NewUser(site_id="MLB"))
    item = await sell(seller, title="Algo", price=100, quantity=5, site_id="MLB")
    order = await buyer.client.orders.place(item_id=item.id, quantity=2)

    await marketplace.operator.advance("73h")

    expired = await (await marketplace.signed_in(buyer.user)).client.orders.get(order.id)
    assert (expired.status, expired.date_closed) == ("cancelled", None)
    assert expired.status_detail is not None
    assert expired.status_detail.code == "payment_expired"
