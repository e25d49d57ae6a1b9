"""A mentoring relationship: opened by a confirmed pair or support, and moved, rehomed or ended as others report.

Source: product.md S1. The terms of the pair are kept here, so that a change of the programme does not change them.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from services.sessions.domain.ends import (
    BreakOffRelationship,
    EndProposed,
    EndRelationship,
    EndWithdrawn,
    ProposeEnd,
    RelationshipBrokenOff,
    RelationshipEnded,
    WithdrawEnd,
    break_off,
    end,
    propose_end,
    withdraw_end,
)
from services.sessions.domain.pauses import (
    PauseRelationship,
    RelationshipPaused,
    RelationshipResumed,
    ResumeRelationship,
    pause_or_resume,
)
from services.sessions.domain.people import Erased
from services.sessions.domain.terms import RelationshipEvent, RelationshipTerms
from services.sessions.domain.texts import long_date
from shared.events.words import EndingReason, MentoringRole, Side
from shared.kernel.decider import Command, Decider, DomainError, Invalid, build_from


class RelationshipOpened(RelationshipTerms, RelationshipEvent):
    """A mentor and a trainee were paired on these terms."""

    type: ClassVar[str] = "sessions.relationship_opened"


class RelationshipRehomed(RelationshipEvent):
    """A record of the trainee or the mentor was merged into another; the relationship is now between these two."""

    type: ClassVar[str] = "sessions.relationship_rehomed"

    trainee_id: UUID
    mentor_id: UUID


class RelationshipAgreed(RelationshipEvent):
    """Both signed a draft of their agreement, which is in force from now on."""

    type: ClassVar[str] = "sessions.relationship_agreed"

    draft: int


class RelationshipMoved(RelationshipEvent):
    """The school closed, and the relationship continues at its successor."""

    type: ClassVar[str] = "sessions.relationship_moved"

    school_urn: str


class ParticipantErased(RelationshipEvent):
    """One of the two was erased: nothing more is recorded in the relationship."""

    type: ClassVar[str] = "sessions.participant_erased"

    person_id: UUID


class OpenRelationship(Command):
    """Open the relationship of a confirmed pair or support."""

    relationship_id: UUID
    terms: RelationshipTerms
    on: date


class AgreeRelationship(Command):
    """Record that both signed a draft of their agreement."""

    draft: int
    on: date


class RehomeRelationship(Command):
    """Replace the trainee and the mentor by the records that were kept in a merge."""

    trainee_id: UUID
    mentor_id: UUID
    on: date


class MoveRelationship(Command):
    """Move the relationship to another school."""

    school_urn: str
    on: date


class EraseParticipant(Command):
    """Close the relationship to everything new, because one of the two was erased."""

    person_id: UUID
    on: date


OwnChanges = (
    AgreeRelationship | PauseRelationship | ResumeRelationship | ProposeEnd | WithdrawEnd | BreakOffRelationship
)
Changes = OwnChanges | RehomeRelationship | MoveRelationship | EndRelationship | EraseParticipant
Commands = OpenRelationship | Changes
Events = (
    RelationshipOpened
    | RelationshipAgreed
    | RelationshipPaused
    | RelationshipResumed
    | EndProposed
    | EndWithdrawn
    | RelationshipBrokenOff
    | RelationshipRehomed
    | RelationshipMoved
    | RelationshipEnded
    | ParticipantErased
)


class OutsideTheRelationship(Invalid):
    """The date is not within the relationship."""


class AgreementFirst(DomainError):
    """Something is confided to the record before both have signed their agreement."""


@dataclass(frozen=True, slots=True)
class Relationship:
    """A relationship: its people, school, first and last day, the most targets that a meeting may set, and the days in
    which its record may be amended.
    """

    relationship_id: UUID
    programme_id: UUID
    trainee_id: UUID
    mentor_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date
    targets_per_meeting: int
    amend_within_days: int = 14
    agreement_first: bool = False
    mentor_reads_for_days: int | None = None
    role: MentoringRole = "lead"
    meetings_per_week: int = 1
    weeks_between_meetings: int | None = None
    agreed_draft: int | None = None
    pauses: tuple[tuple[date, date], ...] = ()
    paused_on: date | None = None
    proposed_end: tuple[Side, date] | None = None
    ended: bool = False
    broken_off: bool = False
    erased: bool = False

    def person_on(self, side: Side) -> UUID:
        """Return the id of the person on a side."""
        return self.mentor_id if side == "mentor" else self.trainee_id

    def mentor_reads_on(self, day: date) -> bool:
        """Whether the mentor still reads on a day what the two wrote: for the programme's days after the end."""
        days = self.mentor_reads_for_days
        return days is None or (day - self.ends_on).days <= days

    def must_be_kept(self) -> None:
        """Raise `Erased` where one of the two was erased: nothing is added to what is to be forgotten."""
        if self.erased:
            raise Erased("One of the two people was erased, so that nothing more can be recorded here.")

    def must_cover(self, day: date) -> None:
        """Raise `OutsideTheRelationship` for a date before the first or after the last day, and `Erased`.

        Whatever is recorded of a relationship happened on one of its days: meetings, targets and their reviews, notes,
        assessments.
        """
        self.must_be_kept()
        if self.ended and self.ends_on < self.starts_on:
            raise OutsideTheRelationship("This relationship ended before it began.", pointer="/on")
        if not self.starts_on <= day <= self.ends_on:
            raise OutsideTheRelationship(
                f"This relationship runs from {long_date(self.starts_on)} to {long_date(self.ends_on)}.", pointer="/on"
            )

    def must_not_be_over(self, day: date) -> None:
        """Raise `OutsideTheRelationship` for a date after the last day, and `Erased`.

        What the two arrange with each other may be arranged before the first day.
        """
        self.must_be_kept()
        if day > self.ends_on:
            raise OutsideTheRelationship(f"This relationship ended on {long_date(self.ends_on)}.", pointer="/on")

    def must_not_be_paused(self, day: date) -> None:
        """Raise `OutsideTheRelationship` for a day on which the relationship was paused: no meeting was due."""
        for first, back in self.pauses:
            if first <= day < back:
                raise OutsideTheRelationship(
                    f"You paused from {long_date(first)} and went on on {long_date(back)}; choose another day.",
                    pointer="/on",
                )
        if self.paused_on is not None and self.paused_on <= day:
            raise OutsideTheRelationship(
                f"This relationship is paused since {long_date(self.paused_on)}; resume it first.", pointer="/on"
            )

    def must_be_confidential(self, pointer: str) -> None:
        """Raise `AgreementFirst` until both have signed, where the programme asks for an agreement first."""
        if self.agreement_first and self.agreed_draft is None:
            raise AgreementFirst(
                "Sign your agreement first, both of you: it says what stays between you. Until then, leave this out "
                "and record only facts, such as that you met.",
                pointer=pointer,
            )


def decide(command: Commands, relationship: Relationship | None, now: datetime) -> Sequence[Events]:
    """Open, rehome, move or end a relationship.

    Idempotent: a command that changes nothing, or whose relationship was never opened, emits no event.
    """
    del now
    match command, relationship:
        case OpenRelationship(relationship_id=relationship_id, terms=terms), None:
            return [
                build_from(RelationshipOpened, terms, happened_on=command.on, relationship_id=relationship_id),
            ]
        case OpenRelationship(), _:
            return []
        case _, None:
            return []
        case _, Relationship():
            return _change(command, relationship)


def _change(command: Changes, relationship: Relationship) -> Sequence[Events]:
    names = {"happened_on": command.on, "relationship_id": relationship.relationship_id}
    match command:
        case AgreeRelationship(draft=relationship.agreed_draft):
            return []
        case AgreeRelationship():
            return [build_from(RelationshipAgreed, command, **names)]
        case PauseRelationship() | ResumeRelationship():
            return pause_or_resume(command, relationship)
        case ProposeEnd():
            return propose_end(command, relationship)
        case WithdrawEnd():
            return withdraw_end(command, relationship)
        case BreakOffRelationship():
            return break_off(command, relationship)
        case RehomeRelationship(trainee_id=relationship.trainee_id, mentor_id=relationship.mentor_id):
            return []
        case RehomeRelationship():
            return [build_from(RelationshipRehomed, command, **names)]
        case MoveRelationship(school_urn=relationship.school_urn):
            return []
        case MoveRelationship():
            return [build_from(RelationshipMoved, command, **names)]
        case EndRelationship():
            return end(command, relationship)
        case EraseParticipant() if relationship.erased:
            return []
        case EraseParticipant(person_id=person_id, on=on):
            reason: EndingReason = "mentor_left" if person_id == relationship.mentor_id else "trainee_left"
            ended = end(EndRelationship(reason=reason, on=on), relationship)
            return [*ended, build_from(ParticipantErased, command, **names)]


def evolve(relationship: Relationship | None, event: Events) -> Relationship:
    """Apply an event to the relationship."""
    match event:
        case RelationshipOpened():
            return Relationship(
                relationship_id=event.relationship_id,
                programme_id=event.programme_id,
                trainee_id=event.trainee_id,
                mentor_id=event.mentor_id,
                school_urn=event.school_urn,
                starts_on=event.starts_on,
                ends_on=event.ends_on,
                targets_per_meeting=event.targets_per_meeting,
                amend_within_days=event.amend_within_days,
                agreement_first=event.agreement_first,
                mentor_reads_for_days=event.mentor_reads_for_days,
                role=event.role,
                meetings_per_week=event.meetings_per_week,
                weeks_between_meetings=event.weeks_between_meetings,
            )
        case RelationshipAgreed():
            assert relationship is not None
            return replace(relationship, agreed_draft=event.draft)
        case RelationshipPaused():
            assert relationship is not None
            return replace(relationship, paused_on=event.happened_on)
        case RelationshipResumed():
            assert relationship is not None
            pauses = (*relationship.pauses, (event.paused_on, event.happened_on))
            return replace(relationship, pauses=pauses, paused_on=None)
        case EndProposed():
            assert relationship is not None
            return replace(relationship, proposed_end=(event.by, event.last_day))
        case EndWithdrawn():
            assert relationship is not None
            return replace(relationship, proposed_end=None)
        case RelationshipBrokenOff():
            assert relationship is not None
            return replace(relationship, broken_off=True)  # the end follows as an event of its own
        case RelationshipRehomed():
            assert relationship is not None
            return replace(relationship, trainee_id=event.trainee_id, mentor_id=event.mentor_id)
        case RelationshipMoved():
            assert relationship is not None
            return replace(relationship, school_urn=event.school_urn)
        case RelationshipEnded():
            assert relationship is not None
            return replace(relationship, ends_on=event.ended_on, ended=True, proposed_end=None)
        case ParticipantErased():
            assert relationship is not None
            return replace(relationship, erased=True)


RELATIONSHIP: Decider[Relationship | None, Commands, Events] = Decider(
    "relationship",
    lambda: None,
    decide,
    evolve,
    (
        RelationshipOpened,
        RelationshipAgreed,
        RelationshipPaused,
        RelationshipResumed,
        EndProposed,
        EndWithdrawn,
        RelationshipBrokenOff,
        RelationshipRehomed,
        RelationshipMoved,
        RelationshipEnded,
        ParticipantErased,
    ),
)
