from __future__ import annotations

from datetime import timedelta
from decimal import Decimal

from tests.api.conftest import Market
from zoco.domain.charges import read_rates
from zoco.marketplace.expiry import ExpiryLoop


async def test_the_charge_is_seen_from_the_deadline_on(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.item(seller))["id"])
    halves = [await market.pay(buyer, order["id"], transaction_amount=part) for part in (60, 60.5)]
    path, collection = f"/orders/{order['id']}", f"/collections/{halves[0]['id']}"
    loop = ExpiryLoop(market.database, market.clock, fee_rates=read_rates("MLB=11,MLA=13.5"))
    before = (await market.client.get(path, token=seller.token)).json
    assert before["order_items"][0]["sale_fee"] == 0
    assert [payment["marketplace_fee"] for payment in before["payments"]] == [None, None]
    kept = (await market.client.get(collection, token=seller.token)).json
    assert (kept["marketplace_fee"], kept["net_received_amount"]) == (0, 60)

    market.clock.advance(timedelta(days=21))
    assert await loop.run_due() == 1
    assert await loop.run_due() == 0

    token = await market.token(seller.id)
    after = (await market.client.get(path, token=token)).json
    # 11 % of 120.50 is 13.255.
    assert after["order_items"][0]["sale_fee"] == Decimal("13.26")
    fees = [payment["marketplace_fee"] for payment in after["payments"]]
    assert fees == [Decimal("6.6"), Decimal("6.66")]
    kept = (await market.client.get(collection, token=token)).json
    assert (kept["marketplace_fee"], kept["net_received_amount"]) == (Decimal("6.6"), Decimal("53.4"))
    assert kept["released"] == "yes"
    paid = await market.client.get(f"/payments/{halves[1]['id']}", token=await market.token(buyer.id))
    assert paid.json["marketplace_fee"] == Decimal("6.66")


async def test_a_reservation_costs_its_seller_nothing(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.vehicle(seller))["id"])
    await market.pay(buyer, order["id"])
    market.clock.advance(timedelta(days=21))

    await ExpiryLoop(market.database, market.clock, fee_rates=read_rates("11")).run_due()

    token = await market.token(seller.id)
    seen = (await market.client.get(f"/orders/{order['id']}", token=token)).json
    assert seen["order_items"][0]["sale_fee"] == 0
    assert seen["payments"][0]["marketplace_fee"] == 0
