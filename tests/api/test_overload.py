"""A marketplace that has too much to do says so, and does nothing of what it turns away."""

from __future__ import annotations

import pytest

from tests.api.asgi import Browserless
from tests.api.conftest import OPERATOR_KEY, PUBLIC_URL, Market, plain_item
from tests.busy_database import kept_busy
from tests.hand_clock import HandClock
from zoco.api.app import create_app
from zoco.database.errors import DatabaseUnavailable
from zoco.database.transaction import WAITING_WORKS_MAX


class DatabaseAway:
    """A server that cannot be reached at this moment."""

    engine = "postgresql"

    async def read(self, work: object, **bounds: object) -> None:
        raise DatabaseUnavailable("the connection is lost")

    write = read

    def on_signal(self, name: str, listener: object) -> None:
        pass


async def test_who_would_have_to_wait_too_long_is_told_to_come_back(market: Market) -> None:
    seller = await market.person("VENDEDORA")

    async with kept_busy(market.database, waiting=WAITING_WORKS_MAX):
        turned_away = await market.client.post("/items", plain_item(), token=seller.token)
    later = await market.client.post("/items", plain_item(), token=seller.token)

    assert turned_away.refusal == (503, "service_unavailable")
    assert turned_away.headers["retry-after"] == "1"
    assert later.status == 201


@pytest.mark.parametrize(
    ("path", "said"),
    [
        ("/items/MLB1", '"service_unavailable"'),
        ("/authorization?client_id=1", "Nothing was changed; try again."),
    ],
    ids=["an endpoint", "a page"],
)
@pytest.mark.parametrize("sandbox", [False, True], ids=["for real", "in a sandbox"])
async def test_while_the_database_is_away_everybody_is_told_to_come_back(
    path: str, said: str, *, sandbox: bool
) -> None:
    app = create_app(
        DatabaseAway(), HandClock(), operator_key=OPERATOR_KEY, sandbox=sandbox, public_url=PUBLIC_URL
    )

    reply = await Browserless(app, OPERATOR_KEY).get(path, headers={"Accept-Language": "en"})

    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    assert said in reply.body.decode()
