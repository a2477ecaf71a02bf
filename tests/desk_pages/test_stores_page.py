from __future__ import annotations

import pytest

from tests.desk_pages.made_rows import MadeDesk
from tests.desk_pages.window import Window


@pytest.fixture
def engine() -> str:
    """Nothing here depends on the engine; the queries are tried on both in the other files."""
    return "sqlite"


@pytest.mark.parametrize(
    "changes",
    [
        {"base_url": "http://["},
        {"base_url": "javascript:alert(1)"},
        {"base_url": "https://a.example; sandbox"},
        {"auth_url": "https://日本.example"},
        {"auth_url": "https://ana@a.example"},
        {"client_id": "²"},
        {"client_id": "9" * 30},
        {"client_secret": ""},
    ],
)
async def test_application_that_makes_no_sense_is_refused(window: Window, changes: dict[str, str]) -> None:
    page = await window.get("/settings/stores")
    application = {"base_url": "https://a.example", "auth_url": "", "client_id": "7", "client_secret": "s"}
    answer = await window.send("/settings/stores/applications", application | changes, page)
    assert answer.status == 422
    assert "Fill in the addresses" in answer.text
    assert (await window.get("/settings/stores")).status == 200


async def test_application_is_added_with_its_own_sign_in(window: Window) -> None:
    page = await window.get("/settings/stores")
    application = {"base_url": "https://api.a.example/", "auth_url": "https://auth.a.example:8443"}
    answer = await window.send(
        "/settings/stores/applications", application | {"client_id": "7", "client_secret": "s"}, page
    )
    assert answer.headers["location"] == "/settings/stores?said=application"
    policy = (await window.get("/settings/stores")).headers["content-security-policy"]
    assert "form-action 'self' http://127.0.0.1:8080 https://auth.a.example:8443;" in policy


@pytest.mark.parametrize("application", ["99", "x", ""])
async def test_application_or_store_that_nobody_knows_is_not_found(
    made: MadeDesk, window: Window, application: str
) -> None:
    page = await window.get("/settings/stores")
    fields = {"application_id": application, "access_token": "APP_USR-x"}
    for path in ("connect", "paste", "99/disconnect"):
        assert (await window.send(f"/settings/stores/{path}", fields, page)).status == 404


async def test_pasted_token_is_told_apart_from_a_silent_marketplace(made: MadeDesk, window: Window) -> None:
    page = await window.get("/settings/stores")
    odd = {"application_id": "1", "access_token": "two\nlines"}
    refused = await window.send("/settings/stores/paste", odd, page)
    assert (refused.status, "does not accept this token" in refused.text) == (422, True)
    silent = await window.send("/settings/stores/paste", odd | {"access_token": "APP_USR-x"}, page)
    assert (silent.status, "did not answer" in silent.text) == (502, True)


async def test_store_tells_until_when_its_access_lasts(made: MadeDesk, window: Window) -> None:
    text = (await window.get("/settings/stores")).text
    assert text.count("<dt>Access until</dt>") == 3
    assert "renewed by itself" not in text
