"""What an application may be, and what it may subscribe to."""

from __future__ import annotations

import pytest

from zoco.domain.applications import SCOPES, TOPICS, known_scopes, known_topics
from zoco.domain.refusals import Reason, Refused


def test_topics_are_spelled_one_way_and_named_once() -> None:
    assert known_topics([" orders ", "orders feedback", "orders"]) == ("orders", "orders_feedback")


@pytest.mark.parametrize("topic", ["", "Orders", "weather"])
def test_an_unknown_topic_is_refused(topic: str) -> None:
    with pytest.raises(Refused) as refused:
        known_topics([topic])
    assert refused.value.reason is Reason.UNKNOWN_TOPIC


def test_the_topics_of_the_documents_are_known() -> None:
    assert known_topics(["orders", "items", "questions", "created_orders", "payments"]) == (
        "orders",
        "items",
        "questions",
        "created_orders",
        "payments",
    )
    assert len(set(TOPICS)) == len(TOPICS)


def test_scopes_are_printed_in_one_order() -> None:
    assert known_scopes(["write", "read", "offline_access", "read"]) == SCOPES


def test_an_unknown_scope_is_refused() -> None:
    with pytest.raises(Refused) as refused:
        known_scopes(["read", "admin"])
    assert refused.value.reason is Reason.INVALID_SCOPE
