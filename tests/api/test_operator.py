from __future__ import annotations

import pytest

from tests.api.conftest import Market
from zoco.web.passwords import verify_password


async def test_a_user_is_made_with_a_password_that_is_shown_once(market: Market) -> None:
    made = await market.client.operate(
        "/operator/users",
        {
            "site_id": "MLA",
            "first_name": "Ana",
            "phone": {"area_code": "011", "number": "4555-0000"},
            "address": {"city": "Rosario", "state": "Santa Fe"},
            "official_store_ids": [1],
            "immediate_payment": True,
        },
    )

    assert made.status == 201
    assert made.json["nickname"] == f"USER{made.json['id']}"
    assert made.json["country_id"] == "AR"
    assert made.json["phone"]["area_code"] == "011"
    assert made.json["status"]["immediate_payment"] is True
    password = made.json["password"]
    token = await market.token(made.json["id"])
    assert "password" not in (await market.client.get("/users/me", token=token)).json
    row = await market.database.read(lambda tx: tx.one("SELECT password_hash FROM users"))
    assert row is not None
    assert await verify_password(password, row["password_hash"])


async def test_a_token_for_a_user(market: Market) -> None:
    user = await market.person("COMPRADORA")

    issued = await market.client.operate("/operator/tokens", {"user_id": str(user.id)})

    assert issued.status == 201
    # Without an application there is nobody who could refresh it.
    assert issued.json["scope"] == "read write"
    assert issued.json["user_id"] == user.id
    me = await market.client.get("/users/me", token=issued.json["access_token"])
    assert me.json["nickname"] == "COMPRADORA"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("path", "body", "refusal"),
    [
        ("/operator/users", {}, (400, "bad_request")),
        ("/operator/users", {"site_id": "XXX"}, (400, "bad_request")),
        ("/operator/users", {"site_id": "MLB", "nickname": "TAKEN"}, (400, "bad_request")),
        ("/operator/users", {"site_id": "MLB", "nickname": "a\0b"}, (400, "bad_request")),
        ("/operator/tokens", {"user_id": 5}, (404, "not_found")),
        ("/operator/tokens", {"user_id": 10**30}, (400, "bad_request")),
        ("/operator/payments/5", {"status": "approved"}, (404, "not_found")),
    ],
)
async def test_refusals_of_the_operator(
    market: Market, path: str, body: object, refusal: tuple[int, str]
) -> None:
    await market.person("TAKEN")

    assert (await market.client.operate(path, body)).refusal == refusal


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_only_the_key_opens_the_operators_door(market: Market) -> None:
    user = await market.person("COMPRADORA")
    body = {"site_id": "MLB"}

    without = await market.client.post("/operator/users", body, token=user.token)
    wrong = await market.client.post("/operator/users", b"{", headers={"X-Operator-Key": "clé"})

    assert without.refusal == (401, "unauthorized")
    assert wrong.refusal == (403, "forbidden")
