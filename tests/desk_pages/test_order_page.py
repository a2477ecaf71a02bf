from __future__ import annotations

import re
from datetime import timedelta

import pytest

from tests.desk_pages.made_rows import MadeDesk, make_order
from tests.desk_pages.window import Window
from zoco.desk.desk import Desk
from zoco.desk.records import log, people, stores
from zoco.web.passwords import hash_password


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the engine; the queries are tried on both in the other files."""
    return "sqlite"


@pytest.fixture
async def reservation(desk: Desk, made: MadeDesk) -> str:
    """A paid reservation, 499 of 25,000, with two cards, one of them in three instalments."""
    await make_order(
        desk,
        made.car_store,
        101,
        reservation=True,
        full_unit_price="25000",
        payments=(("visa", "296", "296", 1), ("master", "203", "217.19", 3)),
    )
    return "/orders/1/101"


async def test_reservation_shows_what_it_is_and_what_is_to_be_done(window: Window, reservation: str) -> None:
    text = (await window.get(reservation)).text
    facts = re.findall(r"<dt[^>]*>([^<]+)</dt><dd[^>]*>([^<]+)</dd>", text)
    assert ("Reservation price", "R$\u00a0499,00") in facts
    assert ("Full price", "R$\u00a025.000,00") in facts
    assert ("Credited", "R$\u00a0499,00") in facts
    assert ("Still owed", "R$\u00a00,00") in facts
    assert "of which R$\u00a014,19 is financing" in text
    assert "in 20 days" in text
    assert "Mark as delivered" in text
    assert "Return the reservation" in text


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        (
            {"status": "partially_paid", "unit_price": "591", "payments": (("visa", "296", "296", 1),)},
            "R$\u00a0295,00 is missing",
        ),
        ({"status": "cancelled", "payments": ()}, "The order was cancelled."),
        ({}, "Paid. Send the product to the buyer."),
        (
            {
                "status": "cancelled", "reservation": True, "payment_status": "refunded",
                "sale": {
                    "id": 1, "date_created": "2026-11-22T10:00:00.000Z",
                    "fulfilled": False, "rating": "neutral",
                },
            },
            "The reservation was returned, and the buyer refunded.",
        ),
    ],
)  # fmt: skip
async def test_first_card_says_what_is_to_be_done(
    desk: Desk, made: MadeDesk, window: Window, changes: dict[str, object], words: str
) -> None:
    await make_order(desk, made.car_store, 101, **changes)
    text = (await window.get("/orders/1/101")).text
    assert words in text
    assert "Mark as delivered" not in text


async def test_document_and_phone_are_masked_until_asked_for_and_the_asking_is_kept(
    desk: Desk, window: Window, reservation: str
) -> None:
    page = await window.get(reservation)
    assert "5550-0000" not in page.text
    assert "00000000000" not in page.text
    shown = await window.send(f"{reservation}/reveal", {}, page)
    assert "11 5550-0000" in shown.text
    assert "CPF 00000000000" in shown.text
    audit = await desk.database.read(
        lambda tx: tx.one("SELECT person_id, subject FROM audit_log WHERE action = 'buyer_revealed'")
    )
    assert audit is not None
    assert (audit["person_id"], audit["subject"]) == (1, "order:1/101")


async def test_unreachable_marketplace_is_told_and_nothing_is_claimed(
    window: Window, reservation: str
) -> None:
    page = await window.get(reservation)
    answer = await window.send(f"{reservation}/deliver", {}, page)
    assert answer.status == 409
    assert "The marketplace did not answer" in answer.text
    assert "Mark as delivered" in answer.text


@pytest.mark.parametrize("action", ["deliver", "return", "reveal"])
async def test_form_from_elsewhere_is_refused(window: Window, reservation: str, action: str) -> None:
    page = await window.get(reservation)
    for fields, headers in (
        ({}, {}),
        ({"csrf_token": "0" * 64}, {}),
        ({"csrf_token": page.csrf_token}, {"sec-fetch-site": "cross-site"}),
    ):
        refused = await window.send_as(f"{reservation}/{action}", fields, headers)
        assert refused.status == 403


async def test_reader_sees_and_may_not_act(desk: Desk, window: Window, reservation: str) -> None:
    password_hash = await hash_password("only to read")
    await desk.database.write(
        lambda tx: people.add(
            tx, username="luz", name="Luz", role="reader", password_hash=password_hash, now=desk.clock.now()
        )
    )
    await window.sign_in("luz", "only to read")
    page = await window.get(reservation)
    assert "What is to be done" in page.text
    assert "Mark as delivered" not in page.text
    assert (await window.send(f"{reservation}/deliver", {}, page)).status == 403
    assert (await window.send("/settings/stores/1/disconnect", {}, page)).status == 403


async def test_timeline_is_grouped_filtered_and_told_late(desk: Desk, made: MadeDesk, window: Window) -> None:
    await make_order(desk, made.car_store, 101, age=timedelta(days=2))
    text = (await window.get("/orders/1/101")).text
    assert "Payment of R$\u00a0499,00: credited" in text
    assert "Order created" in text
    assert "· seen" in text
    payments = (await window.get("/orders/1/101?timeline=payments")).text
    assert "Payment of R$\u00a0499,00: credited" in payments
    assert "Order created" not in payments


async def test_order_that_nobody_has_is_not_found(window: Window) -> None:
    for path in ("/orders/1/999", "/orders/99/1", "/orders/1/999/source", "/orders/x/1", "/nowhere"):
        page = await window.get(path)
        assert page.status == 404
        assert "There is nothing here" in page.text


async def test_source_is_the_marketplaces_answer(window: Window, reservation: str) -> None:
    page = await window.get(f"{reservation}/source")
    assert page.headers["content-type"] == "application/json"
    assert '"full_unit_price": 25000' in page.text


async def test_refusal_stays_on_the_page_that_tells_it(desk: Desk, window: Window, reservation: str) -> None:
    """The action itself is no news to its own page: being told of it would swap the refusal away."""
    page = await window.get(reservation)
    answer = await window.send(f"{reservation}/deliver", {}, page)
    newest = await desk.database.read(log.newest_position)
    assert f'&amp;after={newest.text}"' in answer.text


@pytest.mark.parametrize("action", ["deliver", "return"])
@pytest.mark.parametrize("path", ["/orders/1/999", "/orders/99/101", "/orders/2/101", "/orders/1/102"])
async def test_only_a_known_reservation_is_delivered_or_returned(
    desk: Desk, made: MadeDesk, window: Window, reservation: str, path: str, action: str
) -> None:
    await make_order(desk, made.car_store, 102)
    page = await window.get(reservation)
    assert (await window.send(f"{path}/{action}", {}, page)).status == 404
    said = await desk.database.read(lambda tx: tx.all("SELECT id FROM order_timeline WHERE kind = 'action'"))
    assert list(said) == []


async def test_number_that_no_database_holds_is_not_found(window: Window, reservation: str) -> None:
    large = "9" * 30
    for path in (f"/orders/{large}/1", f"/orders/1/{large}", f"/stock/products/{large}"):
        assert (await window.get(path)).status == 404


async def test_store_that_lost_its_access_offers_no_action_and_says_why(
    desk: Desk, window: Window, reservation: str
) -> None:
    await desk.database.write(lambda tx: stores.stop(tx, 1, state="reconnect_needed", reason="invalid_grant"))
    text = (await window.get(reservation)).text
    assert "connect it again to deliver or return" in text
    assert "Mark as delivered" not in text
    assert "The access of AUTOSUR has ended" in text
    settings = (await window.get("/settings/stores")).text
    assert 'aria-label="Connect AUTOSUR again"' in settings


async def test_source_shows_the_buyer_and_so_is_written_down(
    desk: Desk, window: Window, reservation: str
) -> None:
    await window.get(f"{reservation}/source")
    audit = await desk.database.read(
        lambda tx: tx.all("SELECT subject FROM audit_log WHERE action = 'buyer_revealed'")
    )
    assert [row["subject"] for row in audit] == ["order:1/101"]
