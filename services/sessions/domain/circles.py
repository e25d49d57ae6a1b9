"""A circle of mentors who meet about their mentoring: a convenor, members who accepted an invitation, meetings, notes.

Source: product.md S14; CollectivEd, Berry (mentors are isolated, and need somebody to talk to about it). No mentee is
named: the programme's reminder stands above every note. A note belongs to each who was there, and is sealed once for
each (decision 32).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID, uuid5

from pydantic import Field

from services.sessions.domain.programmes import Programme
from services.sessions.domain.texts import Text
from shared.events.practices import CircleRules
from shared.inputs.days import MeetingDay, StepDay
from shared.inputs.numbers import MeetingMinutes, Yes
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotAllowed, NotFound, Personal, Value
from shared.wording import counted_noun

MISSING = "There is no such circle."
Membership = Literal["invited", "invited_again", "member", "declined", "left"]
"""What somebody is to a circle; whoever left goes on reading what they were there for, also if they are invited again.
"""
WAS_IN: frozenset[Membership] = frozenset({"invited_again", "member", "left"})
"""What those are who joined at some time."""
HAS_A_CHAIR: frozenset[Membership] = frozenset({"invited", "invited_again", "member"})
"""What those are who count for the size of the circle."""


class NewCircle(Value):
    """The programme in which somebody convenes a circle."""

    on: StepDay
    programme_id: UUID


class Invitation(Value):
    """Somebody whom the convenor invites, or who leaves."""

    on: StepDay
    person_id: UUID


class InvitationAnswer(Value):
    """Whether somebody joins a circle to which they are invited."""

    on: StepDay
    joins: Yes


class CircleMeeting(Value):
    """A meeting of the circle on a day: how long, who was there besides the convenor, and a note for all of them."""

    on: MeetingDay
    minutes: MeetingMinutes
    attended: Annotated[tuple[UUID, ...], Field(max_length=50)]
    note: Text | None = None


class CircleStep(Value):
    """The day on which the convenor closes the circle."""

    on: StepDay


class CircleEvent(Event):
    """The field that all events of a circle share."""

    circle_id: UUID


class CircleOpened(CircleEvent):
    """Somebody convened a circle of a programme; a later event of this kind opens it again."""

    type: ClassVar[str] = "sessions.circle_opened"

    programme_id: UUID
    convenor_id: UUID


class CircleClosed(CircleEvent):
    """The convenor closed the circle."""

    type: ClassVar[str] = "sessions.circle_closed"


class MemberInvited(CircleEvent):
    """The convenor invited somebody."""

    type: ClassVar[str] = "sessions.circle_member_invited"

    person_id: UUID


class InvitationAnswered(CircleEvent):
    """Somebody joined, or did not want to."""

    type: ClassVar[str] = "sessions.circle_invitation_answered"

    person_id: UUID
    joins: bool


class MemberLeft(CircleEvent):
    """Somebody left, or the convenor took their invitation back."""

    type: ClassVar[str] = "sessions.circle_member_left"

    person_id: UUID


class CircleMet(CircleEvent):
    """The circle met on this day; a later event of the same meeting replaces what was recorded."""

    type: ClassVar[str] = "sessions.circle_met"

    meeting_id: UUID
    version_number: int
    minutes: int
    attended: tuple[UUID, ...]


class CircleNoteShared(CircleEvent):
    """The note of a meeting, as one of those who were there keeps it."""

    type: ClassVar[str] = "sessions.circle_note_shared"

    meeting_id: UUID
    version_number: int
    owner_id: UUID
    note: Annotated[str, Personal("owner_id")]


class CircleMeetingRemoved(CircleEvent):
    """The meeting did not take place: it was recorded by mistake."""

    type: ClassVar[str] = "sessions.circle_meeting_removed"

    meeting_id: UUID


class OpenCircle(Command):
    """Convene a circle, or open it again."""

    circle_id: UUID
    programme: Programme
    programme_id: UUID
    convenor_id: UUID
    on: date


class CloseCircle(Command):
    """Close the circle."""

    by: UUID
    on: date


class InviteMember(Command):
    """Invite somebody."""

    programme: Programme
    by: UUID
    person_id: UUID
    on: date


class AnswerInvitation(Command):
    """Join, or decline."""

    programme: Programme
    by: UUID
    joins: bool
    on: date


class LeaveCircle(Command):
    """Leave, or let the convenor remove somebody."""

    by: UUID
    person_id: UUID
    on: date


class RecordCircleMeeting(Command):
    """Record a meeting, or what is recorded of it anew."""

    by: UUID
    meeting: CircleMeeting


class RemoveCircleMeeting(Command):
    """Remove a meeting that did not take place."""

    by: UUID
    meeting_id: UUID
    on: date


Changes = CloseCircle | InviteMember | AnswerInvitation | LeaveCircle | RecordCircleMeeting | RemoveCircleMeeting
Commands = OpenCircle | Changes
Events = (
    CircleOpened
    | CircleClosed
    | MemberInvited
    | InvitationAnswered
    | MemberLeft
    | CircleMet
    | CircleNoteShared
    | CircleMeetingRemoved
)


class CircleIsClosed(DomainError):
    """Something is changed in a circle that is closed."""


class CircleIsFull(DomainError):
    """A circle has as many members and invitations as the programme allows."""


@dataclass(frozen=True, slots=True)
class RecordedMeeting:
    """A meeting of the circle: its version, its length, and who was there besides the convenor."""

    version: int
    minutes: int
    attended: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Circle:
    """A circle: its convenor, everybody who was invited or was in it, and its meetings."""

    circle_id: UUID
    programme_id: UUID
    convenor_id: UUID
    members: Mapping[UUID, Membership] = field(default_factory=dict)
    meetings: Mapping[UUID, RecordedMeeting] = field(default_factory=dict)
    versions: int = 0
    closed: bool = False

    def includes(self, person: UUID) -> bool:
        """Whether somebody is, or was, in the circle: the convenor, and those who joined or left."""
        return person == self.convenor_id or self.members.get(person) in WAS_IN


def circle_rules(programme: Programme) -> CircleRules:
    """Return the rules of circles; raises `NotFound` where the programme has none."""
    if programme.practice.circles is None:
        raise NotFound("In this programme mentors meet in no circles.")
    return programme.practice.circles


def circle_meeting_id(circle_id: UUID, day: date) -> UUID:
    """Return the id of a circle's meeting on a day: there is one a day."""
    return uuid5(circle_id, f"meeting {day.isoformat()}")


def after_invitation(membership: Membership | None) -> Membership:
    """Return what somebody is who is invited."""
    return "invited_again" if membership == "left" else "invited"


def after_answer(membership: Membership | None, *, joins: bool) -> Membership:
    """Return what somebody is who joins or declines; a member who declines has left."""
    if joins:
        return "member"
    return "left" if membership in WAS_IN else "declined"


def after_leaving(membership: Membership | None) -> Membership | None:
    """Return what somebody is who leaves; nothing if they never joined."""
    return "left" if membership in WAS_IN else None


def decide(command: Commands, circle: Circle | None, now: datetime) -> Sequence[Events]:
    """Convene a circle, invite, answer, leave, meet, close. Idempotent where nothing changes."""
    del now
    match command:
        case OpenCircle() if circle is None or circle.closed:
            circle_rules(command.programme)
            names = {"circle_id": command.circle_id, "programme_id": command.programme_id}
            opened = {"happened_on": command.on, **names, "convenor_id": command.convenor_id}
            return [CircleOpened.model_validate(opened)]
        case OpenCircle():
            return []
        case _ if circle is None:
            raise NotFound(MISSING)
        case _:
            return _change(command, circle)


def _change(command: Changes, circle: Circle) -> Sequence[Events]:
    names = {"circle_id": circle.circle_id}
    match command:
        case CloseCircle(by=by, on=on):
            _must_convene(circle, by)
            return [] if circle.closed else [CircleClosed.model_validate({**names, "happened_on": on})]
        case _ if circle.closed:
            raise CircleIsClosed("This circle is closed; its convenor can open it again.")
        case InviteMember():
            return _invite(command, circle)
        case AnswerInvitation():
            return _answer(command, circle)
        case LeaveCircle(by=by, person_id=person_id, on=on):
            if by not in (person_id, circle.convenor_id):
                raise NotAllowed("Only the convenor removes others; you can leave yourself.")
            left = {**names, "happened_on": on, "person_id": person_id}
            is_in = circle.members.get(person_id) in HAS_A_CHAIR
            return [MemberLeft.model_validate(left)] if is_in else []
        case RecordCircleMeeting():
            return _record(command, circle)
        case RemoveCircleMeeting(by=by, meeting_id=meeting_id, on=on):
            _must_convene(circle, by)
            removed = {**names, "happened_on": on, "meeting_id": meeting_id}
            return [CircleMeetingRemoved.model_validate(removed)] if meeting_id in circle.meetings else []


def _invite(command: InviteMember, circle: Circle) -> Sequence[MemberInvited]:
    _must_convene(circle, command.by)
    person = command.person_id
    if person == circle.convenor_id:
        raise Invalid("You convene this circle, and are in it already.", pointer="/person_id")
    if circle.members.get(person) in HAS_A_CHAIR:
        return []
    _must_have_room(circle, command.programme, "convene another one")
    about = {"happened_on": command.on, "circle_id": circle.circle_id, "person_id": person}
    return [MemberInvited.model_validate(about)]


def _answer(command: AnswerInvitation, circle: Circle) -> Sequence[InvitationAnswered]:
    """Join or decline; whoever declined may join after all, while there is room."""
    membership, joins = circle.members.get(command.by), command.joins
    if membership not in HAS_A_CHAIR | {"declined"}:
        raise NotFound(MISSING)
    if membership == ("member" if joins else "declined"):
        return []
    if joins and membership == "declined":
        _must_have_room(circle, command.programme, "ask its convenor about another one")
    about = {"happened_on": command.on, "circle_id": circle.circle_id, "person_id": command.by, "joins": joins}
    return [InvitationAnswered.model_validate(about)]


def _must_have_room(circle: Circle, programme: Programme, advice: str) -> None:
    largest = circle_rules(programme).largest
    if 1 + sum(each in HAS_A_CHAIR for each in circle.members.values()) >= largest:
        people = counted_noun(largest, "person", "people")
        raise CircleIsFull(f"A circle of this programme has at most {people}; {advice}.")


def _record(command: RecordCircleMeeting, circle: Circle) -> Sequence[CircleMet | CircleNoteShared]:
    _must_convene(circle, command.by)
    meeting = command.meeting
    for nth, person in enumerate(meeting.attended):
        if circle.members.get(person) not in WAS_IN:
            raise Invalid("This person has not joined the circle.", pointer=f"/attended/{nth}")
    attended = tuple(sorted(set(meeting.attended)))
    meeting_id = circle_meeting_id(circle.circle_id, meeting.on)
    before = circle.meetings.get(meeting_id)
    if before and (before.minutes, before.attended) == (meeting.minutes, attended) and meeting.note is None:
        return []
    names = {"happened_on": meeting.on, "circle_id": circle.circle_id, "meeting_id": meeting_id}
    version = {"version_number": circle.versions + 1}
    met = CircleMet.model_validate({**names, **version, "minutes": meeting.minutes, "attended": attended})
    owners = (circle.convenor_id, *attended) if meeting.note is not None else ()
    notes = [{**names, **version, "owner_id": owner, "note": meeting.note} for owner in owners]
    return [met, *(CircleNoteShared.model_validate(note) for note in notes)]


def _must_convene(circle: Circle, by: UUID) -> None:
    if by != circle.convenor_id:
        raise NotAllowed("This is for the convenor of the circle.")


def evolve(circle: Circle | None, event: Events) -> Circle | None:
    """Apply an event to the circle."""
    match event:
        case CircleOpened():
            if circle is not None:
                return replace(circle, closed=False)
            return Circle(event.circle_id, event.programme_id, event.convenor_id)
        case _ if circle is None:
            return None
        case CircleClosed():
            return replace(circle, closed=True)
        case MemberInvited(person_id=person):
            return _with(circle, person, after_invitation(circle.members.get(person)))
        case InvitationAnswered(person_id=person, joins=joins):
            return _with(circle, person, after_answer(circle.members.get(person), joins=joins))
        case MemberLeft(person_id=person):
            return _with(circle, person, after_leaving(circle.members.get(person)))
        case CircleMet():
            meeting = RecordedMeeting(event.version_number, event.minutes, event.attended)
            meetings = {**circle.meetings, event.meeting_id: meeting}
            return replace(circle, meetings=meetings, versions=event.version_number)
        case CircleNoteShared():
            return circle
        case CircleMeetingRemoved():
            meetings = {each: meeting for each, meeting in circle.meetings.items() if each != event.meeting_id}
            return replace(circle, meetings=meetings)


def _with(circle: Circle, person: UUID, membership: Membership | None) -> Circle:
    others = {each: theirs for each, theirs in circle.members.items() if each != person}
    return replace(circle, members=others if membership is None else {**others, person: membership})


CIRCLE: Decider[Circle | None, Commands, Events] = Decider(
    "circle",
    lambda: None,
    decide,
    evolve,
    (
        CircleOpened,
        CircleClosed,
        MemberInvited,
        InvitationAnswered,
        MemberLeft,
        CircleMet,
        CircleNoteShared,
        CircleMeetingRemoved,
    ),
)
