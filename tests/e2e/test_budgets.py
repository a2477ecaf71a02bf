"""What a screen may cost: bytes over the wire, requests, elements. Milliseconds are in benchmarks/."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from playwright.sync_api import Page, Request, expect

from tests.desk_pages.made_rows import make_item, make_order
from tests.e2e.conftest import Visitor
from tests.e2e.running_zoco import RunningZoco, running_zoco
from tests.e2e.test_screens import SCREENS, WIDTHS, reservation_path, sign_in
from zoco.desk import products
from zoco.desk.records import stores
from zoco.sandbox import demo

pytestmark = pytest.mark.e2e

FIRST_LOAD_BYTES_MAX = 120_000
SCRIPT_BYTES_MAX = 60_000
STYLE_BYTES_MAX = 40_000
REQUESTS_MAX = 12
CHANGE_BYTES_MAX = 25_000
ELEMENTS_MAX = 1_500
ROWS = 50


class Traffic:
    """What a page asks for, and what came back. Nothing comes from the cache: a routed window has none."""

    def __init__(self, page: Page) -> None:
        self._asked: list[Request] = []
        self._finished: list[Request] = []
        page.on("request", self._ask)
        page.on("requestfinished", self._finish)

    def _ask(self, request: Request) -> None:
        self._asked.append(request)

    def _finish(self, request: Request) -> None:
        self._finished.append(request)

    def forget(self) -> None:
        self._asked.clear()
        self._finished.clear()

    @property
    def requests(self) -> int:
        return len(self._asked)

    def wire_bytes(self, *kinds: str) -> int:
        """Heads and bodies as they were sent, compressed where they were."""
        return sum(
            sizes["responseBodySize"] + sizes["responseHeadersSize"]
            for request in self._finished
            if not kinds or request.resource_type in kinds
            for sizes in [request.sizes()]
        )


@pytest.fixture(scope="module")
def busy_zoco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningZoco]:
    """A demo world that has sold enough for two pages, and has as many products and unlinked listings."""
    with running_zoco(tmp_path_factory.mktemp("busy")) as zoco:
        zoco.do(demo.fill(zoco.marketplace_url, zoco.operator_key, zoco.desk, seed=42))
        zoco.do(sell_and_stock(zoco))
        yield zoco


async def sell_and_stock(zoco: RunningZoco) -> None:
    [store, *_] = await zoco.desk.database.read(stores.all_of_them)
    for number in range(2 * ROWS):
        title = f"Cabo de bateria para carro, {number} metros, com garras"
        await make_order(zoco.desk, store, 7_000_000_000 + number, title=title, age=timedelta(minutes=number))
        await make_item(
            zoco.desk, store, f"{store.site_id}{900_000 + number}", title,
            sku=f"CABO-{number}", quantity=number, currency="BRL",
        )  # fmt: skip
        await products.create(zoco.desk, sku=f"PLACA-{number:03}", name=title, on_hand=number, by=1)


def test_first_load_of_every_screen_full_of_rows_is_within_budget(
    busy_zoco: RunningZoco, visitor_of: Callable[..., Visitor]
) -> None:
    visitor = visitor_of(busy_zoco, viewport=WIDTHS["wide"])
    page = sign_in(visitor, busy_zoco)
    traffic = Traffic(page)
    reservation = reservation_path(busy_zoco)
    for path in SCREENS:
        # The page before may still ask for its icon and its stream.
        page.goto("about:blank")
        traffic.forget()
        visitor.open(path.format(reservation=reservation))
        elements = page.locator("*").count()
        assert (path, traffic.requests) <= (path, REQUESTS_MAX)
        assert (path, traffic.wire_bytes("script")) <= (path, SCRIPT_BYTES_MAX)
        assert (path, traffic.wire_bytes("stylesheet")) <= (path, STYLE_BYTES_MAX)
        assert (path, traffic.wire_bytes()) <= (path, FIRST_LOAD_BYTES_MAX)
        assert (path, elements) <= (path, ELEMENTS_MAX)
        # Something was measured: the page, its styles and its scripts.
        assert min(traffic.wire_bytes(kind) for kind in ("document", "script", "stylesheet")) > 500


def test_fifty_rows_are_few_elements_and_changing_the_page_is_few_bytes(
    busy_zoco: RunningZoco, visitor_of: Callable[..., Visitor]
) -> None:
    visitor = visitor_of(busy_zoco, viewport=WIDTHS["wide"])
    page = sign_in(visitor, busy_zoco)
    expect(page.locator("tr.linked")).to_have_count(ROWS)
    expect(page.locator("[data-live-chip]")).to_have_text("Live")
    assert page.locator("*").count() <= ELEMENTS_MAX
    traffic = Traffic(page)
    page.get_by_label("Search").fill("bateria")
    with page.expect_request_finished(lambda request: "q=bateria" in request.url):
        page.get_by_label("Search").press("Enter")
    expect(page.locator("tr.linked")).to_have_count(ROWS)
    assert 500 < traffic.wire_bytes() <= CHANGE_BYTES_MAX
    traffic.forget()
    with page.expect_request_finished(lambda request: "page=2" in request.url):
        page.get_by_role("navigation", name="Pages").get_by_role("link", name="2").click()
    expect(page.locator("tr.linked")).to_have_count(ROWS)
    assert 500 < traffic.wire_bytes() <= CHANGE_BYTES_MAX
