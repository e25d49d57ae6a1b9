"""Read model of what mentors can be asked for, their relations and their training."""

from dataclasses import dataclass, replace
from typing import Any
from uuid import UUID

from services.referral.domain import mentors, people
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class MentoringRow:
    """What a mentor can be asked for (None until declared), their relations and training, as JSON.

    `replaced_trainings` are entries as they were before a correction or removal, with `replaced_on` and `replaced_by`.
    """

    person_id: UUID
    terms: dict[str, Any] | None = None
    relations: tuple[dict[str, Any], ...] = ()
    trainings: tuple[dict[str, Any], ...] = ()
    replaced_trainings: tuple[dict[str, Any], ...] = ()


def _declared(row: MentoringRow | None, event: mentors.MentorDeclared) -> MentoringRow:
    return replace(row or MentoringRow(event.person_id), terms=event.terms.model_dump(mode="json"))


def _related(row: MentoringRow | None, event: mentors.RelationsRecorded) -> MentoringRow:
    relations = tuple(relation.model_dump(mode="json") for relation in event.relations)
    return replace(row or MentoringRow(event.person_id), relations=relations)


def _trained(row: MentoringRow | None, event: mentors.TrainingLogged) -> MentoringRow:
    row = row or MentoringRow(event.person_id)
    return replace(row, trainings=(*row.trainings, event.training.model_dump(mode="json")))


def _corrected(row: MentoringRow, event: mentors.TrainingCorrected) -> MentoringRow:
    new = event.training.model_dump(mode="json")
    trainings = tuple(new if _is_of(one, event) else one for one in row.trainings)
    return replace(row, trainings=trainings, replaced_trainings=_replaced(row, event))


def _removed(row: MentoringRow, event: mentors.TrainingRemoved) -> MentoringRow:
    trainings = tuple(one for one in row.trainings if not _is_of(one, event))
    return replace(row, trainings=trainings, replaced_trainings=_replaced(row, event))


def _replaced(
    row: MentoringRow, event: mentors.TrainingCorrected | mentors.TrainingRemoved
) -> tuple[dict[str, Any], ...]:
    about = {"replaced_on": f"{event.happened_on}", "replaced_by": event.by}
    return (*row.replaced_trainings, *(one | about for one in row.trainings if _is_of(one, event)))


def _is_of(entry: dict[str, Any], event: mentors.TrainingCorrected | mentors.TrainingRemoved) -> bool:
    return bool(entry["training_id"] == f"{event.training.training_id}")


MENTORINGS = ReadModel(
    name="mentorings",
    edition=2,
    row=MentoringRow,
    key=("person_id",),
    on={
        mentors.MentorDeclared: Step(key_from("person_id"), _declared),
        mentors.RelationsRecorded: Step(key_from("person_id"), _related),
        mentors.TrainingLogged: Step(key_from("person_id"), _trained),
        mentors.TrainingCorrected: Step(key_from("person_id"), _corrected),
        mentors.TrainingRemoved: Step(key_from("person_id"), _removed),
        people.PersonErased: Step(key_from("person_id"), remove_row),
    },
)
