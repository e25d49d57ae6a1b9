"""A mentor's private note about a meeting: for its author's eyes only.

Source: product.md S2. The text is sealed with the author's own key, and nothing about it leaves this service.
"""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Annotated, ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, Event, Personal


class NoteWritten(Event):
    """The author wrote the note, or wrote it anew: the last one counts."""

    type: ClassVar[str] = "sessions.note_written"

    meeting_id: UUID
    author_id: UUID
    note: Annotated[str, Personal("author_id")]


class Write(Command):
    """Write the note about a meeting."""

    meeting_id: UUID
    author_id: UUID
    note: str
    on: date


def decide(command: Write, note: None, now: datetime) -> Sequence[NoteWritten]:
    """A note can always be written; its stream is the meeting's, so that there is one."""
    del now, note
    return [NoteWritten(happened_on=command.on, **command.model_dump(exclude={"on"}))]


def evolve(note: None, event: NoteWritten) -> None:
    """No decision needs to know what was written."""
    del note, event


NOTE: Decider[None, Write, NoteWritten] = Decider("note", lambda: None, decide, evolve, (NoteWritten,))
