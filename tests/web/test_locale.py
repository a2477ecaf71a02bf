from __future__ import annotations

import pytest
from starlette.requests import HTTPConnection

from zoco.web.locale import choose_language


def asked_by(*, accept: str | None = None, cookie: str | None = None) -> HTTPConnection:
    headers = []
    if accept is not None:
        headers.append((b"accept-language", accept.encode()))
    if cookie is not None:
        headers.append((b"cookie", f"lang={cookie}".encode()))
    return HTTPConnection({"type": "http", "headers": headers})


@pytest.mark.parametrize(
    ("setting", "cookie", "accept", "tag"),
    [
        ("pt-BR", "en", "es", "pt-BR"),
        (None, "en", "pt-BR", "en"),
        (None, None, "pt;q=0.9, en;q=0.8", "pt-BR"),
        (None, None, "en;q=0.5, es-419", "es"),
        (None, None, "de, fr;q=0.9", "es"),
        (None, None, "en;q=0", "es"),
        (None, None, "en;q=nonsense, ;;,", "en"),
        (None, None, None, "es"),
        ("xx", "yy", "en-GB", "en"),
    ],
)
def test_own_setting_then_cookie_then_browser_then_spanish(
    setting: str | None, cookie: str | None, accept: str | None, tag: str
) -> None:
    assert choose_language(asked_by(accept=accept, cookie=cookie), cookie="lang", setting=setting).tag == tag
