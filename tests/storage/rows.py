"""Puts the builders' values into a database."""

from __future__ import annotations

from zoco.database.transaction import Database, Transaction
from zoco.domain.items import Item
from zoco.domain.orders import Order
from zoco.domain.questions import Question
from zoco.domain.users import User
from zoco.storage import feedback, items, orders, questions, users


async def keep(database: Database, *values: User | Item | Order | Question) -> None:
    """`await keep(database, a_seller(), a_buyer(), an_order())`, in one transaction."""
    await database.write(lambda tx: _keep(tx, values))


async def _keep(tx: Transaction, values: tuple[User | Item | Order | Question, ...]) -> None:
    for value in values:
        match value:
            case User():
                assert await users.add(tx, value, password_hash="a hash")
            case Item():
                await items.add(tx, value)
            case Question():
                await questions.add(tx, value)
            case Order():
                await orders.add(tx, value)
                await feedback.save(tx, [one for one in (value.sale, value.purchase) if one is not None])


async def forget_orders(database: Database) -> None:
    """Make room for the next row of a table of cases: cheaper than another database."""
    await database.write(_forget_orders)


async def _forget_orders(tx: Transaction) -> None:
    for table in ("feedback", "payments", "orders"):
        await tx.run(f"DELETE FROM {table}")
