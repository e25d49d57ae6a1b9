"""Markdown for the generated pages: page frame, tables, docstrings, and JSON Schemas in words."""

import inspect
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from shared.events.schema import Schema

_KINDS = {
    "uuid": "id (UUID)",
    "date": "date",
    "date-time": "time (UTC)",
    "password": "secret",
    "integer": "whole number",
    "number": "number",
    "boolean": "true or false",
    "string": "text",
    "null": "null",
}


def generated_page(title: str, about: str, *parts: str) -> str:
    """A generated page: mark, title, introduction, parts."""
    mark = "<!-- Written by `python -m tools.reference`; change the code instead. -->"
    return "\n\n".join([mark, f"# {title}", about, *(part for part in parts if part)]) + "\n"


def table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A Markdown table."""
    lines = [heads, ["---"] * len(heads), *rows]
    return "\n".join("| " + " | ".join(cell.replace("|", "\\|") for cell in line) + " |" for line in lines)


def docstring_of(thing: object) -> str:
    """The docstring of a class or function on one line."""
    return " ".join((inspect.getdoc(thing) or "").split())


def first_sentence(thing: object) -> str:
    """The first sentence of a docstring."""
    text, stop, _ = docstring_of(thing).partition(". ")
    return text + stop.strip()


def fields(schema: Schema, prefix: str = "") -> Iterator[tuple[str, str, str]]:
    """Name, type and need of each field of an object's schema; fields of nested objects have dotted names."""
    for name, one in schema["properties"].items():
        need = "required" if name in schema.get("required", ()) else "optional"
        yield f"`{prefix}{name}`", describe_type(one), need
        if "properties" in one:
            yield from fields(one, f"{prefix}{name}.")


def describe_type(schema: Schema) -> str:
    """Describe the type of a value with this schema in words."""
    match schema:
        case {"enum": values}:
            return "one of " + ", ".join(f"`{value}`" for value in values)
        case {"const": value}:
            return f"`{value}`"
        case {"anyOf": choices}:
            return " or ".join(map(describe_type, choices))
        case {"type": "array", "items": items}:
            return f"list: {describe_type(items)}"
        case {"type": "object", "additionalProperties": dict(values)}:
            return f"map: {describe_type(schema.get('propertyNames', {'type': 'string'}))} to {describe_type(values)}"
        case {"type": "object"}:
            return "object"
        case _:
            return _KINDS[_name(schema)]


def _name(schema: Schema) -> str:
    name: Any = schema.get("format", schema["type"])
    return str(name)
