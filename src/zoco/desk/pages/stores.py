"""Settings, Stores: connect by the marketplace's consent page or by pasted tokens; disconnect."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from starlette.exceptions import HTTPException
from starlette.responses import RedirectResponse, Response

from zoco.client import ClientError, Refused
from zoco.desk import stores
from zoco.desk.pages.visit import Member
from zoco.desk.records import stores as store_rows

_FIELD_MAX = 2048
# The origin goes into a header of the page, so it holds nothing but a host and a port.
_WEB_ADDRESS = re.compile(r"https?://[A-Za-z0-9.-]+(?::\d{1,5})?(?:/[!-~]*)?")
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_TOKEN = re.compile(r"[!-~]+")


async def show(member: Member) -> Response:
    """`GET /settings/stores`"""
    return await _page(member)


async def connect(member: Member) -> Response:
    """`POST /settings/stores/connect`: off to the marketplace's consent page."""
    application_id = await _application_id(member)
    try:
        url = await stores.begin_connection(
            member.desk, application_id=application_id, person_id=member.person.id
        )
    except stores.NoSecret:
        return await _page(member, problem="secret", status=422)
    return RedirectResponse(url, 303)


async def connected(member: Member) -> Response:
    """`GET /settings/stores/callback`: back from the marketplace, with a code or a refusal."""
    query = member.request.query_params
    if "error" in query:
        return await _page(member, problem="denied", status=400)
    try:
        await stores.finish_connection(
            member.desk, state=query.get("state", ""), code=query.get("code", ""), person_id=member.person.id
        )
    except (stores.NoSuchSignIn, stores.NoSecret):
        return await _page(member, problem="state", status=400)
    except ClientError:
        return await _page(member, problem="marketplace", status=502)
    return RedirectResponse("/settings/stores?said=connected", 303)


async def paste(member: Member) -> Response:
    """`POST /settings/stores/paste`: tokens of an application that is registered elsewhere."""
    access_token = member.form.get("access_token", "").strip()[:_FIELD_MAX]
    refresh_token = member.form.get("refresh_token", "").strip()[:_FIELD_MAX]
    application_id = await _application_id(member)
    if not _TOKEN.fullmatch(access_token) or not _TOKEN.fullmatch(refresh_token or access_token):
        return await _page(member, problem="token", status=422)
    try:
        await stores.paste(
            member.desk,
            application_id=application_id,
            access_token=access_token,
            refresh_token=refresh_token or None,
            by=member.person.id,
        )
    except Refused:
        return await _page(member, problem="token", status=422)
    except ClientError:
        return await _page(member, problem="silent", status=502)
    return RedirectResponse("/settings/stores?said=connected", 303)


async def add_application(member: Member) -> Response:
    """`POST /settings/stores/applications`: an application registered at a marketplace."""
    base_url = member.form.get("base_url", "").strip().rstrip("/")[:_FIELD_MAX]
    auth_url = member.form.get("auth_url", "").strip().rstrip("/")[:_FIELD_MAX] or base_url
    client_id = member.form.get("client_id", "").strip()
    client_secret = member.form.get("client_secret", "").strip()[:_FIELD_MAX]
    if not (
        _WEB_ADDRESS.fullmatch(base_url)
        and _WEB_ADDRESS.fullmatch(auth_url)
        and _NUMBER.fullmatch(client_id)
        and client_secret
    ):
        return await _page(member, problem="application", status=422)
    await stores.add_application(
        member.desk,
        base_url=base_url,
        auth_url=auth_url,
        client_id=int(client_id),
        client_secret=client_secret,
    )
    return RedirectResponse("/settings/stores?said=application", 303)


async def disconnect(member: Member) -> Response:
    """`POST /settings/stores/{store_id}/disconnect`: the grant is revoked at the marketplace."""
    store_id: int = member.request.path_params["store_id"]
    if member.shell.store(store_id) is None:
        raise HTTPException(404)
    try:
        await stores.disconnect(member.desk, store_id, by=member.person.id)
    except ClientError:
        return await _page(member, problem="unreachable", status=502)
    return RedirectResponse("/settings/stores?said=disconnected", 303)


async def _page(member: Member, *, problem: str | None = None, status: int = 200) -> Response:
    applications = await member.desk.database.read(store_rows.applications)
    return member.page(
        "stores.html",
        status=status,
        # The consent page lives at the marketplace: the form that leads there ends at its origin.
        form_targets=sorted({_origin(application.auth_url) for application in applications}),
        place="settings",
        applications=applications,
        redirect_uri=member.desk.public_url + stores.CALLBACK_PATH,
        problem=problem,
        said=member.request.query_params.get("said"),
    )


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"


async def _application_id(member: Member) -> int:
    """The chosen application; a form names one of those that its page offered."""
    chosen = member.form.get("application_id", "")
    applications = await member.desk.database.read(store_rows.applications)
    if chosen not in {str(application.id) for application in applications}:
        raise HTTPException(404)
    return int(chosen)
