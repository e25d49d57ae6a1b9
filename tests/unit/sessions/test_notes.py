"""A private note can be replaced until the last day of the relationship, and belongs to its author."""

import pytest

from services.sessions.domain.meetings import meeting_id_on
from services.sessions.domain.notes import NOTE, NoteWritten, PrivateNote, WriteNote
from services.sessions.domain.people import Erased
from services.sessions.domain.relationships import OutsideTheRelationship
from shared.kernel.postgres.personal import subjects_of
from tests.support.given import given
from tests.unit.sessions.examples import (
    DAY,
    ENDS_ON,
    ERASED,
    MENTOR_ID,
    MONDAY,
    RELATIONSHIP,
    RELATIONSHIP_ID,
    TRAINEE_ID,
)

MEETING_ID = meeting_id_on(RELATIONSHIP_ID, MONDAY)
WRITE = WriteNote(
    relationship=RELATIONSHIP,
    meeting_id=MEETING_ID,
    author_id=MENTOR_ID,
    note=PrivateNote(on=MONDAY, note="Tired today."),
)
WRITTEN = NoteWritten(happened_on=MONDAY, meeting_id=MEETING_ID, author_id=MENTOR_ID, note="Tired today.")


def test_a_note_is_written() -> None:
    given(NOTE).when(WRITE).then(WRITTEN)


def test_a_note_can_be_replaced() -> None:
    given(NOTE, WRITTEN).when(WRITE).then(WRITTEN)


def test_after_the_end_of_the_relationship_no_note_is_written() -> None:
    late = WRITE.model_copy(update={"note": PrivateNote(on=ENDS_ON + DAY, note="Tired today.")})
    given(NOTE).when(late).refused(OutsideTheRelationship, pointer="/on")


def test_no_note_is_written_about_a_person_who_was_erased() -> None:
    given(NOTE).when(WRITE.model_copy(update={"relationship": ERASED})).refused(Erased)


def test_the_author_can_remove_words_about_an_erased_person_from_a_note() -> None:
    command = WRITE.model_copy(update={"relationship": ERASED, "note": PrivateNote(on=ENDS_ON + DAY, note="-")})
    (replaced,) = given(NOTE, WRITTEN).when(command).events
    assert replaced.note == "-"
    of_the_other = WRITTEN.model_copy(update={"author_id": TRAINEE_ID})
    given(NOTE, of_the_other).when(command).refused(Erased)


@pytest.mark.covers("S2")
def test_a_note_is_sealed_with_its_authors_key() -> None:
    assert subjects_of(WRITTEN) == {str(MENTOR_ID)}
