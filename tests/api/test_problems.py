from __future__ import annotations

import pytest

from zoco.api.problems import PROBLEMS, of_refusal
from zoco.domain.refusals import Reason, Refused

STATUSES = [
    (Reason.NO_TOKEN, 401, "unauthorized"),
    (Reason.INVALID_TOKEN, 401, "not_found"),
    (Reason.APPLICATION_BLOCKED, 401, "unauthorized_scopes"),
    (Reason.SCOPE_MISSING, 403, "Invalid scopes"),
    (Reason.NOT_YOURS, 403, "forbidden"),
    (Reason.NOT_A_PARTY, 403, "forbidden"),
    (Reason.USER_NOT_ACTIVE, 403, "user_not_active"),
    (Reason.ORDER_NOT_FOUND, 404, "order_not_found"),
    (Reason.ITEM_NOT_FOUND, 404, "not_found"),
    (Reason.PAYMENT_NOT_FOUND, 404, "not_found"),
    (Reason.USER_NOT_FOUND, 404, "not_found"),
    (Reason.APPLICATION_NOT_FOUND, 404, "not_found"),
    (Reason.SITE_NOT_FOUND, 404, "not_found"),
    (Reason.CATEGORY_NOT_FOUND, 404, "not_found"),
    (Reason.PAYMENT_METHOD_NOT_FOUND, 404, "not_found"),
    (Reason.FEEDBACK_NOT_FOUND, 404, "not_found"),
    (Reason.NOTE_NOT_FOUND, 404, "not_found"),
    (Reason.NOT_BLOCKED, 404, "not_found"),
    (Reason.INVALID_FIELD, 400, "bad_request"),
    (Reason.UNKNOWN_FIELD, 400, "validation_error"),
    (Reason.AMOUNT_TOO_FINE, 400, "bad_request"),
    (Reason.INVALID_DATE_RANGE, 400, "bad_request"),
    (Reason.SEARCH_WITHOUT_PARTY, 400, "bad_request"),
    (Reason.OWN_ITEM, 400, "own_item"),
    (Reason.BUYER_BLOCKED, 403, "buyer_blocked"),
    (Reason.TEST_USER_MISMATCH, 403, "test_user_mismatch"),
    (Reason.ITEM_NOT_ACTIVE, 400, "item_not_active"),
    (Reason.VARIATION_REQUIRED, 400, "validation_error"),
    (Reason.UNKNOWN_VARIATION, 400, "validation_error"),
    (Reason.NOT_ENOUGH_STOCK, 400, "not_enough_stock"),
    (Reason.RESERVATION_NOT_AVAILABLE, 400, "reservation_not_available"),
    (Reason.ORDER_NOT_PAYABLE, 400, "order_not_payable"),
    (Reason.INVALID_PAYMENT_METHOD, 400, "invalid_payment_method"),
    (Reason.INVALID_INSTALLMENTS, 400, "invalid_installments"),
    (Reason.INVALID_TRANSACTION_AMOUNT, 400, "invalid_transaction_amount"),
    (Reason.ILLEGAL_PAYMENT_CHANGE, 409, "conflict"),
    (Reason.ORDER_NOT_CANCELLABLE, 409, "order_not_cancellable"),
    (Reason.ORDER_IS_OVER, 409, "conflict"),
    (Reason.NOT_CONTRADICTED, 409, "conflict"),
    (Reason.SHIPPING_NOT_AVAILABLE, 400, "shipping_not_available"),
    (Reason.ORDER_NOT_RATABLE, 400, "order_not_ratable"),
    (Reason.FEEDBACK_ALREADY_EXISTS, 400, "feedback_already_exists"),
    (Reason.NOT_FULFILLED_FEEDBACK_EXPIRED, 400, "not_fulfilled_feedback_in_order_expired"),
    (Reason.FEEDBACK_EXPIRED, 400, "feedback_expired"),
    (Reason.INVALID_RATING, 400, "invalid_rating"),
    (Reason.INVALID_REASON, 400, "invalid_reason"),
    (Reason.MESSAGE_REQUIRED, 400, "bad_request"),
    (Reason.MESSAGE_TOO_LONG, 400, "bad_request"),
    (Reason.NOTE_EMPTY, 400, "bad_request"),
    (Reason.NOTE_TOO_LONG, 400, "bad_request"),
    (Reason.SELF_BLOCK, 400, "bad_request"),
    (Reason.BLOCKED_USER_NOT_FOUND, 404, "user_not_found"),
    (Reason.CATEGORY_NOT_LISTABLE, 400, "validation_error"),
    (Reason.TITLE_TOO_LONG, 400, "validation_error"),
    (Reason.INVALID_PRICE, 400, "validation_error"),
    (Reason.INVALID_CURRENCY, 400, "validation_error"),
    (Reason.INVALID_QUANTITY, 400, "validation_error"),
    (Reason.ATTRIBUTE_REQUIRED, 400, "validation_error"),
    (Reason.OFFICIAL_STORE_NOT_GRANTED, 400, "validation_error"),
    (Reason.ITEM_CLOSED, 400, "validation_error"),
    (Reason.INVALID_STATUS_CHANGE, 400, "validation_error"),
    (Reason.FIELD_FROZEN, 400, "validation_error"),
    (Reason.STALE_VERSION, 412, "precondition_failed"),
    (Reason.NAME_TAKEN, 400, "bad_request"),
    (Reason.UNKNOWN_TOPIC, 400, "bad_request"),
    (Reason.INVALID_CALLBACK, 400, "bad_request"),
    (Reason.INVALID_CLIENT, 400, "invalid_client"),
    (Reason.UNAUTHORIZED_APPLICATION, 401, "unauthorized_application"),
    (Reason.INVALID_SCOPE, 400, "invalid_scope"),
    (Reason.INVALID_GRANT, 400, "invalid_grant"),
    (Reason.CLIENT_MISMATCH, 400, "invalid_grant"),
    (Reason.REDIRECT_MISMATCH, 400, "invalid_grant"),
    (Reason.IDEMPOTENCY_KEY_REUSED, 409, "conflict"),
]


@pytest.mark.parametrize(("reason", "status", "code"), STATUSES)
def test_how_a_refusal_looks_over_http(reason: Reason, status: int, code: str) -> None:
    error = of_refusal(Refused(reason, field="field", detail="detail"))

    assert (error.status, error.error) == (status, code)
    assert "{" not in error.message


def test_no_refusal_is_forgotten() -> None:
    assert set(PROBLEMS) == set(Reason) == {reason for reason, _, _ in STATUSES}


def test_the_envelope_of_a_plain_refusal() -> None:
    error = of_refusal(Refused(Reason.ORDER_NOT_FOUND, detail="5"))

    assert (error.status, error.error, error.message) == (404, "order_not_found", "Order not found.")
    assert error.cause == []


def test_a_refused_field_is_named() -> None:
    error = of_refusal(Refused(Reason.INVALID_FIELD, field="limit", detail="ten"))

    assert error.message == "Invalid limit: ten"
    assert error.cause == [{"code": "limit.invalid", "message": "Invalid limit: ten"}]


def test_the_validations_of_an_item_carry_their_numbers() -> None:
    error = of_refusal(Refused(Reason.ATTRIBUTE_REQUIRED, field="attributes", detail="BRAND"))

    assert error.cause == [
        {
            "code": "item.attributes.missing_required",
            "message": "Required attributes are missing: BRAND",
            "type": "error",
            "references": ["item.attributes"],
            "department": "items",
            "cause_id": 147,
        }
    ]
