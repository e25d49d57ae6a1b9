"""The committed schemas are what the models say, and what they once promised still holds."""

import json
from typing import Any, ClassVar

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from jsonschema import Draft202012Validator, FormatChecker
from pydantic import BaseModel, ValidationError

from shared.events import PUBLISHED, PublicEvent, matching, people, referral, sessions
from shared.events.catalogue import version_of
from shared.events.referral import MentorRecorded
from shared.events.schema import SCHEMAS, schema_of
from shared.events.sessions import MeetingHeld
from tools.reference.__main__ import main
from tools.reference.sources import broken_promises, committed, topics, versions

CURRENT = [(type_, version_of(event)) for type_, event in PUBLISHED.classes.items()]


def _label(key: tuple[str, int]) -> str:
    return f"{key[0]}.v{key[1]}"


class Longer(MeetingHeld):
    """A meeting with one more field that has to be there."""

    place: str


class Second(MeetingHeld):
    """A meeting in its second version."""

    version: ClassVar[int] = 2

    place: str


class Readable(Second):
    """A meeting in its second version, which readers of the first can read: what they were promised is all there."""

    readable_as: ClassVar[int | None] = 1


class Unreadable(Readable):
    """A meeting in its second version, in which readers of the first miss something."""

    minutes: int | None = None  # type: ignore[assignment]  # that is what is wrong with it


def test_every_promise_is_kept() -> None:
    assert broken_promises() == [], "docs/how-to/change-a-public-event.md"


def test_a_change_that_readers_cannot_take_is_refused_without_a_new_version(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Longer)

    assert broken_promises() == [
        "sessions.meeting_held version 1 needs a new version: /required: place is newly required"
    ]


def test_a_new_version_is_refused_without_an_upcaster_from_the_old_one(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Second)

    assert broken_promises() == ["sessions.meeting_held has no upcaster from version 1"]


def test_a_new_version_with_an_upcaster_keeps_the_old_schema_too(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Second)
    monkeypatch.setitem(PUBLISHED.upcasters, ("sessions.meeting_held", 1), lambda body: {**body, "place": "school"})

    met = versions.__wrapped__()  # not what other tests were answered

    assert broken_promises() == []
    assert met["sessions.meeting_held", 1] == committed()["sessions.meeting_held", 1]
    assert met["sessions.meeting_held", 2] == schema_of(Second)


@pytest.fixture
def with_an_upcaster(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.upcasters, ("sessions.meeting_held", 1), lambda body: {**body, "place": "school"})


@pytest.mark.usefixtures("with_an_upcaster")
def test_a_new_version_may_say_that_readers_of_the_old_one_can_read_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Readable)

    assert broken_promises() == []


@pytest.mark.usefixtures("with_an_upcaster")
def test_a_new_version_that_readers_of_the_old_one_cannot_read_may_not_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Unreadable)

    prefix = "sessions.meeting_held version 2 cannot be read by readers of version 1: "
    assert broken_promises() == [
        prefix + "/required: minutes may be missing",
        prefix + "/properties/minutes/type: null is written, integer is read",
    ]


def test_a_new_version_that_readers_of_the_old_one_can_read_needs_an_upcaster_all_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Readable)

    assert broken_promises() == ["sessions.meeting_held has no upcaster from version 1"]


@pytest.mark.usefixtures("with_an_upcaster")
def test_a_version_that_never_was_cannot_be_read_as(monkeypatch: pytest.MonkeyPatch) -> None:
    class OfTheZeroth(Readable):
        readable_as: ClassVar[int | None] = 0

    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", OfTheZeroth)

    assert broken_promises() == [
        "sessions.meeting_held version 2 cannot be read by readers of version 0: there is no version 0"
    ]


def test_a_published_type_is_not_taken_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delitem(PUBLISHED.classes, "sessions.meeting_held")

    assert broken_promises() == ["sessions.meeting_held is no longer known, but topics keep its events for ever"]


def test_nothing_is_written_while_a_promise_would_be_broken(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(PUBLISHED.classes, "sessions.meeting_held", Longer)
    before = (SCHEMAS / "sessions.meeting_held.v1.json").read_bytes()

    with pytest.raises(SystemExit, match="place is newly required"):
        main()

    assert (SCHEMAS / "sessions.meeting_held.v1.json").read_bytes() == before


@pytest.mark.parametrize("key", CURRENT, ids=_label)
def test_the_committed_schema_is_what_the_model_says(key: tuple[str, int]) -> None:
    assert committed().get(key) == schema_of(PUBLISHED.classes[key[0]]), "run `make reference`"


@pytest.mark.parametrize("key", versions(), ids=_label)
def test_a_schema_is_valid_and_stands_alone(key: tuple[str, int]) -> None:
    schema = versions()[key]

    Draft202012Validator.check_schema(schema)
    assert "$ref" not in json.dumps(schema)
    assert schema["description"]


@pytest.mark.parametrize("type_", PUBLISHED.classes)
def test_a_type_begins_with_its_topic(type_: str) -> None:
    assert type_.split(".", maxsplit=1)[0] in topics()


@pytest.mark.parametrize("type_", PUBLISHED.classes)
@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(choices=st.data())
def test_every_published_event_satisfies_its_schema_and_is_read_back(type_: str, choices: st.DataObject) -> None:
    event = choices.draw(_event(PUBLISHED.classes[type_]))

    body = event.model_dump_json()

    Draft202012Validator(schema_of(type(event)), format_checker=FormatChecker()).validate(json.loads(body))
    assert PUBLISHED.decode(type_, version_of(event), body) == event


# wherever a number stands in an event, in a list or a map too: JSON has no word for the others
st.register_type_strategy(float, st.floats(allow_nan=False, allow_infinity=False))


def _event(cls: type[BaseModel]) -> st.SearchStrategy[Any]:
    return st.builds(cls, **{name: _value(field.annotation) for name, field in cls.model_fields.items()})


def _value(annotation: Any) -> st.SearchStrategy[Any]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return _event(annotation)
    return st.from_type(annotation)


@pytest.mark.parametrize("hours", [float("nan"), float("inf")])
def test_a_number_that_json_cannot_say_is_not_published(hours: float) -> None:
    with pytest.raises(ValidationError):
        MentorRecorded.model_validate(
            {
                "happened_on": "2026-09-14",
                "mentor_id": "0190163d-8694-739b-aea5-966c26f8ad91",
                "school_urn": "100001",
                "subjects": (),
                "phases": (),
                "capacity_hours": hours,
                "role": "volunteer",
            }
        )


def test_every_public_event_that_is_declared_is_published() -> None:
    modules = (matching, people, referral, sessions)
    declared = {
        value
        for module in modules
        for value in vars(module).values()
        if isinstance(value, type) and hasattr(value, "type")
    }
    assert declared - {PublicEvent} == set(PUBLISHED.classes.values())
