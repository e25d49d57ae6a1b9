"""Read model of private notes."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.notes import NoteWritten
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class NoteRow:
    """A private note about a meeting, encrypted with its author's key."""

    meeting_id: UUID
    author_id: UUID
    note: str
    written_on: date


def _write(_: NoteRow | None, event: NoteWritten) -> NoteRow:
    return row_of(NoteRow, event, written_on=event.happened_on)


NOTES = ReadModel(
    name="notes",
    row=NoteRow,
    key=("meeting_id", "author_id"),
    on={NoteWritten: Step(key_from("meeting_id", "author_id"), _write)},
)
