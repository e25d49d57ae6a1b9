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


class MentorsRehomed(Event):
    """Records of the trainee or of a mentor were merged: these relationships and bars stand for the trainee too."""

    type: ClassVar[str] = "sessions.mentors_rehomed"

    trainee_id: UUID
    relationships: tuple[UUID, ...]
    barred: tuple[UUID, ...]


class Rehome(Command):
    """Take over relationships and bars from another record of the trainee, or a bar from one of a mentor."""

    trainee_id: UUID
    relationships: frozenset[UUID]
    barred: frozenset[UUID]
    on: date


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


Commands = Join | Admit | Rehome
Events = MentorJoined | AssessorAdmitted | MentorsRehomed


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
        case Rehome(relationships=relationships, barred=barred):
            if relationships <= trainee.relationships and barred <= trainee.barred:
                return []
            more = {"relationships": tuple(sorted(relationships)), "barred": tuple(sorted(barred))}
            return [MentorsRehomed(happened_on=command.on, trainee_id=command.trainee_id, **more)]
        case Admit():
            trainee.must_not_be_mentored_by(command.assessor_id)
            return [AssessorAdmitted(happened_on=command.on, **command.model_dump(exclude={"on"}))]


def evolve(trainee: Trainee, event: Events) -> Trainee:
    """The trainee after the event."""
    match event:
        case MentorJoined():
            barred = {event.mentor_id} if event.assessor_is_not_mentor else frozenset()
            return Trainee(trainee.relationships | {event.relationship_id}, trainee.barred | barred)
        case MentorsRehomed():
            return Trainee(trainee.relationships | set(event.relationships), trainee.barred | set(event.barred))
        case AssessorAdmitted():
            return trainee


TRAINEE: Decider[Trainee, Commands, Events] = Decider(
    "trainee", Trainee, decide, evolve, (MentorJoined, AssessorAdmitted, MentorsRehomed)
)
