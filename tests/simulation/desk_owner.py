"""The owner of a desk, who has nothing but its pages: a code from the terminal, forms, and what they show."""

from __future__ import annotations

import re
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import aiohttp
import msgspec

from zoco.client.operator import Operator
from zoco.resources.application import Application
from zoco.resources.order import Order

_BROWSER = {"Sec-Fetch-Site": "same-origin", "Accept-Language": "en"}
_SECONDS_MAX = 15


class DeskOwner:
    """Signs in once; the session survives the desk's deaths, because the cookie is the owner's."""

    def __init__(self, desk_url: str) -> None:
        self._url = desk_url
        self._session = aiohttp.ClientSession(
            cookie_jar=aiohttp.CookieJar(unsafe=True),
            headers=_BROWSER,
            timeout=aiohttp.ClientTimeout(total=_SECONDS_MAX),
        )
        self.stores: dict[int, int] = {}

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self._session.close()

    async def page(self, path: str) -> str:
        async with self._session.get(self._url + path) as answer:
            text = await answer.text()
            assert answer.status == 200, f"{path}: {answer.status}"
            return text

    async def send(self, on: str, path: str, fields: Mapping[str, str]) -> tuple[int, str]:
        """A form of the page `on`; the status of the answer, redirects followed, and its path."""
        token = re.search(r'name="csrf_token" value="(\w+)"', await self.page(on))
        assert token is not None
        form = {"csrf_token": token[1], **fields}
        async with self._session.post(self._url + path, data=form) as answer:
            await answer.read()
            return answer.status, str(answer.url.relative())

    async def become_owner(self, said: str) -> None:
        code = re.search(r"owner with the code (\w+)", said)
        assert code is not None
        fields = {"code": code[1], "name": "Ana", "username": "ana", "password": "a long enough secret"}
        await self._do("/first-run", "/first-run", fields, lands="/settings/stores")

    async def connect(
        self,
        operator: Operator,
        application: Application,
        seller_ids: list[int],
        *,
        base_url: str | None = None,
    ) -> None:
        """The marketplace's application, and a store of each seller by pasted tokens, new or again."""
        fields = {
            "base_url": base_url or operator.base_url,
            "client_id": str(application.id),
            "client_secret": str(application.secret_key),
        }
        here = "/settings/stores"
        await self._do(here, f"{here}/applications", fields, lands=f"{here}?said=application")
        newest = re.findall(r'<option value="(\d+)"', await self.page(here))[-1]
        for seller_id in seller_ids:
            token = await operator.issue_token(seller_id, app_id=application.id)
            fields = {
                "application_id": newest,
                "access_token": token.access_token,
                "refresh_token": str(token.refresh_token),
            }
            await self._do(here, f"{here}/paste", fields, lands=f"{here}?said=connected")
            known = re.findall(rf"{here}/(\d+)/disconnect", await self.page(here))
            if seller_id not in self.stores:
                (new,) = {int(each) for each in known} - set(self.stores.values())
                self.stores[seller_id] = new

    async def is_reading(self) -> bool:
        return "Reading " in await self.page("/settings/stores")

    async def link_all(self) -> set[str]:
        """Link every proposal that the page makes; the SKUs."""
        skus = set(re.findall(r'name="sku" value="([^"]+)"', await self.page("/stock")))
        for sku in sorted(skus):
            await self._do("/stock", "/stock/link-proposal", {"sku": sku}, lands="/stock?said=linked")
        return skus

    async def say(self, seller_id: int, order_id: int, action: str) -> bool:
        """`deliver` or `return`; False when the marketplace has heard it before, or refuses."""
        path = f"/orders/{self.stores[seller_id]}/{order_id}"
        # Any page has the form's token; the order's own may not be there yet.
        status, _ = await self.send("/settings/stores", f"{path}/{action}", {})
        assert status in (200, 409), f"{path}/{action}: {status}"
        return status == 200

    async def order(self, seller_id: int, order_id: int) -> Order | None:
        """The order as the desk has it, None when it does not know it."""
        path = f"/orders/{self.stores[seller_id]}/{order_id}/source"
        async with self._session.get(self._url + path) as answer:
            body = await answer.read()
            assert answer.status in (200, 404), f"{path}: {answer.status}"
            return msgspec.json.decode(body, type=Order, strict=False) if answer.status == 200 else None

    async def _do(self, on: str, path: str, fields: Mapping[str, str], *, lands: str) -> None:
        status, landed = await self.send(on, path, fields)
        assert (status, landed) == (200, lands), f"{path}: {status} {landed}"
