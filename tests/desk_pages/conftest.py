from __future__ import annotations

from collections.abc import AsyncIterator

import pytest

from tests.desk_pages.made_rows import PASSWORD, MadeDesk, make_desk
from tests.desk_pages.window import Window
from tests.hand_clock import HandClock
from zoco.database.transaction import Database
from zoco.desk.app import create_app
from zoco.desk.desk import Desk


@pytest.fixture
async def desk(desk_database: Database, clock: HandClock) -> AsyncIterator[Desk]:
    desk = Desk(desk_database, clock, secret_key=b"k" * 32, public_url="http://desk.example")
    yield desk
    await desk.close()


@pytest.fixture
async def made(desk: Desk) -> MadeDesk:
    return await make_desk(desk)


@pytest.fixture
def guest(desk: Desk) -> Window:
    """Nobody has signed in."""
    return Window(create_app(desk))


@pytest.fixture
async def window(guest: Window, made: MadeDesk) -> Window:
    """Ana, the owner, has signed in and reads English."""
    await guest.sign_in("ana", PASSWORD)
    return guest
