"""Meetings that were held or missed."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import MeetingHeld, MeetingMissed
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class MeetingRow:
    """A meeting: the day on which it was held and its length in minutes, or the day on which it was missed and why.

    The last event of a meeting counts, because its record may be amended, its day as well.
    """

    meeting_id: UUID
    relationship_id: UUID
    held_on: date | None = None
    minutes: int | None = None
    missed_on: date | None = None
    missed_reason: str | None = None


def _hold(_: MeetingRow | None, event: MeetingHeld) -> MeetingRow:
    return row_of(MeetingRow, event, held_on=event.happened_on)


def _miss(_: MeetingRow | None, event: MeetingMissed) -> MeetingRow:
    return row_of(MeetingRow, event, missed_on=event.happened_on, missed_reason=event.reason)


MEETINGS = table(
    "meetings",
    MeetingRow,
    ("meeting_id",),
    {MeetingHeld: _hold, MeetingMissed: _miss},
    indexes=("relationship_id", "known_from"),
    past_indexes=("relationship_id",),
    edition=5,
)
