"""The people around a trainee: those who mentor them, and those who assess them.

Source: product.md S8 and "Mentor and judge are two roles"; CollectivEd (a mentor who judges makes trainees less open).
Mentors and assessors of a trainee share one stream, so that two commands at the same time cannot make somebody both.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar
from uuid import UUID

from shared.kernel.decider import Command, Decider, DomainError, Event, build_from


class TraineeEvent(Event):
    """The field that all events of a trainee share."""

    trainee_id: UUID


class MentorJoined(TraineeEvent):
    """Somebody mentors the trainee; `assessor_is_not_mentor` bars them from assessing the trainee."""

    type: ClassVar[str] = "sessions.mentor_joined"

    mentor_id: UUID
    relationship_id: UUID
    assessor_is_not_mentor: bool


class AssessorAdmitted(TraineeEvent):
    """Somebody who was not barred assessed the trainee."""

    type: ClassVar[str] = "sessions.assessor_admitted"

    assessor_id: UUID
    assessment_id: UUID


class MentorsRehomed(TraineeEvent):
    """After a merge, the trainee has these relationships, barred assessors and assessments too."""

    type: ClassVar[str] = "sessions.mentors_rehomed"

    relationships: tuple[UUID, ...]
    barred: tuple[UUID, ...]
    assessments: tuple[UUID, ...] = ()


class AddMentor(Command):
    """Add a mentor to the trainee."""

    trainee_id: UUID
    mentor_id: UUID
    relationship_id: UUID
    assessor_is_not_mentor: bool
    on: date


class AdmitAssessor(Command):
    """Let somebody assess the trainee; `excepted` lets a mentor, by an exception or by a rule of the programme."""

    trainee_id: UUID
    assessor_id: UUID
    assessment_id: UUID
    excepted: bool = False
    on: date


class RehomeMentors(Command):
    """Take over the relationships, barred assessors and assessments of a merged record."""

    trainee_id: UUID
    relationships: frozenset[UUID]
    barred: frozenset[UUID]
    assessments: frozenset[UUID] = frozenset()
    on: date


Commands = AddMentor | AdmitAssessor | RehomeMentors
Events = MentorJoined | AssessorAdmitted | MentorsRehomed


class MentorsDoNotAssess(DomainError):
    """The assessor mentors the trainee."""

    status = 403
    denies = True


@dataclass(frozen=True, slots=True)
class Trainee:
    """A trainee: their relationships, the people who are barred from assessing them, and their assessments."""

    relationships: frozenset[UUID] = frozenset()
    barred: frozenset[UUID] = frozenset()
    assessments: frozenset[UUID] = frozenset()

    def must_not_be_mentored_by(self, assessor_id: UUID) -> None:
        """Raise `MentorsDoNotAssess` where the assessor is barred."""
        if assessor_id in self.barred:
            raise MentorsDoNotAssess("You mentor this trainee, so somebody else writes the assessment.")


def decide(command: Commands, trainee: Trainee, now: datetime) -> Sequence[Events]:
    """Add a mentor once for each relationship; admit an assessor who is not barred; take over a merged record."""
    del now
    match command:
        case AddMentor() if command.relationship_id in trainee.relationships:
            return []
        case AddMentor():
            return [build_from(MentorJoined, command, happened_on=command.on)]
        case AdmitAssessor():
            if not command.excepted:
                trainee.must_not_be_mentored_by(command.assessor_id)
            return [build_from(AssessorAdmitted, command, happened_on=command.on)]
        case RehomeMentors(relationships=relationships, barred=barred, assessments=assessments):
            if (
                relationships <= trainee.relationships
                and barred <= trainee.barred
                and assessments <= trainee.assessments
            ):
                return []
            return [
                MentorsRehomed(
                    happened_on=command.on,
                    trainee_id=command.trainee_id,
                    relationships=tuple(sorted(relationships)),
                    barred=tuple(sorted(barred)),
                    assessments=tuple(sorted(assessments)),
                )
            ]


def evolve(trainee: Trainee, event: Events) -> Trainee:
    """Apply an event to the trainee."""
    match event:
        case MentorJoined():
            barred = {event.mentor_id} if event.assessor_is_not_mentor else frozenset()
            return replace(
                trainee, relationships=trainee.relationships | {event.relationship_id}, barred=trainee.barred | barred
            )
        case MentorsRehomed():
            return Trainee(
                trainee.relationships | set(event.relationships),
                trainee.barred | set(event.barred),
                trainee.assessments | set(event.assessments),
            )
        case AssessorAdmitted():
            return replace(trainee, assessments=trainee.assessments | {event.assessment_id})


TRAINEE: Decider[Trainee, Commands, Events] = Decider(
    "trainee", Trainee, decide, evolve, (MentorJoined, AssessorAdmitted, MentorsRehomed)
)
