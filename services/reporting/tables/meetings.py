"""Meetings that were held or missed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import MeetingHeld, MeetingMissed
from shared.kernel.readmodel import set_fields


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting: the day on which it was held and its length in minutes, or the day on which it was missed and why."""

    meeting_id: UUID
    relationship_id: UUID
    held_on: date | None = None
    minutes: int | None = None
    missed_on: date | None = None
    missed_reason: str | None = None


MEETINGS = table(
    "meetings",
    MeetingRow,
    ("meeting_id",),
    {
        MeetingHeld: set_fields(MeetingRow, MeetingHeld, held_on="happened_on", minutes="minutes"),
        MeetingMissed: set_fields(MeetingRow, MeetingMissed, missed_on="happened_on", missed_reason="reason"),
    },
    indexes=("relationship_id",),
)
