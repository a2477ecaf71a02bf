from __future__ import annotations

import asyncio

import pytest
from aiohttp import web

from tests.client import bodies
from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import (
    BadRequest,
    Client,
    ClientError,
    Conflict,
    Forbidden,
    Garbled,
    NotFound,
    PreconditionFailed,
    Refused,
    Retries,
    ServerFailed,
    TimedOut,
    TooManyRequests,
    Unauthorized,
    Unreachable,
)
from zoco.resources.order import Order

ORDER = "GET /orders/731867397"


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, BadRequest),
        (401, Unauthorized),
        (403, Forbidden),
        (404, NotFound),
        (405, Refused),
        (409, Conflict),
        (412, PreconditionFailed),
        (429, TooManyRequests),
    ],
)
async def test_each_refusal_has_its_class(
    marketplace: FakeMarketplace, client: Client, status: int, kind: type[Refused]
) -> None:
    body = {"message": "Why not.", "error": "some_code", "status": status, "cause": [{"code": "x"}]}
    marketplace.answer(ORDER, body, status=status)

    with pytest.raises(Refused) as caught:
        await client.orders.get(731867397)

    refusal = caught.value
    assert type(refusal) is kind
    assert (refusal.status, refusal.error, refusal.message) == (status, "some_code", "Why not.")
    assert refusal.cause == [{"code": "x"}]
    assert str(refusal) == f"GET /orders/731867397: {status} some_code: Why not."


@pytest.mark.parametrize(
    ("body", "error", "message"),
    [
        (b'{"code":"unauthorized","message":"invalid access token"}', "unauthorized", "invalid access token"),
        (b'{"error":"invalid_grant","error_description":"Too old","status":400}', "invalid_grant", "Too old"),
        (
            b'{"message":"Order not found.","error":"order_not_found","cause":null}',
            "order_not_found",
            "Order not found.",
        ),
        (b"local_rate_limited", "", "local_rate_limited"),
        (b"\xff\xfe", "", "\ufffd\ufffd"),
        (b"[1]", "", "[1]"),
    ],
)
async def test_recorded_forms_of_errors_are_read(
    marketplace: FakeMarketplace, client: Client, body: bytes, error: str, message: str
) -> None:
    marketplace.answer(ORDER, body, status=403)

    with pytest.raises(Forbidden) as caught:
        await client.orders.get(731867397)

    assert (caught.value.error, caught.value.message, caught.value.cause) == (error, message, [])
    assert caught.value.body == body


async def test_a_failing_server_is_not_a_refusal(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(ORDER, {"message": "Oops", "error": "internal_error", "status": 500}, status=500)

    with pytest.raises(ServerFailed) as caught:
        await client.orders.get(731867397)

    assert (caught.value.status, str(caught.value)) == (500, "GET /orders/731867397: 500 Oops")


async def test_a_closed_port_is_unreachable() -> None:
    async with Client("http://127.0.0.1:1", retries=Retries(attempts=1)) as client:
        with pytest.raises(Unreachable):
            await client.sites.all()


async def test_a_connection_that_breaks_is_unreachable(marketplace: FakeMarketplace, client: Client) -> None:
    async def hang_up(request: web.Request) -> web.StreamResponse:
        assert request.transport is not None
        request.transport.abort()
        return web.Response()

    marketplace.respond(ORDER, hang_up)

    with pytest.raises(Unreachable):
        await client.orders.get(731867397)


async def test_an_answer_that_does_not_come_in_time(marketplace: FakeMarketplace) -> None:
    released = asyncio.Event()

    async def dawdle(_: web.Request) -> web.StreamResponse:
        await released.wait()
        return web.Response()

    marketplace.respond("GET /sites", dawdle)
    async with Client(marketplace.base_url, timeout_seconds=0.05, retries=Retries(attempts=1)) as client:
        with pytest.raises(TimedOut, match=r"no complete answer in 0\.05 s"):
            await client.sites.all()
    released.set()


@pytest.mark.parametrize(
    ("body", "message"),
    [
        (b"<html>", "cannot read the answer"),
        (b"", "cannot read the answer"),
        (b'{"id": 1}', "missing required field `status`"),
        (b'{"id": 1, "status": 7}', "at status"),
    ],
)
async def test_an_answer_that_is_no_order_is_garbled(
    marketplace: FakeMarketplace, client: Client, body: bytes, message: str
) -> None:
    marketplace.answer(ORDER, body)

    with pytest.raises(Garbled, match=message):
        await client.orders.get(731867397)


async def test_a_redirect_is_not_followed(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(ORDER, status=302, headers={"Location": f"{marketplace.base_url}/elsewhere"})

    with pytest.raises(Garbled, match="unexpected status 302"):
        await client.orders.get(731867397)

    assert [request.path for request in marketplace.requests] == ["/orders/731867397"]


async def test_an_answer_over_ten_megabytes_is_refused(marketplace: FakeMarketplace, client: Client) -> None:
    marketplace.answer(ORDER, b" " * (10 * 1024 * 1024 + 1))

    with pytest.raises(Garbled, match="larger than 10485760 bytes"):
        await client.orders.get(731867397)


async def test_an_answer_of_ten_megabytes_is_read(marketplace: FakeMarketplace, client: Client) -> None:
    padding = "x" * (10 * 1024 * 1024 - 400)
    marketplace.answer(ORDER, bodies.order(731867397, comments=padding))

    assert (await client.orders.get(731867397)).comments == padding


@pytest.mark.parametrize(
    "path", ["orders/1", "//elsewhere.example/orders/1", "https://elsewhere.example/", ""]
)
async def test_a_path_cannot_name_another_host(client: Client, path: str) -> None:
    with pytest.raises(ValueError, match="not a path on the marketplace"):
        await client.fetch(path, Order)


async def test_every_error_is_a_client_error() -> None:
    kinds = [Refused, ServerFailed, Unreachable, TimedOut, Garbled]

    assert all(issubclass(kind, ClientError) for kind in kinds)
