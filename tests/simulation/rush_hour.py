"""Several `zoco api` processes on one database, and people who all want the same at the same moment."""

from __future__ import annotations

import asyncio
import sys
from asyncio.subprocess import PIPE, STDOUT, Process
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Sequence
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from random import Random

from tests.cli.running_zoco import free_port
from zoco.client import Client, Retries
from zoco.client.errors import BadRequest, Conflict, PreconditionFailed
from zoco.client.operator import Operator
from zoco.resources.item import Attribute, Item, NewItem
from zoco.resources.user import NewUser

OPERATOR_KEY = "the operator of the rush hour"
_START_SECONDS_MAX = 60
_END_SECONDS_MAX = 20


@asynccontextmanager
async def api_processes(count: int, folder: Path, *flags: str) -> AsyncIterator[list[str]]:
    """The addresses of so many servers; all have said that they serve, and at the end none may complain."""
    ports = [free_port() for _ in range(count)]
    processes = [
        await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "zoco.cli", "api", "--operator-key", OPERATOR_KEY),
            *("--data", str(folder), "--port", str(port), *flags),
            cwd=folder,
            stdout=PIPE,
            stderr=STDOUT,
        )
        for port in ports
    ]
    try:
        await asyncio.gather(*(_serving(process) for process in processes))
        yield [f"http://127.0.0.1:{port}" for port in ports]
        for process in processes:
            process.terminate()
        async with asyncio.timeout(_END_SECONDS_MAX):
            said = [(await process.communicate())[0].decode() for process in processes]
        assert "Traceback" not in "".join(said), said
    finally:
        for process in processes:
            if process.returncode is None:
                process.kill()
                await process.wait()


async def _serving(process: Process) -> None:
    assert process.stdout is not None
    printed = ""
    async with asyncio.timeout(_START_SECONDS_MAX):
        while not printed.startswith("marketplace") and "\nmarketplace" not in printed:
            line = await process.stdout.readline()
            assert line, f"it ended without serving:\n{printed}"
            printed += line.decode()


@dataclass(frozen=True, kw_only=True)
class Person:
    """`doors` are his ways in, one for each server."""

    id: int
    doors: Sequence[Client]


@dataclass(kw_only=True)
class Crowd:
    """A seller and buyers who know all servers."""

    operator: Operator
    urls: Sequence[str]
    stack: AsyncExitStack
    seller: Person
    buyers: list[Person] = field(default_factory=list)

    async def grow(self, count: int) -> None:
        self.buyers += [await person(self.stack, self.operator, self.urls) for _ in range(count)]


async def person(
    stack: AsyncExitStack, operator: Operator, urls: Sequence[str], *, user_type: str = "normal"
) -> Person:
    made = await operator.create_user(NewUser(site_id="MLB", user_type=user_type))
    token = (await operator.issue_token(made.id)).access_token
    doors = [
        await stack.enter_async_context(Client(url, tokens=token, retries=Retries(attempts=1)))
        for url in urls
    ]
    return Person(id=made.id, doors=doors)


async def open_crowd(stack: AsyncExitStack, urls: Sequence[str]) -> Crowd:
    operator = await stack.enter_async_context(Operator(urls[0], OPERATOR_KEY))
    seller = await person(stack, operator, urls, user_type="car_dealer")
    return Crowd(operator=operator, urls=urls, stack=stack, seller=seller)


def car() -> NewItem:
    """Reserved: its stock, which is one, is taken by the payment."""
    return NewItem(
        title="Nissan March",
        category_id="MLB1744",
        price=Decimal(36000),
        currency_id="BRL",
        available_quantity=1,
        buying_mode="classified",
        listing_type_id="gold",
        condition="used",
        attributes=[
            Attribute(id="BRAND", value_name="Nissan"),
            Attribute(id="MODEL", value_name="March"),
            Attribute(id="VEHICLE_YEAR", value_name="2014"),
        ],
    )


def tool(quantity: int) -> NewItem:
    """Bought: its stock is taken by the order."""
    return NewItem(
        title="Chave de fenda",
        category_id="MLB3530",
        price=Decimal("19.90"),
        currency_id="BRL",
        available_quantity=quantity,
        buying_mode="buy_it_now",
        listing_type_id="gold_special",
        condition="new",
    )


@dataclass(kw_only=True)
class Trade:
    """People buy, pay in parts, call off and restock without end, each through any door."""

    crowd: Crowd
    cars: Sequence[str]
    tools: Sequence[str]
    chance: Random
    # How much the seller has added to each listing, besides what he began with.
    added: Counter[str] = field(default_factory=Counter)
    purchases: int = 0
    is_over: bool = False

    async def buy(self, buyer: Person) -> None:
        while not self.is_over:
            # Sold out, or nothing more to pay or to call off: the marketplace's own words.
            with suppress(BadRequest, Conflict):
                await self._purchase(buyer)
                self.purchases += 1

    async def _purchase(self, buyer: Person) -> None:
        item_id = self.chance.choice([*self.cars, *self.tools])
        quantity = 1 if item_id in self.cars else self.chance.choice([1, 1, 2])
        order = await self._door(buyer).orders.place(item_id=item_id, quantity=quantity)
        ways: list[list[Decimal | None]] = [[None], [None], [order.total_amount // 2, None]]
        acts: list[Awaitable[object]] = [
            self._door(buyer).orders.pay(
                order.id, payment_method_id="visa", cardholder_name="APRO", transaction_amount=part
            )
            for part in self.chance.choice(ways)
        ]
        if self.chance.random() < 0.4:
            acts.append(self._door(buyer).orders.cancel(order.id))
        acting = [asyncio.ensure_future(act) for act in acts]
        await asyncio.wait(acting)
        for failure in [act.exception() for act in acting]:
            if failure is not None:
                raise failure

    async def restock(self) -> None:
        """Three more of a tool, unless one has been sold meanwhile: then he must look again."""
        while not self.is_over:
            item_id = self.chance.choice(self.tools)
            door = self._door(self.crowd.seller)
            seen = await door.fetch(f"/items/{item_id}", Item)
            with suppress(PreconditionFailed):
                await door.items.update(
                    item_id, if_match=seen.etag, available_quantity=seen.value.available_quantity + 3
                )
                self.added[item_id] += 3

    def _door(self, who: Person) -> Client:
        return self.chance.choice(who.doors)
