"""What every part of the desk is handed: its rows, its clock, its key, and its open connections."""

from __future__ import annotations

import asyncio

from zoco.client import Client
from zoco.clock import Clock
from zoco.database.transaction import Database
from zoco.desk.vault import Vault
from zoco.observe import SILENT, Observer


class Desk:
    """One sales desk.

        desk = Desk(database, SystemClock(), secret_key=key, public_url="http://127.0.0.1:8081")
        ...
        await desk.close()

    `secret_key` (32 bytes or more) encrypts the stores' tokens; who loses it connects the stores anew.
    `public_url` is where marketplaces and browsers reach this desk, without a slash at the end.
    """

    def __init__(
        self,
        database: Database,
        clock: Clock,
        *,
        secret_key: bytes,
        public_url: str,
        observer: Observer = SILENT,
    ) -> None:
        self.database = database
        self.clock = clock
        self.observer = observer
        self.vault = Vault(secret_key)
        self.public_url = public_url.rstrip("/")
        # One client per store, because its tokens are the store's; opened at the first use.
        self.clients: dict[int, Client] = {}
        self.opening_clients = asyncio.Lock()

    async def close(self) -> None:
        """Close the connections to the marketplaces. The database stays open: who opened it closes it."""
        while self.clients:
            _, client = self.clients.popitem()
            await client.__aexit__(None, None, None)
