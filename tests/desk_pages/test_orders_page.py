from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.desk_pages.made_rows import PASSWORD, MadeDesk, make_order, make_owner
from tests.desk_pages.window import Window
from zoco.database.transaction import Transaction
from zoco.desk.desk import Desk
from zoco.desk.records import stores


def order_ids(html: str) -> list[int]:
    return [int(found) for found in re.findall(r'id="order-\d+-(\d+)"', html)]


@pytest.fixture
async def six_orders(desk: Desk, made: MadeDesk) -> None:
    cars, shop = made.car_store, made.shop_store
    await make_order(desk, cars, 101, reservation=True, full_unit_price="25000", age=timedelta(minutes=1))
    await make_order(desk, cars, 102, status="cancelled", payments=(), age=timedelta(minutes=2))
    await make_order(
        desk,
        shop,
        103,
        status="partially_paid",
        unit_price="591",
        currency="ARS",
        title="Termo 100% acero",
        payments=(("visa", "296", "296", 1),),
        age=timedelta(days=3),
    )
    await make_order(desk, shop, 104, currency="ARS", title="Mate", buyer="LUZ_1", age=timedelta(days=10))
    await make_order(desk, shop, 105, currency="ARS", title="Mate", sku="MAT_02", age=timedelta(days=40))
    await make_order(desk, shop, 106, currency="ARS", status="confirmed", payments=(), age=timedelta(days=41))


@pytest.mark.usefixtures("six_orders")
@pytest.mark.parametrize(
    ("query", "shown"),
    [
        ("", [101, 102, 103, 104, 105, 106]),
        ("stage=to_deliver", [101]),
        ("stage=owed", [103, 106]),
        ("stage=paid", [101, 104, 105]),
        ("stage=cancelled", [102]),
        ("store=1", [101, 102]),
        ("status=confirmed", [106]),
        ("q=mate", [104, 105]),
        ("q=mate+luz_1", [104]),
        ("q=100%25", [103]),
        ("q=%25", [103]),
        ("q=mat_", [105]),
        ("q=104", [104]),
        ("days=1", [101, 102]),
        ("days=7", [101, 102, 103]),
        ("days=30&store=2", [103, 104]),
        ("stage=nonsense&status=nonsense&days=99&page=-3&store=x", [101, 102, 103, 104, 105, 106]),
        ("store=99999999999999999999", [101, 102, 103, 104, 105, 106]),
        ("page=9999999999", [101, 102, 103, 104, 105, 106]),
    ],
)
async def test_address_says_which_orders_are_shown(window: Window, query: str, shown: list[int]) -> None:
    page = await window.get(f"/orders?{query}")
    assert page.status == 200
    assert order_ids(page.text) == shown


@pytest.mark.usefixtures("six_orders")
async def test_tabs_count_what_stands_behind_them(window: Window) -> None:
    page = await window.get("/orders?store=2")
    tabs = re.findall(r'<a href="/orders[^>]*>([\w ]+) <span class="number">(\d+)', page.text)
    assert tabs == [
        ("All", "4"),
        ("To deliver", "0"),
        ("Payment due", "2"),
        ("Paid", "2"),
        ("Cancelled", "0"),
    ]


@pytest.mark.usefixtures("six_orders")
async def test_htmx_is_answered_the_list_alone(window: Window) -> None:
    page = await window.get("/orders?stage=paid", {"hx-request": "true"})
    assert page.text.lstrip().startswith('<div class="busy-bar" id="orders"')
    assert "<html" not in page.text
    assert order_ids(page.text) == [101, 104, 105]


async def test_fifty_to_a_page_within_the_budget(desk: Desk, made: MadeDesk, window: Window) -> None:
    for number in range(120):
        title = f"Cafetera italiana de {number} pocillos con base de acero"
        await make_order(desk, made.shop_store, 1000 + number, title=title, currency="ARS")
    first, third = await window.get("/orders"), await window.get("/orders?page=3")
    assert len(order_ids(first.text)) == 50
    assert len(order_ids(third.text)) == 20
    assert "101–120 of 120" in third.text
    assert len(first.raw) < 20_000
    change = await window.get("/orders?page=2", {"hx-request": "true"})
    assert len(change.raw) < 25_000
    assert first.text.count("<") / 2 < 1_500


async def test_first_load_stays_within_the_budget(window: Window) -> None:
    page = await window.get("/orders")
    addresses = re.findall(r'(?:href|src)="(/static/[^"]+)"', page.text)
    files = {address: await window.get(address) for address in addresses}
    assert all(file.status == 200 for file in files.values())
    weight = {
        kind: sum(len(file.raw) for name, file in files.items() if name.endswith(kind))
        for kind in (".js", ".css")
    }
    assert weight[".js"] <= 60_000
    assert weight[".css"] <= 40_000
    assert len(page.raw) + sum(len(file.raw) for file in files.values()) <= 120_000
    assert 1 + len(files) <= 12


async def test_hostile_words_stay_words(desk: Desk, made: MadeDesk, window: Window) -> None:
    evil = "<img src=x onerror=alert(1)>\"'{{ 7*7 }}</td>"
    await make_order(desk, made.car_store, 101, title=evil, buyer=evil, first_name=evil, reservation=True)
    for path in ("/orders", f"/orders?q={'%3Cimg'}", "/orders/1/101", "/orders/1/101?ask=return"):
        page = await window.get(path)
        assert page.status == 200
        assert "<img" not in page.text
        assert "&lt;img src=x" in page.text


async def test_search_words_come_back_as_words(window: Window) -> None:
    page = await window.get("/orders?q=%22%3E%3Cscript%3E")
    assert '"><script>' not in page.text
    assert "&#34;&gt;&lt;script&gt;" in page.text


async def test_amounts_show_their_code_only_where_sites_mix(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    await make_order(desk, made.car_store, 101)
    assert "BRL\u00a0499.00" in (await window.get("/orders")).text
    assert "R$\u00a0499,00" in (await window.get("/orders?store=1")).text


async def test_filter_without_result_names_itself(window: Window) -> None:
    page = await window.get("/orders?q=nobody&stage=paid")
    assert "No order matches" in page.text
    assert 'href="/orders?stage=paid">Remove the filters' in page.text


async def test_desk_without_stores_says_what_comes(desk: Desk, guest: Window) -> None:
    await make_owner(desk)
    await guest.sign_in("ana", PASSWORD)
    assert "Your orders will appear here" in (await guest.get("/orders")).text
    assert "Your products will appear here" in (await guest.get("/stock")).text
    assert "No store yet" in (await guest.get("/settings/stores")).text


async def test_page_beyond_the_last_is_the_last(desk: Desk, made: MadeDesk, window: Window) -> None:
    await make_order(desk, made.car_store, 101)
    for page in ("2", "999", "9" * 30):
        assert 'id="order-1-101"' in (await window.get(f"/orders?page={page}")).text


async def test_sandbox_bar_shows_the_clock_of_the_store_that_is_looked_at(
    desk: Desk, made: MadeDesk, window: Window
) -> None:
    assert "SANDBOX" not in (await window.get("/orders")).text

    async def move(tx: Transaction) -> None:
        await stores.set_world(tx, made.shop_store.id, "w1")
        await stores.set_world(tx, made.second_shop_store.id, "w2")
        await stores.set_clock_offset(tx, made.second_shop_store.id, timedelta(days=400))

    await desk.database.write(move)
    everywhere = re.search(r"Clock of [^<]+", (await window.get("/orders")).text)
    assert everywhere is not None
    assert everywhere[0] == "Clock of CASA MATE: 2 Mar 2026 09:00"
    there = re.search(
        r"Clock of [^<]+", (await window.get(f"/orders?store={made.second_shop_store.id}")).text
    )
    assert there is not None
    assert there[0] == "Clock of CASA MATE MX: 6 Apr 2027 06:00"
    assert "SANDBOX" not in (await window.get(f"/orders?store={made.car_store.id}")).text
