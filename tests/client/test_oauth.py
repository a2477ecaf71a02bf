from __future__ import annotations

from urllib.parse import parse_qs, parse_qsl, urlsplit

from tests.client import bodies
from tests.client.fake_marketplace import FakeMarketplace
from zoco.client import oauth

# RFC 7636, appendix B
VERIFIER = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
CHALLENGE = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM"


def test_the_address_to_send_the_browser_to() -> None:
    url = oauth.authorization_url(
        "https://auth.example/",
        client_id=14529,
        redirect_uri="https://desk.example/stores/connected",
        state="s p&c",
        verifier=VERIFIER,
    )

    assert url.startswith("https://auth.example/authorization?")
    assert parse_qs(urlsplit(url).query) == {
        "response_type": ["code"],
        "client_id": ["14529"],
        "redirect_uri": ["https://desk.example/stores/connected"],
        "state": ["s p&c"],
        "code_challenge": [CHALLENGE],
        "code_challenge_method": ["S256"],
    }


def test_verifiers_differ_and_are_long_enough() -> None:
    verifiers = {oauth.new_verifier() for _ in range(10)}

    assert len(verifiers) == 10
    assert {len(verifier) for verifier in verifiers} == {43}


async def test_a_code_is_exchanged_in_a_form(marketplace: FakeMarketplace) -> None:
    marketplace.answer("POST /oauth/token", bodies.token("APP_USR-1", "TG-1"))

    token = await oauth.exchange_code(
        marketplace.base_url,
        client_id=14529,
        client_secret="shh",
        code="TG-code",
        redirect_uri="https://desk.example/back?a=b",
        verifier=VERIFIER,
    )

    sent = marketplace.requests[0]
    assert sent.headers["Content-Type"] == "application/x-www-form-urlencoded"
    assert dict(parse_qsl(sent.body.decode())) == {
        "grant_type": "authorization_code",
        "client_id": "14529",
        "client_secret": "shh",
        "code": "TG-code",
        "redirect_uri": "https://desk.example/back?a=b",
        "code_verifier": VERIFIER,
    }
    assert (token.access_token, token.refresh_token, token.expires_in) == ("APP_USR-1", "TG-1", 21600)


async def test_a_refresh_token_is_sent_once(marketplace: FakeMarketplace) -> None:
    marketplace.answer("POST /oauth/token", bodies.token("APP_USR-2", "TG-2"))

    await oauth.refresh(marketplace.base_url, client_id=14529, client_secret="shh", refresh_token="TG-1")

    assert dict(parse_qsl(marketplace.requests[0].body.decode())) == {
        "grant_type": "refresh_token",
        "client_id": "14529",
        "client_secret": "shh",
        "refresh_token": "TG-1",
    }
