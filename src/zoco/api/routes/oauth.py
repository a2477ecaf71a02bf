"""`POST /oauth/token`: a code, a refresh token or a secret against an access token (contract 13.3)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, BodyForm, Call, Endpoint, NoParameters
from zoco.api.presenters import applications as present
from zoco.api.problems import INVALID_REQUEST, UNSUPPORTED_GRANT_TYPE, TurnedAway
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason, Refused
from zoco.marketplace import authorization
from zoco.marketplace.authorization import IssuedToken
from zoco.resources.application import Token, TokenRequest


async def token(tx: Transaction, call: Call[NoParameters, TokenRequest]) -> Answer:
    asked = call.body
    grant_type = _required("grant_type", asked.grant_type)
    issue = {
        "authorization_code": _from_code,
        "refresh_token": _from_refresh_token,
        "client_credentials": _from_credentials,
    }.get(grant_type)
    if issue is None:
        raise TurnedAway(UNSUPPORTED_GRANT_TYPE, grant_type)
    return Answer(present.token(await issue(tx, call)))


async def _from_code(tx: Transaction, call: Call[NoParameters, TokenRequest]) -> IssuedToken:
    asked = call.body
    return await authorization.exchange_code(
        tx,
        client_id=_client_id(asked),
        client_secret=_required("client_secret", asked.client_secret),
        code=_required("code", asked.code),
        redirect_uri=_required("redirect_uri", asked.redirect_uri),
        code_verifier=asked.code_verifier,
        now=call.now,
    )


async def _from_refresh_token(tx: Transaction, call: Call[NoParameters, TokenRequest]) -> IssuedToken:
    asked = call.body
    return await authorization.refresh(
        tx,
        client_id=_client_id(asked),
        client_secret=_required("client_secret", asked.client_secret),
        refresh_token=_required("refresh_token", asked.refresh_token),
        now=call.now,
    )


async def _from_credentials(tx: Transaction, call: Call[NoParameters, TokenRequest]) -> IssuedToken:
    return await authorization.client_credentials(
        tx,
        client_id=_client_id(call.body),
        client_secret=_required("client_secret", call.body.client_secret),
        now=call.now,
    )


def _required(name: str, value: str | None) -> str:
    if not value:
        raise TurnedAway(INVALID_REQUEST, f"The parameter {name} is missing.")
    return value


def _client_id(asked: TokenRequest) -> int:
    text = _required("client_id", asked.client_id)
    if not (text.isascii() and text.isdigit() and len(text) <= 18):
        raise Refused(Reason.INVALID_CLIENT, detail=text)
    return int(text)


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint(
        "POST",
        "/oauth/token",
        token,
        access=Access.PUBLIC,
        body=TokenRequest,
        body_form=BodyForm.FORM,
        answer=Token,
        summary="Exchange a code, a refresh token or a secret for an access token",
        refusals=(
            Reason.INVALID_CLIENT,
            Reason.UNAUTHORIZED_APPLICATION,
            Reason.INVALID_GRANT,
            Reason.CLIENT_MISMATCH,
            Reason.REDIRECT_MISMATCH,
            Reason.INVALID_SCOPE,
        ),
    ),
)
