"""Meetings as rows."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain import meetings as meeting
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting as it was recorded; `discussed` and `reflection` are sealed."""

    meeting_id: UUID
    relationship_id: UUID
    happened_on: date
    status: str
    recorded_by: str
    minutes: int | None = None
    agenda_by: str | None = None
    reason: str | None = None
    discussed: str | None = None
    reflection: str | None = None


def _held(_: MeetingRow | None, event: meeting.MeetingHeld) -> MeetingRow:
    return row_of(MeetingRow, event, status="held", recorded_by=event.by)


def _missed(_: MeetingRow | None, event: meeting.MeetingMissed) -> MeetingRow:
    return row_of(MeetingRow, event, status="missed", recorded_by=event.by)


MEETINGS = ReadModel(
    name="meetings",
    row=MeetingRow,
    key=("meeting_id",),
    on={
        meeting.MeetingHeld: Step(key_from("meeting_id"), _held),
        meeting.MeetingMissed: Step(key_from("meeting_id"), _missed),
    },
    indexes=("relationship_id",),
)
