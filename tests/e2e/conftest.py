"""A real browser against real servers: the system's Chromium, and nothing from outside."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable, Iterator
from importlib.resources import files
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, Route

from tests.e2e.running_zoco import RunningZoco, running_zoco
from zoco.sandbox import demo

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "microsoft-edge")
_AXE = (files("axe_playwright_python") / "axe.min.js").read_text(encoding="utf-8")
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def find_browser() -> str | None:
    candidates = (os.environ.get("ZOCO_CHROMIUM"), *_NAMES)
    return next((path for name in candidates if name and (path := shutil.which(name))), None)


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    executable = find_browser()
    if executable is None:
        sentence = "no Chromium found: apt-get install chromium, or set ZOCO_CHROMIUM"
        if os.environ.get("CI") or os.environ.get("ZOCO_REQUIRE_BROWSER"):
            pytest.fail(sentence)
        pytest.skip(sentence)
    as_root = hasattr(os, "geteuid") and os.geteuid() == 0
    return {
        **browser_type_launch_args,
        "executable_path": executable,
        "args": ["--disable-dev-shm-usage", *(["--no-sandbox"] if as_root else [])],
    }


@pytest.fixture(scope="session")
def demo_zoco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningZoco]:
    """The demo world, its buyers at rest: nothing moves but what a test moves."""
    with running_zoco(tmp_path_factory.mktemp("demo")) as zoco:
        zoco.do(demo.fill(zoco.marketplace_url, zoco.operator_key, zoco.desk, seed=42))
        yield zoco


@pytest.fixture
def empty_zoco(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RunningZoco]:
    """A marketplace and a desk where nobody lives yet."""
    with running_zoco(tmp_path_factory.mktemp("empty")) as zoco:
        yield zoco


class Visitor:
    """A browser window that notes what should not happen: outside requests, words on the console."""

    def __init__(self, context: BrowserContext, home: str, allowed: tuple[str, ...]) -> None:
        self.outside: list[str] = []
        self.console: list[str] = []
        self.home = home
        self._allowed = (*allowed, "data:")
        context.route("**/*", self._only_inside)
        self.page: Page = context.new_page()
        self.page.on("console", self._note)
        self.page.on("pageerror", lambda error: self.console.append(str(error)))

    def open(self, path: str) -> Page:
        self.page.goto(self.home + path)
        return self.page

    def axe(self) -> list[Any]:
        """Broken accessibility rules with the elements that break them."""
        self.page.evaluate(_AXE)
        found: list[Any] = self.page.evaluate(
            """rules => axe.run(document, {runOnly: rules}).then(result => result.violations.map(
                   violation => [violation.id, violation.nodes.map(node => node.html.slice(0, 120))]))""",
            _RULES,
        )
        return found

    def scrolls_sideways(self) -> bool:
        wider: bool = self.page.evaluate(
            "document.documentElement.scrollWidth > document.documentElement.clientWidth"
        )
        return wider

    def _only_inside(self, route: Route) -> None:
        if route.request.url.startswith(self._allowed):
            route.continue_()
        else:
            self.outside.append(route.request.url)
            route.abort()

    def _note(self, message: ConsoleMessage) -> None:
        self.console.append(message.text)


@pytest.fixture
def visitor_of(browser: Browser) -> Iterator[Callable[..., Visitor]]:
    """`visitor_of(zoco, **context options)`; afterwards nothing outside was asked for, nothing complained."""
    opened: list[tuple[BrowserContext, Visitor]] = []

    def visit(zoco: RunningZoco, **options: Any) -> Visitor:
        context = browser.new_context(**{"locale": "en-US", **options})
        context.set_default_timeout(15_000)
        visitor = Visitor(context, zoco.desk_url, (zoco.desk_url, zoco.marketplace_url))
        opened.append((context, visitor))
        return visitor

    yield visit
    for context, visitor in opened:
        context.close()
        assert visitor.outside == []
        assert visitor.console == []
