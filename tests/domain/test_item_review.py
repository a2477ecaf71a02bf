from __future__ import annotations

from datetime import timedelta

import pytest

from tests.builders import NOW, SELLER_ID, an_item
from zoco.domain.events import ItemNews
from zoco.domain.item_review import review
from zoco.domain.items import Item, ItemStatus

LATER = NOW + timedelta(hours=1)
REVIEWED = an_item(status=ItemStatus.UNDER_REVIEW, sub_status=("warning",))
PAUSED = an_item(status=ItemStatus.PAUSED, sub_status=("paused_by_seller",))
SOLD_OUT = an_item(status=ItemStatus.PAUSED, sub_status=("out_of_stock",), available_quantity=0)


@pytest.mark.parametrize(
    ("item", "status", "sub_status", "after"),
    [
        (an_item(), "under_review", (), "under_review"),
        (an_item(), "under_review", ("held", "warning"), "under_review held warning"),
        (REVIEWED, "under_review", ("forbidden",), "under_review forbidden"),
        (REVIEWED, "active", (), "active"),
        (an_item(status=ItemStatus.INACTIVE), "active", (), "active"),
        (an_item(status=ItemStatus.UNDER_REVIEW, available_quantity=0), "active", (), "paused out_of_stock"),
        (REVIEWED, "closed", ("suspended",), "closed suspended"),
        (an_item(), "closed", (), "closed"),
        (PAUSED, "closed", (), "closed"),
        (PAUSED, "under_review", ("warning",), "under_review warning paused_by_seller"),
        (review(PAUSED, "under_review", ("warning",), NOW)[0], "active", (), "paused paused_by_seller"),
        (review(SOLD_OUT, "under_review", (), NOW)[0], "active", (), "paused out_of_stock"),
    ],
)
def test_the_moderators_word(item: Item, status: str, sub_status: tuple[str, ...], after: str) -> None:
    reviewed, events = review(item, status, sub_status, LATER)

    assert " ".join([reviewed.status, *reviewed.sub_status]) == after
    assert (reviewed.last_updated, reviewed.version) == (LATER, item.version + 1)
    assert events == (ItemNews(item_id=item.id, seller_id=SELLER_ID),)


@pytest.mark.parametrize(
    ("item", "status", "sub_status"),
    [
        (an_item(), "active", ()),
        (REVIEWED, "under_review", ("warning",)),
        (an_item(status=ItemStatus.CLOSED, sub_status=("expired",)), "closed", ()),
    ],
)
def test_said_twice_it_changes_nothing(item: Item, status: str, sub_status: tuple[str, ...]) -> None:
    assert review(item, status, sub_status, LATER) == (item, ())
