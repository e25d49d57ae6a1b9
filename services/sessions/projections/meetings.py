"""Read model of meetings."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.meetings import MeetingHeld, MeetingMissed
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A recorded meeting; `reason` says why it was missed; `discussed` and `reflection` are encrypted."""

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


def _hold(_: MeetingRow | None, event: MeetingHeld) -> MeetingRow:
    return row_of(MeetingRow, event, status="held", recorded_by=event.by)


def _miss(_: MeetingRow | None, event: MeetingMissed) -> MeetingRow:
    return row_of(MeetingRow, event, status="missed", recorded_by=event.by)


MEETINGS = ReadModel(
    name="meetings",
    row=MeetingRow,
    key=("meeting_id",),
    on={
        MeetingHeld: Step(key_from("meeting_id"), _hold),
        MeetingMissed: Step(key_from("meeting_id"), _miss),
    },
    indexes=("relationship_id",),
)
