from __future__ import annotations

import pytest

from tests.desk_pages.made_rows import MadeDesk, make_item
from tests.desk_pages.window import Window
from zoco.database.transaction import Transaction
from zoco.desk import products
from zoco.desk.desk import Desk
from zoco.desk.records import drifts


@pytest.fixture
async def mates(desk: Desk, made: MadeDesk) -> int:
    """A product in two stores; the third listing belongs to nothing."""
    await make_item(desk, made.shop_store, "MLA1", "Mate", sku="MAT-02", quantity=5, currency="ARS")
    await make_item(desk, made.second_shop_store, "MLM1", "Mate", sku="MAT-02", quantity=5, currency="MXN")
    await make_item(desk, made.car_store, "MLB1", "Nissan <b>March</b>", sku=None, quantity=1, currency="BRL")
    product_id = await products.create(desk, sku="MAT-02", name="Mate", on_hand=5, by=1)

    async def link(tx: Transaction) -> None:
        await tx.run("UPDATE listings SET product_id = :id WHERE sku = 'MAT-02'", {"id": product_id})

    await desk.database.write(link)
    return product_id


async def test_matrix_shows_products_against_stores(window: Window, mates: int) -> None:
    text = (await window.get("/stock")).text
    assert text.count('<span class="count">5</span> <span class="tag tag-good">in step</span>') == 2
    assert "Listings without a product" in text
    assert "Nissan &lt;b&gt;March&lt;/b&gt;" in text


@pytest.mark.parametrize(
    ("reason", "quantity", "available"), [("receipt", "3", 8), ("count", "2", 2), ("correction", "-1", 4)]
)
async def test_person_corrects_the_stock_with_a_reason(
    window: Window, mates: int, reason: str, quantity: str, available: int
) -> None:
    path = f"/stock/products/{mates}"
    page = await window.get(path)
    fields = {"reason": reason, "quantity": quantity, "note": "one was broken"}
    answer = await window.send(f"{path}/correct", fields, page)
    assert answer.headers["location"] == f"{path}?said=corrected"
    text = (await window.get(path)).text
    assert f'Available: <strong class="number">{available}</strong>' in text
    assert "one was broken" in text


@pytest.mark.parametrize(
    ("fields", "words"),
    [
        ({"reason": "receipt", "quantity": "-1"}, "Write a whole number"),
        ({"reason": "receipt", "quantity": "many"}, "Write a whole number"),
        ({"reason": "receipt", "quantity": "99999999999999999999"}, "Write a whole number"),
        ({"reason": "sale", "quantity": "1"}, "Write a whole number"),
        ({"reason": "correction", "quantity": "-1"}, "Say why"),
    ],
)
async def test_bad_correction_is_told_beside_its_field(
    window: Window, mates: int, fields: dict[str, str], words: str
) -> None:
    page = await window.get(f"/stock/products/{mates}")
    answer = await window.send(f"/stock/products/{mates}/correct", fields, page)
    assert answer.status == 422
    assert words in answer.text
    assert f'value="{fields["quantity"]}"' in answer.text


async def test_refused_listing_says_why_and_can_be_sent_again(desk: Desk, window: Window, mates: int) -> None:
    async def refuse(tx: Transaction) -> None:
        await tx.run(
            "UPDATE listings SET push_state = 'refused', refusal = 'item closed', target = 4 "
            "WHERE item_id = 'MLM1'"
        )

    await desk.database.write(refuse)
    page = await window.get("/stock")
    assert "item closed" in page.text
    listing = await desk.database.read(lambda tx: tx.one("SELECT id FROM listings WHERE item_id = 'MLM1'"))
    assert listing is not None
    answer = await window.send("/stock/push", {"listing_id": str(listing["id"])}, page)
    assert answer.headers["location"] == "/stock?said=sending"
    assert "sending" in (await window.get("/stock")).text


async def test_unlinked_listing_goes_its_own_way(desk: Desk, window: Window, mates: int) -> None:
    page = await window.get(f"/stock/products/{mates}")
    listing = await desk.database.read(lambda tx: tx.one("SELECT id FROM listings WHERE item_id = 'MLM1'"))
    assert listing is not None
    await window.send("/stock/unlink", {"listing_id": str(listing["id"])}, page)
    assert "MLM1" not in (await window.get(f"/stock/products/{mates}")).text


async def test_product_that_nobody_has_is_not_found(window: Window, mates: int) -> None:
    page = await window.get("/stock")
    assert (await window.get("/stock/products/999")).status == 404
    assert (await window.send("/stock/unlink", {"listing_id": "999"}, page)).status == 404
    assert (await window.send("/stock/unlink", {"listing_id": "x"}, page)).status == 400


async def listing_id(desk: Desk, item_id: str) -> int:
    row = await desk.database.read(
        lambda tx: tx.one("SELECT id FROM listings WHERE item_id = :item_id", {"item_id": item_id})
    )
    assert row is not None
    return int(row["id"])


async def test_drift_is_settled_by_what_the_store_shows(desk: Desk, window: Window, mates: int) -> None:
    listing = await listing_id(desk, "MLM1")

    async def drift(tx: Transaction) -> None:
        await tx.run("UPDATE listings SET actual = 3, target = 5 WHERE id = :id", {"id": listing})
        await drifts.found(tx, listing, believed=5, actual=3, now=desk.clock.now())

    await desk.database.write(drift)
    page = await window.get("/stock")
    assert "we expected 5" in page.text
    assert "Send 5 again" in page.text
    assert "Accept 3" in page.text
    answer = await window.send("/stock/accept", {"listing_id": str(listing)}, page)
    assert answer.headers["location"] == "/stock?said=accepted"
    assert '<span class="total">3</span>' in (await window.get("/stock")).text


async def test_rule_of_a_linked_listing_is_changed(desk: Desk, window: Window, mates: int) -> None:
    listing = await listing_id(desk, "MLM1")
    path = f"/stock/products/{mates}"
    page = await window.get(path)
    rule = {"listing_id": str(listing), "units_per_sale": "2", "buffer": "1"}
    answer = await window.send(f"{path}/rule", {**rule, "follow": "on"}, page)
    assert answer.headers["location"] == f"{path}?said=rule"
    text = (await window.get(path)).text
    assert "2 units per sale" in text
    assert "1 kept back" in text
    row = await desk.database.read(
        lambda tx: tx.one("SELECT target, push_state FROM listings WHERE id = :id", {"id": listing})
    )
    assert row is not None
    assert (row["target"], row["push_state"]) == (1, "pending")
    await window.send(f"{path}/rule", rule, page)
    assert "does not follow" in (await window.get(path)).text


@pytest.mark.parametrize(
    "fields", [{"units_per_sale": "0", "buffer": "0"}, {"units_per_sale": "1", "buffer": "-1"}, {}]
)
async def test_rule_that_makes_no_sense_is_refused(
    desk: Desk, window: Window, mates: int, fields: dict[str, str]
) -> None:
    page = await window.get(f"/stock/products/{mates}")
    answer = await window.send(f"/stock/products/{mates}/rule", {"listing_id": "1", **fields}, page)
    assert answer.status == 422
    assert "Write whole numbers" in answer.text


async def test_long_list_of_products_is_paged(desk: Desk, window: Window, made: MadeDesk) -> None:
    for number in range(51):
        await products.create(desk, sku=f"SKU-{number:02}", name=f"Thing {number}", on_hand=number, by=1)
    first, second = (await window.get("/stock")).text, (await window.get("/stock?page=2")).text
    assert (first.count('id="product-'), second.count('id="product-')) == (50, 1)
    assert "1–50 of 51" in first
    assert "51–51 of 51" in second
    # What is shown is what is fetched again when something changes.
    assert 'hx-get="/stock?page=2"' in second
    assert (await window.get("/stock?page=3")).headers["location"] == "/stock"
    assert (await window.get("/stock?page=x")).text.count('id="product-') == 50


async def test_listings_that_wait_for_a_product_are_shown_ten_at_a_time(
    desk: Desk, window: Window, made: MadeDesk
) -> None:
    for number in range(12):
        await make_item(
            desk, made.shop_store, f"MLA{number + 1}", "Mate", sku=None, quantity=1, currency="ARS"
        )
    text = (await window.get("/stock")).text
    assert text.count('action="/stock/link"') == 10
    assert "2 more come up as these are linked." in text


async def test_sku_that_no_product_has_is_told(desk: Desk, window: Window, mates: int) -> None:
    page = await window.get("/stock")
    fields = {"listing_id": str(await listing_id(desk, "MLB1")), "sku": "MAT-99"}
    answer = await window.send("/stock/link", fields, page)
    assert answer.status == 422
    assert "No product has this SKU." in answer.text


async def test_store_that_cannot_be_read_leaves_no_half_made_product(
    desk: Desk, window: Window, mates: int
) -> None:
    listing = await listing_id(desk, "MLB1")
    page = await window.get("/stock")
    fields = {"listing_id": str(listing), "product": "new"}
    for _ in range(2):
        answer = await window.send("/stock/link", fields, page)
        assert answer.status == 502
        assert "nothing was linked" in answer.text
    made = await desk.database.read(lambda tx: tx.all("SELECT sku FROM products"))
    assert [row["sku"] for row in made] == ["MAT-02"]
