"""Every version of an event is read as the newest, or refused in words that repeat nothing of what was written."""

import json
from collections.abc import Mapping
from typing import Any, ClassVar, Literal
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict

from shared.events import PUBLISHED
from shared.events.catalogue import Body, Catalogue, Undecodable, Upcaster
from shared.events.sessions import MeetingHeld
from shared.kernel.reactions import catalogue_of
from shared.kernel.unit import Unit

SECRET = "Ada Lovelace"


class Terms(BaseModel):
    """A part of an event."""

    hours: float


class Hosted(BaseModel):
    """An event in its third version."""

    model_config = ConfigDict(frozen=True)

    type: ClassVar[str] = "test.hosted"
    version: ClassVar[int] = 3

    school_id: UUID
    places: int
    phase: Literal["primary", "secondary"] = "secondary"
    terms: Terms | None = None
    weights: Mapping[Literal["travel", "contrast"], int] = {}


def _from_1(body: Body) -> Body:
    return {"school_id": body["school"], "places": body["places"]}


def _from_2(body: Body) -> Body:
    return {**body, "places": int(body["places"])}


UPCASTERS: Mapping[tuple[str, int], Upcaster] = {("test.hosted", 1): _from_1, ("test.hosted", 2): _from_2}
HOSTED: Catalogue[Hosted] = Catalogue((Hosted,), UPCASTERS)
SCHOOL = "0190163d-8694-739b-aea5-966c26f8ad91"


def _refusal(version: int, body: bytes | str, catalogue: Catalogue[Any] = HOSTED, type_: str = "test.hosted") -> str:
    with pytest.raises(Undecodable) as refused:
        catalogue.decode(type_, version, body)
    return str(refused.value)


def test_the_newest_version_is_read_as_it_is() -> None:
    body = json.dumps({"school_id": SCHOOL, "places": 2})

    assert HOSTED.decode("test.hosted", 3, body) == Hosted(school_id=UUID(SCHOOL), places=2)


def test_an_old_version_passes_every_upcaster_between_it_and_the_newest() -> None:
    body = json.dumps({"school": SCHOOL, "places": "2"})

    assert HOSTED.decode("test.hosted", 1, body) == Hosted(school_id=UUID(SCHOOL), places=2)


def test_a_version_in_between_starts_at_its_own_upcaster() -> None:
    body = json.dumps({"school_id": SCHOOL, "places": "2"})

    assert HOSTED.decode("test.hosted", 2, body).places == 2


def test_a_missing_upcaster_is_named_by_the_version_it_starts_from() -> None:
    gap: Catalogue[Hosted] = Catalogue((Hosted,), {("test.hosted", 1): _from_1})

    assert _refusal(1, json.dumps({"school": SCHOOL, "places": 2}), gap) == "test.hosted has no upcaster from version 2"


@pytest.mark.parametrize("version", [0, -1])
def test_a_version_that_never_was_is_refused(version: int) -> None:
    assert _refusal(version, "{}") == f"test.hosted has no upcaster from version {version}"


@pytest.mark.parametrize(
    ("version", "said"), [(1, {"school": SCHOOL, "places": "2"}), (3, {"school_id": SCHOOL, "places": 2})]
)
def test_a_reader_of_many_bodies_reads_each_as_decode_does(version: int, said: Body) -> None:
    body = json.dumps(said)

    assert HOSTED.reader("test.hosted", version)(body) == HOSTED.decode("test.hosted", version, body)


def test_a_version_newer_than_known_is_refused() -> None:
    assert _refusal(4, "{}") == "test.hosted version 4 is newer than 3, the newest known here"


def test_a_newer_version_that_names_a_known_one_is_read_as_that_without_its_new_fields() -> None:
    body = json.dumps({"school_id": SCHOOL, "places": 2, "departments": ["physics"]})

    assert HOSTED.decode("test.hosted", 5, body, readable_as=3) == Hosted(school_id=UUID(SCHOOL), places=2)


def test_a_newer_version_that_this_reader_is_too_old_for_is_refused() -> None:
    with pytest.raises(Undecodable, match=r"test\.hosted version 5 is newer than 3, the newest known here"):
        HOSTED.decode("test.hosted", 5, json.dumps({"school_id": SCHOOL, "places": 2}), readable_as=4)


def test_a_newer_version_that_promises_too_much_is_refused_by_its_fields() -> None:
    with pytest.raises(Undecodable, match=r"test\.hosted version 5: places: missing"):
        HOSTED.decode("test.hosted", 5, json.dumps({"school_id": SCHOOL}), readable_as=3)


def test_an_older_version_passes_its_upcasters_whatever_its_readable_as() -> None:
    body = json.dumps({"school_id": SCHOOL, "places": "2"})

    assert HOSTED.decode("test.hosted", 2, body, readable_as=1).places == 2


def test_an_unknown_type_is_refused() -> None:
    assert _refusal(1, "{}", type_="test.other") == "test.other is not known here"


@pytest.mark.parametrize("version", [1, 3])
@pytest.mark.parametrize("body", [b"", b"{", b"\xff\xfe", b'{"a": NaN', b"[" * 100_000], ids=repr)
def test_broken_json_is_refused_in_every_version(version: int, body: bytes) -> None:
    assert _refusal(version, body[:200]).startswith(f"test.hosted version {version}: ")


@pytest.mark.parametrize("body", ["[]", "null", '"text"', "3"])
@pytest.mark.parametrize("version", [1, 2, 3])
def test_json_that_is_no_object_is_refused_in_every_version(version: int, body: str) -> None:
    assert _refusal(version, body).startswith(f"test.hosted version {version}: ")


def test_an_old_body_that_its_upcaster_cannot_read_is_refused() -> None:
    assert _refusal(1, json.dumps({"places": 2})) == "test.hosted version 1: the upcaster from version 1: KeyError"


def test_an_error_of_an_upcaster_does_not_repeat_the_value() -> None:
    said = _refusal(2, json.dumps({"school_id": SCHOOL, "places": SECRET}))

    assert said == "test.hosted version 2: the upcaster from version 2: ValueError"


def test_a_refusal_names_every_field_to_blame_down_to_the_innermost() -> None:
    said = _refusal(3, json.dumps({"places": "many", "terms": {"hours": None}}))

    assert said == "test.hosted version 3: school_id: missing; places: int_parsing; terms/hours: float_type"


def test_the_same_type_cannot_be_declared_by_two_classes() -> None:
    class Another(Hosted):
        pass

    with pytest.raises(ValueError, match=r"test\.hosted is declared twice"):
        Catalogue((Hosted, Another))


def test_a_service_reads_old_versions_of_what_it_reacts_to(monkeypatch: pytest.MonkeyPatch) -> None:
    async def react(unit: Unit, event: MeetingHeld) -> None:
        raise AssertionError

    monkeypatch.setitem(PUBLISHED.upcasters, ("sessions.meeting_held", 0), lambda body: {**body, "minutes": 45})
    meeting = {"happened_on": "2026-09-17", "meeting_id": SCHOOL, "relationship_id": SCHOOL}

    event = catalogue_of({MeetingHeld: react}).decode("sessions.meeting_held", 0, json.dumps(meeting))

    assert event == MeetingHeld.model_validate({**meeting, "minutes": 45})


def _holding(text: str) -> st.SearchStrategy[Any]:
    values = st.sampled_from(
        [text, [text], {text: 1}, {"travel": text}, {text: text}, {"hours": text}, {"hours": [text]}]
    )
    return values | st.none() | st.integers()


@given(
    version=st.integers(1, 3),
    body=st.fixed_dictionaries(
        {}, optional=dict.fromkeys(["school", "school_id", "places", "phase", "terms", "weights"], _holding(SECRET))
    ),
)
def test_no_refusal_repeats_what_was_written(version: int, body: dict[str, Any]) -> None:
    refused = None
    try:
        HOSTED.decode("test.hosted", version, json.dumps(body))
    except Undecodable as error:
        refused = error

    if refused is not None:
        assert SECRET not in str(refused)
        assert refused.__cause__ is None
        assert refused.__suppress_context__


@given(
    event=st.sampled_from(sorted(PUBLISHED.classes)),
    letter=st.sampled_from("ńǂЖ"),
    data=st.data(),
)
def test_no_public_event_repeats_even_a_letter_of_a_bad_value(event: str, letter: str, data: st.DataObject) -> None:
    names = sorted(PUBLISHED.classes[event].model_fields)
    body = {name: data.draw(st.sampled_from([letter, [letter], {letter: letter}])) for name in names}

    assert letter not in _refusal(1, json.dumps(body), PUBLISHED, event)
