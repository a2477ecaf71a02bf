"""Who acts in the measurements: sellers and buyers of a marketplace over HTTP, and what is on sale."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from zoco.client import Client
from zoco.client.operator import Operator
from zoco.resources.application import Application, NewApplication
from zoco.resources.item import NewItem
from zoco.resources.user import NewUser


async def person(operator: Operator) -> tuple[int, str]:
    """A new user and a token."""
    user = await operator.create_user(NewUser(site_id="MLB"))
    return user.id, (await operator.issue_token(user.id)).access_token


async def lamp(url: str, seller_token: str) -> str:
    """Something plain on sale, of which there is plenty."""
    async with Client(url, tokens=seller_token) as seller:
        item = await seller.items.publish(
            NewItem(
                title="Lamp",
                category_id="MLB3530",
                price=Decimal(100),
                currency_id="BRL",
                available_quantity=90_000,
                buying_mode="buy_it_now",
                listing_type_id="gold_special",
                condition="new",
            )
        )
    return item.id


async def listener(
    operator: Operator, owner_token: str, user_ids: Sequence[int], *, callback: str, redirect: str
) -> Application:
    """An application that these users granted, subscribed to what a desk wants to hear."""
    async with Client(operator.base_url, tokens=owner_token) as owner:
        application = await owner.applications.create(
            NewApplication(
                name="Desk",
                callback_url=redirect,
                notifications_callback_url=callback,
                notifications_topics="orders,created_orders,items,payments",
            )
        )
    for user_id in user_ids:
        await operator.issue_token(user_id, app_id=application.id)
    return application
