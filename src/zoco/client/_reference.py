"""Reference data, which everybody may read: sites, categories, payment methods (contract 6.4, 6.5, 19)."""

from __future__ import annotations

from zoco.client._calls import Calls
from zoco.resources.site import Category, PaymentMethod, Site, SiteSummary


class Sites(Calls):
    async def all(self) -> list[SiteSummary]:
        return (await self._get("/sites", list[SiteSummary])).value

    async def get(self, site_id: str) -> Site:
        """`f"{site_id}MP" in site.payment_method_ids` says that Mercado Pago is active there."""
        return (await self._get(f"/sites/{site_id}", Site)).value


class Categories(Calls):
    async def get(self, category_id: str) -> Category:
        return (await self._get(f"/categories/{category_id}", Category)).value


class PaymentMethods(Calls):
    async def get(self, method_id: str) -> PaymentMethod:
        return (await self._get(f"/payment_methods/{method_id}", PaymentMethod)).value
