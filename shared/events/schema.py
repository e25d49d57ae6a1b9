"""The JSON Schema of each public event, and the check that it changes only with a new version.

The schemas under `schemas/`, one file for each (type, version), are promises to readers about what is sent. A change
keeps a promise if every event written before it reads the same as before, and every field that a reader relies on is
still there. A new version may also promise that readers of an older version can read it as theirs.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from pydantic import BaseModel

from shared.events.catalogue import type_of, version_of
from shared.events.envelope import SCHEMA_PREFIX

Schema = Mapping[str, Any]

SCHEMAS = Path(__file__).parent / "schemas"
"""The folder of the committed schemas."""

DIALECT = "https://json-schema.org/draft/2020-12/schema"
_WORDS = frozenset({"$id", "$schema", "$comment", "title", "description", "examples", "deprecated", "readOnly"})
_LOWER = ("minimum", "exclusiveMinimum", "minLength", "minItems", "minProperties")
_UPPER = ("maximum", "exclusiveMaximum", "maxLength", "maxItems", "maxProperties")
_NESTED = ("items", "additionalProperties", "propertyNames")
_RULED = {"type", "enum", "const", "properties", "required", "default", *_NESTED, *_LOWER, *_UPPER, *_WORDS}
"""Keywords that have a rule of their own here."""


def file_name(type_: str, version: int) -> str:
    """Return the name of a schema's file, for example `referral.mentor_recorded.v1.json`."""
    return f"{type_}.v{version}.json"


def schema_of(event: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of an event as it is written, with every `$ref` replaced; its `$id` is the envelope's
    `dataschema`.
    """
    body = inlined_schema(event)
    return {"$id": f"{SCHEMA_PREFIX}{type_of(event)}:{version_of(event)}", "$schema": DIALECT, **body}


def inlined_schema(model: type[BaseModel]) -> dict[str, Any]:
    """Return the schema of a model as it is written, with every `$ref` replaced."""
    schema = model.model_json_schema(mode="serialization")
    found: dict[str, Any] = _inlined(schema, schema.pop("$defs", {}))
    return found


def _inlined(schema: Any, definitions: Mapping[str, Any]) -> Any:
    match schema:
        case {"$ref": str(reference), **beside}:
            named = definitions[reference.removeprefix("#/$defs/")]
            return {**_inlined(named, definitions), **_inlined(beside, definitions)}
        case dict():
            return {key: _inlined(value, definitions) for key, value in schema.items()}
        case list():
            return [_inlined(value, definitions) for value in schema]
        case _:
            return schema


def incompatibilities(committed: Schema, current: Schema) -> list[str]:
    """List what breaks the promise of the committed schema, each as `JSON pointer: what happened`.

    Not allowed: a field that is removed, becomes required or may now be missing; another type; fewer allowed values;
    tighter bounds; another default; any change of a keyword that is unknown here. Allowed: a new optional field, more
    allowed values, looser bounds, other titles and descriptions. Schemas hold no `$ref`.
    """
    return list(_broken(committed, current, ""))


def _broken(old: Schema, new: Schema, at: str) -> Iterator[str]:
    if _default_without_new_fields(old, new) != old.get("default", ...):
        yield f"{at}/default: changed"
    before, after = list(_alternatives(old)), list(_alternatives(new))
    if len(before) == len(after) == 1:
        yield from _alternative(before[0], after[0], at)
    else:
        yield from _choices(before, after, at)


def _default_without_new_fields(old: Schema, new: Schema) -> Any:
    """Return the new default; of an object, without new optional fields that have their own defaults in it.

    Such an object reads the same as before: a reader gives a field that is missing its default.
    """
    default = new.get("default", ...)
    if not isinstance(default, Mapping):
        return default
    before, after = old.get("properties", {}), new.get("properties", {})
    return {
        name: value
        for name, value in default.items()
        if name in before or name not in after or after[name].get("default", ...) != value
    }


def _alternatives(schema: Schema) -> Iterator[Schema]:
    """The choices of an `anyOf`, each with the keywords next to it; a schema without `anyOf` is its own only choice."""
    if "anyOf" not in schema:
        yield schema
        return
    beside = {keyword: value for keyword, value in schema.items() if keyword not in {"anyOf", "default", *_WORDS}}
    for choice in schema["anyOf"]:
        yield from _alternatives({**choice, "allOf": [*choice.get("allOf", ()), beside]} if beside else choice)


def _alternative(old: Schema, new: Schema, at: str) -> Iterator[str]:
    yield from _type(old, new, at)
    yield from _values(old, new, at)
    yield from _bounds(old, new, at)
    yield from _fields(old, new, at)
    for keyword in _NESTED:
        yield from _below(old, new, at, keyword)
    yield from _others(old, new, at)


def _type(old: Schema, new: Schema, at: str) -> Iterator[str]:
    if old.get("type") != new.get("type"):
        yield f"{at}/type: was {_called(old)}, is {_called(new)}"


def _values(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = _allowed(old), _allowed(new)
    keyword = "const" if "const" in new else "enum"
    if after is None:
        return
    if before is None:
        yield f"{at}/{keyword}: any value was allowed, now only {_listed(after)}"
    elif gone := [value for value in before if value not in after]:
        yield f"{at}/{keyword}: no longer allowed: {_listed(gone)}"


def _allowed(schema: Schema) -> Sequence[Any] | None:
    values: Sequence[Any] | None = schema.get("enum")
    if "const" not in schema:
        return values
    return [schema["const"]] if values is None or schema["const"] in values else []


def _bounds(old: Schema, new: Schema, at: str) -> Iterator[str]:
    tighter: Callable[[float, float], bool]
    for keywords, tighter in ((_LOWER, float.__gt__), (_UPPER, float.__lt__)):
        for keyword in keywords:
            before, after = old.get(keyword), new.get(keyword)
            if after is not None and (before is None or tighter(float(after), float(before))):
                yield f"{at}/{keyword}: was {'unbounded' if before is None else before}, is tighter: {after}"


def _fields(old: Schema, new: Schema, at: str) -> Iterator[str]:
    before, after = old.get("properties", {}), new.get("properties", {})
    was_required, is_required = set(old.get("required", ())), set(new.get("required", ()))
    for name in before:
        here = f"{at}/properties/{_escaped(name)}"
        if name not in after:
            yield f"{here}: the field is gone"
        else:
            yield from _broken(before[name], after[name], here)
    for name in sorted(is_required - was_required):
        yield f"{at}/required: {name} is newly required"
    for name in sorted((was_required - is_required) & after.keys()):
        yield f"{at}/required: {name} may now be missing"


def _below(old: Schema, new: Schema, at: str, keyword: str) -> Iterator[str]:
    before, after = old.get(keyword), new.get(keyword)
    if isinstance(before, dict) and isinstance(after, dict):
        yield from _broken(before, after, f"{at}/{keyword}")
    elif before != after:
        yield f"{at}/{keyword}: changed"


def _choices(before: Sequence[Schema], after: Sequence[Schema], at: str) -> Iterator[str]:
    left = list(after)
    for choice in before:
        same = [other for other in left if _called(other) == _called(choice)]
        fitting = next((other for other in same if not incompatibilities(choice, other)), None)
        if fitting is not None:
            left.remove(fitting)
        elif len(same) == 1:
            left.remove(same[0])
            yield from _broken(choice, same[0], at)
        else:
            yield f"{at}: {_called(choice)} is no longer allowed"
    for choice in left:
        yield f"{at}: may now also be {_called(choice)}"


def _others(old: Schema, new: Schema, at: str) -> Iterator[str]:
    for keyword in sorted((old.keys() | new.keys()) - _RULED):
        if old.get(keyword, ...) != new.get(keyword, ...):
            yield f"{at}/{keyword}: changed"


def reading_errors(promised: Schema, written: Schema) -> list[str]:
    """List why a reader of the promised schema cannot read events of the written schema; empty if it can.

    Each reason is `JSON pointer: what happened`. Fields besides the promised ones are ignored and may be anything. A
    promised field has to be there, with a value that the promised schema allows. Schemas hold no `$ref`.
    """
    return list(_unread(promised, written, ""))


def _unread(promised: Schema, written: Schema, at: str) -> Iterator[str]:
    for choice in _alternatives(written):
        said = [list(_misfits(option, choice, at)) for option in _alternatives(promised)]
        if all(said):
            yield from min(said, key=len)


def _misfits(promised: Schema, written: Schema, at: str) -> Iterator[str]:
    match promised.get("type"), written.get("type"):
        case (None, _) | ("number", "integer"):
            pass
        case read, given if read != given:
            yield f"{at}/type: {_called(written)} is written, {_called(promised)} is read"
            return
    for wider in (*_values(written, promised, at), *_bounds(written, promised, at)):
        yield f"{wider.partition(':')[0]}: more is written than is read"
    yield from _unfilled(promised, written, at)
    for keyword in _NESTED:
        yield from _unread_below(promised, written, at, keyword)
    for keyword in sorted(promised.keys() - _RULED):
        if promised[keyword] != written.get(keyword, ...):
            yield f"{at}/{keyword}: changed"


def _unfilled(promised: Schema, written: Schema, at: str) -> Iterator[str]:
    filled, always = written.get("properties", {}), written.get("required", ())
    for name, field in promised.get("properties", {}).items():
        here = f"{at}/properties/{_escaped(name)}"
        if name not in filled:
            yield f"{here}: the field is gone"
            continue
        if name not in always and name in promised.get("required", ()):
            yield f"{at}/required: {name} may be missing"
        elif name not in always and field.get("default", ...) != filled[name].get("default", ...):
            yield f"{here}/default: changed"
        yield from _unread(field, filled[name], here)


def _unread_below(promised: Schema, written: Schema, at: str, keyword: str) -> Iterator[str]:
    match promised.get(keyword, True), written.get(keyword, True):
        case True, _:
            return
        case dict() as before, dict() as after:
            yield from _unread(before, after, f"{at}/{keyword}")
        case before, after if before != after:
            yield f"{at}/{keyword}: changed"
    if keyword == "additionalProperties":
        for name in sorted(written.get("properties", {}).keys() - promised.get("properties", {}).keys()):
            yield f"{at}/properties/{_escaped(name)}: the reader takes no such field"


def _called(schema: Schema) -> str:
    return str(schema.get("format") or schema.get("type") or "anything")


def _listed(values: Sequence[Any]) -> str:
    return ", ".join(map(str, values))


def _escaped(name: str) -> str:
    return name.replace("~", "~0").replace("/", "~1")
