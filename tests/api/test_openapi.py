from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from openapi_spec_validator import validate

from zoco.api import openapi
from zoco.api.endpoints import ENDPOINTS

OPENAPI = Path(__file__).parents[2] / "openapi.json"


def test_openapi_json_is_current() -> None:
    assert OPENAPI.read_text(encoding="utf-8") == openapi.text(), (
        "run: .venv/bin/python -m zoco.api.openapi openapi.json"
    )


def test_the_document_is_valid_openapi_3_1() -> None:
    document: dict[str, Any] = json.loads(openapi.text())

    validate(document)
    assert document["openapi"] == "3.1.0"


def test_every_endpoint_is_in_the_document() -> None:
    paths = json.loads(openapi.text())["paths"]

    for endpoint in ENDPOINTS:
        assert paths[endpoint.path][endpoint.method.lower()]["summary"] == endpoint.summary


def test_amounts_are_numbers_on_the_wire() -> None:
    order = json.loads(openapi.text())["components"]["schemas"]["Order"]["properties"]

    assert order["total_amount"] == {"type": "number"}


def test_operations_have_names_of_their_own() -> None:
    paths = json.loads(openapi.text())["paths"]
    names = [operation["operationId"] for path in paths.values() for operation in path.values()]

    assert len(names) == len(set(names))
