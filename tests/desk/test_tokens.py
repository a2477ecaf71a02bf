"""Tokens: sealed at rest, refreshed once however many ask, and honest about what cannot be mended."""

from __future__ import annotations

import asyncio
from datetime import timedelta

import pytest

from tests.desk.conftest import SOUTH, SOUTH_ITEM, Shop, a_desk
from tests.desk.fake_marketplace import CLIENT_SECRET, FakeMarketplace
from tests.hand_clock import HandClock
from zoco.desk.calls import client_of
from zoco.desk.follow_up import work_store
from zoco.desk.records import stores
from zoco.desk.sorting import sort_inbox
from zoco.desk.stores import paste
from zoco.desk.tokens import NeedsReconnecting, StoreTokens
from zoco.desk.vault import Vault, WrongKey


async def test_two_workers_refresh_at_once_and_spend_one_refresh_token(shop: Shop, clock: HandClock) -> None:
    shop.marketplace.forget_access_tokens()
    desks = [shop.desk, a_desk(shop.desk.database, clock)]
    store = await shop.store(shop.south)
    clients = [await client_of(desk, store) for desk in desks for _ in range(2)]
    answers = await asyncio.gather(*(client.users.me() for client in clients))
    await desks[1].close()
    assert [user.id for user in answers] == [SOUTH] * 4
    assert shop.marketplace.refreshes == 1


async def test_a_token_is_refreshed_before_it_expires(shop: Shop, clock: HandClock) -> None:
    clock.advance(timedelta(hours=5, minutes=56))
    store = await shop.store(shop.south)
    await (await client_of(shop.desk, store)).users.me()
    assert shop.marketplace.refreshes == 1
    await (await client_of(shop.desk, store)).users.me()
    assert shop.marketplace.refreshes == 1


async def test_a_spent_refresh_token_stops_the_store_without_losing_its_work(shop: Shop) -> None:
    shop.marketplace.forget_access_tokens()
    shop.marketplace.refresh.clear()
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    store = await shop.store(shop.south)
    assert (store.state, store.state_reason) == ("reconnect_needed", "invalid_grant")
    assert await shop.column("SELECT state FROM work") == ["waiting"]
    assert await shop.column("SELECT attempts FROM work") == [0]
    assert await work_store(shop.desk, shop.south) == 0

    access, refresh = shop.marketplace.authorize(SOUTH)
    await paste(
        shop.desk,
        application_id=store.application_id,
        access_token=access,
        refresh_token=refresh,
        by=shop.person,
    )
    await shop.follow_up()
    assert await shop.on_hand() == 9


async def test_a_refresh_that_fails_in_passing_is_tried_again_later(shop: Shop, clock: HandClock) -> None:
    shop.marketplace.forget_access_tokens()
    shop.marketplace.fail_next("POST", "/oauth/token", 503)
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    assert (await shop.store(shop.south)).state == "connected"
    clock.advance(timedelta(seconds=7))
    await shop.follow_up()
    assert await shop.on_hand() == 9


async def test_a_holder_that_died_is_succeeded_when_its_lease_has_run_out(
    shop: Shop, clock: HandClock
) -> None:
    now = clock.now()
    await shop.desk.database.write(
        lambda tx: stores.take_refresh_lock(
            tx, shop.south, holder="dead", now=now, lease=timedelta(seconds=60)
        )
    )
    tokens = StoreTokens(shop.desk, shop.south)
    rejected = await tokens.access_token()
    waiting = asyncio.create_task(tokens.replace(rejected))
    await asyncio.wait([waiting], timeout=0.2)
    assert shop.marketplace.refreshes == 0
    clock.advance(timedelta(seconds=61))
    assert await waiting != rejected
    assert shop.marketplace.refreshes == 1


async def test_who_is_stopped_over_a_refresh_keeps_what_it_brings(shop: Shop) -> None:
    shop.marketplace.forget_access_tokens()
    client = await client_of(shop.desk, await shop.store(shop.south))
    asking = asyncio.create_task(client.users.me())
    shop.marketplace.just_before("POST", "/oauth/token", lambda: asking.cancel() and None)
    with pytest.raises(asyncio.CancelledError):
        await asking
    assert (await client.users.me()).id == SOUTH
    assert shop.marketplace.refreshes == 1
    assert await shop.column("SELECT count(*) FROM refresh_locks") == [0]


async def test_a_refresh_that_a_dead_desk_has_spent_is_told_as_such(shop: Shop, clock: HandClock) -> None:
    """Its lock is still there; the pair that it was answered is not."""
    now = clock.now()
    await shop.desk.database.write(
        lambda tx: stores.take_refresh_lock(
            tx, shop.south, holder="dead", now=now, lease=timedelta(seconds=60)
        )
    )
    shop.marketplace.forget_access_tokens()
    shop.marketplace.refresh.clear()
    clock.advance(timedelta(seconds=61))
    order = shop.marketplace.sell(SOUTH_ITEM)
    await shop.tell(f"/orders/{order}", user=SOUTH)
    await shop.follow_up()
    store = await shop.store(shop.south)
    assert (store.state, store.state_reason) == ("reconnect_needed", "refresh_lost")
    assert await shop.column("SELECT state FROM work") == ["waiting"]


async def test_a_disconnected_store_hands_out_nothing(shop: Shop) -> None:
    await shop.desk.database.write(lambda tx: stores.stop(tx, shop.south, state="disconnected", reason=None))
    with pytest.raises(NeedsReconnecting):
        await StoreTokens(shop.desk, shop.south).access_token()


async def test_no_secret_stands_in_the_database_in_clear(shop: Shop, marketplace: FakeMarketplace) -> None:
    sealed = await shop.column("SELECT access_token FROM stores") + await shop.column(
        "SELECT refresh_token FROM stores"
    )
    sealed += await shop.column("SELECT client_secret FROM applications")
    everything = b" ".join(bytes(each) for each in sealed)  # type: ignore[call-overload]
    for secret in (*marketplace.access, *marketplace.refresh, CLIENT_SECRET):
        assert secret.encode() not in everything


def test_a_secret_opens_with_its_key_at_its_place_only() -> None:
    vault = Vault(b"1" * 32)
    sealed = vault.seal("TG-1", place="refresh_token")
    assert vault.open(sealed, place="refresh_token") == "TG-1"
    with pytest.raises(WrongKey):
        vault.open(sealed, place="access_token")
    with pytest.raises(WrongKey):
        Vault(b"2" * 32).open(sealed, place="refresh_token")
    with pytest.raises(ValueError, match="32 bytes"):
        Vault(b"short")


async def test_messages_of_a_store_that_needs_reconnecting_are_kept_as_work(shop: Shop) -> None:
    await shop.desk.database.write(
        lambda tx: stores.stop(tx, shop.south, state="reconnect_needed", reason="x")
    )
    await shop.tell("/orders/5", user=SOUTH)
    await sort_inbox(shop.desk)
    assert await shop.column("SELECT state FROM work") == ["waiting"]
