"""Which meeting of a relationship is on which day, once the day of a record was corrected.

Source: product.md S2 (a record is amended in the programme's days, and there is one meeting a day). A meeting has the
id of the day on which it was first recorded (`meeting_id_on`) and keeps it, so that its address, its notes and its
versions stay. This stream says for each day that a correction touched which id a meeting on it has instead.
"""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.meetings import meeting_id_on
from shared.kernel.decider import Command, Decider, Event, build_from


class MeetingDayCorrected(Event):
    """A meeting was not on the day `before` but on the day `after`.

    `next_meeting_id` is the id of a meeting that is recorded on the day `before` from now on.
    """

    type: ClassVar[str] = "sessions.meeting_day_corrected"

    relationship_id: UUID
    meeting_id: UUID
    before: date
    after: date
    next_meeting_id: UUID


class CorrectMeetingDay(Command):
    """Correct the day of a meeting, as its amended record says."""

    relationship_id: UUID
    meeting_id: UUID
    before: date
    after: date
    next_meeting_id: UUID
    on: date


MeetingDays = Mapping[date, UUID]
"""By day, the id of the meeting on it, recorded or not, where it is not the id that the day gives."""


def id_on(meeting_days: MeetingDays, relationship_id: UUID, day: date) -> UUID:
    """Return the id of a relationship's meeting on a day, whether it is recorded or not."""
    return meeting_days.get(day) or meeting_id_on(relationship_id, day)


def decide(command: CorrectMeetingDay, meeting_days: MeetingDays, now: datetime) -> Sequence[MeetingDayCorrected]:
    """Move a meeting to the other day, which the meeting's own decision found free."""
    del meeting_days, now
    if command.before == command.after:
        return []
    return [build_from(MeetingDayCorrected, command, happened_on=command.on)]


def evolve(meeting_days: MeetingDays, event: MeetingDayCorrected) -> MeetingDays:
    """Return the ids by day after a correction."""
    return {**meeting_days, event.before: event.next_meeting_id, event.after: event.meeting_id}


MEETING_DAYS: Decider[MeetingDays, CorrectMeetingDay, MeetingDayCorrected] = Decider(
    "meeting_days", dict, decide, evolve, (MeetingDayCorrected,)
)
