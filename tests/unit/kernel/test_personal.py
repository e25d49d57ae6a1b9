"""Personal text is sealed whole, opens for its person's key alone, and nothing makes it open elsewhere."""

import base64
import json
import os
import re
from datetime import date, datetime
from typing import Annotated, Any, Literal
from uuid import UUID, uuid4

import pytest
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Field, computed_field

from shared.kernel.decider import Event, Personal
from shared.kernel.postgres.personal import (
    ERASED,
    Keyring,
    _open,
    is_sealed,
    personal_fields,
    seal,
    sealed_json,
    subjects_of,
)

DAY = date(2026, 9, 14)


class TextWritten(Event):
    type = "t.told"

    person: str
    other: str = "other"
    text: Annotated[str, Personal("person")]
    line2: Annotated[str | None, Personal("other")] = None


class Part(BaseModel):
    on: date
    days: tuple[date, ...] = ()


class Impersonal(Event):
    """Every kind of field that events have."""

    type = "t.impersonal"
    model_config = ConfigDict(extra="allow")

    id_: UUID = Field(alias="id", validation_alias="id_")
    at: datetime
    kind: Literal["one", "other"] | None
    number: float
    whole: int
    words: dict[str, tuple[str, ...]]
    part: Part

    @computed_field  # type: ignore[prop-decorator]  # mypy knows no decorator above a property
    @property
    def twice(self) -> int:
        return 2 * self.whole


def key() -> AESGCM:
    return AESGCM(AESGCM.generate_key(256))


def seal_text(text: str, keys: dict[str, AESGCM], person: str = "ada", event_id: UUID | None = None) -> str:
    event = TextWritten(happened_on=DAY, person=person, text=text)
    token: str = seal(event, event_id or uuid4(), keys)["text"]
    return token


any_text = st.text(st.characters(exclude_categories=["Cs"]))


@given(text=any_text, person=any_text.filter(bool))
def test_any_text_of_any_person_comes_back_as_it_was(text: str, person: str) -> None:
    keys = {person: key()}
    token = seal_text(text, keys, person)
    assert is_sealed(token)
    assert _open(token, keys) == text


@given(text=any_text.filter(lambda text: len(text) > 3))
def test_a_token_shows_nothing_of_the_text(text: str) -> None:
    token = seal_text(text, {"ada": key()})
    assert text not in token.rsplit(":", 1)[1]


@given(
    id_=st.uuids(),
    at=st.datetimes(timezones=st.timezones()),
    kind=st.sampled_from(["one", "other", None]),
    number=st.floats(allow_nan=False, allow_infinity=False),
    whole=st.integers(-(2**53), 2**53),
    words=st.dictionaries(any_text, st.lists(any_text)),
    days=st.lists(st.dates()),
    extra=any_text,
)
def test_an_event_without_personal_text_is_the_same_json_straight_as_by_way_of_values(
    days: list[date], extra: str, **fields: Any
) -> None:
    part = Part(on=DAY, days=tuple(days))
    event = Impersonal.model_validate({"happened_on": DAY, "part": part, "not_known_here": extra, **fields})

    assert json.loads(sealed_json(event, uuid4(), {})) == seal(event, uuid4(), {})


def test_an_event_with_personal_text_is_sealed_before_it_is_json() -> None:
    event = TextWritten(happened_on=DAY, person="ada", text="Ada Lovelace")

    held = json.loads(sealed_json(event, uuid4(), {"ada": key()}))

    assert is_sealed(held["text"])
    assert held["person"] == "ada"


def test_the_same_text_is_never_sealed_the_same() -> None:
    keys, event_id = {"ada": key()}, uuid4()
    assert seal_text("x", keys, event_id=event_id) != seal_text("x", keys, event_id=event_id)


@pytest.mark.parametrize("part", [1, 2, 3, 4])
def test_a_token_that_says_another_event_field_or_person_does_not_open(part: int) -> None:
    keys = {"ada": key(), "bob": key()}
    parts = seal_text("A secret.", keys).split(":")
    parts[part] = {1: uuid4().hex, 2: "line2", 3: "bob", 4: seal_text("A secret.", keys).split(":")[4]}[part]
    assert _open(":".join(parts), keys) == ERASED


@given(at=st.integers(0, 200), flipped=st.integers(1, 255))
def test_a_token_that_was_tampered_with_does_not_open(at: int, flipped: int) -> None:
    keys = {"ada": key()}
    head, _, text = seal_text("A secret.", keys).rpartition(":")
    bytes_ = bytearray(base64.urlsafe_b64decode(text))
    bytes_[at % len(bytes_)] ^= flipped
    assert _open(f"{head}:{base64.urlsafe_b64encode(bytes_).decode()}", keys) == ERASED


def test_without_its_key_a_token_reads_as_erased() -> None:
    assert _open(seal_text("A secret.", {"ada": key()}), {}) == ERASED


def test_a_token_carried_over_from_another_event_of_the_same_person_stays_as_it_is() -> None:
    keys = {"ada": key()}
    token = seal_text("A secret.", keys)
    assert seal_text(token, keys) == token


@pytest.mark.parametrize(
    "typed", ["sealed:a:b:c:d", f"sealed:{'0' * 32}:text:ada:QUFB", f"sealed:{'0' * 32}:text:bob:x"]
)
def test_words_that_look_like_a_token_are_sealed_as_any_other(typed: str) -> None:
    keys = {"ada": key(), "bob": key()}
    token = seal_text(typed, keys)
    assert token != typed
    assert _open(token, keys) == typed


def test_a_token_that_somebody_typed_as_text_is_not_decrypted() -> None:
    keys = {"ada": key(), "eve": key()}
    of_ada = seal_text("A secret.", keys)
    assert _open(seal_text(of_ada, keys, "eve"), keys) == of_ada


@given(garbage=st.from_regex(re.compile(r"sealed:[0-9a-f]{32}:text:ada:[A-Za-z0-9_-]{0,40}=*"), fullmatch=True))
def test_a_token_that_nobody_made_reads_as_erased_and_breaks_nothing(garbage: str) -> None:
    assert _open(garbage, {"ada": key()}) == ERASED


def test_only_the_people_whose_text_is_there_need_a_key() -> None:
    assert subjects_of(TextWritten(happened_on=DAY, person="ada", text="x")) == {"ada"}
    assert subjects_of(TextWritten(happened_on=DAY, person="ada", text="x", line2="y")) == {"ada", "other"}
    assert personal_fields(TextWritten) == {"text": "person", "line2": "other"}


def test_a_keyring_of_another_deployment_opens_no_key() -> None:
    one, other = (Keyring(base64.b64encode(os.urandom(32)).decode()) for _ in range(2))
    wrapped = one._wrap("north-star", "ada")
    assert one._unwrap("north-star", "ada", wrapped)
    for tenant, subject, ring in (("north-star", "bob", one), ("other", "ada", one), ("north-star", "ada", other)):
        with pytest.raises(InvalidTag):
            ring._unwrap(tenant, subject, wrapped)


class Address(BaseModel):
    street: Annotated[str, Personal("person")]


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[str, Personal("person")] | None,
        tuple[Annotated[str, Personal("person")], ...],
        Address,
        Address | None,
        dict[str, Address],
    ],
    ids=["optional", "tuple", "model", "optional model", "dict of models"],
)
def test_an_event_that_marks_only_a_part_of_a_field_cannot_be_declared(hint: object) -> None:
    with pytest.raises(TypeError, match="Personal marks a whole text field"):
        type("Careless", (Event,), {"__annotations__": {"person": str, "text": hint}, "type": "t.careless"})


@pytest.mark.parametrize(
    "hint",
    [
        Annotated[str, Field(max_length=10), Personal("person")],
        Annotated[Annotated[str, Field(max_length=10)] | None, Personal("person")],
    ],
    ids=["text", "optional text"],
)
def test_an_event_that_bounds_the_length_of_an_encrypted_text_cannot_be_declared(hint: object) -> None:
    with pytest.raises(TypeError, match="its length has no bound"):
        type("Careless", (Event,), {"__annotations__": {"person": str, "text": hint}, "type": "t.careless"})
