"""The one table from a refusal to a status, a code and a sentence (contract 2.3)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from msgspec import UNSET

from zoco.domain.refusals import Reason, Refused
from zoco.resources.error import Error


@dataclass(frozen=True, slots=True)
class Problem:
    """How a refusal looks over HTTP. `{field}` and `{detail}` in the message are the refusal's own."""

    status: int
    error: str
    message: str
    code: str | None = None
    # What an item's cause says besides (contract 14.3): the number of its validation.
    cause_id: int | None = None


class TurnedAway(Exception):
    """The door says no to what is not even a question to the marketplace: bad JSON, a wrong method."""

    def __init__(
        self,
        problem: Problem,
        detail: str = "",
        *,
        field: str = "",
        headers: Mapping[str, str] | None = None,
    ) -> None:
        super().__init__(f"{problem.error}: {detail}")
        self.problem = problem
        self.detail = detail
        self.field = field
        self.headers = headers


INVALID_JSON = Problem(400, "invalid_json", "The body is not valid JSON: {detail}")
INVALID_BODY_FIELD = Problem(400, "bad_request", "{detail}")
INVALID_ORDER = Problem(400, "validation_error", "{detail}")
INVALID_PARAMETER = Problem(400, "bad_request", "{detail}")
INVALID_REQUEST = Problem(400, "invalid_request", "{detail}")
UNSUPPORTED_GRANT_TYPE = Problem(400, "unsupported_grant_type", "Unsupported grant type: {detail}.")
INVALID_CALLBACK_NAME = Problem(400, "bad_request", "Invalid callback name")
OPERATOR_KEY_MISSING = Problem(401, "unauthorized", "X-Operator-Key not present")
OPERATOR_KEY_WRONG = Problem(403, "forbidden", "X-Operator-Key is not this server's")
NO_SUCH_PATH = Problem(404, "not_found", "Nothing answers at {detail}")
METHOD_NOT_ALLOWED = Problem(405, "method_not_allowed", "{detail}")
BODY_TOO_LARGE = Problem(413, "body_too_large", "The body is larger than {detail} bytes")
INTERNAL = Problem(500, "internal_server_error", "Oops! Something went wrong...")

DOOR_PROBLEMS = (
    INVALID_JSON,
    INVALID_BODY_FIELD,
    INVALID_ORDER,
    INVALID_PARAMETER,
    INVALID_REQUEST,
    UNSUPPORTED_GRANT_TYPE,
    INVALID_CALLBACK_NAME,
    OPERATOR_KEY_MISSING,
    OPERATOR_KEY_WRONG,
    NO_SUCH_PATH,
    METHOD_NOT_ALLOWED,
    BODY_TOO_LARGE,
    INTERNAL,
)

_FORBIDDEN = "access to the requested resource is forbidden"


def _item(message: str, code: str, cause_id: int) -> Problem:
    return Problem(400, "validation_error", message, code=code, cause_id=cause_id)


PROBLEMS: dict[Reason, Problem] = {
    Reason.NO_TOKEN: Problem(401, "unauthorized", "authorization value not present"),
    # The recorded answer's own oddity: a 401 whose code is not_found.
    Reason.INVALID_TOKEN: Problem(401, "not_found", "invalid_token"),
    Reason.APPLICATION_BLOCKED: Problem(401, "unauthorized_scopes", "The application is blocked"),
    Reason.SCOPE_MISSING: Problem(403, "Invalid scopes", "Invalid scopes", code="FORBIDDEN"),
    Reason.NOT_YOURS: Problem(403, "forbidden", _FORBIDDEN, code="FORBIDDEN"),
    Reason.NOT_A_PARTY: Problem(403, "forbidden", "The user has not access to the order"),
    Reason.USER_NOT_ACTIVE: Problem(403, "user_not_active", "The user is not active"),
    Reason.ORDER_NOT_FOUND: Problem(404, "order_not_found", "Order not found."),
    Reason.ITEM_NOT_FOUND: Problem(404, "not_found", "Item with id {detail} not found"),
    Reason.PAYMENT_NOT_FOUND: Problem(404, "not_found", "Payment {detail} not found"),
    Reason.USER_NOT_FOUND: Problem(404, "not_found", "User {detail} not found"),
    Reason.APPLICATION_NOT_FOUND: Problem(404, "not_found", "Application {detail} not found"),
    Reason.SITE_NOT_FOUND: Problem(404, "not_found", "Site {detail} not found"),
    Reason.CATEGORY_NOT_FOUND: Problem(404, "not_found", "Category {detail} not found"),
    Reason.PAYMENT_METHOD_NOT_FOUND: Problem(404, "not_found", "Payment method {detail} not found"),
    Reason.FEEDBACK_NOT_FOUND: Problem(404, "not_found", "Feedback {detail} not found"),
    Reason.NOTE_NOT_FOUND: Problem(404, "not_found", "Note {detail} not found"),
    Reason.NOT_BLOCKED: Problem(404, "not_found", "User {detail} is not on the list"),
    Reason.INVALID_FIELD: Problem(400, "bad_request", "Invalid {field}"),
    Reason.UNKNOWN_FIELD: Problem(400, "validation_error", "body.invalid_fields", code="body.invalid_fields"),
    Reason.AMOUNT_TOO_FINE: Problem(400, "bad_request", "The amount is finer than its currency allows"),
    Reason.INVALID_DATE_RANGE: Problem(400, "bad_request", "invalid date range"),
    Reason.SEARCH_WITHOUT_PARTY: Problem(400, "bad_request", "The seller or buyer param is required"),
    Reason.OWN_ITEM: Problem(400, "own_item", "You can not buy your own item"),
    Reason.BUYER_BLOCKED: Problem(403, "buyer_blocked", "The seller has blocked this buyer"),
    Reason.TEST_USER_MISMATCH: Problem(
        403, "test_user_mismatch", "Test users deal only with the items of test users"
    ),
    Reason.ITEM_NOT_ACTIVE: Problem(400, "item_not_active", "The item is not active"),
    Reason.VARIATION_REQUIRED: Problem(400, "validation_error", "The item has variations: name one"),
    Reason.UNKNOWN_VARIATION: Problem(400, "validation_error", "The item has no such variation"),
    Reason.NOT_ENOUGH_STOCK: Problem(400, "not_enough_stock", "The item has not enough stock"),
    Reason.RESERVATION_NOT_AVAILABLE: Problem(
        400, "reservation_not_available", "Reservations are not available on this site"
    ),
    Reason.ORDER_NOT_PAYABLE: Problem(400, "order_not_payable", "The order can not be paid"),
    Reason.INVALID_PAYMENT_METHOD: Problem(400, "invalid_payment_method", "Invalid payment method"),
    Reason.INVALID_INSTALLMENTS: Problem(400, "invalid_installments", "Invalid number of installments"),
    Reason.INVALID_TRANSACTION_AMOUNT: Problem(
        400, "invalid_transaction_amount", "The transaction_amount must be positive and no more than is owed"
    ),
    Reason.ILLEGAL_PAYMENT_CHANGE: Problem(409, "conflict", "The payment can not take this status"),
    Reason.ORDER_NOT_CANCELLABLE: Problem(409, "order_not_cancellable", "The order can not be cancelled"),
    Reason.ORDER_IS_OVER: Problem(409, "conflict", "The order is cancelled or invalid already"),
    Reason.NOT_CONTRADICTED: Problem(
        409, "conflict", "The parties do not contradict each other over money that is held"
    ),
    Reason.SHIPPING_NOT_AVAILABLE: Problem(400, "shipping_not_available", "The order is not shipped"),
    Reason.ORDER_NOT_RATABLE: Problem(400, "order_not_ratable", "The order can not be rated"),
    Reason.FEEDBACK_ALREADY_EXISTS: Problem(
        400, "feedback_already_exists", "You have already given feedback on this order"
    ),
    Reason.NOT_FULFILLED_FEEDBACK_EXPIRED: Problem(
        400,
        "not_fulfilled_feedback_in_order_expired",
        "You can't submit a not fulfilled feedback after order has expired.",
    ),
    Reason.FEEDBACK_EXPIRED: Problem(400, "feedback_expired", "The order can no more be rated"),
    Reason.INVALID_RATING: Problem(400, "invalid_rating", "The rating does not go with fulfilled"),
    Reason.INVALID_REASON: Problem(400, "invalid_reason", "Invalid reason"),
    Reason.MESSAGE_REQUIRED: Problem(400, "bad_request", "The message is required"),
    Reason.MESSAGE_TOO_LONG: Problem(400, "bad_request", "The message is longer than 160 characters"),
    Reason.NOTE_EMPTY: Problem(400, "bad_request", "The note is empty"),
    Reason.NOTE_TOO_LONG: Problem(400, "bad_request", "The note is longer than 300 characters"),
    Reason.SELF_BLOCK: Problem(400, "bad_request", "You can not block yourself"),
    Reason.BLOCKED_USER_NOT_FOUND: Problem(404, "user_not_found", "User {detail} not found"),
    Reason.CATEGORY_NOT_LISTABLE: _item(
        "The category does not take listings", "item.category_id.invalid", 126
    ),
    Reason.TITLE_TOO_LONG: _item("The title is missing or too long", "item.title.length.invalid", 102),
    Reason.INVALID_PRICE: _item("The price is not valid", "item.price.invalid", 109),
    Reason.INVALID_CURRENCY: _item("The currency is not valid here", "item.currency_id.invalid", 112),
    Reason.INVALID_QUANTITY: _item("The quantity is not valid", "item.available_quantity.invalid", 110),
    Reason.ATTRIBUTE_REQUIRED: _item(
        "Required attributes are missing: {detail}", "item.attributes.missing_required", 147
    ),
    Reason.OFFICIAL_STORE_NOT_GRANTED: _item(
        "The official store is not yours", "item.official_store_id.invalid", 128
    ),
    Reason.ITEM_CLOSED: Problem(400, "validation_error", "The item is closed", code="item.status.invalid"),
    Reason.INVALID_STATUS_CHANGE: Problem(
        400, "validation_error", "The item can not take this status", code="item.status.invalid"
    ),
    Reason.FIELD_FROZEN: Problem(
        400, "validation_error", "The field can not change after a sale", code="field_not_updatable"
    ),
    Reason.STALE_VERSION: Problem(
        412, "precondition_failed", "The item has changed since the version in If-Match"
    ),
    Reason.NAME_TAKEN: Problem(400, "bad_request", "The name is taken"),
    Reason.UNKNOWN_TOPIC: Problem(400, "bad_request", "Unknown topic: {detail}"),
    Reason.INVALID_CALLBACK: Problem(400, "bad_request", "The callback URL is not valid"),
    Reason.INVALID_CLIENT: Problem(400, "invalid_client", "invalid client_id[{detail}] or client_secret[]"),
    Reason.UNAUTHORIZED_APPLICATION: Problem(401, "unauthorized_application", "The application is blocked"),
    Reason.INVALID_SCOPE: Problem(400, "invalid_scope", "Invalid scope."),
    Reason.INVALID_GRANT: Problem(
        400,
        "invalid_grant",
        "Error validating grant. Your authorization code or refresh token may be expired"
        " or it was already used",
    ),
    Reason.CLIENT_MISMATCH: Problem(
        400, "invalid_grant", "Error validating grant. The client_id does not match the original."
    ),
    Reason.REDIRECT_MISMATCH: Problem(
        400, "invalid_grant", "Error validating grant. The redirect_uri does not match the original."
    ),
    Reason.IDEMPOTENCY_KEY_REUSED: Problem(409, "conflict", "The idempotency key was used with another body"),
}

# OAuth speaks its own words, and gives its text under two names (contract 13.5, C-13).
_OAUTH_ERRORS = frozenset(
    {
        "invalid_client",
        "invalid_grant",
        "invalid_scope",
        "invalid_request",
        "unsupported_grant_type",
        "unauthorized_client",
        "unauthorized_application",
    }
)


def of_refusal(refused: Refused) -> Error:
    """The envelope of what the marketplace refused."""
    return _envelope(PROBLEMS[refused.reason], refused.detail, refused.field)


def headers_of(refused: Refused) -> dict[str, str]:
    """Who comes with a stale `If-Match` learns what would match; the refusal's detail is the version."""
    return {"etag": f'"{refused.detail}"'} if refused.reason is Reason.STALE_VERSION else {}


def of_door(turned_away: TurnedAway) -> Error:
    """The envelope of what did not get past the door."""
    return _envelope(turned_away.problem, turned_away.detail, turned_away.field)


def _envelope(problem: Problem, detail: str, field: str) -> Error:
    message = problem.message.replace("{field}", field).replace("{detail}", detail)
    if detail and problem.error == "bad_request" and "{detail}" not in problem.message:
        message = f"{message}: {detail}"
    return Error(
        message=message,
        error=problem.error,
        status=problem.status,
        cause=_cause(problem, message, field),
        code=problem.code if problem.status == 403 and problem.code else UNSET,
        error_description=message if problem.error in _OAUTH_ERRORS else UNSET,
    )


def _cause(problem: Problem, message: str, field: str) -> list[object]:
    """Which field it was (contract 2.3); the validations of an item carry more (contract 2.2)."""
    if problem.status != 400 or problem.error in _OAUTH_ERRORS or not (field or problem.code):
        return []
    code = problem.code or f"{field}.invalid"
    cause: dict[str, object] = {"code": code, "message": message}
    if problem.error == "validation_error":
        reference = f"item.{field}" if problem.code else field
        cause |= {"type": "error", "references": [reference] if field else []}
        if problem.cause_id is not None:
            cause |= {"department": "items", "cause_id": problem.cause_id}
    return [cause]
