from __future__ import annotations

from tests.api.conftest import Market


async def test_everybody_sees_a_little_and_the_user_himself_everything(market: Market) -> None:
    user, other = await market.person("COMPRADORA"), await market.person("OTRA")
    path = f"/users/{user.id}"

    for seen in (await market.client.get(path), await market.client.get(path, token=other.token)):
        assert seen.status == 200
        assert seen.json["nickname"] == "COMPRADORA"
        assert seen.json["status"] == {"site_status": "active"}
        assert not {"email", "phone", "identification", "first_name"} & seen.json.keys()

    own = (await market.client.get(path, token=user.token)).json
    assert own["email"] == "compradora@zoco.example"
    assert own["identification"] == {"type": "CPF", "number": "12345678910"}
    assert own["status"]["immediate_payment"] is False
    assert own["status"]["billing"] == {"allow": True, "codes": []}
    assert {"shipping_modes", "company", "secure_email", "credit"} <= own.keys()
    assert (await market.client.get("/users/me", token=user.token)).json == own


async def test_the_mark_of_immediate_payment_shows_in_the_status(market: Market) -> None:
    user = await market.person("MARCADA", immediate_payment_marked=True)

    status = (await market.client.get("/users/me", token=user.token)).json["status"]

    assert status["immediate_payment"] is True
    assert status["buy"]["immediate_payment"]["required"] is True


async def test_refusals_of_users(market: Market) -> None:
    assert (await market.client.get("/users/5")).refusal == (404, "not_found")
    assert (await market.client.get("/users/99999999999999999999")).refusal == (404, "not_found")
    assert (await market.client.get("/users/me")).refusal == (401, "unauthorized")
    assert (await market.client.get("/users/5", token="stale")).refusal == (401, "not_found")
