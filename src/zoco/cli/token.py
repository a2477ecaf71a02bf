"""Print an access token for a user, for tools and tests.

The marketplace must be running; the operator key comes from the settings or the data folder.
"""

from __future__ import annotations

import argparse
import asyncio
import sys
from typing import Any

from zoco.cli.keys import known_operator_key
from zoco.client.errors import ClientError
from zoco.client.operator import Operator
from zoco.settings import Settings


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("user_id", type=int, help="the user who will seem to call")
    parser.add_argument("--app-id", type=int, help="an application; leaves the user's grant to it")


def run(settings: Settings, arguments: dict[str, Any]) -> int:
    return asyncio.run(_issue(settings, arguments["user_id"], arguments["app_id"]))


async def _issue(settings: Settings, user_id: int, app_id: int | None) -> int:
    async with Operator(settings.marketplace_address, known_operator_key(settings)) as operator:
        try:
            token = await operator.issue_token(user_id, app_id=app_id)
        except ClientError as error:
            print(f"zoco: No token from {settings.marketplace_address}: {error}", file=sys.stderr)
            return 1
    print(token.access_token)
    return 0
