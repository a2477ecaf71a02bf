"""People: as everybody sees them, and as they see themselves (contract 12)."""

from __future__ import annotations

from zoco.api.endpoint import Access, Answer, AnyEndpoint, Call, Endpoint, NoBody, NoParameters
from zoco.api.parameters import UserApplicationPath, UserPath
from zoco.api.presenters import people as present
from zoco.database.transaction import Transaction
from zoco.domain.refusals import Reason
from zoco.marketplace import accounts, authorization
from zoco.resources.application import Revocation
from zoco.resources.user import User


async def myself(tx: Transaction, call: Call[NoParameters, NoBody]) -> Answer:
    return Answer(present.private_user(await accounts.user(tx, call.caller.user_id)))


async def one_user(tx: Transaction, call: Call[UserPath, NoBody]) -> Answer:
    user = await accounts.user(tx, call.parameters.user_id)
    own = user.id == call.caller.user_id
    return Answer(present.private_user(user) if own else present.public_user(user))


async def revoke(tx: Transaction, call: Call[UserApplicationPath, NoBody]) -> Answer:
    user_id, app_id = call.parameters.user_id, call.parameters.app_id
    await authorization.revoke(tx, call.caller.user_id, user_id, app_id)
    return Answer(Revocation(user_id=user_id, app_id=app_id))


ENDPOINTS: tuple[AnyEndpoint, ...] = (
    Endpoint("GET", "/users/me", myself, access=Access.USER, answer=User, summary="The caller"),
    Endpoint(
        "GET",
        "/users/{user_id}",
        one_user,
        access=Access.OPTIONAL,
        parameters=UserPath,
        answer=User,
        summary="One user; with his own token, all of him",
        refusals=(Reason.USER_NOT_FOUND,),
    ),
    Endpoint(
        "DELETE",
        "/users/{user_id}/applications/{app_id}",
        revoke,
        access=Access.USER,
        parameters=UserApplicationPath,
        answer=Revocation,
        summary="Take back the permission given to an application",
        refusals=(Reason.NOT_YOURS, Reason.APPLICATION_NOT_FOUND),
    ),
)
