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
    CONVERSATION_FOREIGN = "conversation_foreign"
    MESSAGE_ACCESS_DENIED = "message_access_denied"
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
    QUESTION_NOT_FOUND = "question_not_found"
    RESPONSE_TIME_NOT_FOUND = "response_time_not_found"
    CONVERSATION_NOT_FOUND = "conversation_not_found"
    MESSAGE_NOT_FOUND = "message_not_found"
    ATTACHMENT_NOT_FOUND = "attachment_not_found"
    # What is malformed
    INVALID_FIELD = "invalid_field"
    UNKNOWN_FIELD = "unknown_field"
    AMOUNT_TOO_FINE = "amount_too_fine"
    INVALID_DATE_RANGE = "invalid_date_range"
    SEARCH_WITHOUT_PARTY = "search_without_party"
    SEARCH_WITHOUT_SUBJECT = "search_without_subject"
    # Asking, contract 15.3
    ASKING_ONESELF = "asking_oneself"
    ASKER_BLOCKED = "asker_blocked"
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
    # Feedback, contract 11.4
    ORDER_NOT_RATABLE = "order_not_ratable"
    FEEDBACK_ALREADY_EXISTS = "feedback_already_exists"
    NOT_FULFILLED_FEEDBACK_EXPIRED = "not_fulfilled_feedback_in_order_expired"
    FEEDBACK_EXPIRED = "feedback_expired"
    INVALID_RATING = "invalid_rating"
    INVALID_REASON = "invalid_reason"
    MESSAGE_REQUIRED = "message_required"
    MESSAGE_TOO_LONG = "message_too_long"
    # Answering and deleting questions, contract 15.3
    QUESTION_UNKNOWN = "question_unknown"
    QUESTION_NOT_UNANSWERED = "question_not_unanswered"
    QUESTION_ALREADY_DELETED = "question_already_deleted"
    # Writing after the sale, contract 16
    WRITING_TO_ONESELF = "writing_to_oneself"
    SENDER_FOREIGN = "sender_foreign"
    RECEIVER_FOREIGN = "receiver_foreign"
    CONVERSATION_BLOCKED = "conversation_blocked"
    MESSAGE_TEXT_MISSING = "message_text_missing"
    UNSUPPORTED_CHARACTER = "unsupported_character"
    MESSAGE_CONTENT_TOO_LONG = "message_content_too_long"
    ATTACHMENT_UNKNOWN = "attachment_unknown"
    ATTACHMENT_EMPTY = "attachment_empty"
    ATTACHMENT_TOO_LARGE = "attachment_too_large"
    ATTACHMENT_NAME_INVALID = "attachment_name_invalid"
    ATTACHMENT_NAME_TOO_LONG = "attachment_name_too_long"
    TOO_MANY_ATTACHMENTS = "too_many_attachments"
    ATTACHMENT_KIND_UNKNOWN = "attachment_kind_unknown"
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
