from __future__ import annotations

import pytest

from tests.api.conftest import Market

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def test_nineteen_sites(market: Market) -> None:
    sites = (await market.client.get("/sites")).json

    assert len(sites) == 19
    assert {"id": "MLB", "name": "Brasil", "default_currency_id": "BRL"} in sites


async def test_a_site_tells_whether_mercado_pago_is_active(market: Market) -> None:
    argentina = (await market.client.get("/sites/MLA")).json
    ecuador = (await market.client.get("/sites/MEC")).json

    assert "MLAMP" in argentina["payment_method_ids"]
    assert argentina["currencies"][0] == {"id": "ARS", "symbol": "$"}
    assert {"id": "MLA1743", "name": "Autos, Motos y Otros"} in argentina["categories"]
    assert "MECMP" not in ecuador["payment_method_ids"]


async def test_a_payment_method_tells_what_instalments_cost(market: Market) -> None:
    visa = (await market.client.get("/payment_methods/visa")).json

    rates = {cost["installments"]: str(cost["installment_rate"]) for cost in visa["payer_costs"]}
    assert rates == {1: "0", 3: "6.99", 6: "12.99", 9: "18.99", 12: "24.99"}
    site_method = (await market.client.get("/payment_methods/MLAMP")).json
    assert (site_method["id"], site_method["site_id"]) == ("MLAMP", "MLA")


async def test_the_vehicles_category(market: Market) -> None:
    cars = (await market.client.get("/categories/MLA1744")).json

    assert [step["id"] for step in cars["path_from_root"]] == ["MLA1743", "MLA1744"]
    assert cars["settings"]["reservation_allowed"] == "mandatory"
    assert cars["settings"]["buying_modes"] == ["classified"]


async def test_reference_data_may_be_kept(market: Market) -> None:
    first = await market.client.get("/sites")
    kept = await market.client.get("/sites", headers={"If-None-Match": first.headers["etag"]})

    assert first.headers["cache-control"].startswith("max-age=3600")
    assert first.headers["vary"] == "Accept,Accept-Encoding"
    assert kept.status == 304


@pytest.mark.parametrize("path", ["/sites/XXX", "/payment_methods/shells", "/categories/MLB1", "/sites/%00"])
async def test_what_is_not_there(market: Market, path: str) -> None:
    assert (await market.client.get(path)).refusal == (404, "not_found")


async def test_health(market: Market) -> None:
    assert (await market.client.get("/health")).json == {"status": "ok"}
