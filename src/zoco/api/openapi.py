"""The OpenAPI 3.1 document, from the table of endpoints.

`openapi.json` in the repository is this document; a test fails when it is not current.

    .venv/bin/python -m zoco.api.openapi openapi.json
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import msgspec

from zoco.api.endpoint import Access, AnyEndpoint, BodyForm, NoBody, NoParameters
from zoco.api.endpoints import ENDPOINTS
from zoco.api.problems import PROBLEMS
from zoco.api.routing import variables_of
from zoco.domain.refusals import Reason
from zoco.resources.error import Error

Document = dict[str, Any]

_SECURITY: dict[Access, list[dict[str, list[str]]]] = {
    Access.PUBLIC: [],
    Access.OPTIONAL: [{}, {"token": []}],
    Access.USER: [{"token": []}, {"query_token": []}],
    Access.OPERATOR: [{"operator_key": []}],
}
_SECURITY_SCHEMES = {
    "token": {"type": "http", "scheme": "bearer"},
    "query_token": {"type": "apiKey", "in": "query", "name": "access_token"},
    "operator_key": {"type": "apiKey", "in": "header", "name": "X-Operator-Key"},
}
_FILE = {"type": "string", "format": "binary"}
_TOKEN_REFUSALS = (Reason.NO_TOKEN, Reason.INVALID_TOKEN, Reason.APPLICATION_BLOCKED, Reason.SCOPE_MISSING)


def document(endpoints: Iterable[AnyEndpoint] = ENDPOINTS) -> Document:
    """The whole document, for these endpoints."""
    table = tuple(endpoints)
    shapes = [
        shape for endpoint in table for shape in (endpoint.answer, endpoint.body) if shape is not NoBody
    ]
    parameters = [endpoint.parameters for endpoint in table if endpoint.parameters is not NoParameters]
    schemas, components = msgspec.json.schema_components(
        [*shapes, Error, *parameters], schema_hook=_anything, ref_template="#/components/schemas/{name}"
    )
    by_shape = dict(zip(map(repr, [*shapes, Error, *parameters]), map(_numbers, schemas), strict=True))
    components = {name: _numbers(schema) for name, schema in components.items()}
    names = {shape.__name__ for shape in parameters}
    paths: Document = {}
    for endpoint in table:
        operations = paths.setdefault(endpoint.path, {})
        operations[endpoint.method.lower()] = _operation(endpoint, by_shape, components)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Zoco marketplace",
            "version": "1",
            "description": "Orders, reservations, payments, feedback, items, users and applications.",
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "paths": paths,
        "components": {
            "schemas": {name: schema for name, schema in sorted(components.items()) if name not in names},
            "securitySchemes": _SECURITY_SCHEMES,
        },
    }


def _operation(endpoint: AnyEndpoint, by_shape: Document, components: Document) -> Document:
    handler = endpoint.handler or endpoint.own_pace
    operation: Document = {
        "operationId": getattr(handler, "__name__", endpoint.summary),
        "summary": endpoint.summary,
        "tags": [endpoint.path.split("/")[1]],
        "security": _SECURITY[endpoint.access],
        "parameters": _parameters(endpoint, components),
        "responses": _responses(endpoint, by_shape),
    }
    if endpoint.takes_upload:
        form = {"type": "object", "required": ["file"], "properties": {"file": _FILE}}
        operation["requestBody"] = {
            "required": True,
            "content": {"multipart/form-data": {"schema": form}},
        }
    if endpoint.body is not NoBody:
        schema = by_shape[repr(endpoint.body)]
        kinds = [endpoint.body_form.value]
        if endpoint.body_form is BodyForm.FORM:
            kinds.append(BodyForm.JSON.value)
        operation["requestBody"] = {
            "required": True,
            "content": {kind: {"schema": schema} for kind in kinds},
        }
    return operation


def _parameters(endpoint: AnyEndpoint, components: Document) -> list[Document]:
    in_path = variables_of(endpoint.path)
    shape = components.get(endpoint.parameters.__name__, {"properties": {}})
    described = [
        {
            "name": name,
            "in": "path" if name in in_path else "query",
            "required": name in in_path or name in shape.get("required", ()),
            "schema": schema,
        }
        for name, schema in shape["properties"].items()
    ]
    described += [
        {"name": one.name, "in": "query", "description": one.description, "schema": _text(one.values)}
        for one in endpoint.more_parameters
    ]
    if endpoint.reads:
        described.append(_header_or_query("attributes", "query", "keep only these top-level fields"))
    if endpoint.idempotent:
        described.append(_header_or_query("X-Idempotency-Key", "header", "the same key is acted upon once"))
    if Reason.STALE_VERSION in endpoint.refusals:
        described.append(_header_or_query("If-Match", "header", "the ETag that the item must still have"))
    return described


def _header_or_query(name: str, where: str, description: str) -> Document:
    return {"name": name, "in": where, "description": description, "schema": {"type": "string"}}


def _text(values: tuple[str, ...]) -> Document:
    return {"type": "string", "examples": list(values)} if values else {"type": "string"}


def _responses(endpoint: AnyEndpoint, by_shape: Document) -> Document:
    content: Document = {"application/json": {"schema": by_shape[repr(endpoint.answer)]}}
    if endpoint.answer is bytes:
        content = {"application/octet-stream": {"schema": _FILE}}
    responses: Document = {
        str(endpoint.status): {
            "description": "Done" if endpoint.status == 200 else "Made",
            "content": content,
        }
    }
    codes: dict[int, set[str]] = {}
    for reason in (*endpoint.refusals, *(_TOKEN_REFUSALS if endpoint.access is Access.USER else ())):
        problem = PROBLEMS[reason]
        codes.setdefault(problem.status, set()).add(f"{problem.error} ({reason.value})")
    if endpoint.body is not NoBody:
        codes.setdefault(400, set()).update({"invalid_json", endpoint.malformed})
    if endpoint.access is Access.OPERATOR:
        codes.setdefault(401, set()).add("unauthorized")
        codes.setdefault(403, set()).add("forbidden")
    for status, names in sorted(codes.items()):
        responses[str(status)] = {
            "description": ", ".join(sorted(names)),
            "content": {"application/json": {"schema": by_shape[repr(Error)]}},
        }
    return responses


def _anything(_shape: type) -> Document:
    """`object` in a resource stands for any JSON."""
    return {"description": "any JSON"}


def _numbers(schema: Any) -> Any:
    """Amounts are decimals inside and JSON numbers on the wire (contract 19)."""
    if isinstance(schema, dict):
        if schema.get("type") == "string" and schema.get("format") == "decimal":
            rest = {key: value for key, value in schema.items() if key not in ("type", "format", "default")}
            default = {"default": float(schema["default"])} if "default" in schema else {}
            return {"type": "number", **rest, **default}
        return {key: _numbers(value) for key, value in schema.items()}
    if isinstance(schema, list):
        return [_numbers(value) for value in schema]
    return schema


def text() -> str:
    """The document as `openapi.json` holds it."""
    encoded = msgspec.json.encode(document(), order="deterministic")
    return msgspec.json.format(encoded, indent=2).decode() + "\n"


if __name__ == "__main__":
    Path(sys.argv[1]).write_text(text(), encoding="utf-8")
