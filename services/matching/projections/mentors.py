"""Mentors as read models: their record, terms, relations and training."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.matching.domain.mentors import MentorKnown, MentorTermsKnown, RelationsKnown, TrainingKnown
from services.matching.domain.people import PersonForgotten, RecordMerged, RegistrationUndone
from shared.events.referral import Availability, Related, SchoolPeriod
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor; hours a week over all their mentoring. The hours that are left are computed from `pairs`."""

    mentor_id: UUID
    school_urn: str
    subjects: tuple[str, ...]
    phases: tuple[str, ...]
    capacity_hours: float
    volunteer: bool
    trained_on: date | None = None
    has_qts: bool | None = None
    situation: tuple[str, ...] = ()
    periods: tuple[SchoolPeriod, ...] = ()


def _mentor(_: MentorRow | None, event: MentorKnown) -> MentorRow:
    return row_of(MentorRow, event, volunteer=event.role == "volunteer")


MENTORS = ReadModel(
    name="mentors",
    row=MentorRow,
    key=("mentor_id",),
    on={
        MentorKnown: Step(key_from("mentor_id"), _mentor),
        RecordMerged: Step(key_from("merged_id"), remove_row),
        RegistrationUndone: Step(key_from("person_id"), remove_row),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
    indexes=("school_urn",),
)


@dataclass(frozen=True, slots=True)
class MentorTermsRow:
    """What a mentor can be asked for; `load` is hours a week given already."""

    mentor_id: UUID
    role_kinds: tuple[str, ...]
    facets: tuple[str, ...]
    load: dict[str, float]
    available: tuple[Availability, ...]


MENTOR_TERMS = ReadModel(
    name="mentor_terms",
    row=MentorTermsRow,
    key=("mentor_id",),
    on={
        MentorTermsKnown: Step(key_from("mentor_id"), lambda _, event: row_of(MentorTermsRow, event)),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class RelationsRow:
    """The relations of a mentor to other people."""

    mentor_id: UUID
    relations: tuple[Related, ...]


RELATIONS = ReadModel(
    name="relations",
    row=RelationsRow,
    key=("mentor_id",),
    on={
        RelationsKnown: Step(key_from("mentor_id"), lambda _, event: row_of(RelationsRow, event)),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class TrainingsRow:
    """Training that a mentor had: hours by its id."""

    mentor_id: UUID
    trainings: dict[str, float]


def _training(row: TrainingsRow | None, event: TrainingKnown) -> TrainingsRow | None:
    trainings = (row.trainings if row else {}) | {str(event.training_id): event.hours}
    if event.removed:
        del trainings[str(event.training_id)]
    return TrainingsRow(event.mentor_id, trainings) if trainings else None


TRAININGS = ReadModel(
    name="trainings",
    edition=2,
    row=TrainingsRow,
    key=("mentor_id",),
    on={
        TrainingKnown: Step(key_from("mentor_id"), _training),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
)
