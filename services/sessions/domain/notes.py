"""A private note of the mentor or the trainee about a meeting, which only its author can read.

Source: product.md S2. The text is encrypted with the author's own key, and nothing about it leaves this service.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, Event, Personal, Value, build_from


class PrivateNote(Value):
    """A note that somebody writes for themselves."""

    on: StepDay
    note: Text


class NoteWritten(Event):
    """The author wrote the note, or replaced it: the latest text counts."""

    type: ClassVar[str] = "sessions.note_written"

    meeting_id: UUID
    author_id: UUID
    note: Annotated[str, Personal("author_id")]


class WriteNote(Command):
    """Write the author's note about a meeting, or replace it."""

    relationship: Relationship
    meeting_id: UUID
    author_id: UUID
    note: PrivateNote


def decide(command: WriteNote, authors: frozenset[UUID], now: datetime) -> Sequence[NoteWritten]:
    """Write the note on a day of the relationship; it can be replaced until the last.

    If the other person was erased, the author can still replace a note, to remove what it says about that person.
    """
    del now
    if not (command.relationship.erased and command.author_id in authors):
        command.relationship.must_cover(command.note.on)
    names = {"meeting_id": command.meeting_id, "author_id": command.author_id}
    return [build_from(NoteWritten, command.note, happened_on=command.note.on, **names)]


def evolve(authors: frozenset[UUID], event: NoteWritten) -> frozenset[UUID]:
    """Remember who has a note; no decision depends on the text."""
    return authors | {event.author_id}


NOTE: Decider[frozenset[UUID], WriteNote, NoteWritten] = Decider("note", frozenset, decide, evolve, (NoteWritten,))
