"""Which world the server speaks for: `X-Zoco-World` in sandbox mode (A-45)."""

from __future__ import annotations

import secrets

from zoco.database.transaction import Database, Transaction
from zoco.storage import world


class World:
    """Remembers the world's id until somebody signals `world`: a reset or a restore makes another."""

    def __init__(self, database: Database, *, sandbox: bool) -> None:
        self._database = database
        self._sandbox = sandbox
        self._id: str | None = None
        self._listening = False

    async def id(self) -> str | None:
        """None outside sandbox mode, where there is one world only and it has no name."""
        if self._sandbox and self._id is None:
            self._listen()
            known = await self._database.read(world.get)
            self._id = known.id if known is not None else await self._database.write(_first_world)
        return self._id

    def _listen(self) -> None:
        """Not before the first call: an application may be made before there is an event loop."""
        if not self._listening:
            self._database.on_signal("world", self._forget)
            self._listening = True

    def _forget(self) -> None:
        self._id = None


async def _first_world(tx: Transaction) -> str:
    known = await world.get(tx)
    if known is not None:
        return known.id
    first = world.World(id=secrets.token_hex(12))
    await world.save(tx, first)
    return first.id
