"""Every screen, in a real browser: two themes, two widths, and without script."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import Visitor
from tests.e2e.running_zoco import RunningZoco
from zoco.database.transaction import Transaction
from zoco.desk.records import log
from zoco.sandbox.demo_people import DESK_OWNER, password_of

pytestmark = pytest.mark.e2e

Visit = Callable[..., Visitor]

SCREENS = {
    "/orders": "Orders",
    "/orders?stage=to_deliver": "Orders",
    "/orders?q=nobody+bought+this": "Orders",
    "{reservation}": "Order",
    "{reservation}?ask=deliver": "Order",
    "{reservation}?ask=return": "Order",
    "/stock": "Stock",
    "/stock/products/1": "C",
    "/settings/stores": "Stores",
}
WIDTHS: dict[str, ViewportSize] = {
    "wide": {"width": 1280, "height": 900},
    "phone": {"width": 390, "height": 844},
}
# The smallest phone there is, and a page of 1280 pixels at four times its size.
NARROW: ViewportSize = {"width": 320, "height": 640}


def sign_in(visitor: Visitor, zoco: RunningZoco) -> Page:
    page = visitor.open("/login")
    page.get_by_label("Name").fill(DESK_OWNER)
    page.get_by_label("Password").fill(password_of(zoco.operator_key, DESK_OWNER))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("heading", level=1)).to_have_text("Orders")
    return page


def reservation_path(zoco: RunningZoco) -> str:
    """The page of a paid reservation that waits for its seller."""

    async def first(tx: Transaction) -> str:
        row = await tx.one(
            "SELECT store_id, order_id FROM orders "
            "WHERE reservation = 1 AND status = 'paid' AND delivered = 0"
        )
        assert row is not None
        return f"/orders/{row['store_id']}/{row['order_id']}"

    return zoco.do(zoco.desk.database.read(first))


@pytest.mark.parametrize("width", WIDTHS)
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_screen_is_accessible_calm_and_fits(
    demo_zoco: RunningZoco, visitor_of: Visit, theme: str, width: str
) -> None:
    visitor = visitor_of(demo_zoco, color_scheme=theme, viewport=WIDTHS[width])
    page = visitor.open("/login")
    assert visitor.axe() == []
    sign_in(visitor, demo_zoco)
    reservation = reservation_path(demo_zoco)
    for path, heading in SCREENS.items():
        visitor.open(path.format(reservation=reservation))
        expect(page.get_by_role("heading", level=1)).to_contain_text(heading)
        assert heading in page.title()
        assert page.locator("html").get_attribute("data-bs-theme") == theme
        assert (path, visitor.axe()) == (path, [])
        assert (path, visitor.scrolls_sideways()) == (path, False)


@pytest.mark.parametrize("language", ["es", "pt-BR"])
def test_phone_holds_the_longer_languages(demo_zoco: RunningZoco, visitor_of: Visit, language: str) -> None:
    visitor = visitor_of(demo_zoco, viewport=WIDTHS["phone"])
    page = sign_in(visitor, demo_zoco)
    page.get_by_role("button", name="Ana").click()
    page.locator(f"button[name=language][value='{language}']").click()
    expect(page.locator("html")).to_have_attribute("lang", language)
    reservation = reservation_path(demo_zoco)
    for path in SCREENS:
        visitor.open(path.format(reservation=reservation))
        assert (path, visitor.scrolls_sideways()) == (path, False)
    page.set_viewport_size(NARROW)
    for path in SCREENS:
        visitor.open(path.format(reservation=reservation))
        assert (path, visitor.scrolls_sideways()) == (path, False)
    page.get_by_role("button", name="Ana").click()
    page.locator("button[name=language][value='en']").click()
    expect(page.locator("html")).to_have_attribute("lang", "en")


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_pages_before_anybody_is_known_are_accessible_and_fit(
    empty_zoco: RunningZoco, visitor_of: Visit, theme: str
) -> None:
    visitor = visitor_of(empty_zoco, color_scheme=theme, viewport=WIDTHS["phone"])
    page = visitor.open("/")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    for size in (NARROW, WIDTHS["phone"], WIDTHS["wide"]):
        page.set_viewport_size(size)
        assert visitor.axe() == []
        assert not visitor.scrolls_sideways()
    visitor.open("/no/such/page")
    assert visitor.axe() == []
    assert not visitor.scrolls_sideways()
    # A browser says itself that a page was not found.
    assert {text[:23] for text in visitor.console} == {"Failed to load resource"}
    visitor.console.clear()


def test_filters_live_in_the_address(demo_zoco: RunningZoco, visitor_of: Visit) -> None:
    visitor = visitor_of(demo_zoco, viewport=WIDTHS["wide"])
    page = sign_in(visitor, demo_zoco)
    expect(page.locator("[data-live-chip]")).to_have_text("Live")
    everything = page.get_by_role("row").count()
    page.get_by_label("Search").fill("hyundai")
    expect(page.get_by_role("row")).to_have_count(2)
    assert everything > 2
    assert "q=hyundai" in page.url
    page.get_by_label("Status", exact=True).select_option("cancelled")
    expect(page.get_by_role("heading", name="No order matches")).to_be_visible()
    page.reload()
    assert page.get_by_label("Search").input_value() == "hyundai"
    page.get_by_role("link", name="Remove the filters").click()
    expect(page.get_by_role("row")).to_have_count(everything)


def test_dialog_opens_on_the_safe_answer_and_closes_on_escape(
    demo_zoco: RunningZoco, visitor_of: Visit
) -> None:
    visitor = visitor_of(demo_zoco, viewport=WIDTHS["wide"])
    sign_in(visitor, demo_zoco)
    page = visitor.open(reservation_path(demo_zoco))
    page.get_by_role("button", name="Return the reservation").focus()
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("refunds")
    expect(dialog).to_contain_text("PATIO_DO_VALE")
    expect(dialog.get_by_role("button", name="Keep the reservation")).to_be_focused()
    page.keyboard.press("Escape")
    expect(dialog).to_be_hidden()


def test_live_page_keeps_the_focus_and_what_is_told(demo_zoco: RunningZoco, visitor_of: Visit) -> None:
    """Fetched again while somebody works on it with the keyboard alone."""
    visitor = visitor_of(demo_zoco, viewport=WIDTHS["wide"])
    sign_in(visitor, demo_zoco)
    page = visitor.open("/stock")
    expect(page.locator("[data-live-chip]")).to_have_text("Live")
    adjust = page.get_by_role("link", name="Adjust").nth(3)
    adjust.focus()
    with page.expect_response("**/stock"):
        demo_zoco.do(tell_pages(demo_zoco, "stock"))
    expect(adjust).to_be_focused()
    expect(page.locator("[data-live-chip]")).to_have_text("Live")


def test_order_that_leaves_the_tab_leaves_the_page(demo_zoco: RunningZoco, visitor_of: Visit) -> None:
    visitor = visitor_of(demo_zoco, viewport=WIDTHS["wide"])
    sign_in(visitor, demo_zoco)
    page = visitor.open("/orders?stage=to_deliver")
    expect(page.locator("[data-live-chip]")).to_have_text("Live")
    row = page.locator("tr.linked").first
    row_id = row.get_attribute("id")
    assert row_id is not None
    _, store_id, order_id = row_id.split("-")

    async def leave(delivered: int) -> None:
        await demo_zoco.desk.database.write(
            lambda tx: tx.run(
                "UPDATE orders SET delivered = :delivered WHERE order_id = :order_id",
                {"delivered": delivered, "order_id": int(order_id)},
            )
        )

    demo_zoco.do(leave(1))
    demo_zoco.do(tell_pages(demo_zoco, "orders", int(store_id), order_id))
    expect(page.locator(f"#{row_id}")).to_have_count(0)
    demo_zoco.do(leave(0))
    demo_zoco.do(tell_pages(demo_zoco, "orders", int(store_id), order_id))
    expect(page.locator(f"#{row_id}")).to_have_count(1)


async def tell_pages(zoco: RunningZoco, topic: str, store_id: int | None = None, subject: str = "1") -> None:
    now = zoco.desk.clock.now()
    await zoco.desk.database.write(
        lambda tx: log.tell_pages(
            tx, topic=topic, store_id=store_id, subject=subject, kind="changed", now=now
        )
    )


def test_desk_works_without_script(demo_zoco: RunningZoco, visitor_of: Visit) -> None:
    visitor = visitor_of(demo_zoco, java_script_enabled=False, viewport=WIDTHS["wide"])
    page = sign_in(visitor, demo_zoco)
    page.get_by_label("Search").fill("hyundai")
    page.get_by_role("button", name="Filter").click()
    expect(page.get_by_role("row")).to_have_count(2)
    page.get_by_role("row").last.get_by_role("link").click()
    page.get_by_role("button", name="Mark as delivered").click()
    expect(page.get_by_role("dialog", name="Mark as delivered?")).to_be_visible()
    page.get_by_role("dialog").get_by_role("button", name="Not yet").click()
    expect(page.get_by_role("dialog")).to_have_count(0)
    page.get_by_role("link", name="Stock").first.click()
    page.get_by_role("link", name="Adjust").first.click()
    page.get_by_label("Units", exact=True).fill("1")
    page.get_by_role("button", name="Write down").click()
    expect(page.get_by_text("Written down, and sent to the stores.")).to_be_visible()
