"""The door out of a service: only what a public class declares leaves, and nothing personal."""

from datetime import date
from typing import Annotated, ClassVar

import pytest

from shared.events import PublicEvent
from shared.kernel.decider import Event, Personal
from shared.kernel.publishing import publish_as, publisher

TODAY = date(2026, 9, 14)


class NoteWritten(Event):
    type: ClassVar[str] = "notes.note_written"

    note_id: str
    words: int
    mood: str = "calm"
    text: Annotated[str, Personal("note_id")] = ""


class NoteHidden(Event):
    type: ClassVar[str] = "notes.note_hidden"

    note_id: str


class PublicNote(PublicEvent):
    type: ClassVar[str] = "notes.note_written"

    note_id: str
    words: int


class TalkativeNote(PublicNote):
    text: str


WRITTEN = NoteWritten(happened_on=TODAY, note_id="n1", words=3, text="said in private")


def test_a_field_that_the_public_class_does_not_declare_stays() -> None:
    assert publish_as(PublicNote, WRITTEN).model_dump() == {"happened_on": TODAY, "note_id": "n1", "words": 3}


def test_a_value_that_is_given_replaces_that_of_the_event() -> None:
    assert publish_as(PublicNote, WRITTEN, words=4).words == 4


def test_a_personal_field_is_refused_whatever_the_public_class_says() -> None:
    with pytest.raises(TypeError, match="text is personal"):
        publish_as(TalkativeNote, WRITTEN)


def test_an_event_that_is_in_no_table_stays() -> None:
    publish = publisher({NoteWritten: PublicNote})
    assert publish(WRITTEN) == publish_as(PublicNote, WRITTEN)
    assert publish(NoteHidden(happened_on=TODAY, note_id="n1")) is None


def test_a_function_of_the_table_makes_the_event_itself() -> None:
    publish = publisher({NoteWritten: lambda event: publish_as(PublicNote, event, words=-1)})
    assert publish(WRITTEN) == PublicNote(happened_on=TODAY, note_id="n1", words=-1)
