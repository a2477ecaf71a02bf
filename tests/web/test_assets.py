from __future__ import annotations

import gzip

import pytest
from starlette.exceptions import HTTPException
from starlette.requests import Request

from zoco.web.assets import Assets

ASSETS = Assets(["zoco.web"])


def asking(url: str, *, accept: str = "") -> Request:
    _, _, digest, path = url.split("/", 3)
    return Request(
        {
            "type": "http",
            "method": "GET",
            "headers": [(b"accept-encoding", accept.encode())],
            "path_params": {"digest": digest, "path": path},
        }
    )


async def test_file_under_its_hash_is_kept_for_ever() -> None:
    response = await ASSETS.serve(asking(ASSETS.url("theme.css")))
    assert response.headers["cache-control"] == "public, max-age=31536000, immutable"
    assert response.headers["content-type"] == "text/css; charset=utf-8"


async def test_file_under_an_old_hash_is_asked_for_again() -> None:
    response = await ASSETS.serve(asking("/static/00000000/js/theme.js"))
    assert response.headers["cache-control"] == "no-cache"
    assert response.headers["content-type"] == "text/javascript; charset=utf-8"


async def test_text_travels_compressed() -> None:
    plain = await ASSETS.serve(asking(ASSETS.url("theme.css")))
    small = await ASSETS.serve(asking(ASSETS.url("theme.css"), accept="gzip, br"))
    assert small.headers["content-encoding"] == "gzip"
    assert gzip.decompress(bytes(small.body)) == plain.body


@pytest.mark.parametrize("path", ["nothing.css", "../locale.py", "templates/layout/bare.html"])
async def test_nothing_else_is_served(path: str) -> None:
    with pytest.raises(HTTPException) as refusal:
        await ASSETS.serve(asking(f"/static/00000000/{path}"))
    assert refusal.value.status_code == 404


def test_unknown_file_in_a_template_is_a_mistake() -> None:
    with pytest.raises(KeyError):
        ASSETS.url("them.css")
