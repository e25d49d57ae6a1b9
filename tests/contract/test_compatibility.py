"""What may change in a public event without a new version, and what a new one may hold for readers of the old."""

from collections.abc import Callable
from copy import deepcopy
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from jsonschema import Draft202012Validator

from shared.events import PUBLISHED
from shared.events.schema import incompatibilities, reading_errors, schema_of

Json = dict[str, Any]

COMMITTED: Json = {
    "type": "object",
    "title": "OfferRecorded",
    "properties": {
        "offer_id": {"type": "string", "format": "uuid"},
        "phase": {"type": "string", "enum": ["primary", "secondary"]},
        "places": {"type": "integer", "minimum": 1, "maximum": 30},
        "title": {"type": "string", "minLength": 1, "maxLength": 80},
        "trust_code": {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None},
        "subjects": {"type": "array", "items": {"type": "string"}, "maxItems": 5},
        "rules": {
            "type": "object",
            "properties": {"edition": {"type": "string"}, "hours": {"type": "number", "exclusiveMinimum": 0}},
            "required": ["edition"],
        },
        "weights": {
            "type": "object",
            "propertyNames": {"enum": ["travel", "contrast"]},
            "additionalProperties": {"type": "integer"},
        },
    },
    "required": ["offer_id", "phase", "places"],
}

BREAKING: dict[str, tuple[Callable[[Json], Any], str]] = {
    "a field is gone": (
        lambda s: s["properties"].pop("trust_code"),
        "/properties/trust_code: the field is gone",
    ),
    "another type": (
        lambda s: s["properties"]["places"].update(type="number"),
        "/properties/places/type: was integer, is number",
    ),
    "another format": (
        lambda s: s["properties"]["offer_id"].pop("format"),
        "/properties/offer_id/format: changed",
    ),
    "an optional field is required": (
        lambda s: s["required"].append("title"),
        "/required: title is newly required",
    ),
    "a new field is required": (
        lambda s: (s["properties"].update(year={"type": "string"}), s["required"].append("year")),
        "/required: year is newly required",
    ),
    "a required field may be missing": (
        lambda s: s["required"].remove("phase"),
        "/required: phase may now be missing",
    ),
    "fewer values": (
        lambda s: s["properties"]["phase"].update(enum=["primary"]),
        "/properties/phase/enum: no longer allowed: secondary",
    ),
    "one value where any was allowed": (
        lambda s: s["properties"]["title"].update(const="Mathematics"),
        "/properties/title/const: any value was allowed, now only Mathematics",
    ),
    "a higher minimum": (
        lambda s: s["properties"]["places"].update(minimum=2),
        "/properties/places/minimum: was 1, is tighter: 2",
    ),
    "a lower maximum": (
        lambda s: s["properties"]["places"].update(maximum=29),
        "/properties/places/maximum: was 30, is tighter: 29",
    ),
    "a bound where there was none": (
        lambda s: s["properties"]["subjects"].update(minItems=1),
        "/properties/subjects/minItems: was unbounded, is tighter: 1",
    ),
    "a shorter text": (
        lambda s: s["properties"]["title"].update(maxLength=79),
        "/properties/title/maxLength: was 80, is tighter: 79",
    ),
    "a pattern": (
        lambda s: s["properties"]["title"].update(pattern="^[A-Z]"),
        "/properties/title/pattern: changed",
    ),
    "null is refused": (
        lambda s: s["properties"]["trust_code"].update(anyOf=[{"type": "string"}]),
        "/properties/trust_code: null is no longer allowed",
    ),
    "null is new": (
        lambda s: s["properties"].update(title={"anyOf": [{"type": "string"}, {"type": "null"}]}),
        "/properties/title: may now also be null",
    ),
    "a choice is narrower": (
        lambda s: s["properties"]["trust_code"].update(anyOf=[{"type": "string", "maxLength": 9}, {"type": "null"}]),
        "/properties/trust_code/maxLength: was unbounded, is tighter: 9",
    ),
    "another default": (
        lambda s: s["properties"]["trust_code"].update(default="none"),
        "/properties/trust_code/default: changed",
    ),
    "inside a list": (
        lambda s: s["properties"]["subjects"]["items"].update(enum=["maths"]),
        "/properties/subjects/items/enum: any value was allowed, now only maths",
    ),
    "inside an object": (
        lambda s: s["properties"]["rules"]["required"].append("hours"),
        "/properties/rules/required: hours is newly required",
    ),
    "a key of a map": (
        lambda s: s["properties"]["weights"]["propertyNames"].update(enum=["travel"]),
        "/properties/weights/propertyNames/enum: no longer allowed: contrast",
    ),
    "a value of a map": (
        lambda s: s["properties"]["weights"]["additionalProperties"].update(minimum=0),
        "/properties/weights/additionalProperties/minimum: was unbounded, is tighter: 0",
    ),
    "no more unknown fields": (
        lambda s: s.update(additionalProperties=False),
        "/additionalProperties: changed",
    ),
    "a word that the check does not know": (
        lambda s: s["properties"]["subjects"].update(uniqueItems=True),
        "/properties/subjects/uniqueItems: changed",
    ),
}

HARMLESS: dict[str, Callable[[Json], Any]] = {
    "nothing": lambda s: None,
    "a new optional field": lambda s: s["properties"].update(year={"type": "string", "default": ""}),
    "a new optional field inside an object": lambda s: s["properties"]["rules"]["properties"].update(
        a={"type": "null"}
    ),
    "one more value": lambda s: s["properties"]["phase"]["enum"].append("all_through"),
    "looser bounds": lambda s: s["properties"]["places"].update(minimum=0, maximum=40),
    "no bound": lambda s: s["properties"]["places"].pop("maximum"),
    "other words": lambda s: s.update(title="Offer", description="As last recorded."),
    "another order": lambda s: (s["required"].reverse(), s["properties"]["trust_code"]["anyOf"].reverse()),
}


@pytest.mark.parametrize("change", BREAKING)
def test_a_change_that_breaks_a_reader_is_refused_and_named_with_its_place(change: str) -> None:
    current = deepcopy(COMMITTED)
    do, error = BREAKING[change]
    do(current)

    assert incompatibilities(COMMITTED, current) == [error]


@pytest.mark.parametrize("change", HARMLESS)
def test_a_change_that_breaks_nobody_is_allowed(change: str) -> None:
    current = deepcopy(COMMITTED)
    HARMLESS[change](current)

    assert incompatibilities(COMMITTED, current) == []


def test_an_object_that_is_there_by_default_may_get_a_field_but_no_other_value() -> None:
    practice = {"type": "object", "properties": {"roles": {"type": "array", "default": []}}, "default": {"roles": []}}
    committed = {"type": "object", "properties": {"practice": practice}}
    current = deepcopy(committed)
    extended: Json = current["properties"]["practice"]  # type: ignore[index]  # the values of a schema have no type
    extended["properties"]["days"] = {"anyOf": [{"type": "string"}, {"type": "null"}], "default": None}
    extended["default"]["days"] = None

    assert incompatibilities(committed, current) == []
    extended["default"]["days"] = "half"
    assert incompatibilities(committed, current) == ["/properties/practice/default: changed"]


def test_every_break_is_named_not_only_the_first() -> None:
    current = deepcopy(COMMITTED)
    chosen = [BREAKING[change] for change in ("a field is gone", "fewer values", "a higher minimum")]
    for do, _ in chosen:
        do(current)

    assert sorted(incompatibilities(COMMITTED, current)) == sorted(error for _, error in chosen)


def test_names_with_slashes_are_escaped_in_the_pointer() -> None:
    committed = {"properties": {"a/b~c": {"type": "string"}}}

    assert incompatibilities(committed, {"properties": {}}) == ["/properties/a~1b~0c: the field is gone"]


UNREADABLE: dict[str, tuple[Callable[[Json], Any], str]] = {
    "a field is gone": (
        lambda s: s["properties"].pop("trust_code"),
        "/properties/trust_code: the field is gone",
    ),
    "a required field may be missing": (
        lambda s: s["required"].remove("phase"),
        "/required: phase may be missing",
    ),
    "another type": (
        lambda s: s["properties"]["places"].update(type="number"),
        "/properties/places/type: number is written, integer is read",
    ),
    "any text where an id was": (
        lambda s: s["properties"]["offer_id"].pop("format"),
        "/properties/offer_id/format: changed",
    ),
    "one more value": (
        lambda s: s["properties"]["phase"]["enum"].append("all_through"),
        "/properties/phase/enum: more is written than is read",
    ),
    "any value": (
        lambda s: s["properties"]["phase"].pop("enum"),
        "/properties/phase/enum: more is written than is read",
    ),
    "a looser bound": (
        lambda s: s["properties"]["places"].update(minimum=0),
        "/properties/places/minimum: more is written than is read",
    ),
    "no bound": (
        lambda s: s["properties"]["places"].pop("maximum"),
        "/properties/places/maximum: more is written than is read",
    ),
    "null is new": (
        lambda s: s["properties"].update(title={"anyOf": [s["properties"]["title"], {"type": "null"}]}),
        "/properties/title/type: null is written, string is read",
    ),
    "another default of what may be missing": (
        lambda s: s["properties"]["trust_code"].update(default="none"),
        "/properties/trust_code/default: changed",
    ),
    "inside a list": (
        lambda s: s["properties"]["subjects"]["items"].update(type="integer"),
        "/properties/subjects/items/type: integer is written, string is read",
    ),
    "inside an object": (
        lambda s: s["properties"]["rules"]["required"].remove("edition"),
        "/properties/rules/required: edition may be missing",
    ),
    "a key of a map": (
        lambda s: s["properties"]["weights"]["propertyNames"]["enum"].append("load"),
        "/properties/weights/propertyNames/enum: more is written than is read",
    ),
    "a value of a map": (
        lambda s: s["properties"]["weights"]["additionalProperties"].update(type="number"),
        "/properties/weights/additionalProperties/type: number is written, integer is read",
    ),
    "a map no longer": (
        lambda s: s["properties"]["weights"].pop("additionalProperties"),
        "/properties/weights/additionalProperties: changed",
    ),
    "a field beside the keys of a map": (
        lambda s: s["properties"]["weights"].update(properties={"note": {"type": "string"}}),
        "/properties/weights/properties/note: the reader takes no such field",
    ),
}

READABLE: dict[str, Callable[[Json], Any]] = {
    "nothing": lambda s: None,
    "a new field": lambda s: s["properties"].update(year={"type": "string"}),
    "a new required field": lambda s: (s["properties"].update(year={"type": "string"}), s["required"].append("year")),
    "what was optional is always there": lambda s: s["required"].append("title"),
    "fewer values": lambda s: s["properties"]["phase"].update(enum=["primary"]),
    "tighter bounds": lambda s: s["properties"]["places"].update(minimum=2, maximum=29),
    "a pattern": lambda s: s["properties"]["title"].update(pattern="^[A-Z]"),
    "null no longer": lambda s: s["properties"]["trust_code"].update(anyOf=[{"type": "string"}]),
    "whole numbers among all": lambda s: s["properties"]["rules"]["properties"]["hours"].update(type="integer"),
    "worked out when it is written": lambda s: s["properties"]["places"].update(readOnly=True),
    "other words": lambda s: s.update(title="Offer", description="As last recorded."),
}


@pytest.mark.parametrize("change", UNREADABLE)
def test_a_new_version_that_readers_of_the_old_cannot_read_is_refused_with_the_place(change: str) -> None:
    written = deepcopy(COMMITTED)
    do, error = UNREADABLE[change]
    do(written)

    assert reading_errors(COMMITTED, written) == [error]


@pytest.mark.parametrize("change", READABLE)
def test_a_new_version_that_fills_the_old_fields_can_be_read_by_readers_of_the_old(change: str) -> None:
    written = deepcopy(COMMITTED)
    READABLE[change](written)

    assert reading_errors(COMMITTED, written) == []


@pytest.mark.parametrize("event", PUBLISHED.classes.values(), ids=PUBLISHED.classes)
def test_every_event_is_compatible_with_itself(event: Any) -> None:
    assert incompatibilities(schema_of(event), schema_of(event)) == []


leaves: st.SearchStrategy[Json] = st.one_of(
    st.fixed_dictionaries(
        {"type": st.just("integer")}, optional={"minimum": st.integers(-2, 1), "maximum": st.just(2)}
    ),
    st.fixed_dictionaries({"type": st.just("string")}, optional={"maxLength": st.integers(0, 2)}),
    st.fixed_dictionaries({"enum": st.lists(st.sampled_from(["a", "bb", 1]), min_size=1, unique=True)}),
    st.just({"type": "null"}),
)


def _around(inner: st.SearchStrategy[Json]) -> st.SearchStrategy[Json]:
    names = st.lists(st.sampled_from("pq"), unique=True)
    return st.one_of(
        st.fixed_dictionaries({"type": st.just("array"), "items": inner}, optional={"minItems": st.integers(0, 1)}),
        st.fixed_dictionaries({"anyOf": st.lists(inner, min_size=1, max_size=2)}),
        st.fixed_dictionaries({"properties": st.dictionaries(st.sampled_from("pq"), inner), "required": names}).map(
            lambda s: {"type": "object", **s, "required": [name for name in s["required"] if name in s["properties"]]}
        ),
    )


schemas = st.recursive(leaves, _around, max_leaves=5)
instances: st.SearchStrategy[Any] = st.recursive(
    st.sampled_from([None, "", "a", "bb", -2, 0, 1, 2]),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.sampled_from("pq"), inner),
    max_leaves=4,
)


@st.composite
def changes(draw: st.DrawFn) -> tuple[Json, Json]:
    """A schema and a neighbour of it: so near that the check often allows the change."""
    old = draw(schemas)
    new = deepcopy(old)
    here: Any = new
    while isinstance(here, dict) and draw(st.booleans()):
        below = [
            value
            for value in [here.get("items"), *here.get("anyOf", ()), *here.get("properties", {}).values()]
            if isinstance(value, dict)
        ]
        if not below:
            break
        here = draw(st.sampled_from(below))
    match draw(st.integers(0, 3)):
        case 0:
            here.pop(draw(st.sampled_from(sorted(here))), None)
        case 1:
            here.update(draw(leaves))
        case 2 if "properties" in here:
            here["properties"]["r"] = draw(leaves)
        case _:
            here.update(minimum=draw(st.integers(-2, 2)))
    return old, new


@given(change=changes(), bodies=st.lists(instances, min_size=1, max_size=30))
def test_a_change_that_the_check_allows_keeps_valid_bodies_valid(change: tuple[Json, Json], bodies: list[Any]) -> None:
    old, new = change
    if not incompatibilities(old, new):
        read = Draft202012Validator(new)
        for body in bodies:
            # a new optional field is one that no event written before carries
            if Draft202012Validator(old).is_valid(body) and '"r"' not in str(body):
                assert read.is_valid(body)


@given(change=changes(), bodies=st.lists(instances, min_size=1, max_size=30))
def test_old_readers_can_read_every_body_of_a_version_that_the_check_allows(
    change: tuple[Json, Json], bodies: list[Any]
) -> None:
    for promised, written in (change, reversed(change)):
        if not reading_errors(promised, written):
            read = Draft202012Validator(promised)
            for body in bodies:
                if Draft202012Validator(written).is_valid(body):
                    assert read.is_valid(body)


@given(schema=schemas)
def test_a_schema_is_compatible_with_itself(schema: Json) -> None:
    assert incompatibilities(schema, deepcopy(schema)) == []
    assert reading_errors(schema, deepcopy(schema)) == []
