from __future__ import annotations

import re

import pytest
from starlette.routing import Route

from tests.desk_pages.made_rows import PASSWORD, MadeDesk, make_order, make_owner
from tests.desk_pages.window import Window
from zoco.desk import people
from zoco.desk.app import create_app
from zoco.desk.desk import Desk
from zoco.desk.pages.routes import ROUTES
from zoco.desk.pages.visit import local_path


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the engine; the queries are tried on both in the other files."""
    return "sqlite"


async def test_first_run_makes_the_owner_with_the_code_of_the_terminal(desk: Desk, guest: Window) -> None:
    code = await people.make_setup_code(desk)
    assert code is not None
    assert (await guest.get("/login")).headers["location"] == "/first-run"
    page = await guest.get("/first-run")
    owner = {"username": "ana", "name": "Ana", "password": PASSWORD}
    wrong = await guest.send("/first-run", {**owner, "code": "nothing"}, page)
    assert (wrong.status, "not the one in the terminal" in wrong.text) == (422, True)
    short = await guest.send("/first-run", {**owner, "code": code, "password": "short"}, page)
    assert (short.status, "at least 8 characters" in short.text) == (422, True)
    done = await guest.send("/first-run", {**owner, "code": code}, page)
    assert done.headers["location"] == "/settings/stores"
    assert "No store yet" in (await guest.get("/settings/stores")).text
    again = await guest.send("/first-run", {**owner, "code": code, "username": "eve"}, page)
    assert again.headers["location"] == "/login"


async def test_wrong_password_tells_neither_which_and_keeps_the_name(desk: Desk, guest: Window) -> None:
    await make_owner(desk)
    for username in ("ana", "nobody"):
        answer = await guest.sign_in(username, "wrong")
        assert answer.status == 422
        assert "Name or password is wrong." in answer.text
        assert f'value="{username}"' in answer.text
        assert "wrong" not in answer.text.replace("is wrong.", "")


async def test_ten_wrong_guesses_lock_the_name_for_a_while(desk: Desk, guest: Window) -> None:
    await make_owner(desk)
    for _ in range(10):
        await guest.sign_in("ana", "wrong")
    answer = await guest.sign_in("ana", PASSWORD)
    assert answer.status == 429
    assert "Try again in 15 minutes" in answer.text


async def test_session_cookie_is_the_browsers_alone(window: Window) -> None:
    page = await window.get("/login")
    answer = await window.send("/login", {"username": "ana", "password": PASSWORD}, page)
    cookie = answer.headers["set-cookie"]
    assert cookie.startswith("zoco_desk_session=")
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_signing_out_ends_the_session(window: Window) -> None:
    page = await window.get("/orders")
    kept = dict(window.cookies)
    await window.send("/logout", {}, page)
    window.cookies = kept
    assert (await window.get("/orders")).status == 303


GUARDED = [
    "/orders",
    "/orders/1/1",
    "/orders/1/1/source",
    "/stock",
    "/stock/products/1",
    "/settings/stores",
    "/live",
]


@pytest.mark.parametrize("path", GUARDED)
async def test_strangers_are_sent_to_sign_in_and_back(desk: Desk, guest: Window, path: str) -> None:
    await make_owner(desk)
    answer = await guest.get(path)
    assert (answer.status, answer.headers["location"]) == (303, f"/login?next={path}")
    part = await guest.get(path, {"hx-request": "true", "hx-current-url": f"http://desk.example{path}"})
    assert (part.status, part.headers["hx-redirect"]) == (401, f"/login?next={path}")


async def test_every_post_of_a_stranger_is_refused(desk: Desk, guest: Window) -> None:
    await make_owner(desk)
    paths = [
        re.sub(r"\{\w+:id\}", "1", route.path)
        for route in ROUTES
        if isinstance(route, Route) and "POST" in (route.methods or ())
    ]
    assert len(paths) > 12
    for path in paths:
        answer = await guest.send_as(path, {})
        assert (path, answer.status in (303, 403)) == (path, True)
        assert "zoco_desk_session" not in guest.cookies


@pytest.mark.parametrize(
    ("target", "path"),
    [
        ("/orders?stage=paid", "/orders?stage=paid"),
        (None, "/"),
        ("", "/"),
        ("https://evil.example", "/"),
        ("//evil.example", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
    ],
)
def test_nobody_is_sent_to_another_site(target: str | None, path: str) -> None:
    assert local_path(target) == path


@pytest.mark.parametrize(
    ("language", "title"), [("es", "Órdenes · Zoco"), ("pt-BR", "Pedidos · Zoco"), ("en", "Orders · Zoco")]
)
async def test_every_page_speaks_the_visitors_language(
    desk: Desk, made: MadeDesk, language: str, title: str
) -> None:
    await make_order(desk, made.car_store, 101, reservation=True)
    window = Window(create_app(desk), language=language)
    await window.sign_in("ana", PASSWORD)
    for path in (
        "/orders",
        "/orders/1/101",
        "/orders/1/101?ask=deliver",
        "/stock",
        "/settings/stores",
        "/nowhere",
    ):
        page = await window.get(path)
        assert f'<html lang="{language}"' in page.text
        if language != "en":
            # A few words that only English has.
            assert not {" the ", " your "} & {
                word for word in (" the ", " your ") if word in page.text.lower()
            }
    assert f"<title>{title}</title>" in (await window.get("/orders")).text


async def test_chosen_language_and_theme_stay(desk: Desk, window: Window) -> None:
    page = await window.get("/orders?stage=paid")
    answer = await window.send("/preferences", {"language": "pt-BR", "back": "/orders?stage=paid"}, page)
    assert answer.headers["location"] == "/orders?stage=paid"
    await window.send("/preferences", {"theme": "dark", "back": "/"}, page)
    assert '<html lang="pt-BR" data-theme="dark" data-bs-theme="dark">' in (await window.get("/orders")).text
    # It is the person's, not only this browser's.
    elsewhere = Window(create_app(desk))
    await elsewhere.sign_in("ana", PASSWORD)
    assert '<html lang="pt-BR" data-theme="auto"' in (await elsewhere.get("/orders")).text


async def test_pages_are_locked_up_and_not_kept(window: Window) -> None:
    for path in ("/orders", "/settings/stores", "/login", "/nowhere"):
        headers = (await window.get(path)).headers
        assert headers["cache-control"] == "no-store"
        assert "script-src 'self';" in headers["content-security-policy"]
        assert "unsafe" not in headers["content-security-policy"]
    assert (
        "form-action 'self' http://127.0.0.1:8080;"
        in ((await window.get("/settings/stores")).headers["content-security-policy"])
    )


async def test_whose_session_has_ended_comes_back_to_the_very_page(desk: Desk, guest: Window) -> None:
    await make_owner(desk)
    here = "/orders?stage=paid&q=mate"
    swap = {"hx-request": "true", "hx-current-url": f"http://desk.example{here}"}
    login = "/login?next=/orders%3Fstage%3Dpaid%26q%3Dmate"
    assert (await guest.get(here)).headers["location"] == login
    assert (await guest.get("/orders", swap)).headers["hx-redirect"] == login
    form = await guest.send_as(
        "/orders/1/101/deliver", {}, {"referer": "http://desk.example/orders/1/101?ask=deliver"}
    )
    assert form.headers["location"] == "/login?next=/orders/1/101%3Fask%3Ddeliver"
    odd = await guest.send_as("/logout", {}, {"referer": "http://[//evil.example"})
    assert odd.headers["location"] == "/login?next=/"
    assert (await guest.send_as("/logout", {})).headers["location"] == "/login?next=/"
