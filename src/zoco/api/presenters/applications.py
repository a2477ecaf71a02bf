"""Applications and tokens (contract 13): their owners see all, everybody else the public part."""

from __future__ import annotations

from msgspec import UNSET

from zoco.domain.applications import Application
from zoco.marketplace.authorization import IssuedToken
from zoco.resources import application as shapes


def application(one: Application, viewer_id: int) -> shapes.Application:
    own = viewer_id == one.owner_id
    return shapes.Application(
        id=one.id,
        site_id=one.site_id,
        name=one.name,
        short_name=one.short_name,
        description=one.description,
        owner_id=one.owner_id,
        url=one.url,
        callback_url=one.callback_url,
        active=one.active,
        max_requests_per_hour=one.max_requests_per_hour,
        secret_key=one.secret_key if own else UNSET,
        scopes=list(one.scopes) if own else UNSET,
        notifications_callback_url=one.notifications_callback_url if own else UNSET,
        notifications_topics=list(one.topics) if own else UNSET,
    )


def token(issued: IssuedToken) -> shapes.Token:
    """Contract 13.3; no refresh token without `offline_access`."""
    return shapes.Token(
        access_token=issued.access_token,
        expires_in=issued.expires_in,
        scope=" ".join(issued.scopes),
        user_id=issued.user_id,
        refresh_token=UNSET if issued.refresh_token is None else issued.refresh_token,
    )
