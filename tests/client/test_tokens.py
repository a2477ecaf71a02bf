from __future__ import annotations

import asyncio
import traceback

import pytest
from aiohttp import web

from tests.client import bodies
from tests.client.fake_marketplace import FakeMarketplace, Respond
from zoco.client import BadRequest, Client, ClientError, Garbled, Unauthorized, oauth
from zoco.client.operator import Operator

INVALID = {"message": "invalid_token", "error": "not_found", "status": 401, "cause": []}


class Renewing:
    """A source with a new token each time it is asked for a replacement."""

    def __init__(self, *, spent: bool = False) -> None:
        self.current = "token-1"
        self.replaced: list[str] = []
        self.may_answer = asyncio.Event()
        self.may_answer.set()
        self._spent = spent

    async def access_token(self) -> str:
        return self.current

    async def replace(self, rejected: str) -> str | None:
        self.replaced.append(rejected)
        await self.may_answer.wait()
        if self._spent:
            return None
        self.current = f"token-{len(self.replaced) + 1}"
        return self.current


def only_second_token(body: object) -> Respond:
    async def respond(request: web.Request) -> web.StreamResponse:
        if request.headers["Authorization"] != "Bearer token-2":
            return web.json_response(INVALID, status=401)
        return web.json_response(body)

    return respond


async def test_the_token_goes_in_the_header_and_nowhere_else(
    marketplace: FakeMarketplace, client: Client
) -> None:
    marketplace.answer("GET /orders/731867397", bodies.order())

    await client.orders.get(731867397)

    assert marketplace.requests[0].headers["Authorization"] == "Bearer APP_USR-secret"
    assert marketplace.requests[0].query == []


async def test_without_a_token_nothing_is_sent(marketplace: FakeMarketplace) -> None:
    marketplace.answer("GET /sites", [])
    async with Client(marketplace.base_url) as client:
        await client.sites.all()

    assert "Authorization" not in marketplace.requests[0].headers


@pytest.mark.parametrize("method", ["GET", "PUT"])
async def test_a_rejected_token_is_replaced_once(marketplace: FakeMarketplace, method: str) -> None:
    marketplace.respond(f"{method} /items/MLB1", only_second_token(bodies.item("MLB1")))
    source = Renewing()
    async with Client(marketplace.base_url, tokens=source) as client:
        if method == "GET":
            item = await client.items.get("MLB1")
        else:
            item = (await client.items.update("MLB1", available_quantity=2)).value

    assert item.id == "MLB1"
    assert source.replaced == ["token-1"]


async def test_a_rejected_replacement_is_the_end(marketplace: FakeMarketplace) -> None:
    marketplace.answer("GET /users/me", INVALID, status=401)
    source = Renewing()
    async with Client(marketplace.base_url, tokens=source) as client:
        with pytest.raises(Unauthorized):
            await client.users.me()

    assert len(marketplace.requests) == 2
    assert source.replaced == ["token-1"]


async def test_a_source_with_nothing_left_is_the_end(marketplace: FakeMarketplace) -> None:
    marketplace.answer("GET /users/me", INVALID, status=401)
    async with Client(marketplace.base_url, tokens=Renewing(spent=True)) as client:
        with pytest.raises(Unauthorized):
            await client.users.me()

    assert len(marketplace.requests) == 1


async def test_many_rejected_together_replace_the_token_once(marketplace: FakeMarketplace) -> None:
    source = Renewing()
    source.may_answer.clear()
    respond = only_second_token(bodies.item("MLB1"))

    async def respond_and_count(request: web.Request) -> web.StreamResponse:
        if len(marketplace.requests) == 20:
            source.may_answer.set()
        return await respond(request)

    marketplace.respond("GET /items/MLB1", respond_and_count)
    async with Client(marketplace.base_url, tokens=source) as client:
        await asyncio.gather(*(client.items.get("MLB1") for _ in range(20)))

    assert source.replaced == ["token-1"]
    assert len(marketplace.requests) == 40


async def test_an_error_shows_no_token(marketplace: FakeMarketplace, client: Client) -> None:
    quoting = {
        "message": "who is APP_USR-secret?",
        "error": "bad",
        "status": 400,
        "cause": ["APP_USR-secret"],
    }
    marketplace.answer("GET /users/me", quoting, status=400)

    with pytest.raises(BadRequest) as caught:
        await client.users.me()

    assert caught.value.message == "who is ***?"
    assert "APP_USR-secret" not in everything_about(caught.value)


async def test_an_answer_that_is_not_http_shows_no_token(unused_tcp_port: int) -> None:
    async def babble(_: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(b"220 mail.example ESMTP\r\n\r\n")
        writer.close()
        await writer.wait_closed()

    url = f"http://127.0.0.1:{unused_tcp_port}"
    async with (
        await asyncio.start_server(babble, "127.0.0.1", unused_tcp_port),
        Client(url, tokens="APP_USR-secret") as client,
    ):
        with pytest.raises(Garbled) as caught:
            await client.users.me()

    assert "APP_USR-secret" not in everything_about(caught.value)


async def test_reprs_show_no_token(marketplace: FakeMarketplace) -> None:
    marketplace.answer("POST /oauth/token", bodies.token("APP_USR-secret", "TG-secret"))
    token = await oauth.refresh(
        marketplace.base_url, client_id=1, client_secret="app-secret", refresh_token="TG-spent"
    )
    assert (token.access_token, token.refresh_token) == ("APP_USR-secret", "TG-secret")

    for value in (Client("http://x", tokens="APP_USR-secret"), Operator("http://x", "op-secret"), token):
        assert "secret" not in repr(value)
        assert "secret" not in str(value)


async def test_a_failed_refresh_shows_no_secret(marketplace: FakeMarketplace) -> None:
    message = "invalid client_id[14529] or client_secret[app-secret]"
    error = {"message": message, "error": "invalid_client", "error_description": message, "status": 400}
    marketplace.answer("POST /oauth/token", error, status=400)

    with pytest.raises(BadRequest) as caught:
        await oauth.refresh(
            marketplace.base_url, client_id=14529, client_secret="app-secret", refresh_token="TG-secret"
        )

    assert caught.value.message == "invalid client_id[14529] or client_secret[***]"
    assert "app-secret" not in everything_about(caught.value)


def everything_about(error: ClientError) -> str:
    chain = [error, error.__cause__, error.__context__]
    return "".join(traceback.format_exception(error)) + repr([(each, vars(each)) for each in chain if each])
