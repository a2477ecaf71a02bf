"""Applications: programs that act for people and hear their news (contract 13, 17.1, 17.2)."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlsplit

from zoco.domain.refusals import Reason, Refused

SCOPES = ("offline_access", "read", "write")
DESCRIPTION_LENGTH_MAX = 150
REQUESTS_PER_HOUR = 18000

# What an application may subscribe to; most are accepted as names and never fired (17.2).
TOPICS = (
    "orders",
    "orders_v2",
    "created_orders",
    "items",
    "questions",
    "payments",
    "messages",
    "orders_feedback",
    "shipments",
    "claims",
    "post_purchase",
    "pictures",
    "quotations",
    "invoices",
    "stock-location",
    "items_prices",
    "price_suggestion",
    "catalog_item_competition_status",
    "catalog_suggestions",
    "public_offers",
    "public_candidates",
    "fbm_stock_operations",
    "flex-handshakes",
    "vis_leads",
    "leads-credits",
)
# The developers' page spells this one with a blank.
_TOPIC_ALIASES = {"orders feedback": "orders_feedback"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    id: int
    owner_id: int
    site_id: str
    name: str
    short_name: str | None = None
    description: str | None = None
    url: str | None = None
    # The redirect URI of 13.2, matched exactly.
    callback_url: str
    secret_key: str
    scopes: tuple[str, ...] = SCOPES
    active: bool = True
    max_requests_per_hour: int = REQUESTS_PER_HOUR
    notifications_callback_url: str | None = None
    topics: tuple[str, ...] = ()
    date_created: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class NewApplication:
    """What its owner says of an application to be made."""

    name: str
    callback_url: str
    site_id: str | None = None
    short_name: str | None = None
    description: str | None = None
    url: str | None = None
    scopes: tuple[str, ...] = SCOPES
    notifications_callback_url: str | None = None
    topics: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class ApplicationChange:
    """What its owner wants changed; None is left as it is, an empty text is taken away (26.19)."""

    name: str | None = None
    callback_url: str | None = None
    description: str | None = None
    url: str | None = None
    scopes: tuple[str, ...] | None = None
    notifications_callback_url: str | None = None
    topics: tuple[str, ...] | None = None
    max_requests_per_hour: int | None = None


def check(application: Application) -> Application:
    """The application when it is well formed, its topics and scopes in one spelling, once each."""
    if not application.name.strip():
        raise Refused(Reason.INVALID_FIELD, field="name")
    if len(application.description or "") > DESCRIPTION_LENGTH_MAX:
        raise Refused(Reason.INVALID_FIELD, field="description")
    if not _is_web_address(application.callback_url):
        raise Refused(Reason.INVALID_CALLBACK, field="callback_url")
    callback = application.notifications_callback_url
    if callback is not None and not _is_web_address(callback):
        raise Refused(Reason.INVALID_CALLBACK, field="notifications_callback_url")
    if not 1 <= application.max_requests_per_hour <= REQUESTS_PER_HOUR:
        raise Refused(Reason.INVALID_FIELD, field="max_requests_per_hour")
    return replace(
        application, scopes=known_scopes(application.scopes), topics=known_topics(application.topics)
    )


def known_topics(topics: Iterable[str]) -> tuple[str, ...]:
    """The topics in our spelling, once each, in the order given."""
    spelled = dict.fromkeys(_TOPIC_ALIASES.get(topic.strip(), topic.strip()) for topic in topics)
    for topic in spelled:
        if topic not in TOPICS:
            raise Refused(Reason.UNKNOWN_TOPIC, field="notifications_topics", detail=topic)
    return tuple(spelled)


def known_scopes(scopes: Iterable[str]) -> tuple[str, ...]:
    """The scopes once each, in the order in which tokens print them."""
    wanted = set(scopes)
    for scope in sorted(wanted):
        if scope not in SCOPES:
            raise Refused(Reason.INVALID_SCOPE, field="scope", detail=scope)
    return tuple(sorted(wanted))


def _is_web_address(text: str) -> bool:
    """The documents use both http and https (17.3)."""
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return parts.scheme in ("http", "https") and bool(parts.hostname) and not parts.fragment
