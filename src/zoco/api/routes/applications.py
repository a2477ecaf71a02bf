"""Applications of the caller (contract 13.1, A-26)."""

from __future__ import annotations

from msgspec import UnsetType

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody, NoParameters
from zoco.api.parameters import ApplicationPath
from zoco.api.presenters import applications as present
from zoco.database.transaction import Transaction
from zoco.domain import applications as domain
from zoco.domain.refusals import Reason
from zoco.marketplace import applications
from zoco.resources.application import Application, ApplicationChange, NewApplication


async def create_application(tx: Transaction, call: Call[NoParameters, NewApplication]) -> Answer:
    body = call.body
    new = domain.NewApplication(
        name=body.name,
        callback_url=body.callback_url,
        site_id=body.site_id,
        short_name=body.short_name,
        description=body.description,
        url=body.url,
        scopes=body.scopes,
        notifications_callback_url=body.notifications_callback_url,
        topics=_topics(body.notifications_topics),
    )
    made = await applications.create_application(tx, call.caller, new, call.now)
    return Answer(present.application(made, call.caller.user_id))


async def change_application(tx: Transaction, call: Call[ApplicationPath, ApplicationChange]) -> Answer:
    body = call.body
    scopes, topics = body.scopes, body.notifications_topics
    change = domain.ApplicationChange(
        name=None if isinstance(body.name, UnsetType) else body.name,
        callback_url=None if isinstance(body.callback_url, UnsetType) else body.callback_url,
        description=_text(body.description),
        url=_text(body.url),
        scopes=None if isinstance(scopes, UnsetType) else tuple(scopes),
        notifications_callback_url=_text(body.notifications_callback_url),
        topics=None if isinstance(topics, UnsetType) else _topics(topics),
        max_requests_per_hour=(
            None if isinstance(body.max_requests_per_hour, UnsetType) else body.max_requests_per_hour
        ),
    )
    changed = await applications.change_application(tx, call.caller, call.parameters.app_id, change)
    return Answer(present.application(changed, call.caller.user_id))


async def one_application(tx: Transaction, call: Call[ApplicationPath, NoBody]) -> Answer:
    found = await applications.application(tx, call.parameters.app_id)
    return Answer(present.application(found, call.caller.user_id))


def _topics(given: list[str] | str) -> tuple[str, ...]:
    """An array, or the comma list of the original's form (contract 13.1)."""
    topics = given.split(",") if isinstance(given, str) else given
    return tuple(topic for topic in (topic.strip() for topic in topics) if topic)


def _text(value: str | UnsetType | None) -> str | None:
    """A text sent as null is to be taken away, which the rules read as an empty text (26.19)."""
    return None if isinstance(value, UnsetType) else (value or "")


_RULES = (
    Reason.INVALID_FIELD,
    Reason.NAME_TAKEN,
    Reason.UNKNOWN_TOPIC,
    Reason.INVALID_CALLBACK,
    Reason.INVALID_SCOPE,
)

ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/applications",
        create_application,
        access=Access.USER,
        body=NewApplication,
        answer=Application,
        status=201,
        summary="Make an application",
        refusals=(*_RULES, Reason.SITE_NOT_FOUND),
    ),
    Endpoint(
        "GET",
        "/applications/{app_id}",
        one_application,
        access=Access.USER,
        parameters=ApplicationPath,
        answer=Application,
        summary="One application; its owner sees its secret and its settings",
        refusals=(Reason.APPLICATION_NOT_FOUND,),
    ),
    Endpoint(
        "PUT",
        "/applications/{app_id}",
        change_application,
        access=Access.USER,
        parameters=ApplicationPath,
        body=ApplicationChange,
        answer=Application,
        summary="Change what is sent of an application: callback, topics, scopes",
        refusals=(Reason.APPLICATION_NOT_FOUND, Reason.NOT_YOURS, *_RULES),
    ),
)
