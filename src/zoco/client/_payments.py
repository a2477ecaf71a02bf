"""Payments, as the payer reads them, and collections, as the seller does (contract 8.1)."""

from __future__ import annotations

from zoco.client._calls import Calls
from zoco.resources.page import PaymentPage
from zoco.resources.payment import Collection, Payment


class Payments(Calls):
    async def get(self, payment_id: int) -> Payment:
        """A payment that this user made."""
        return (await self._get(f"/payments/{payment_id}", Payment)).value

    async def mine(self, *, offset: int = 0, limit: int = 50) -> PaymentPage:
        """The payments that this user made, newest first."""
        return (
            await self._get("/payments", PaymentPage, [("offset", str(offset)), ("limit", str(limit))])
        ).value


class Collections(Calls):
    async def get(self, payment_id: int) -> Collection:
        """A payment that this user receives; a payment and its collection have the same id."""
        return (await self._get(f"/collections/{payment_id}", Collection)).value
