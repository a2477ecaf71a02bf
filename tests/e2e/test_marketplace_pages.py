"""The marketplace's own pages: sign-in, consent, and what is said when neither can be."""

from __future__ import annotations

from collections.abc import Callable
from urllib.parse import urlencode

import pytest
from playwright.sync_api import Page, ViewportSize, expect

from tests.e2e.conftest import Visitor
from tests.e2e.running_zoco import RunningZoco
from tests.e2e.test_screens import NARROW, WIDTHS
from zoco.database.transaction import Transaction
from zoco.desk.stores import CALLBACK_PATH
from zoco.sandbox.demo_people import DEALER, password_of

pytestmark = pytest.mark.e2e


def question(zoco: RunningZoco, **changes: str) -> str:
    """Where the desk sends a seller's browser to."""

    async def client_id(tx: Transaction) -> str:
        row = await tx.one("SELECT client_id FROM applications")
        assert row is not None
        return str(row["client_id"])

    query = {
        "response_type": "code",
        "client_id": zoco.do(zoco.desk.database.read(client_id)),
        "redirect_uri": zoco.desk_url + CALLBACK_PATH,
        "state": "a state",
        **changes,
    }
    return f"{zoco.marketplace_url}/authorization?{urlencode(query)}"


def sign_in(page: Page, zoco: RunningZoco) -> None:
    page.get_by_label("Nickname or e-mail").fill(DEALER.nickname or "")
    page.get_by_label("Password").fill(password_of(zoco.operator_key, DEALER.nickname or ""))
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("button", name="Allow")).to_be_visible()


def looks_right(visitor: Visitor, theme: str) -> None:
    assert visitor.page.locator("html").get_attribute("data-bs-theme") == theme
    assert visitor.axe() == []
    assert not visitor.scrolls_sideways()


@pytest.mark.parametrize("size", [WIDTHS["wide"], WIDTHS["phone"], NARROW], ids=["wide", "phone", "narrow"])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_each_page_is_accessible_calm_and_fits(
    demo_zoco: RunningZoco, visitor_of: Callable[..., Visitor], theme: str, size: ViewportSize
) -> None:
    visitor = visitor_of(demo_zoco, color_scheme=theme, viewport=size)
    page = visitor.page
    page.goto(question(demo_zoco))
    expect(page.get_by_label("Nickname or e-mail")).to_be_visible()
    looks_right(visitor, theme)
    sign_in(page, demo_zoco)
    looks_right(visitor, theme)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_wrong_password_and_wrong_application_are_told_on_pages_that_are_right(
    demo_zoco: RunningZoco, visitor_of: Callable[..., Visitor], theme: str
) -> None:
    visitor = visitor_of(demo_zoco, color_scheme=theme, viewport=WIDTHS["phone"])
    page = visitor.page
    page.goto(question(demo_zoco))
    page.get_by_label("Nickname or e-mail").fill("nobody")
    page.get_by_label("Password").fill("nothing")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_label("Nickname or e-mail")).to_have_value("nobody")
    looks_right(visitor, theme)
    page.goto(question(demo_zoco, redirect_uri="https://elsewhere.example/"))
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    looks_right(visitor, theme)
    # A browser says itself that a page was answered with a refusal.
    assert {text[:23] for text in visitor.console} == {"Failed to load resource"}
    visitor.console.clear()


def test_consent_works_without_script(demo_zoco: RunningZoco, visitor_of: Callable[..., Visitor]) -> None:
    visitor = visitor_of(demo_zoco, java_script_enabled=False, viewport=WIDTHS["phone"])
    page = visitor.page
    page.goto(question(demo_zoco))
    sign_in(page, demo_zoco)
    page.get_by_role("button", name="Deny").click()
    # Back at the desk, where nobody has signed in.
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    assert page.url.startswith(demo_zoco.desk_url)


def test_policy_of_each_program_lets_nothing_in_from_outside(
    demo_zoco: RunningZoco, visitor_of: Callable[..., Visitor]
) -> None:
    page = visitor_of(demo_zoco).page
    for url in (question(demo_zoco), f"{demo_zoco.desk_url}/login"):
        answer = page.goto(url)
        assert answer is not None
        assert answer.headers["content-security-policy"] == (
            "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
            "connect-src 'self'; font-src 'self'; manifest-src 'self'; worker-src 'self'; "
            "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
        )
