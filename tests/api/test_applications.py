from __future__ import annotations

from typing import Any

import pytest

from tests.api.conftest import Market


def application(**more: Any) -> dict[str, Any]:
    return {
        "name": "Escritorio",
        "callback_url": "https://desk.example/callback",
        "notifications_callback_url": "https://desk.example/notifications",
        "notifications_topics": "orders, items",
        **more,
    }


async def test_an_application_is_made_read_and_changed(market: Market) -> None:
    owner, other = await market.person("DUENA"), await market.person("OTRA")

    made = await market.client.post("/applications", application(), token=owner.token)

    assert made.status == 201
    assert made.json["owner_id"] == owner.id
    assert made.json["notifications_topics"] == ["orders", "items"]
    assert made.json["max_requests_per_hour"] == 18000
    secret = made.json["secret_key"]
    path = f"/applications/{made.json['id']}"
    assert (await market.client.get(path, token=owner.token)).json["secret_key"] == secret
    public = (await market.client.get(path, token=other.token)).json
    assert public["name"] == "Escritorio"
    assert not {"secret_key", "notifications_callback_url", "notifications_topics"} & public.keys()

    changed = await market.client.put(
        path, {"notifications_topics": ["created_orders"], "description": "Ventas"}, token=owner.token
    )

    assert changed.status == 200
    assert changed.json["notifications_topics"] == ["created_orders"]
    assert changed.json["description"] == "Ventas"
    assert changed.json["name"] == "Escritorio"
    assert changed.json["secret_key"] == secret


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        ({"name": "Otra"}, (400, "bad_request")),
        (application(notifications_topics=["gossip"]), (400, "bad_request")),
        (application(callback_url="javascript:alert(1)"), (400, "bad_request")),
        (application(scopes=["read", "rule"]), (400, "invalid_scope")),
        (application(description="x" * 151), (400, "bad_request")),
    ],
)
async def test_refusals_of_applications(market: Market, body: object, refusal: tuple[int, str]) -> None:
    owner = await market.person("DUENA")

    assert (await market.client.post("/applications", body, token=owner.token)).refusal == refusal


async def test_names_are_taken_once_and_only_the_owner_changes(market: Market) -> None:
    owner, other = await market.person("DUENA"), await market.person("OTRA")
    made = await market.client.post("/applications", application(), token=owner.token)
    path = f"/applications/{made.json['id']}"

    twin = await market.client.post("/applications", application(), token=other.token)
    assert twin.refusal == (400, "bad_request")
    assert (await market.client.put(path, {"name": "Mía"}, token=other.token)).refusal == (403, "forbidden")
    missing = await market.client.get("/applications/5", token=owner.token)
    assert missing.refusal == (404, "not_found")


async def test_an_application_belongs_to_a_site_that_exists(market: Market) -> None:
    owner = await market.person("DUENA")

    made = await market.client.post("/applications", application(site_id="XXX"), token=owner.token)

    assert made.refusal == (404, "not_found")
