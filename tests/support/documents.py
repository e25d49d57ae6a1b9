"""The OpenAPI documents of the services, as they are committed; `tests/contract/test_reference.py` compares them."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

OPENAPI = Path(__file__).parents[2] / "docs" / "reference" / "openapi"
LONG = 4000
"""What people write freely is at most this long; an id or a code is shorter."""


def document(service: str) -> dict[str, Any]:
    """Read the OpenAPI document of a service."""
    found: dict[str, Any] = json.loads((OPENAPI / f"{service}.json").read_text())
    return found


def text_fields(openapi: dict[str, Any]) -> set[str]:
    """Return every field of a request that takes text as people write it: method, path, pointer."""
    schemas = openapi["components"]["schemas"]

    def walk(schema: dict[str, Any], pointer: str) -> Iterator[str]:
        if "$ref" in schema:
            yield from walk(schemas[schema["$ref"].rpartition("/")[2]], pointer)
        for choice in ("anyOf", "oneOf", "allOf"):
            for each in schema.get(choice, ()):
                yield from walk(each, pointer)
        for name, each in schema.get("properties", {}).items():
            yield from walk(each, f"{pointer}/{name}")
        for name, inner in (("additionalProperties", "*"), ("items", "#")):
            if isinstance(schema.get(name), dict):
                yield from walk(schema[name], f"{pointer}/{inner}")
        if schema.get("type") == "string" and schema.get("maxLength") == LONG:
            yield pointer

    return {
        f"{method.upper()} {path} {pointer}"
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
        for content in operation.get("requestBody", {}).get("content", {}).values()
        for pointer in walk(content.get("schema", {}), "")
    }
