"""The first sale, end to end, through a real browser: from an empty desk to a car handed over."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from msgspec import UNSET
from playwright.sync_api import Page, expect

from tests.e2e.conftest import Visitor
from tests.e2e.running_zoco import RunningZoco
from tests.e2e.story import DEALER, PASSWORD, SHOP, SKU, Story, begin, register_application, setup_code
from zoco.resources.user import NewUser

pytestmark = pytest.mark.e2e


def test_first_sale_from_an_empty_desk_to_a_car_handed_over(
    empty_zoco: RunningZoco, visitor_of: Callable[..., Visitor]
) -> None:
    story = empty_zoco.do(begin(empty_zoco))
    visitor = visitor_of(empty_zoco, viewport={"width": 1280, "height": 900})
    page = visitor.page

    become_owner(visitor, setup_code(empty_zoco))
    add_application(page, story)
    connect_store(page, story, DEALER)
    connect_store(page, story, SHOP)
    link_the_jack(visitor)
    jack_sells_and_the_other_store_follows(visitor, story)
    delivered, returned = reservations_arrive(visitor, story)
    deliver(page, story, delivered)
    return_reservation(visitor, story, returned)


def become_owner(visitor: Visitor, code: str) -> None:
    page = visitor.open("/")
    expect(page.get_by_role("heading", name="Welcome")).to_be_visible()
    page.get_by_label("Code from the terminal").fill(code)
    page.get_by_label("Your name").fill("Ana")
    page.get_by_label("Name to sign in with").fill("ana")
    page.get_by_label("Password").fill("a long enough secret")
    page.get_by_role("button", name="Create the owner").click()
    expect(page.get_by_role("heading", name="No store yet")).to_be_visible()


def add_application(page: Page, story: Story) -> None:
    application = story.zoco.do(register_application(story.zoco, story.dealer_id))
    assert application.secret_key is not UNSET
    form = page.get_by_role("region", name="Add an application")
    form.get_by_label("Address of the marketplace's API").fill(story.zoco.marketplace_url)
    form.get_by_label("Number of the application").fill(str(application.id))
    form.get_by_label("Its secret").fill(application.secret_key)
    form.get_by_role("button", name="Add").click()
    expect(page.get_by_role("status").filter(has_text="The application is known")).to_be_visible()


def connect_store(page: Page, story: Story, seller: NewUser) -> None:
    """Off to the marketplace, sign in as the seller, allow, and back."""
    page.get_by_role("button", name="Connect", exact=True).click()
    page.wait_for_url(f"{story.zoco.marketplace_url}/authorization?*")
    if page.get_by_role("button", name="Not you?").is_visible():
        page.get_by_role("button", name="Not you?").click()
    page.get_by_label("Nickname or e-mail").fill(seller.nickname or "")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    page.get_by_role("button", name="Allow").click()
    expect(page.get_by_role("status").filter(has_text="The store is connected")).to_be_visible()
    expect(page.get_by_role("heading", name=seller.nickname)).to_be_visible()


def link_the_jack(visitor: Visitor) -> None:
    """Its listings have been read by now, or come while the page is open."""
    page = visitor.open("/stock")
    proposal = page.locator("form").filter(has_text="OFICINA_DO_SOL MLB, TIENDA_DEL_CERRO MLA")
    proposal.or_(
        page.locator("form").filter(has_text="TIENDA_DEL_CERRO MLA, OFICINA_DO_SOL MLB")
    ).get_by_role("button", name=f"Link {SKU}").click()
    expect(page.get_by_role("row").filter(has_text=SKU).get_by_text("in step")).to_have_count(2)


def jack_sells_and_the_other_store_follows(visitor: Visitor, story: Story) -> None:
    page = visitor.open("/orders")
    expect(page.locator("[data-live-chip]")).to_have_text("Live")
    order_id = story.buy(story.jack, quantity=2)
    # No reload: the row comes by itself.
    expect(page.get_by_role("row").filter(has_text=str(order_id))).to_contain_text("Paid")
    visitor.open("/stock")
    row = page.get_by_role("row").filter(has_text=SKU)
    expect(row.locator(".total")).to_have_text("3")
    expect(row.locator(".count")).to_have_text(["3", "3"])
    expect(row.get_by_text("in step")).to_have_count(2)
    assert story.quantity(story.jack_at_the_shop) == 3


def reservations_arrive(visitor: Visitor, story: Story) -> tuple[int, int]:
    page = visitor.open("/orders?stage=to_deliver")
    expect(page.get_by_role("heading", name="Nothing here")).to_be_visible()
    expect(page.locator("[data-live-chip]")).to_have_text("Live")
    first, second = story.buy(story.cars[0]), story.buy(story.cars[1])
    expect(page.get_by_role("link", name=str(first))).to_be_visible()
    expect(page.get_by_role("link", name=str(second))).to_be_visible()
    return first, second


def deliver(page: Page, story: Story, order_id: int) -> None:
    page.get_by_role("link", name=str(order_id)).click()
    page.get_by_role("button", name="Mark as delivered").click()
    dialog = page.get_by_role("dialog")
    expect(dialog).to_contain_text("Iris Cambará")
    expect(dialog).to_contain_text("R$\u00a0600,00")
    expect(dialog).to_contain_text("OFICINA_DO_SOL")
    dialog.get_by_role("button", name="Yes, delivered").click()
    expect(page.get_by_text("Delivered. Nothing more to do.")).to_be_visible()
    expect(page.get_by_role("list").filter(has_text="Marked as delivered")).to_be_visible()
    sale = story.order(order_id).feedback.sale
    assert sale is not None
    assert (sale.fulfilled, sale.rating) == (True, "positive")


def return_reservation(visitor: Visitor, story: Story, order_id: int) -> None:
    page = visitor.open("/orders?stage=to_deliver")
    page.get_by_role("link", name=str(order_id)).click()
    page.get_by_role("button", name="Return the reservation").click()
    page.get_by_role("dialog").get_by_role("button", name="Yes, return and refund").click()
    expect(page.get_by_text("The reservation was returned, and the buyer refunded.")).to_be_visible()
    order = story.order(order_id)
    assert order.status == "cancelled"
    assert [payment.status for payment in order.payments] == ["refunded"]
    sale = order.feedback.sale
    assert sale is not None
    assert (sale.fulfilled, sale.rating) == (False, "neutral")
