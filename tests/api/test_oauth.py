"""Sign-in, consent, tokens and their end, as a browser and an application go through them."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

from tests.api.asgi import Reply
from tests.api.conftest import Market
from tests.api.test_applications import application

REDIRECT_URI = "https://desk.example/callback"
VERIFIER = "a-verifier-of-the-length-that-the-standard-asks-for"


class Browser:
    """Keeps cookies, and fills in the form it was shown."""

    def __init__(self, market: Market, *, language: str = "en") -> None:
        self.market = market
        self.cookies: dict[str, str] = {}
        self.language = language
        self.shown = ""

    async def get(self, path: str) -> Reply:
        return self._keep(await self.market.client.get(path, headers=self._headers()))

    async def submit(self, path: str, **fields: str) -> Reply:
        token = re.search(r'name="csrf_token" value="([^"]+)"', self.shown)
        assert token is not None
        sent = {"csrf_token": token.group(1), **fields}
        return self._keep(await self.market.client.form(path, sent, headers=self._headers()))

    def _headers(self) -> dict[str, str]:
        jar = "; ".join(f"{name}={value}" for name, value in self.cookies.items())
        return {"Accept-Language": self.language, "Cookie": jar}

    def _keep(self, reply: Reply) -> Reply:
        cookie = reply.headers.get("set-cookie")
        if cookie:
            name, _, value = cookie.partition(";")[0].partition("=")
            self.cookies[name] = value
        if reply.body:
            self.shown = reply.body.decode()
        return reply


@pytest.fixture
async def app(market: Market) -> dict[str, Any]:
    owner = await market.person("DUENA")
    made = await market.client.post("/applications", application(), token=owner.token)
    shown: dict[str, Any] = made.json
    return shown


@pytest.fixture
async def seller(market: Market) -> dict[str, Any]:
    made = await market.client.operate(
        "/operator/users", {"site_id": "MLB", "nickname": "VENDEDORA", "password": "correct horse"}
    )
    shown: dict[str, Any] = made.json
    return shown


def address(app: dict[str, Any], **more: str) -> str:
    query = {
        "response_type": "code",
        "client_id": str(app["id"]),
        "redirect_uri": REDIRECT_URI,
        "state": "s 1&",
        **more,
    }
    return f"/authorization?{urlencode(query)}"


async def consent(market: Market, app: dict[str, Any], **more: str) -> str:
    """A code, by signing in and allowing."""
    browser, path = Browser(market), address(app, **more)
    await browser.get(path)
    signed_in = await browser.submit(path, username="vendedora", password="correct horse")
    assert signed_in.status == 303, signed_in.body
    await browser.get(signed_in.headers["location"])
    allowed = await browser.submit(path, decision="allow")
    assert allowed.status == 302, allowed.body
    answer = parse_qs(urlsplit(allowed.headers["location"]).query)
    assert allowed.headers["location"].startswith(f"{REDIRECT_URI}?")
    assert answer["state"] == ["s 1&"]
    return answer["code"][0]


def exchange(app: dict[str, Any], code: str, **more: str) -> dict[str, str]:
    return {
        "grant_type": "authorization_code",
        "client_id": str(app["id"]),
        "client_secret": app["secret_key"],
        "code": code,
        "redirect_uri": REDIRECT_URI,
        **more,
    }


async def test_from_sign_in_to_a_token_and_its_end(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    code = await consent(market, app)

    issued = await market.client.form("/oauth/token", exchange(app, code))

    assert issued.status == 200
    assert issued.json["token_type"] == "bearer"
    assert issued.json["expires_in"] == 21600
    assert issued.json["scope"] == "offline_access read write"
    assert issued.json["user_id"] == seller["id"]
    assert issued.json["refresh_token"].startswith("TG-")
    me = await market.client.get("/users/me", token=issued.json["access_token"])
    assert me.json["nickname"] == "VENDEDORA"
    again = await market.client.form("/oauth/token", exchange(app, code))
    assert again.refusal == (400, "invalid_grant")
    assert again.json["error_description"] == again.json["message"]

    refreshing = {
        "grant_type": "refresh_token",
        "client_id": str(app["id"]),
        "client_secret": app["secret_key"],
        "refresh_token": issued.json["refresh_token"],
    }
    refreshed = await market.client.form("/oauth/token", refreshing)
    assert refreshed.status == 200
    assert (await market.client.form("/oauth/token", refreshing)).refusal == (400, "invalid_grant")

    token = refreshed.json["access_token"]
    revoked = await market.client.delete(f"/users/{seller['id']}/applications/{app['id']}", token=token)
    assert revoked.status == 200
    assert revoked.json == {
        "user_id": seller["id"],
        "app_id": app["id"],
        "msg": "Autorización eliminada",
    }
    assert (await market.client.get("/users/me", token=token)).refusal == (401, "not_found")


async def test_a_token_expires_after_six_hours(market: Market) -> None:
    user = await market.person("COMPRADORA")
    market.clock.advance(timedelta(seconds=21599))
    assert (await market.client.get("/users/me", token=user.token)).status == 200
    market.clock.advance(timedelta(seconds=1))
    assert (await market.client.get("/users/me", token=user.token)).refusal == (401, "not_found")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_every_way_in_which_clients_send_the_parameters(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    fields = {
        "grant_type": "client_credentials",
        "client_id": str(app["id"]),
        "client_secret": app["secret_key"],
        "access_token": "stale",
    }
    client, query = market.client, urlencode(fields)
    labelled_json = {"Content-Type": "application/json"}

    answers = [
        await client.form("/oauth/token", fields),
        await client.post(f"/oauth/token?{query}"),
        await client.post(f"/oauth/token?{query}", query.encode()),
        await client.form("/oauth/token", fields, headers=labelled_json),
        await client.post("/oauth/token", fields, headers=labelled_json),
    ]

    assert [answer.status for answer in answers] == [200] * 5


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_refusals_of_the_token_endpoint(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    code = await consent(market, app, code_challenge=_challenge(VERIFIER), code_challenge_method="S256")
    situations = [
        ({}, "invalid_request"),
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"grant_type": "refresh_token", "client_id": str(app["id"])}, "invalid_request"),
        (exchange(app, code, client_secret="wrong"), "invalid_client"),
        (exchange(app, code, client_id="none"), "invalid_client"),
        (exchange(app, code, client_id="5"), "invalid_client"),
        (exchange(app, "TG-unknown"), "invalid_grant"),
        (exchange(app, code, redirect_uri="https://evil.example"), "invalid_grant"),
        (exchange(app, code), "invalid_grant"),
        (exchange(app, code, code_verifier="another"), "invalid_grant"),
    ]
    for fields, error in situations:
        refused = await market.client.form("/oauth/token", fields)
        assert refused.refusal == (400, error), fields
        assert refused.json["error_description"]
    twice = await market.client.post("/oauth/token?client_id=1", b"client_id=2")
    assert twice.refusal == (400, "invalid_request")
    assert twice.json["message"] == "Wrong number of parameters with duplicate values."
    assert (await market.client.get("/oauth/token")).refusal == (405, "method_not_allowed")

    proven = await market.client.form("/oauth/token", exchange(app, code, code_verifier=VERIFIER))
    assert proven.status == 200


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_plain_challenge_and_a_code_too_old(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    code = await consent(market, app, code_challenge=VERIFIER)
    plain = await market.client.form("/oauth/token", exchange(app, code, code_verifier=VERIFIER))
    assert plain.status == 200

    code = await consent(market, app)
    market.clock.advance(timedelta(minutes=10))
    late = await market.client.form("/oauth/token", exchange(app, code))
    assert late.refusal == (400, "invalid_grant")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_deny_goes_back_with_access_denied(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    browser, path = Browser(market), address(app)
    await browser.get(path)
    await browser.submit(path, username="VENDEDORA", password="correct horse")
    page = await browser.get(path)
    assert "Escritorio" in browser.shown
    assert browser.shown.count('name="decision"') == 2
    assert "form-action 'self' https://desk.example" in page.headers["content-security-policy"]
    assert "access-control-allow-origin" not in page.headers
    assert page.headers["cache-control"] == "no-store"
    assert page.headers["x-request-id"]

    denied = await browser.submit(path, decision="deny")

    assert denied.status == 302
    assert denied.headers["location"] == f"{REDIRECT_URI}?error=access_denied&state=s+1%26"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_a_wrong_password_and_too_many_of_them(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    browser, path = Browser(market), address(app)
    await browser.get(path)
    for _ in range(10):
        assert (await browser.submit(path, username="VENDEDORA", password="wrong")).status == 422
    throttled = await browser.submit(path, username="VENDEDORA", password="correct horse")
    assert throttled.status == 429
    assert int(throttled.headers["retry-after"]) > 0
    market.clock.advance(timedelta(minutes=15))
    assert (await browser.submit(path, username="VENDEDORA", password="correct horse")).status == 303


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_forms_of_other_sites_do_nothing(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    browser, path = Browser(market), address(app)
    await browser.get(path)
    signing_in = {"username": "VENDEDORA", "password": "correct horse"}

    without_token = await market.client.form(path, signing_in)
    from_elsewhere = await market.client.form(
        path, {**signing_in, "csrf_token": "x"}, headers={"Origin": "https://evil.example"}
    )

    assert (without_token.status, from_elsewhere.status) == (403, 403)
    for reply in (without_token, from_elsewhere):
        assert "zoco_market_session" not in reply.headers.get("set-cookie", "")


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("more", "status", "code"),
    [
        ({"client_id": "5"}, 400, "invalid_client"),
        ({"client_id": "x"}, 400, "invalid_client"),
        ({"redirect_uri": "https://desk.example/callback/2"}, 400, "redirect_mismatch"),
        ({"redirect_uri": ""}, 400, "redirect_mismatch"),
        ({"state": "\0"}, 400, "invalid_field"),
    ],
)
async def test_nobody_is_sent_where_the_application_has_not_said(
    market: Market, app: dict[str, Any], more: dict[str, str], status: int, code: str
) -> None:
    page = await market.client.get(address(app, **more))

    assert page.status == status
    assert code in page.body.decode()
    assert page.headers["content-type"] == "text/html; charset=utf-8"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"scope": "read rule"}, "invalid_scope"),
        ({"code_challenge_method": "S512"}, "invalid_request"),
    ],
)
async def test_what_the_application_asks_wrongly_it_is_told(
    market: Market, app: dict[str, Any], more: dict[str, str], error: str
) -> None:
    reply = await market.client.get(address(app, **more))

    assert reply.status == 302
    assert reply.headers["location"] == f"{REDIRECT_URI}?error={error}&state=s+1%26"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_the_page_speaks_the_visitors_language_and_is_never_jsonp(
    market: Market, app: dict[str, Any]
) -> None:
    path, browser = address(app), Browser(market)
    for language, tag in (("es-AR", "es"), ("pt", "pt-BR"), ("en", "en"), ("fr", "es")):
        browser.language = language
        await browser.get(f"{path}&callback=fn")
        assert f'<html lang="{tag}"' in browser.shown
    chosen = await browser.submit("/authorization/language", language="pt-BR", back=path)
    assert chosen.headers["location"] == path
    await browser.get(path)
    assert '<html lang="pt-BR"' in browser.shown
    elsewhere = await browser.submit("/authorization/language", language="en", back="https://evil.example")
    assert elsewhere.headers["location"] == "/authorization"


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_somebody_else_may_take_the_turn(
    market: Market, app: dict[str, Any], seller: dict[str, Any]
) -> None:
    browser, path = Browser(market), address(app)
    await browser.get(path)
    await browser.submit(path, username="VENDEDORA", password="correct horse")
    await browser.get(path)
    assert "VENDEDORA" in browser.shown

    await browser.submit(path, sign_out="yes")

    await browser.get(path)
    assert 'name="password"' in browser.shown


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


@pytest.mark.parametrize("name", ["grant_type", "client_secret", "code"])
async def test_half_a_sign_in_json_is_refused(market: Market, app: dict[str, Any], name: str) -> None:
    fields = {
        "grant_type": "authorization_code",
        "client_id": str(app["id"]),
        "client_secret": app["secret_key"],
        "code": "TG-1",
        "redirect_uri": REDIRECT_URI,
    }

    reply = await market.client.post("/oauth/token", {**fields, name: "\ud800"})

    assert reply.refusal == (400, "invalid_request")


async def test_the_pages_lead_nowhere_but_back_to_the_application(
    market: Market, app: dict[str, Any]
) -> None:
    query = urlencode({"response_type": "code", "client_id": app["id"], "redirect_uri": REDIRECT_URI})

    for page in (f"/authorization?{query}", "/authorization"):
        shown = (await market.client.get(page)).body.decode()
        assert 'class="brand"' in shown
        assert "<a " not in shown
