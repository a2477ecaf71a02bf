"""People, their sign-ins, and the applications that they own."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from tests.marketplace.market import Market
from zoco.domain.applications import Application, ApplicationChange, NewApplication
from zoco.domain.refusals import Reason, Refused
from zoco.domain.users import User
from zoco.marketplace import accounts, applications
from zoco.marketplace.accounts import NewUser
from zoco.marketplace.caller import Caller


async def create(market: Market, **given: Any) -> User:
    return await market.database.write(
        lambda tx: accounts.create_user(
            tx, NewUser(**({"site_id": "MLA"} | given)), password_hash="a hash", now=market.now
        )
    )


async def change(market: Market, by: Caller, **changes: Any) -> Application:
    return await market.database.write(
        lambda tx: applications.change_application(
            tx, by, market.application.id, ApplicationChange(**changes)
        )
    )


async def test_a_person_without_a_name_gets_one(market: Market) -> None:
    made = await create(market)

    assert (made.nickname, made.email) == (f"USER{made.id}", f"user{made.id}@zoco.invalid")
    assert await market.database.read(lambda tx: accounts.user(tx, made.id)) == made


async def test_refusals_of_an_account(market: Market) -> None:
    for given, reason in (
        ({"site_id": "MLX"}, Reason.INVALID_FIELD),
        ({"nickname": "rosa_campos"}, Reason.NAME_TAKEN),
    ):
        with pytest.raises(Refused) as refused:
            await create(market, **given)
        assert refused.value.reason is reason
    with pytest.raises(Refused) as refused:
        await market.database.read(lambda tx: accounts.user(tx, 7))
    assert refused.value.reason is Reason.USER_NOT_FOUND


async def test_a_sign_in_lasts_twelve_hours_or_until_it_is_closed(market: Market) -> None:
    seller_id = market.seller.user_id
    first, opened = await market.database.write(lambda tx: accounts.open_session(tx, seller_id, market.now))
    second, _ = await market.database.write(lambda tx: accounts.open_session(tx, seller_id, market.now))

    assert await market.database.read(lambda tx: accounts.session(tx, first, market.now)) == opened
    await market.database.write(lambda tx: accounts.close_session(tx, first))
    assert await market.database.read(lambda tx: accounts.session(tx, first, market.now)) is None
    market.clock.advance(timedelta(hours=12))
    assert await market.database.read(lambda tx: accounts.session(tx, second, market.now)) is None


async def test_an_application_is_changed_in_what_was_sent(market: Market) -> None:
    changed = await change(
        market, market.seller, description="Stock", topics=("orders feedback", "orders", "orders")
    )

    assert (changed.description, changed.name) == ("Stock", "Back office")
    assert changed.topics == ("orders_feedback", "orders")
    kept = await market.database.read(lambda tx: applications.application(tx, changed.id))
    assert set(kept.topics) == {"orders_feedback", "orders"}
    assert (await change(market, market.seller, description="")).description is None


async def test_refusals_of_an_application(market: Market) -> None:
    other = NewApplication(name="Another", callback_url="https://other.example/")
    await market.database.write(
        lambda tx: applications.create_application(tx, market.buyer, other, market.now)
    )

    for by, changes, reason in (
        (market.buyer, {"name": "Mine"}, Reason.NOT_YOURS),
        (market.seller, {"name": "Another"}, Reason.NAME_TAKEN),
        (market.seller, {"name": " "}, Reason.INVALID_FIELD),
        (market.seller, {"topics": ("weather",)}, Reason.UNKNOWN_TOPIC),
        (market.seller, {"scopes": ("admin",)}, Reason.INVALID_SCOPE),
        (market.seller, {"callback_url": "ftp://x.example"}, Reason.INVALID_CALLBACK),
        (market.seller, {"notifications_callback_url": "nowhere"}, Reason.INVALID_CALLBACK),
        (market.seller, {"description": "x" * 151}, Reason.INVALID_FIELD),
        (market.seller, {"max_requests_per_hour": 18001}, Reason.INVALID_FIELD),
        (market.seller, {"max_requests_per_hour": 0}, Reason.INVALID_FIELD),
    ):
        with pytest.raises(Refused) as refused:
            await change(market, by, **changes)
        assert refused.value.reason is reason, changes
    with pytest.raises(Refused) as refused:
        await market.database.write(
            lambda tx: applications.create_application(tx, market.buyer, other, market.now)
        )
    assert refused.value.reason is Reason.NAME_TAKEN
    assert (await market.database.read(lambda tx: applications.application(tx, market.application.id))) == (
        market.application
    )
