"""A mentor's private note about a meeting, which only its author can read.

Source: product.md S2. The text is encrypted with the author's own key, and nothing about it leaves this service.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Annotated, ClassVar
from uuid import UUID

from services.sessions.domain.texts import Text
from shared.inputs.days import StepDay
from shared.kernel.decider import Command, Decider, Event, Personal, Value, build_from


class PrivateNote(Value):
    """A note that the mentor writes for themselves."""

    on: StepDay
    note: Text


class NoteWritten(Event):
    """The author wrote the note, or replaced it: the latest text counts."""

    type: ClassVar[str] = "sessions.note_written"

    meeting_id: UUID
    author_id: UUID
    note: Annotated[str, Personal("author_id")]


class WriteNote(Command):
    """Write the note about a meeting, or replace it."""

    meeting_id: UUID
    author_id: UUID
    note: PrivateNote


def decide(command: WriteNote, note: None, now: datetime) -> Sequence[NoteWritten]:
    """Write the note; it can always be replaced."""
    del now, note
    names = {"meeting_id": command.meeting_id, "author_id": command.author_id}
    return [build_from(NoteWritten, command.note, happened_on=command.note.on, **names)]


def evolve(note: None, event: NoteWritten) -> None:
    """Keep no state: no decision depends on the text."""
    del note, event


NOTE: Decider[None, WriteNote, NoteWritten] = Decider("note", lambda: None, decide, evolve, (NoteWritten,))
