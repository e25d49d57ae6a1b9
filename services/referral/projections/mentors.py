"""Read model of what mentors can be asked for, their relations and their training."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.referral.domain import mentors, people
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class MentoringRow:
    """What a mentor can be asked for (None until declared), their relations and training, as JSON."""

    person_id: UUID
    terms: dict[str, Any] | None = None
    relations: tuple[dict[str, Any], ...] = ()
    trainings: tuple[dict[str, Any], ...] = ()


def _declared(row: MentoringRow | None, event: mentors.MentorDeclared) -> MentoringRow:
    return replace(row or MentoringRow(event.person_id), terms=event.terms.model_dump(mode="json"))


def _related(row: MentoringRow | None, event: mentors.RelationsRecorded) -> MentoringRow:
    relations = tuple(relation.model_dump(mode="json") for relation in event.relations)
    return replace(row or MentoringRow(event.person_id), relations=relations)


def _trained(row: MentoringRow | None, event: mentors.TrainingLogged) -> MentoringRow:
    row = row or MentoringRow(event.person_id)
    return replace(row, trainings=(*row.trainings, event.training.model_dump(mode="json")))


MENTORINGS = ReadModel(
    name="mentorings",
    row=MentoringRow,
    key=("person_id",),
    on={
        mentors.MentorDeclared: Step(key_from("person_id"), _declared),
        mentors.RelationsRecorded: Step(key_from("person_id"), _related),
        mentors.TrainingLogged: Step(key_from("person_id"), _trained),
        people.PersonErased: Step(key_from("person_id"), remove_row),
    },
)
