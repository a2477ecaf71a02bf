"""Connecting, disconnecting, and the first reading of a store."""

from __future__ import annotations

from datetime import timedelta
from urllib.parse import parse_qs, urlsplit

import pytest

from tests.desk.conftest import NORTH, SOUTH, SOUTH_ITEM, Shop, an_owner, connect, read_all
from tests.desk.fake_marketplace import CLIENT_ID, CLIENT_SECRET, FakeMarketplace
from tests.hand_clock import HandClock
from zoco.client import ServerFailed
from zoco.desk import stores
from zoco.desk.desk import Desk
from zoco.desk.first_reading import read_on
from zoco.desk.stores import NoSuchSignIn


async def _begin(desk: Desk, marketplace: FakeMarketplace, person: int) -> dict[str, list[str]]:
    application = await stores.add_application(
        desk,
        base_url=marketplace.base_url,
        auth_url="http://auth.example/",
        client_id=CLIENT_ID,
        client_secret=CLIENT_SECRET,
    )
    url = await stores.begin_connection(desk, application_id=application, person_id=person)
    assert url.startswith("http://auth.example/authorization?")
    return parse_qs(urlsplit(url).query)


async def test_a_store_is_connected_by_code_pkce_and_state(desk: Desk, marketplace: FakeMarketplace) -> None:
    person = await an_owner(desk)
    asked = await _begin(desk, marketplace, person)
    assert asked["redirect_uri"] == ["http://desk.example/settings/stores/callback"]
    assert asked["code_challenge_method"] == ["S256"]
    marketplace.codes["CODE"] = SOUTH
    store = await stores.finish_connection(desk, state=asked["state"][0], code="CODE", person_id=person)
    assert (store.nickname, store.site_id, store.account_id, store.state) == (
        "STORE1001",
        "MLB",
        SOUTH,
        "connected",
    )
    assert marketplace.exchanged["redirect_uri"] == "http://desk.example/settings/stores/callback"
    assert len(marketplace.exchanged["code_verifier"]) == 43


async def test_a_state_is_good_once_for_its_person_for_fifteen_minutes(
    desk: Desk, marketplace: FakeMarketplace, clock: HandClock
) -> None:
    person = await an_owner(desk)
    marketplace.codes |= {"A": SOUTH, "B": NORTH}
    state = (await _begin(desk, marketplace, person))["state"][0]
    for somebody, text in ((person + 1, state), (person, "made up")):
        with pytest.raises(NoSuchSignIn):
            await stores.finish_connection(desk, state=text, code="A", person_id=somebody)
    await stores.finish_connection(desk, state=state, code="A", person_id=person)
    with pytest.raises(NoSuchSignIn):
        await stores.finish_connection(desk, state=state, code="B", person_id=person)
    late = (await _begin(desk, marketplace, person))["state"][0]
    clock.advance(timedelta(minutes=15))
    with pytest.raises(NoSuchSignIn):
        await stores.finish_connection(desk, state=late, code="B", person_id=person)


async def test_connecting_an_account_again_keeps_the_store(shop: Shop) -> None:
    assert await connect(shop.desk, shop.marketplace, SOUTH) == shop.south
    assert await shop.column("SELECT count(*) FROM stores") == [2]


async def test_disconnecting_revokes_the_grant_and_forgets_the_tokens(shop: Shop) -> None:
    await stores.disconnect(shop.desk, shop.south, by=shop.person)
    assert shop.marketplace.calls_of("DELETE", f"/users/{SOUTH}/applications/{CLIENT_ID}") == 1
    assert (await shop.store(shop.south)).state == "disconnected"
    assert await shop.column(f"SELECT refresh_token FROM stores WHERE id = {shop.south}") == [None]
    await shop.tell("/orders/1", user=SOUTH)
    await shop.follow_up()
    assert await shop.column("SELECT outcome FROM inbox") == ["unknown_user"]


async def test_a_store_stays_connected_when_its_grant_could_not_be_revoked(shop: Shop) -> None:
    shop.marketplace.fail_next("DELETE", f"/users/{SOUTH}/applications/{CLIENT_ID}", 503)
    with pytest.raises(ServerFailed):
        await stores.disconnect(shop.desk, shop.south, by=shop.person)
    assert (await shop.store(shop.south)).state == "connected"


async def test_a_new_store_shows_the_listings_and_orders_it_had(
    desk: Desk, marketplace: FakeMarketplace
) -> None:
    for number in range(120):
        marketplace.list_item(f"MLB{number:03}", seller=SOUTH, quantity=1000)
    for _ in range(130):
        marketplace.sell("MLB000")
    await connect(desk, marketplace, SOUTH)
    await read_all(desk)
    rows = await desk.database.read(
        lambda tx: tx.one(
            """
            SELECT (SELECT count(*) FROM listings), (SELECT count(*) FROM orders), import_state, import_done,
                import_total FROM stores
            """
        )
    )
    assert rows is not None
    assert tuple(rows) == (120, 130, "done", 130, 130)


async def test_a_reading_that_meets_trouble_goes_on_where_it_stood(
    desk: Desk, marketplace: FakeMarketplace, clock: HandClock
) -> None:
    marketplace.list_item(SOUTH_ITEM, seller=SOUTH, quantity=1000)
    for _ in range(60):
        marketplace.sell(SOUTH_ITEM)
    await connect(desk, marketplace, SOUTH)
    await read_on(desk)
    await read_on(desk)
    marketplace.fail_next("GET", "/orders/search", 503)
    assert await read_on(desk)
    assert not await read_on(desk)
    store_rows = await desk.database.read(lambda tx: tx.all("SELECT import_done, import_problem FROM stores"))
    assert store_rows[0][0] == 50
    assert "503" in store_rows[0][1]
    clock.advance(timedelta(seconds=31))
    await read_all(desk)
    found = await desk.database.read(lambda tx: tx.all("SELECT import_state, import_problem FROM stores"))
    assert [tuple(row) for row in found] == [("done", None)]
    assert marketplace.calls_of("GET", "/orders/search") == 3
