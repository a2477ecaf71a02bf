"""From a request to typed values, once, at the door: path and query, JSON, forms."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl

import msgspec

from zoco.api.endpoint import AnyEndpoint, BodyForm, NoBody, NoParameters
from zoco.api.problems import INVALID_JSON, INVALID_PARAMETER, INVALID_REQUEST, Problem, TurnedAway
from zoco.api.routing import variables_of
from zoco.domain.refusals import Reason, Refused
from zoco.resources.codec import Malformed, decode
from zoco.resources.item import ItemChange, NewItem

_LARGEST_INTEGER = 2**63 - 1
# Amounts are counted in minor units in 64 bits; beyond this no currency fits.
_LARGEST_AMOUNT = Decimal(10) ** 15
_FINEST_EXPONENT = -30
_PARAMETERS_MAX = 200

# What a path names and cannot exist, because it is not even a number of 64 bits, is not found.
_MISSING = {
    "order_id": Reason.ORDER_NOT_FOUND,
    "item_id": Reason.ITEM_NOT_FOUND,
    "payment_id": Reason.PAYMENT_NOT_FOUND,
    "collection_id": Reason.PAYMENT_NOT_FOUND,
    "user_id": Reason.USER_NOT_FOUND,
    "app_id": Reason.APPLICATION_NOT_FOUND,
    "site_id": Reason.SITE_NOT_FOUND,
    "category_id": Reason.CATEGORY_NOT_FOUND,
    "payment_method_id": Reason.PAYMENT_METHOD_NOT_FOUND,
    "note_id": Reason.NOTE_NOT_FOUND,
    "blocked_user_id": Reason.NOT_BLOCKED,
}

# Their validations have codes of their own.
_ITEMS = (NewItem, ItemChange)


def query_pairs(query: str) -> list[tuple[str, str]]:
    """The query as it was sent, empty values too (C-10)."""
    try:
        pairs = parse_qsl(query, keep_blank_values=True, max_num_fields=_PARAMETERS_MAX)
    except ValueError as error:
        raise TurnedAway(INVALID_PARAMETER, "Too many parameters") from error
    for name, value in pairs:
        if "\0" in name or "\0" in value:
            raise TurnedAway(INVALID_PARAMETER, "A parameter holds a null byte")
    return pairs


def decode_parameters(
    endpoint: AnyEndpoint, values: tuple[str, ...], query: Iterable[tuple[str, str]]
) -> object:
    """The endpoint's parameters from the path's variables and the query; what it does not know is ignored."""
    if endpoint.parameters is NoParameters:
        return NoParameters()
    path = dict(zip(variables_of(endpoint.path), values, strict=True))
    known = endpoint.parameters.__struct_fields__
    given = {name: value for name, value in query if name in known} | path
    for name, value in path.items():
        if "\0" in value:
            raise Refused(_MISSING[name], field=name)
    try:
        return msgspec.convert(given, endpoint.parameters, strict=False)
    except (msgspec.ValidationError, ValueError) as error:
        message, _, where = str(error).partition(" - at `$.")
        name = where.rstrip("`")
        if name in path:
            raise Refused(_MISSING[name], field=name, detail=path[name]) from error
        raise TurnedAway(
            INVALID_PARAMETER, f"Invalid {name} param" if name else message, field=name
        ) from error


def decode_body(endpoint: AnyEndpoint, raw: bytes, query: Iterable[tuple[str, str]]) -> object:
    """The endpoint's body, whatever the content type says it is (25.7)."""
    if endpoint.body is NoBody:
        return NoBody()
    if endpoint.body_form is BodyForm.FORM:
        return _decode_form(endpoint, raw, query)
    try:
        body: object = decode(raw, endpoint.body, strict=False)
        check_values(body)
    except Malformed as error:
        raise _malformed(endpoint, error) from error
    except RecursionError as error:
        raise TurnedAway(INVALID_JSON, "too deeply nested") from error
    return body


def check_values(value: object, field: str = "") -> None:
    """Refuse what no database holds: null bytes, integers beyond 64 bits, amounts without end.

    They can hide anywhere in a body, in the fields that nobody looks into too.
    """
    match value:
        case str():
            if "\0" in value:
                raise Malformed("Holds a null byte", field=field)
        case bool() | None:
            pass
        case int():
            if abs(value) > _LARGEST_INTEGER:
                raise Malformed("Out of range", field=field)
        case Decimal():
            if not _is_amount(value):
                raise Malformed("Out of range", field=field)
        case msgspec.Struct():
            for name in value.__struct_fields__:
                check_values(getattr(value, name), name)
        case dict():
            for name, inner in value.items():
                check_values(name, field)
                check_values(inner, str(name))
        case list() | tuple():
            for inner in value:
                check_values(inner, field)


def _is_amount(value: Decimal) -> bool:
    exponent = value.as_tuple().exponent
    return isinstance(exponent, int) and exponent >= _FINEST_EXPONENT and abs(value) < _LARGEST_AMOUNT


def _malformed(endpoint: AnyEndpoint, error: Malformed) -> TurnedAway:
    """Not JSON at all, or a field that is unknown, missing or of the wrong type."""
    message = str(error)
    if error.field == "" and not message.startswith(("Expected", "Object")):
        return TurnedAway(INVALID_JSON, message)
    named = error.field or message.partition("`")[2].partition("`")[0]
    if message.startswith("Expected `object`"):
        named = ""
    problem = Problem(400, endpoint.malformed, "{detail}")
    if endpoint.body in _ITEMS:
        problem = _item_problem(message)
    return TurnedAway(problem, f"{named}: {message}" if named else message, field=named)


def _item_problem(message: str) -> Problem:
    """Contract 14.3 and A-33 name these three."""
    if "unknown field" in message:
        return Problem(400, "validation_error", "body.invalid_fields", code="body.invalid_fields")
    if "missing required field" in message:
        return Problem(
            400, "validation_error", "body.required_fields", code="body.required_fields", cause_id=369
        )
    return Problem(400, "validation_error", "body.invalid_field_types", code="body.invalid_field_types")


def _decode_form(endpoint: AnyEndpoint, raw: bytes, query: Iterable[tuple[str, str]]) -> object:
    """A form, JSON, the query string, or query and body at once; a parameter twice must agree (13.5)."""
    fields: dict[str, str] = {}
    known = endpoint.body.__struct_fields__
    for name, value in (*query, *_form_pairs(raw)):
        if name in known and fields.setdefault(name, value) != value:
            raise TurnedAway(INVALID_REQUEST, "Wrong number of parameters with duplicate values.")
    try:
        body: object = msgspec.convert(fields, endpoint.body, strict=False)
    except msgspec.ValidationError as error:
        raise TurnedAway(INVALID_REQUEST, str(error)) from error
    return body


def _form_pairs(raw: bytes) -> list[tuple[str, str]]:
    text = raw.decode("utf-8", "replace").strip()
    if not text.startswith("{"):
        return query_pairs(text)
    try:
        fields = msgspec.json.decode(text, type=dict[str, Any])
    except (msgspec.MsgspecError, RecursionError) as error:
        raise TurnedAway(INVALID_REQUEST, "The body is neither a form nor JSON") from error
    return [(name, str(value)) for name, value in fields.items() if value is not None]
