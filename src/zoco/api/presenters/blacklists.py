"""Black lists, in the old form and in that of the block-api (contract 10)."""

from __future__ import annotations

from zoco.marketplace.blacklists import BlockedPage
from zoco.resources import blacklist as shapes
from zoco.resources.page import Paging
from zoco.resources.scalars import order_moment


def entries(page: BlockedPage) -> list[shapes.BlacklistEntry]:
    return [
        shapes.BlacklistEntry(
            user=shapes.BlockedUser(id=entry.user_id, nickname=page.people[entry.user_id].nickname),
            date_created=order_moment(entry.date_created),
            reason=entry.reason,
        )
        for entry in page.entries
    ]


def block_page(page: BlockedPage, *, offset: int, limit: int) -> shapes.BlockPage:
    return shapes.BlockPage(
        users=[
            shapes.BlockedAt(id=entry.user_id, blocked_at=order_moment(entry.date_created))
            for entry in page.entries
        ],
        paging=Paging(total=page.total, offset=offset, limit=limit),
    )
