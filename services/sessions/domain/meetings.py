"""A meeting of mentor and trainee: held or missed, recorded once by either of them.

Source: product.md S2 (agenda by mentee or mentor, at most so many targets). What was said is the trainee's (Berry).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.relationships import Relationship, said
from shared.events.words import Side
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, Personal

AgendaBy = Literal["mentor", "mentee"]
MissedReason = Literal["mentor_absent", "trainee_absent", "cover", "school_closed", "other"]
Minutes = Annotated[int, Field(ge=1, le=240)]


class MeetingEvent(Event):
    """What every event of a meeting names; `happened_on` is its day."""

    meeting_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side


class MeetingHeld(MeetingEvent):
    """They met; summary and reflection are the trainee's."""

    type: ClassVar[str] = "sessions.meeting_held"

    minutes: int
    agenda_by: AgendaBy
    discussed: Annotated[str | None, Personal("trainee_id")] = None
    reflection: Annotated[str | None, Personal("trainee_id")] = None


class MeetingMissed(MeetingEvent):
    """They did not meet."""

    type: ClassVar[str] = "sessions.meeting_missed"

    reason: MissedReason


class Hold(Command):
    """Record a meeting that was held, and how many targets were set in it."""

    relationship: Relationship
    meeting_id: UUID
    by: Side
    on: date
    minutes: Minutes
    agenda_by: AgendaBy
    discussed: str | None
    reflection: str | None
    targets: int


class Miss(Command):
    """Record a meeting that was missed."""

    relationship: Relationship
    meeting_id: UUID
    by: Side
    on: date
    reason: MissedReason


Commands = Hold | Miss
Events = MeetingHeld | MeetingMissed


class AlreadyRecorded(DomainError):
    """The meeting of that day stands in the record."""


class TooManyTargets(Invalid):
    """More targets than a meeting may set."""


class NotYourReflection(Invalid):
    """The reflection is the trainee's own words."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A recorded meeting."""

    relationship_id: UUID
    outcome: Literal["held", "missed"]


def meeting_on(relationship_id: UUID, on: date) -> UUID:
    """The id of a relationship's meeting on a day: there is one, whichever of the two records it first."""
    return uuid5(relationship_id, f"meeting {on.isoformat()}")


def decide(command: Commands, meeting: Meeting | None, now: datetime) -> Sequence[Events]:
    """Record once, within the relationship, with no more targets than its programme allows."""
    del now
    command.relationship.must_cover(command.on)
    if meeting is not None:
        raise AlreadyRecorded(
            f"The meeting of {said(command.on)} is recorded as {meeting.outcome} already; it cannot be changed."
        )
    match command:
        case Hold():
            _check(command)
            return [
                MeetingHeld(
                    **_common(command),
                    minutes=command.minutes,
                    agenda_by=command.agenda_by,
                    discussed=command.discussed,
                    reflection=command.reflection,
                )
            ]
        case Miss():
            return [MeetingMissed(**_common(command), reason=command.reason)]


def _check(command: Hold) -> None:
    at_most = command.relationship.targets_per_meeting
    if command.targets > at_most:
        raise TooManyTargets(
            f"A meeting sets at most {at_most} targets; leave the others for next time.", pointer=f"/targets/{at_most}"
        )
    if command.reflection is not None and command.by != "trainee":
        raise NotYourReflection("The reflection is the trainee's to write.", pointer="/reflection")


def _common(command: Commands) -> dict[str, object]:
    return {
        "happened_on": command.on,
        "meeting_id": command.meeting_id,
        "relationship_id": command.relationship.relationship_id,
        "trainee_id": command.relationship.trainee_id,
        "by": command.by,
    }


def evolve(meeting: Meeting | None, event: Events) -> Meeting:
    """The meeting after the event."""
    del meeting
    return Meeting(event.relationship_id, "held" if isinstance(event, MeetingHeld) else "missed")


MEETING: Decider[Meeting | None, Commands, Events] = Decider(
    "meeting", lambda: None, decide, evolve, (MeetingHeld, MeetingMissed)
)
