"""A mentor's private note can be written anew, and belongs to its author."""

import pytest

from services.sessions.domain.meetings import meeting_id_on
from services.sessions.domain.notes import NOTE, NoteWritten, PrivateNote, WriteNote
from shared.kernel.postgres.personal import subjects_of
from tests.support.given import given
from tests.unit.sessions.examples import MENTOR_ID, MONDAY, RELATIONSHIP_ID

MEETING_ID = meeting_id_on(RELATIONSHIP_ID, MONDAY)
WRITE = WriteNote(meeting_id=MEETING_ID, author_id=MENTOR_ID, note=PrivateNote(on=MONDAY, note="Tired today."))
WRITTEN = NoteWritten(happened_on=MONDAY, meeting_id=MEETING_ID, author_id=MENTOR_ID, note="Tired today.")


def test_a_note_is_written() -> None:
    given(NOTE).when(WRITE).then(WRITTEN)


def test_a_note_can_be_written_anew() -> None:
    given(NOTE, WRITTEN).when(WRITE).then(WRITTEN)


@pytest.mark.covers("S2")
def test_a_note_is_sealed_with_its_authors_key() -> None:
    assert subjects_of(WRITTEN) == {str(MENTOR_ID)}
