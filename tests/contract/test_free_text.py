"""No public event of sessions, no read model of reporting and no answer of reporting has room for what people write.

Every text that could be there is named below with what it holds; one that is not named fails here. What people write is
sealed in sessions; the numbers that somebody measured leave only once their owner released them to reports.
"""

import dataclasses
from collections.abc import Iterator
from typing import Any, Literal, get_args, get_origin, get_type_hints

import pytest
from pydantic import BaseModel

from services.reporting.main import SERVICE as REPORTING
from services.sessions.main import EVENTS
from shared.events import PUBLISHED
from shared.events.words import Half
from shared.kernel.postgres.personal import personal_fields
from tests.support.documents import document

IN_EVENTS = {
    "school_urn": "the number of a school",
    "code": "a need, of those that the programme offers",
    "instrument": "an instrument of the programme",
    "role": "a role of the programme",
    "numbers": "questions of the programme's form",
}
HALVES = get_args(Half)
IN_TABLES = {
    **dict.fromkeys(("urn", "name", "trust_code", "la_code", "school_urn"), "of a school, from the register"),
    **dict.fromkeys(("template", "title", "academic_year"), "of a programme, from referral"),
    **dict.fromkeys(("subject", "phase", "training_route"), "of a trainee's training, of those that are known"),
    **dict.fromkeys(("reason", "explanation", "remedies"), "why somebody is unplaced, in matching's own words"),
    **dict.fromkeys(("declined_by", "withdrawn_because", "ended_because", "missed_reason"), "one of some choices"),
    **dict.fromkeys(("status", "role", "kind", "judgements"), "one of some choices"),
    **dict.fromkeys((f"{half}_{part}" for half in HALVES for part in ("state", "kind")), "one of some choices"),
    **dict.fromkeys((f"{half}_school" for half in HALVES), "the number of a school"),
    **dict.fromkeys(("phase", "gender", "religious_character"), "of a school, from the register"),
    **dict.fromkeys(("admissions_policy", "urban_rural"), "of a school, from the register"),
    "standards": "Teachers' Standards",
    "provider": "who trained mentors, from referral",
    "code": "a need, by the programme's code",
    "instrument": "an instrument of the programme",
    **dict.fromkeys(("occasion", "numbers"), "when it was answered; questions of the programme's form"),
}
IN_ANSWERS = {
    **dict.fromkeys(("school_urn", "school_name"), "of a school, from the register"),
    **dict.fromkeys(("title", "academic_year"), "of a programme, from referral"),
    **dict.fromkeys(("subject", "phase"), "of a trainee's training, of those that are known"),
    **dict.fromkeys(("reason", "explanation", "would_help"), "why somebody is unplaced, in matching's own words"),
    **dict.fromkeys(("due_means", "small_groups", "notes", "report"), "what the report says of itself"),
    **dict.fromkeys(("name", "title", "question", "not_for", "means"), "of a report and its columns, in our own words"),
    **dict.fromkeys(("training_route", "differ_in"), "of a trainee's training, and of the register"),
    **dict.fromkeys(("provider", "academic_year"), "of mentor training, from referral"),
    "code": "a need, by the programme's code",
    **dict.fromkeys(("instrument", "role", "item"), "of the programme: an instrument, a role, a question"),
    "value": "what people of a group share: a trust, a school, a route, a subject",
    **dict.fromkeys(("fact", "action"), "an early warning, in our own words"),
    **dict.fromkeys(("next", "changed", "column", "key", "sort"), "a cursor, and names of columns"),
    **dict.fromkeys(("address", "types", "failure", "secret", "made_by"), "of a webhook, for leads"),
    "sha256": "the digest of an export",
    **dict.fromkeys(("source", "type", "subject", "dataschema", "position", "tenant"), "of a public event's envelope"),
    "tables": "the read tables that a public event changes",
    **dict.fromkeys(("reader", "roles"), "who has read a report: an opaque id, and roles"),
}


def texts_in(hint: Any, name: str) -> Iterator[str]:
    """Return the names of the fields of a type that hold text, and not one of some choices."""
    if get_origin(hint) is Literal:
        return
    if isinstance(hint, type) and issubclass(hint, BaseModel):
        for field, info in hint.model_fields.items():
            yield from texts_in(info.annotation, field)
    elif dataclasses.is_dataclass(hint):
        for field, inner in get_type_hints(hint).items():
            yield from texts_in(inner, field)
    elif hint in (str, Any, object):
        yield name
    for inner in get_args(hint):
        yield from texts_in(inner, name)


def texts_shown(schemas: dict[str, Any], schema: dict[str, Any], name: str) -> Iterator[str]:
    """Return the names of the fields of an answer that show text, and not an id, a day or one of some choices."""
    if "$ref" in schema:
        yield from texts_shown(schemas, schemas[schema["$ref"].rpartition("/")[2]], name)
    for each in (*schema.get("anyOf", ()), *schema.get("oneOf", ()), *schema.get("allOf", ())):
        yield from texts_shown(schemas, each, name)
    for field, inner in schema.get("properties", {}).items():
        yield from texts_shown(schemas, inner, field)
    for inner in (schema.get("items"), schema.get("additionalProperties")):
        if isinstance(inner, dict):
            yield from texts_shown(schemas, inner, name)
    if schema.get("type") == "string" and schema.keys().isdisjoint({"format", "enum", "const", "pattern"}):
        yield name


@pytest.mark.covers("S11")
def test_a_public_event_of_sessions_has_no_field_for_what_people_write() -> None:
    events = {type_: event for type_, event in PUBLISHED.classes.items() if type_.startswith("sessions.")}
    found = {name: type_ for type_, event in events.items() for name in texts_in(event, type_)}
    assert {name: type_ for name, type_ in found.items() if name not in IN_EVENTS} == {}
    assert found.keys() == IN_EVENTS.keys(), "what is named here and in no event any more"


@pytest.mark.covers("S11")
def test_no_personal_text_of_a_stored_event_has_a_field_in_a_public_one() -> None:
    personal = {(type_, name) for type_, event in EVENTS.classes.items() for name in personal_fields(event)}
    public = {(type_, name) for type_, event in PUBLISHED.classes.items() for name in event.model_fields}
    assert personal & public == set()


@pytest.mark.covers("S11")
def test_a_read_model_of_reporting_has_no_column_for_what_people_write() -> None:
    found = {name: model.name for model in REPORTING.read_models for name in texts_in(model.row, model.name)}
    assert {name: model for name, model in found.items() if name not in IN_TABLES} == {}
    assert found.keys() == IN_TABLES.keys(), "what is named here and in no table any more"


@pytest.mark.covers("S11")
def test_an_answer_of_reporting_has_no_field_for_what_people_write() -> None:
    openapi = document("reporting")
    found = {
        name: f"{method} {path}"
        for path, operations in openapi["paths"].items()
        for method, operation in operations.items()
        for status in operation["responses"].keys() & {"200", "201"}
        for content in operation["responses"][status]["content"].values()
        for name in texts_shown(openapi["components"]["schemas"], content.get("schema", {}), path)
    }
    assert {name: route for name, route in found.items() if name not in IN_ANSWERS} == {}
    assert found.keys() == IN_ANSWERS.keys(), "what is named here and in no answer any more"
