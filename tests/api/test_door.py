"""What every call may rely on, and what existing clients send (contract 1, 2, 25)."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable

import pytest

from tests.api.asgi import Reply
from tests.api.conftest import Market, plain_item
from zoco.api.door import BODY_BYTES_MAX

pytestmark = pytest.mark.parametrize("engine", ["sqlite"], indirect=True)


async def test_every_answer_says_the_same_things_about_itself(market: Market) -> None:
    for reply in (await market.client.get("/health"), await market.client.get("/nowhere")):
        assert reply.headers["content-type"] == "application/json;charset=UTF-8"
        assert reply.headers["access-control-allow-origin"] == "*"
        assert reply.headers["cache-control"] == "no-store"
        assert len(reply.headers["x-request-id"]) == 16
        assert "x-zoco-world" not in reply.headers


async def test_the_callers_request_id_is_echoed_when_it_is_one(market: Market) -> None:
    echoed = await market.client.get("/health", headers={"X-Request-Id": "abc-1"})
    replaced = await market.client.get("/health", headers={"X-Request-Id": "two words"})

    assert echoed.headers["x-request-id"] == "abc-1"
    assert replaced.headers["x-request-id"] != "two words"


async def test_a_sandbox_names_its_world(open_market: Callable[[bool], Market]) -> None:
    first, second = open_market(True), open_market(True)

    named = await first.client.get("/health")
    refused = await second.client.get("/nowhere")

    assert named.headers["x-zoco-world"]
    assert refused.headers["x-zoco-world"] == named.headers["x-zoco-world"]


@pytest.mark.parametrize(
    "header", ["Beare {token}", "Bearer", "Bearer ", "{token}", "Basic {token}", "Bearer {token}x"]
)
async def test_a_malformed_authorization_is_no_authorization(market: Market, header: str) -> None:
    user = await market.person("COMPRADORA")

    reply = await market.client.get(
        f"/users/me?access_token={user.token}", headers={"Authorization": header.format(token=user.token)}
    )

    assert reply.refusal == (401, "not_found")
    assert reply.json["message"] == "invalid_token"


async def test_the_token_in_the_query_works_and_the_header_wins(market: Market) -> None:
    first, second = await market.person("PRIMERA"), await market.person("SEGUNDA")

    in_query = await market.client.get(f"/users/me?access_token={first.token}")
    both = await market.client.get(f"/users/me?access_token={first.token}", token=second.token)
    empty = await market.client.get("/users/me?access_token=")

    assert in_query.json["nickname"] == "PRIMERA"
    assert both.json["nickname"] == "SEGUNDA"
    assert empty.refusal == (401, "unauthorized")


async def test_scopes(market: Market) -> None:
    user = await market.person("LECTORA")
    reader = await market.token(user.id, scopes=["read"])
    writer = await market.token(user.id, scopes=["write"])

    assert (await market.client.get("/users/me", token=reader)).status == 200
    for refused in (
        await market.client.get("/users/me", token=writer),
        await market.client.post("/items", plain_item(), token=reader),
        await market.client.post("/items", b"not json", token=reader),
    ):
        assert refused.refusal == (403, "Invalid scopes")
        assert refused.json["code"] == "FORBIDDEN"


async def test_who_may_not_call_learns_nothing_of_his_body(market: Market) -> None:
    assert (await market.client.post("/orders", b"{")).refusal == (401, "unauthorized")
    assert (await market.client.post("/orders", b"{", token="stale")).refusal == (401, "not_found")


@pytest.mark.parametrize(
    ("body", "refusal"),
    [
        (b"", (400, "invalid_json")),
        (b"{", (400, "invalid_json")),
        (b'{"order_items":[],}', (400, "invalid_json")),
        (b"{order_items:[]}", (400, "invalid_json")),
        (b'{"order_items": NaN}', (400, "invalid_json")),
        (b'{"order_items":[{"item_id":"\\ud800"}]}', (400, "invalid_json")),
        (b'{"order_items":[{"item_id":"\xff"}]}', (400, "invalid_json")),
        (b'{"x":' + b"[" * 100_000 + b"]" * 100_000 + b"}", (400, "invalid_json")),
        (b"[]", (400, "validation_error")),
        (b'{"order_items":[{"item_id":5}]}', (400, "validation_error")),
        (b" " * (BODY_BYTES_MAX + 1), (413, "body_too_large")),
    ],
)
async def test_malformed_bodies(market: Market, body: bytes, refusal: tuple[int, str]) -> None:
    user = await market.person("COMPRADORA")

    assert (await market.client.post("/orders", body, token=user.token)).refusal == refusal


@pytest.mark.parametrize(
    ("method", "path", "refusal"),
    [
        ("GET", "/nowhere", (404, "not_found")),
        ("GET", "/orders/1/2/3", (404, "not_found")),
        ("GET", "/orders/%00", (404, "order_not_found")),
        ("GET", "/orders/0", (404, "order_not_found")),
        ("GET", "/orders/-1", (404, "order_not_found")),
        ("GET", "/orders/9223372036854775808", (404, "order_not_found")),
        ("GET", "/orders/99999999999999999999999999", (404, "order_not_found")),
        ("GET", "/orders/search/feedback", (404, "order_not_found")),
        ("GET", "/items/%00", (404, "not_found")),
        ("GET", "/items/" + "9" * 300, (404, "not_found")),
        ("GET", "/payments?offset=9223372036854775808", (400, "bad_request")),
        ("PATCH", "/orders", (405, "method_not_allowed")),
        ("DELETE", "/items/MLB1", (405, "method_not_allowed")),
    ],
)
async def test_paths_that_lead_nowhere(
    market: Market, method: str, path: str, refusal: tuple[int, str]
) -> None:
    user = await market.person("COMPRADORA")

    reply = await market.client.call(method, path, token=user.token)

    assert reply.refusal == refusal
    if reply.status == 405:
        assert "OPTIONS" in reply.headers["allow"]


async def test_an_offset_at_the_edge_of_64_bits_is_an_empty_page(market: Market) -> None:
    user = await market.person("COMPRADORA")

    reply = await market.client.get(f"/payments?offset={2**63 - 1}", token=user.token)

    assert (reply.status, reply.json["results"]) == (200, [])


async def test_an_escaped_path_is_read_as_it_was_meant(market: Market) -> None:
    seller, buyer = await market.person("VENDEDORA"), await market.person("COMPRADORA")
    order = await market.order(buyer, (await market.item(seller))["id"])

    found = await market.client.get(f"/orders%2F{order['id']}", token=buyer.token)
    searched = await market.client.get(f"/orders%2Fsearch%3Fbuyer%3D{buyer.id}", token=buyer.token)
    both = await market.client.get(f"/orders%2Fsearch%3Fbuyer%3D{buyer.id}?limit=7", token=buyer.token)

    assert found.json["id"] == order["id"]
    assert searched.status == 200
    assert both.json["paging"]["limit"] == 7


async def test_a_mislabelled_body_is_read_all_the_same(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    for kind in ("Application/JSON", "text/plain", "application/x-www-form-urlencoded"):
        published = await market.client.post(
            "/items", plain_item(), token=seller.token, headers={"Content-Type": kind}
        )
        assert published.status == 201
    empty = await market.client.call(
        "GET", "/users/me", token=seller.token, headers={"Content-Type": "application/json"}
    )
    assert empty.status == 200


async def test_head_is_get_without_a_body(market: Market) -> None:
    whole = await market.client.get("/sites")
    head = await market.client.call("HEAD", "/sites")

    assert (head.status, head.body) == (200, b"")
    assert head.headers["content-length"] == whole.headers["content-length"]


async def test_only_the_attributes_asked_for(market: Market) -> None:
    user = await market.person("COMPRADORA")

    single = await market.client.get("/users/me?attributes=id,nickname,none", token=user.token)
    several = await market.client.get("/sites?attributes=id")
    refused = await market.client.get("/users/5?attributes=id")

    assert single.json == {"id": user.id, "nickname": "COMPRADORA"}
    assert several.json[0] == {"id": "MLA"}
    assert refused.refusal == (404, "not_found")


def _jsonp(reply: Reply, name: str) -> list[object]:
    assert reply.status == 200
    assert reply.headers["content-type"] == "text/javascript;charset=UTF-8"
    text = reply.body.decode()
    assert text.startswith(f"{name}(")
    assert text.endswith(")")
    answer: list[object] = json.loads(text[len(name) + 1 : -1])
    return answer


async def test_jsonp_says_200_and_tells_the_truth_inside(market: Market) -> None:
    status, headers, body = _jsonp(await market.client.get("/sites/MLB?callback=a.b$1"), "a.b$1")
    assert status == 200
    assert isinstance(headers, dict)
    assert headers["Content-Type"] == "application/json;charset=UTF-8"
    assert isinstance(body, dict)
    assert body["id"] == "MLB"

    status, _, body = _jsonp(await market.client.get("/users/me?callback=fn"), "fn")
    assert status == 401
    assert isinstance(body, dict)
    assert body["error"] == "unauthorized"


@pytest.mark.parametrize("name", ["", "1a", "a(b", "alert(1)//", "a b", "x" * 65, "a\n"])
async def test_nothing_but_a_name_is_a_callback(market: Market, name: str) -> None:
    refused = await market.client.get(f"/sites?callback={name}")

    assert refused.refusal == (400, "bad_request")
    assert refused.headers["content-type"] == "application/json;charset=UTF-8"


async def test_a_path_describes_itself(market: Market) -> None:
    described = await market.client.call("OPTIONS", "/orders/1", headers={"Origin": "https://shop.example"})

    assert described.status == 200
    assert described.json["name"] == "orders"
    assert described.json["attributes"]["id"] == "integer"
    assert described.json["attributes"]["total_amount"] == "number"
    assert [method["method"] for method in described.json["methods"]] == ["GET", "PUT"]
    assert "/orders/search" in described.json["related_resources"]
    assert described.headers["access-control-allow-methods"] == "GET,PUT,OPTIONS"
    assert "Authorization" in described.headers["access-control-allow-headers"]


async def test_large_answers_are_compressed_for_who_can_read_them(market: Market) -> None:
    seller = await market.person("VENDEDORA")
    ids = ",".join([(await market.item(seller))["id"] for _ in range(9)])

    plain = await market.client.get(f"/items?ids={ids}")
    small = await market.client.get("/health", headers={"Accept-Encoding": "gzip"})
    packed = await market.client.get(f"/items?ids={ids}", headers={"Accept-Encoding": "gzip, br"})

    assert "content-encoding" not in plain.headers
    assert "content-encoding" not in small.headers
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == plain.body
    assert int(packed.headers["content-length"]) == len(packed.body) < len(plain.body)


async def test_a_bug_is_a_500_with_the_requests_id(market: Market, caplog: pytest.LogCaptureFixture) -> None:
    await market.database.close()

    broken = await market.client.get("/items/MLB1", headers={"X-Request-Id": "0123456789abcdef"})

    assert broken.refusal == (500, "internal_server_error")
    assert broken.headers["x-request-id"] == "0123456789abcdef"
    assert "request 0123456789abcdef failed: GET /items/{item_id}" in caplog.text


async def test_the_cause_names_the_parameter_and_the_field(market: Market) -> None:
    user = await market.person("COMPRADORA")

    page = await market.client.get("/orders/search?seller=&limit=0", token=user.token)
    order = await market.client.post("/orders", {"order_items": [{"quantity": 1.5}]}, token=user.token)

    assert page.json["cause"] == [{"code": "limit.invalid", "message": "Invalid limit param"}]
    assert order.refusal == (400, "validation_error")
    assert order.json["message"].startswith("order_items[0].quantity: ")
    assert order.json["cause"][0]["references"] == ["order_items[0].quantity"]
