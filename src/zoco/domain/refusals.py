"""Every way in which the marketplace says no, in the words of the business.

The order is the order in which they are checked. `api/problems.py` turns each into a status and
a code; nothing else in the program knows HTTP.
"""

from __future__ import annotations

from enum import StrEnum


class Reason(StrEnum):
    # Who asks
    NO_TOKEN = "no_token"
    INVALID_TOKEN = "invalid_token"
    APPLICATION_BLOCKED = "application_blocked"
    SCOPE_MISSING = "scope_missing"
    NOT_YOURS = "not_yours"
    NOT_A_PARTY = "not_a_party"
    USER_NOT_ACTIVE = "user_not_active"
    # What does not exist, or not for this caller
    ORDER_NOT_FOUND = "order_not_found"
    ITEM_NOT_FOUND = "item_not_found"
    PAYMENT_NOT_FOUND = "payment_not_found"
    USER_NOT_FOUND = "user_not_found"
    APPLICATION_NOT_FOUND = "application_not_found"
    SITE_NOT_FOUND = "site_not_found"
    CATEGORY_NOT_FOUND = "category_not_found"
    PAYMENT_METHOD_NOT_FOUND = "payment_method_not_found"
    FEEDBACK_NOT_FOUND = "feedback_not_found"
    NOTE_NOT_FOUND = "note_not_found"
    NOT_BLOCKED = "not_blocked"
    # What is malformed
    INVALID_FIELD = "invalid_field"
    UNKNOWN_FIELD = "unknown_field"
    AMOUNT_TOO_FINE = "amount_too_fine"
    INVALID_DATE_RANGE = "invalid_date_range"
    SEARCH_WITHOUT_PARTY = "search_without_party"
    # Placing an order, contract 6.1
    OWN_ITEM = "own_item"
    BUYER_BLOCKED = "buyer_blocked"
    TEST_USER_MISMATCH = "test_user_mismatch"
    ITEM_NOT_ACTIVE = "item_not_active"
    VARIATION_REQUIRED = "variation_required"
    UNKNOWN_VARIATION = "unknown_variation"
    NOT_ENOUGH_STOCK = "not_enough_stock"
    RESERVATION_NOT_AVAILABLE = "reservation_not_available"
    # Paying, contract 8.7
    ORDER_NOT_PAYABLE = "order_not_payable"
    INVALID_TRANSACTION_AMOUNT = "invalid_transaction_amount"
    INVALID_PAYMENT_METHOD = "invalid_payment_method"
    INVALID_INSTALLMENTS = "invalid_installments"
    ILLEGAL_PAYMENT_CHANGE = "illegal_payment_change"
    # Cancelling, contract 26.1
    ORDER_NOT_CANCELLABLE = "order_not_cancellable"
    # What the operator decides, contract 21.1
    ORDER_IS_OVER = "order_is_over"
    NOT_CONTRADICTED = "not_contradicted"
    # Shipping, contract A-39
    SHIPPING_NOT_AVAILABLE = "shipping_not_available"
    # Feedback, contract 11.4
    ORDER_NOT_RATABLE = "order_not_ratable"
    FEEDBACK_ALREADY_EXISTS = "feedback_already_exists"
    NOT_FULFILLED_FEEDBACK_EXPIRED = "not_fulfilled_feedback_in_order_expired"
    FEEDBACK_EXPIRED = "feedback_expired"
    INVALID_RATING = "invalid_rating"
    INVALID_REASON = "invalid_reason"
    MESSAGE_REQUIRED = "message_required"
    MESSAGE_TOO_LONG = "message_too_long"
    # Notes, contract 9
    NOTE_EMPTY = "note_empty"
    NOTE_TOO_LONG = "note_too_long"
    # Black lists, contract 10
    SELF_BLOCK = "self_block"
    BLOCKED_USER_NOT_FOUND = "blocked_user_not_found"
    # Listings, contract 14
    CATEGORY_NOT_LISTABLE = "category_not_listable"
    ITEM_CLOSED = "item_closed"
    INVALID_STATUS_CHANGE = "invalid_status_change"
    FIELD_FROZEN = "field_frozen"
    TITLE_TOO_LONG = "title_too_long"
    INVALID_PRICE = "invalid_price"
    INVALID_CURRENCY = "invalid_currency"
    INVALID_QUANTITY = "invalid_quantity"
    ATTRIBUTE_REQUIRED = "attribute_required"
    OFFICIAL_STORE_NOT_GRANTED = "official_store_not_granted"
    STALE_VERSION = "stale_version"
    # Applications and OAuth, contract 13
    NAME_TAKEN = "name_taken"
    UNKNOWN_TOPIC = "unknown_topic"
    INVALID_CALLBACK = "invalid_callback"
    INVALID_CLIENT = "invalid_client"
    UNAUTHORIZED_APPLICATION = "unauthorized_application"
    INVALID_SCOPE = "invalid_scope"
    # Expired, used or unknown; issued to another client; for another redirect URI (13.5).
    INVALID_GRANT = "invalid_grant"
    CLIENT_MISMATCH = "client_mismatch"
    REDIRECT_MISMATCH = "redirect_mismatch"
    IDEMPOTENCY_KEY_REUSED = "idempotency_key_reused"


class Refused(Exception):
    """The marketplace says no: why, about which field, and the detail a person needs."""

    def __init__(self, reason: Reason, *, field: str = "", detail: str = "") -> None:
        super().__init__(f"{reason.value}{': ' if detail else ''}{detail}")
        self.reason = reason
        self.field = field
        self.detail = detail
