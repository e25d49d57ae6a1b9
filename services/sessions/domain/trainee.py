"""Who stands around a trainee: those who mentor, and those who judge.

Source: product.md S8 and "Mentor and judge are two roles"; CollectivEd (the mentor as judge damages openness). Mentors
and assessors of one trainee share one stream, so that somebody who becomes the mentor while they assess is noticed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, DomainError, Event


class MentorJoined(Event):
    """Somebody mentors the trainee; where the programme says so, they do not assess them."""

    type: ClassVar[str] = "sessions.mentor_joined"

    trainee_id: UUID
    mentor_id: UUID
    relationship_id: UUID
    assessor_is_not_mentor: bool


class AssessorAdmitted(Event):
    """Somebody was free to assess the trainee, and did."""

    type: ClassVar[str] = "sessions.assessor_admitted"

    trainee_id: UUID
    assessor_id: UUID
    assessment_id: UUID


class Join(Command):
    """Begin to mentor the trainee."""

    trainee_id: UUID
    mentor_id: UUID
    relationship_id: UUID
    assessor_is_not_mentor: bool
    on: date


class Admit(Command):
    """Let somebody assess the trainee."""

    trainee_id: UUID
    assessor_id: UUID
    assessment_id: UUID
    on: date


Commands = Join | Admit
Events = MentorJoined | AssessorAdmitted


class MentorsDoNotAssess(DomainError):
    """A trainee's mentor is not their judge."""

    status = 403


@dataclass(frozen=True, slots=True)
class Trainee:
    """Which relationships are known, and who may not assess."""

    relationships: frozenset[UUID] = frozenset()
    barred: frozenset[UUID] = frozenset()

    def must_not_be_mentored_by(self, assessor_id: UUID) -> None:
        """Raise `MentorsDoNotAssess` for a mentor whose programme keeps the two roles apart."""
        if assessor_id in self.barred:
            raise MentorsDoNotAssess("You mentor this trainee, so somebody else writes the assessment.")


def decide(command: Commands, trainee: Trainee, now: datetime) -> Sequence[Events]:
    """A relationship is counted once; whoever mentors does not assess."""
    del now
    match command:
        case Join() if command.relationship_id in trainee.relationships:
            return []
        case Join():
            return [MentorJoined(happened_on=command.on, **command.model_dump(exclude={"on"}))]
        case Admit():
            trainee.must_not_be_mentored_by(command.assessor_id)
            return [AssessorAdmitted(happened_on=command.on, **command.model_dump(exclude={"on"}))]


def evolve(trainee: Trainee, event: Events) -> Trainee:
    """The trainee after the event."""
    match event:
        case MentorJoined():
            barred = {event.mentor_id} if event.assessor_is_not_mentor else frozenset()
            return Trainee(trainee.relationships | {event.relationship_id}, trainee.barred | barred)
        case AssessorAdmitted():
            return trainee


TRAINEE: Decider[Trainee, Commands, Events] = Decider(
    "trainee", Trainee, decide, evolve, (MentorJoined, AssessorAdmitted)
)
