"""Applications: made and changed by their owners (contract 13.1, A-26, 26.19)."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

from zoco.database.transaction import Transaction
from zoco.domain.applications import Application, ApplicationChange, NewApplication, check
from zoco.domain.refusals import Reason, Refused
from zoco.domain.sites import site
from zoco.marketplace import token_texts
from zoco.marketplace.accounts import user
from zoco.marketplace.caller import Caller
from zoco.storage import applications


async def create_application(
    tx: Transaction, caller: Caller, new: NewApplication, now: datetime
) -> Application:
    """A new application of the caller's, its secret included."""
    owner = await user(tx, caller.user_id)
    made = check(
        Application(
            id=await tx.next_id("applications_id"),
            owner_id=owner.id,
            site_id=site(new.site_id or owner.site_id).id,
            name=new.name.strip(),
            short_name=new.short_name,
            description=new.description,
            url=new.url,
            callback_url=new.callback_url,
            secret_key=token_texts.client_secret(),
            scopes=new.scopes,
            notifications_callback_url=new.notifications_callback_url or None,
            topics=new.topics,
            date_created=now,
        )
    )
    if not await applications.add(tx, made):
        raise Refused(Reason.NAME_TAKEN, field="name", detail=made.name)
    return made


async def change_application(
    tx: Transaction, caller: Caller, application_id: int, change: ApplicationChange
) -> Application:
    """Its owner changes what he sends and nothing else."""
    known = await applications.get_for_update(tx, application_id)
    if known is None:
        raise Refused(Reason.APPLICATION_NOT_FOUND, detail=str(application_id))
    if known.owner_id != caller.user_id:
        raise Refused(Reason.NOT_YOURS, detail=str(application_id))
    changed = check(
        replace(
            known,
            name=known.name if change.name is None else change.name.strip(),
            callback_url=known.callback_url if change.callback_url is None else change.callback_url,
            description=_text(known.description, change.description),
            url=_text(known.url, change.url),
            scopes=known.scopes if change.scopes is None else change.scopes,
            notifications_callback_url=_text(
                known.notifications_callback_url, change.notifications_callback_url
            ),
            topics=known.topics if change.topics is None else change.topics,
            max_requests_per_hour=(
                known.max_requests_per_hour
                if change.max_requests_per_hour is None
                else change.max_requests_per_hour
            ),
        )
    )
    if changed.name != known.name and not await applications.take_name(tx, changed):
        raise Refused(Reason.NAME_TAKEN, field="name", detail=changed.name)
    await applications.save(tx, changed)
    return changed


async def application(tx: Transaction, application_id: int) -> Application:
    """The application; `api` keeps the secret from everybody but its owner."""
    found = await applications.get(tx, application_id)
    if found is None:
        raise Refused(Reason.APPLICATION_NOT_FOUND, detail=str(application_id))
    return found


def _text(known: str | None, sent: str | None) -> str | None:
    """None was not sent; an empty text takes the known one away."""
    return known if sent is None else sent or None
