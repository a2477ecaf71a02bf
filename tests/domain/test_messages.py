"""Writing after the sale (contract 16): who may write, when, and how much."""

from __future__ import annotations

from typing import Any

import pytest

from tests.builders import (
    BUYER_ID,
    NOW,
    ORDER_ID,
    SELLER_ID,
    STRANGER_ID,
    a_hidden_order,
    a_paid_order,
    a_reservation,
    an_order,
)
from zoco.domain.events import MessageNews
from zoco.domain.messages import Block, block, new_message
from zoco.domain.orders import Cause, Order, OrderStatus
from zoco.domain.refusals import Reason, Refused


def _write(**changes: Any) -> Any:
    act: dict[str, Any] = {
        "message_id": "fd1d2e37",
        "order": a_paid_order(),
        "by_user_id": SELLER_ID,
        "from_id": SELLER_ID,
        "to_id": BUYER_ID,
        "text": "Sale mañana.",
        "is_first": True,
        "application_id": 14529,
        "now": NOW,
    }
    return new_message(**(act | changes))


_LONG: dict[str, Any] = {"text": "x" * 351}
_ODD: dict[str, Any] = {"text": "\x07" * 351}
_EMPTY: dict[str, Any] = {"text": " \n"}
_BLOCKED: dict[str, Any] = _EMPTY | {"order": an_order()}

# In the order in which they are said: a row is wrong in the ways of the rows below it too.
REFUSALS = [
    (Reason.WRITING_TO_ONESELF, _BLOCKED | {"from_id": STRANGER_ID, "to_id": STRANGER_ID}),
    (Reason.SENDER_FOREIGN, _BLOCKED | {"from_id": BUYER_ID, "to_id": STRANGER_ID}),
    (Reason.RECEIVER_FOREIGN, _BLOCKED | {"to_id": STRANGER_ID}),
    (Reason.CONVERSATION_BLOCKED, _BLOCKED),
    (Reason.MESSAGE_TEXT_MISSING, _EMPTY),
    (Reason.UNSUPPORTED_CHARACTER, _ODD),
    (Reason.UNSUPPORTED_CHARACTER, {"text": "a\ud800"}),
    (Reason.MESSAGE_CONTENT_TOO_LONG, _LONG),
    (
        Reason.MESSAGE_CONTENT_TOO_LONG,
        {"by_user_id": BUYER_ID, "from_id": BUYER_ID, "to_id": SELLER_ID, "text": "x" * 3501},
    ),
]


@pytest.mark.parametrize(("reason", "changes"), REFUSALS)
def test_a_refusal(reason: Reason, changes: dict[str, Any]) -> None:
    with pytest.raises(Refused) as refusal:
        _write(**changes)
    assert refusal.value.reason is reason


def test_the_table_keeps_the_order_of_the_refusals() -> None:
    positions = [list(Reason).index(reason) for reason, _ in REFUSALS]
    assert positions == sorted(positions)


def test_a_message_and_who_hears_of_it() -> None:
    message, news = _write()

    assert (message.order_id, message.seller_id, message.site_id) == (ORDER_ID, SELLER_ID, "MLA")
    assert (message.from_id, message.to_id, message.date_read) == (SELLER_ID, BUYER_ID, None)
    assert news == MessageNews(message_id="fd1d2e37", user_id=BUYER_ID)


@pytest.mark.parametrize(
    ("author", "receiver", "longest"), [(SELLER_ID, BUYER_ID, 350), (BUYER_ID, SELLER_ID, 3500)]
)
def test_the_longest_message(author: int, receiver: int, longest: int) -> None:
    message, _ = _write(by_user_id=author, from_id=author, to_id=receiver, text="ñ" * longest)

    assert len(message.text) == longest


def test_lines_and_emoji_are_welcome() -> None:
    assert _write(text="Hola\r\n\t¡gracias! 🙂")[0].text == "Hola\r\n\t¡gracias! 🙂"


def _cancelled(cause: Cause) -> Order:
    return a_paid_order(status=OrderStatus.CANCELLED, cause=cause)


@pytest.mark.parametrize(
    ("order", "blocked"),
    [
        (a_paid_order(), None),
        (a_reservation(delivered=True), None),
        (a_paid_order(expired=True), None),
        (an_order(), Block.PAYMENT),
        (an_order(status=OrderStatus.PARTIALLY_PAID), Block.PAYMENT),
        (an_order(status=OrderStatus.PAYMENT_IN_PROCESS), Block.PAYMENT),
        (a_hidden_order(), Block.PAYMENT),
        (_cancelled(Cause.BUYER_CANCELLED), Block.CANCELLED_ORDER),
        (_cancelled(Cause.RESERVATION_RETURNED), Block.CANCELLED_ORDER),
        (_cancelled(Cause.PAYMENT_REFUNDED), Block.REFUND),
        (a_paid_order(status=OrderStatus.INVALID), Block.CANCELLED_ORDER),
    ],
)
def test_when_a_conversation_is_blocked(order: Order, blocked: Block | None) -> None:
    assert block(order) is blocked
