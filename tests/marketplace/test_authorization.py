"""Consent, codes, tokens and revocation."""

from __future__ import annotations

import base64
import hashlib
import re
from datetime import timedelta
from typing import Any

import pytest

from tests.marketplace.market import ALL_SCOPES, Market
from zoco.domain.applications import ApplicationChange, NewApplication
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import applications, authorization
from zoco.marketplace.authorization import OPERATOR_APPLICATION_ID, IssuedToken
from zoco.marketplace.caller import Caller

REDIRECT = "https://backoffice.example/callback"
VERIFIER = "a-verifier-of-forty-three-characters-or-more"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()


async def consent(market: Market, **asked: Any) -> str:
    sent: dict[str, Any] = {"redirect_uri": REDIRECT, "now": market.now} | asked
    return await market.database.write(
        lambda tx: authorization.authorize(tx, market.seller.user_id, market.application.id, **sent)
    )


async def exchange(market: Market, code: str, **changes: Any) -> IssuedToken:
    sent: dict[str, Any] = {
        "client_id": market.application.id,
        "client_secret": market.application.secret_key,
        "redirect_uri": REDIRECT,
        "code_verifier": None,
        "now": market.now,
    } | changes
    return await market.database.write(lambda tx: authorization.exchange_code(tx, code=code, **sent))


async def refresh(market: Market, token: str | None, **changes: Any) -> IssuedToken:
    sent: dict[str, Any] = {
        "client_id": market.application.id,
        "client_secret": market.application.secret_key,
        "now": market.now,
    } | changes
    assert token is not None
    return await market.database.write(lambda tx: authorization.refresh(tx, refresh_token=token, **sent))


async def caller_of(market: Market, token: str) -> Caller:
    return await market.database.read(lambda tx: authorization.caller_of(tx, token, market.now))


async def other_application(market: Market) -> Any:
    new = NewApplication(name="Another", callback_url=REDIRECT)
    return await market.database.write(
        lambda tx: applications.create_application(tx, market.seller, new, market.now)
    )


async def test_a_code_becomes_a_token_that_acts_for_the_user(market: Market) -> None:
    issued = await exchange(market, await consent(market))

    assert re.fullmatch(
        rf"APP_USR-{market.application.id}-030212-[0-9a-f]{{32}}-{market.seller.user_id}", issued.access_token
    )
    assert re.fullmatch(rf"TG-[0-9a-f]{{32}}-{market.seller.user_id}", issued.refresh_token or "")
    assert (issued.expires_in, issued.scopes) == (21600, ("offline_access", "read", "write"))
    assert await caller_of(market, issued.access_token) == Caller(
        market.seller.user_id, market.application.id, ALL_SCOPES
    )


async def test_the_database_holds_no_token_and_no_code(market: Market) -> None:
    code = await consent(market)
    issued = await exchange(market, await consent(market))

    for table, secret in (
        ("authorization_codes", code),
        ("access_tokens", issued.access_token),
        ("refresh_tokens", issued.refresh_token),
    ):
        rows = await market.database.read(lambda tx, table=table: tx.all(f"SELECT * FROM {table}"))
        assert len(rows) == 1
        assert secret not in [str(value) for value in tuple(rows[0])]


async def test_a_code_is_good_once_and_for_ten_minutes(market: Market) -> None:
    used, late = await consent(market), await consent(market)
    await exchange(market, used)
    market.clock.advance(timedelta(minutes=10))

    for code in (used, late, "TG-unknown"):
        with pytest.raises(Refused) as refused:
            await exchange(market, code)
        assert refused.value.reason is Reason.INVALID_GRANT


async def test_refusals_of_an_exchange(market: Market) -> None:
    other = await other_application(market)
    code = await consent(market)

    for changes, reason in (
        ({"client_id": 7}, Reason.INVALID_CLIENT),
        ({"client_secret": "wrong"}, Reason.INVALID_CLIENT),
        ({"client_id": OPERATOR_APPLICATION_ID, "client_secret": ""}, Reason.INVALID_CLIENT),
        ({"client_id": other.id, "client_secret": other.secret_key}, Reason.CLIENT_MISMATCH),
        ({"redirect_uri": f"{REDIRECT}/"}, Reason.REDIRECT_MISMATCH),
    ):
        with pytest.raises(Refused) as refused:
            await exchange(market, code, **changes)
        assert refused.value.reason is reason
    # None of them has used the code up.
    assert (await exchange(market, code)).user_id == market.seller.user_id


@pytest.mark.parametrize(
    ("challenge", "method", "verifier", "accepted"),
    [
        (CHALLENGE, "S256", VERIFIER, True),
        (CHALLENGE, "S256", CHALLENGE, False),
        (CHALLENGE, "S256", None, False),
        (VERIFIER, "plain", VERIFIER, True),
        (VERIFIER, None, VERIFIER, True),
        (VERIFIER, "plain", "something else", False),
    ],
)
@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_who_has_the_code_must_be_who_asked_for_it(
    market: Market, challenge: str, method: str | None, verifier: str | None, accepted: bool
) -> None:
    code = await consent(market, code_challenge=challenge, code_challenge_method=method)

    if accepted:
        assert (await exchange(market, code, code_verifier=verifier)).user_id == market.seller.user_id
    else:
        with pytest.raises(Refused) as refused:
            await exchange(market, code, code_verifier=verifier)
        assert refused.value.reason is Reason.INVALID_GRANT


@pytest.mark.parametrize("engine", ["sqlite"], indirect=True)
async def test_refusals_of_a_consent(market: Market) -> None:
    for asked, reason in (
        ({"redirect_uri": "https://elsewhere.example/"}, Reason.REDIRECT_MISMATCH),
        ({"code_challenge": "x", "code_challenge_method": "md5"}, Reason.INVALID_FIELD),
        ({"scopes": ["read", "admin"]}, Reason.INVALID_SCOPE),
    ):
        with pytest.raises(Refused) as refused:
            await consent(market, **asked)
        assert refused.value.reason is reason


async def test_a_consent_gives_no_more_than_the_application_has(market: Market) -> None:
    await market.database.write(
        lambda tx: applications.change_application(
            tx, market.seller, market.application.id, ApplicationChange(scopes=("read",))
        )
    )

    issued = await exchange(market, await consent(market))

    assert (issued.scopes, issued.refresh_token) == (("read",), None)


async def test_only_the_latest_refresh_token_works(market: Market) -> None:
    first = await exchange(market, await consent(market))
    second = await refresh(market, first.refresh_token)
    third = await exchange(market, await consent(market))

    for dead in (first, second):
        with pytest.raises(Refused) as refused:
            await refresh(market, dead.refresh_token)
        assert refused.value.reason is Reason.INVALID_GRANT
    fourth = await refresh(market, third.refresh_token)
    assert (await caller_of(market, fourth.access_token)).user_id == market.seller.user_id


async def test_a_refresh_token_belongs_to_its_application(market: Market) -> None:
    other = await other_application(market)
    issued = await market.token_for(market.seller)

    with pytest.raises(Refused) as refused:
        await refresh(market, issued.refresh_token, client_id=other.id, client_secret=other.secret_key)
    assert refused.value.reason is Reason.CLIENT_MISMATCH


async def test_tokens_end(market: Market) -> None:
    issued = await market.token_for(market.seller)

    market.clock.advance(timedelta(seconds=21599))
    await caller_of(market, issued.access_token)
    market.clock.advance(timedelta(seconds=1))

    with pytest.raises(Refused) as refused:
        await caller_of(market, issued.access_token)
    assert refused.value.reason is Reason.INVALID_TOKEN
    market.clock.advance(timedelta(days=180))
    with pytest.raises(Refused) as refused:
        await refresh(market, issued.refresh_token)
    assert refused.value.reason is Reason.INVALID_GRANT


async def test_the_operators_token_needs_no_application(market: Market) -> None:
    issued = await market.database.write(
        lambda tx: authorization.issue_token(tx, market.buyer.user_id, None, ALL_SCOPES, market.now)
    )

    assert issued.refresh_token is None
    caller = await caller_of(market, issued.access_token)
    assert caller == Caller(market.buyer.user_id, OPERATOR_APPLICATION_ID, frozenset({"read", "write"}))


async def test_an_applications_own_token_is_its_owners(market: Market) -> None:
    issued = await market.database.write(
        lambda tx: authorization.client_credentials(
            tx,
            client_id=market.application.id,
            client_secret=market.application.secret_key,
            now=market.now,
        )
    )

    assert (issued.user_id, issued.refresh_token) == (market.seller.user_id, None)


async def test_a_blocked_application_gets_nowhere(market: Market) -> None:
    issued = await market.token_for(market.seller)
    await market.database.write(lambda tx: tx.run("UPDATE applications SET active = 0"))

    for attempt, reason in (
        (lambda: caller_of(market, issued.access_token), Reason.APPLICATION_BLOCKED),
        (lambda: refresh(market, issued.refresh_token), Reason.UNAUTHORIZED_APPLICATION),
        (lambda: consent(market), Reason.UNAUTHORIZED_APPLICATION),
    ):
        with pytest.raises(Refused) as refused:
            await attempt()
        assert refused.value.reason is reason


async def test_a_revocation_ends_tokens_codes_and_pending_news(market: Market) -> None:
    await market.subscribe("orders")
    issued = await exchange(market, await consent(market))
    code = await consent(market)
    await market.place(await market.list_item())
    seller_id = market.seller.user_id

    await market.database.write(
        lambda tx: authorization.revoke(tx, seller_id, seller_id, market.application.id)
    )

    for attempt, reason in (
        (lambda: caller_of(market, issued.access_token), Reason.INVALID_TOKEN),
        (lambda: refresh(market, issued.refresh_token), Reason.INVALID_GRANT),
        (lambda: exchange(market, code), Reason.INVALID_GRANT),
    ):
        with pytest.raises(Refused) as refused:
            await attempt()
        assert refused.value.reason is reason
    rows = await market.database.read(
        lambda tx: tx.all("SELECT user_id, state FROM notifications ORDER BY user_id")
    )
    assert [(row["user_id"], row["state"]) for row in rows] == [
        (seller_id, "missed"),
        (market.buyer.user_id, "pending"),
    ]


async def test_only_the_user_himself_revokes_and_only_what_he_gave(market: Market) -> None:
    for caller_id, reason in (
        (market.buyer.user_id, Reason.NOT_YOURS),
        (market.seller.user_id, Reason.APPLICATION_NOT_FOUND),
    ):
        with pytest.raises(Refused) as refused:
            await market.database.write(
                lambda tx, caller_id=caller_id: authorization.revoke(
                    tx, caller_id, market.seller.user_id, market.application.id
                )
            )
        assert refused.value.reason is reason
