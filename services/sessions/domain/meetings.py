"""A meeting of a mentor and a trainee: held or missed, and recorded once by either of them.

Source: product.md S2 (the agenda is set by the mentee or the mentor; the programme limits the targets of a meeting).
What was discussed belongs to the trainee (Berry).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.relationships import Relationship
from services.sessions.domain.targets import NewTargetDetails
from services.sessions.domain.texts import Text, long_date
from shared.events.words import Side
from shared.inputs.days import MeetingDay
from shared.inputs.numbers import MeetingMinutes
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Personal, Value, build_from

AgendaBy = Literal["mentor", "mentee"]
MissedReason = Literal["mentor_absent", "trainee_absent", "cover", "school_closed", "other"]


class HeldMeetingDetails(Value):
    """What is recorded of a meeting that was held. Only the trainee writes the reflection."""

    minutes: int
    agenda_by: AgendaBy
    discussed: Text | None = None
    reflection: Text | None = None


class MissedMeetingDetails(Value):
    """What is recorded of a meeting that was missed."""

    reason: MissedReason


class HeldMeeting(HeldMeetingDetails):
    """A meeting that was held, with the targets that were set in it."""

    status: Literal["held"]
    on: MeetingDay
    minutes: MeetingMinutes
    targets: tuple[NewTargetDetails, ...] = ()


class MissedMeeting(MissedMeetingDetails):
    """A meeting that was due and was not held."""

    status: Literal["missed"]
    on: MeetingDay


NewMeeting = Annotated[HeldMeeting | MissedMeeting, Field(discriminator="status")]
"""A request to record a meeting."""


class MeetingEvent(Event):
    """The fields that all events of a meeting share; `happened_on` is the day of the meeting."""

    meeting_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side


class MeetingHeld(HeldMeetingDetails, MeetingEvent):
    """A meeting was held."""

    type: ClassVar[str] = "sessions.meeting_held"

    discussed: Annotated[str | None, Personal("trainee_id")] = None
    reflection: Annotated[str | None, Personal("trainee_id")] = None


class MeetingMissed(MissedMeetingDetails, MeetingEvent):
    """A meeting was missed."""

    type: ClassVar[str] = "sessions.meeting_missed"


class RecordMeeting(Command):
    """Record a meeting; `by` is the side that records it."""

    relationship: Relationship
    meeting_id: UUID
    by: Side
    meeting: NewMeeting


Events = MeetingHeld | MeetingMissed


class AlreadyRecorded(DomainError):
    """A meeting of that day is recorded already."""


class TooManyTargets(Invalid):
    """A meeting sets more targets than the programme allows."""


class NotYourReflection(Invalid):
    """Somebody other than the trainee writes the reflection."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A recorded meeting."""

    relationship_id: UUID
    status: Literal["held", "missed"]


def meeting_id_on(relationship_id: UUID, day: date) -> UUID:
    """Return the id of a relationship's meeting on a day: there is one a day, whoever records it first."""
    return uuid5(relationship_id, f"meeting {day.isoformat()}")


def decide(command: RecordMeeting, meeting: Meeting | None, now: datetime) -> Sequence[Events]:
    """Record a meeting once, on a day of the relationship, with no more targets than the programme allows."""
    del now
    new, relationship = command.meeting, command.relationship
    relationship.must_cover(new.on)
    if meeting is not None:
        raise AlreadyRecorded(
            f"The meeting of {long_date(new.on)} is recorded as {meeting.status} already; it cannot be changed."
        )
    names = {
        "happened_on": new.on,
        "meeting_id": command.meeting_id,
        "relationship_id": relationship.relationship_id,
        "trainee_id": relationship.trainee_id,
        "by": command.by,
    }
    match new:
        case HeldMeeting():
            _check(new, relationship, command.by)
            return [build_from(MeetingHeld, new, **names)]
        case MissedMeeting():
            return [build_from(MeetingMissed, new, **names)]


def _check(new: HeldMeeting, relationship: Relationship, by: Side) -> None:
    at_most = relationship.targets_per_meeting
    if len(new.targets) > at_most:
        raise TooManyTargets(
            f"A meeting sets at most {at_most} targets; leave the others for the next meeting.",
            pointer=f"/targets/{at_most}",
        )
    if new.reflection is not None and by != "trainee":
        raise NotYourReflection("Only the trainee writes the reflection; leave it out.", pointer="/reflection")


def evolve(meeting: Meeting | None, event: Events) -> Meeting:
    """Apply an event to the meeting."""
    del meeting
    return Meeting(event.relationship_id, "held" if isinstance(event, MeetingHeld) else "missed")


MEETING: Decider[Meeting | None, RecordMeeting, Events] = Decider(
    "meeting", lambda: None, decide, evolve, (MeetingHeld, MeetingMissed)
)
