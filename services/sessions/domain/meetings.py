"""A meeting of a mentor and a trainee: held or missed, recorded by either of them, amended, acknowledged by the other.

Source: product.md S2 (the agenda is set by the mentee or the mentor; the programme limits the targets of a meeting and
the days in which its record is amended). What was discussed belongs to the trainee (Berry); so do the reflection and
the pulse, which nobody else writes.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.absences import must_be_there
from services.sessions.domain.amendments import must_be_amendable
from services.sessions.domain.calendars import must_be_open
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.targets import NewTargetDetails
from services.sessions.domain.texts import Text, long_date
from shared.events.absences import Absence
from shared.events.referral import CalendarPeriod
from shared.events.words import Side
from shared.inputs.days import MeetingDay, StepDay
from shared.inputs.numbers import MeetingMinutes, Pulse
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from
from shared.wording import counted_noun

AgendaBy = Literal["mentor", "mentee"]
MissedReason = Literal["mentor_absent", "trainee_absent", "cover", "school_closed", "other"]
MissedBy = Literal["mentor", "mentee", "both"]
Outcome = Literal["held", "missed"]


class HeldMeetingFacts(Value):
    """What everybody who oversees the meeting may know of it; without `agenda_by` nobody set an agenda."""

    minutes: int
    agenda_by: AgendaBy | None = None


class HeldMeetingDetails(HeldMeetingFacts):
    """What is recorded of a meeting that was held.

    Only the trainee writes the reflection and gives the pulse: how it goes, from 1 (badly) to 5 (well).
    """

    discussed: Text | None = None
    reflection: Text | None = None
    pulse: Pulse | None = None


class MissedMeetingDetails(Value):
    """What is recorded of a meeting that was missed: why, and who could not come, None where that is not said."""

    reason: MissedReason
    missed_by: MissedBy | None = None


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


class AmendedHeldMeeting(HeldMeetingDetails):
    """Another version of the record: the meeting was held. `amended_on` is the day on which it is written.

    `on` is the day of the meeting, where the record named another one; without it the record stays on its day.
    """

    status: Literal["held"]
    on: MeetingDay | None = None
    amended_on: StepDay
    minutes: MeetingMinutes


class AmendedMissedMeeting(MissedMeetingDetails):
    """Another version of the record: the meeting was missed. `amended_on` is the day on which it is written.

    `on` is the day of the meeting, where the record named another one; without it the record stays on its day.
    """

    status: Literal["missed"]
    on: MeetingDay | None = None
    amended_on: StepDay


AmendedMeeting = Annotated[AmendedHeldMeeting | AmendedMissedMeeting, Field(discriminator="status")]
"""A request to amend the record of a meeting: the whole record as it should be, without its targets."""


class Acknowledgement(Value):
    """A day on which somebody acknowledges a record."""

    on: StepDay


class MeetingEvent(Event):
    """The fields that all events of a meeting share; each event makes a version, of which the first is 1."""

    meeting_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    by: Side
    version_number: int = 1


class MeetingHeld(HeldMeetingFacts, MeetingEvent):
    """A meeting was held; `happened_on` is its day.

    A version that was written on `amended_on` replaces what was recorded before. A mentor's says nothing of reflection
    and pulse: the trainee's stay as they were. One that corrects the day says the day before in `corrected_from`. The
    first version was sent on `sent_on`; None for one of before.
    """

    type: ClassVar[str] = "sessions.meeting_held"

    discussed: Annotated[str | None, Personal("trainee_id")] = None
    reflection: Annotated[str | None, Personal("trainee_id")] = None
    pulse: Annotated[str | None, Personal("trainee_id")] = None
    amended_on: date | None = None
    corrected_from: date | None = None
    sent_on: date | None = None


class MeetingMissed(MissedMeetingDetails, MeetingEvent):
    """A meeting was missed; `happened_on` is its day.

    A version that was written on `amended_on` replaces what was recorded before. One that corrects the day says the day
    before in `corrected_from`. The first version was sent on `sent_on`; None for one of before.
    """

    type: ClassVar[str] = "sessions.meeting_missed"

    amended_on: date | None = None
    corrected_from: date | None = None
    sent_on: date | None = None


class MeetingAcknowledged(MeetingEvent):
    """The side that did not write the latest version has read it and agrees that it says what happened."""

    type: ClassVar[str] = "sessions.meeting_acknowledged"


class WriteRecord(Command):
    """What the first and every later version of a record have in common; `by` is the side that writes it.

    `absences` are those of the two and of their school, whose `calendar` it is. `on_bank_holidays` says that the two
    may meet on those.
    """

    relationship: Relationship
    meeting_id: UUID
    by: Side
    absences: tuple[Absence, ...] = ()
    calendar: tuple[CalendarPeriod, ...] = ()
    on_bank_holidays: bool = False


class RecordMeeting(WriteRecord):
    """Record a meeting; `today` is the day on which it is sent."""

    meeting: NewMeeting
    today: date | None = None


class AmendMeeting(WriteRecord):
    """Amend the record of a meeting; `today` is the day on which it is sent.

    `recorded_that_day` says what is recorded already of the day to which this one corrects the record.
    """

    meeting: AmendedMeeting
    recorded_that_day: Outcome | None = None
    today: date


class AcknowledgeMeeting(Command):
    """Acknowledge the latest version; `by` is the side that acknowledges."""

    relationship: Relationship
    meeting_id: UUID
    by: Side
    on: date


Commands = RecordMeeting | AmendMeeting | AcknowledgeMeeting
Record = MeetingHeld | MeetingMissed
Events = Record | MeetingAcknowledged


class AlreadyRecorded(DomainError):
    """A meeting of that day is recorded already."""


class TooManyTargets(Invalid):
    """A meeting sets more targets than the programme allows."""


class NotYourReflection(Invalid):
    """Somebody other than the trainee writes the reflection or gives the pulse."""


class YourOwnRecord(DomainError):
    """Somebody acknowledges what they wrote themselves."""


@dataclass(frozen=True, slots=True)
class Meeting:
    """A recorded meeting: its day, the side that wrote the record, the day on which it was first recorded, its
    version, whether the other side acknowledged it, and its minutes if it was held; the mentee's pulse is encrypted.
    """

    relationship_id: UUID
    status: Outcome
    met_on: date
    written_by: Side
    recorded_on: date
    version: int = 1
    acknowledged: bool = False
    agenda_by: AgendaBy | None = None
    pulse: str | None = None
    minutes: int = 0


def meeting_id_on(relationship_id: UUID, day: date) -> UUID:
    """Return the id of a relationship's first meeting on a day: there is one a day, whoever records it first.

    It goes with the meeting if its day is corrected (`meeting_days`).
    """
    return uuid5(relationship_id, f"meeting {day.isoformat()}")


def decide(command: Commands, meeting: Meeting | None, now: datetime) -> Sequence[Events]:
    """Record a meeting once, on a day of the relationship; amend it in the programme's days; acknowledge the latest
    version by the side that did not write it.
    """
    del now
    match command, meeting:
        case RecordMeeting(), None:
            return [_record(command)]
        case RecordMeeting(), Meeting():
            raise AlreadyRecorded(
                f"The meeting of {long_date(meeting.met_on)} is recorded as {meeting.status}; amend that record."
            )
        case AmendMeeting(), Meeting():
            return [_amend(command, meeting)]
        case AcknowledgeMeeting(), Meeting():
            return _acknowledge(command, meeting)
        case _:
            raise NotFound("There is no such meeting.")


def _record(command: RecordMeeting) -> Record:
    new, relationship = command.meeting, command.relationship
    _must_be_able_to_meet(command, new.on)
    _must_be_confidential(new, relationship)
    names = {**_names(command, happened_on=new.on), "sent_on": command.today}
    match new:
        case HeldMeeting():
            at_most = relationship.targets_per_meeting
            if len(new.targets) > at_most:
                raise TooManyTargets(
                    f"A meeting sets at most {counted_noun(at_most, 'target')}; leave the others for the next meeting.",
                    pointer=f"/targets/{at_most}",
                )
            return build_from(MeetingHeld, new, **names, pulse=_pulse(new, command.by))
        case MissedMeeting():
            return build_from(MeetingMissed, new, **names)


def _amend(command: AmendMeeting, meeting: Meeting) -> Record:
    new, relationship = command.meeting, command.relationship
    met_on = new.on or meeting.met_on
    must_be_amendable(
        relationship,
        of=met_on,
        recorded_on=meeting.recorded_on,
        amended_on=new.amended_on,
        today=command.today,
        instead="Say what has changed in your next meeting.",
    )
    if met_on != meeting.met_on:
        _must_be_able_to_meet(command, met_on)
        if command.recorded_that_day is not None:
            raise AlreadyRecorded(
                f"A meeting of {long_date(met_on)} is recorded already, as {command.recorded_that_day}; amend that "
                "record, or choose another day.",
                pointer="/on",
            )
    _must_be_confidential(new, relationship)
    names = {
        **_names(command, happened_on=met_on),
        "version_number": meeting.version + 1,
        "corrected_from": meeting.met_on if met_on != meeting.met_on else None,
    }
    match new:
        case AmendedHeldMeeting():
            return build_from(MeetingHeld, new, **names, pulse=_pulse(new, command.by))
        case AmendedMissedMeeting():
            return build_from(MeetingMissed, new, **names)


def _must_be_able_to_meet(command: WriteRecord, day: date) -> None:
    """Raise what prevents a meeting on a day: it is outside the relationship, in a pause, or nobody is at school."""
    command.relationship.must_cover(day)
    command.relationship.must_not_be_paused(day)
    must_be_there(command.absences, day)
    must_be_open(command.calendar, day, on_bank_holidays=command.on_bank_holidays)


def _must_be_confidential(new: NewMeeting | AmendedMeeting, relationship: Relationship) -> None:
    """Raise `AgreementFirst` for a text that the other of the two would read before both have signed."""
    if isinstance(new, HeldMeetingDetails):
        for name in ("discussed", "reflection"):
            if getattr(new, name) is not None:
                relationship.must_be_confidential(f"/{name}")


def _acknowledge(command: AcknowledgeMeeting, meeting: Meeting) -> Sequence[MeetingAcknowledged]:
    command.relationship.must_be_kept()
    if command.by == meeting.written_by:
        raise YourOwnRecord("You wrote this record; it is for the other of you to acknowledge it.")
    if command.on < meeting.met_on:
        raise Invalid(f"The meeting was on {long_date(meeting.met_on)}.", pointer="/on")
    if meeting.acknowledged:
        return []
    names = _names(command, happened_on=command.on)
    return [MeetingAcknowledged.model_validate({**names, "version_number": meeting.version + 1})]


def _names(command: Commands, *, happened_on: date) -> dict[str, object]:
    return {
        "happened_on": happened_on,
        "meeting_id": command.meeting_id,
        "relationship_id": command.relationship.relationship_id,
        "trainee_id": command.relationship.trainee_id,
        "by": command.by,
    }


def _pulse(new: HeldMeetingDetails, by: Side) -> str | None:
    """Return the pulse as text, which can be encrypted; raises `NotYourReflection`."""
    if by != "trainee" and new.reflection is not None:
        raise NotYourReflection("Only the trainee writes the reflection; leave it out.", pointer="/reflection")
    if by != "trainee" and new.pulse is not None:
        raise NotYourReflection("Only the trainee says how it goes; leave the pulse out.", pointer="/pulse")
    return None if new.pulse is None else str(new.pulse)


def evolve(meeting: Meeting | None, event: Events) -> Meeting | None:
    """Apply an event to the meeting."""
    match event:
        case MeetingHeld():
            before = meeting.pulse if meeting is not None else None
            pulse = event.pulse if event.by == "trainee" else before  # a mentor's version leaves the mentee's as it was
            held = _recorded(meeting, event, "held")
            return replace(held, agenda_by=event.agenda_by, pulse=pulse, minutes=event.minutes)
        case MeetingMissed():
            return _recorded(meeting, event, "missed")
        case MeetingAcknowledged():
            return meeting and replace(meeting, version=event.version_number, acknowledged=True)


def _recorded(meeting: Meeting | None, event: Record, status: Outcome) -> Meeting:
    first_sent = max(event.happened_on, event.sent_on or event.happened_on)
    recorded_on = first_sent if meeting is None else meeting.recorded_on
    return Meeting(event.relationship_id, status, event.happened_on, event.by, recorded_on, event.version_number)


MEETING: Decider[Meeting | None, Commands, Events] = Decider(
    "meeting", lambda: None, decide, evolve, (MeetingHeld, MeetingMissed, MeetingAcknowledged)
)
