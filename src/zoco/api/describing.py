"""What a path says of itself when asked with OPTIONS (contract 1.1)."""

from __future__ import annotations

from typing import get_args, get_origin

import msgspec
from msgspec import Struct

from zoco.api.endpoint import Access, AnyEndpoint


class Method(Struct, frozen=True, kw_only=True):
    method: str
    example: str
    description: str


class Description(Struct, frozen=True, kw_only=True):
    name: str
    description: str
    attributes: dict[str, str]
    methods: list[Method]
    related_resources: list[str] = []
    connections: dict[str, str] = {}


def describe(endpoints: dict[str, AnyEndpoint], table: tuple[AnyEndpoint, ...]) -> Description:
    """The path at which these endpoints are. Its relatives begin with the same word."""
    first = next(iter(endpoints.values()))
    name = first.path.split("/")[1]
    relatives = {endpoint.path for endpoint in table if endpoint.path.split("/")[1] == name}
    return Description(
        name=name,
        description=first.summary,
        attributes=_attributes(first.answer),
        methods=[
            Method(method=method, example=_example(endpoint), description=endpoint.summary)
            for method, endpoint in endpoints.items()
        ],
        related_resources=sorted(relatives - {first.path}),
    )


def _attributes(answer: object) -> dict[str, str]:
    """Each field of the answer and what it holds: `{"id": "integer", "status": "string"}`."""
    if get_origin(answer) is list:
        answer = get_args(answer)[0]
    if not (isinstance(answer, type) and issubclass(answer, Struct)):
        return {}
    return {field.encode_name: _word(field.type) for field in msgspec.structs.fields(answer)}


def _word(shape: object) -> str:
    """A person's word for a type."""
    named = [part for part in (get_args(shape) or (shape,)) if part not in (type(None), msgspec.UnsetType)]
    origin = get_origin(shape) or named[0]
    words = {int: "integer", str: "string", bool: "boolean", list: "array", tuple: "array", dict: "object"}
    if isinstance(origin, type) and origin in words:
        return words[origin]
    first = get_origin(named[0]) or named[0]
    if isinstance(first, type) and first in words:
        return words[first]
    return "number" if getattr(first, "__name__", "") == "Decimal" else "object"


def _example(endpoint: AnyEndpoint) -> str:
    token = " -H 'Authorization: Bearer $ACCESS_TOKEN'" if endpoint.access is Access.USER else ""
    return f"curl -X {endpoint.method}{token} $BASE_URL{endpoint.path}"
