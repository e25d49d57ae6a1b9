"""People: which record stands for whom, how they stand, what mentors can be asked for, where trainees were before."""

from dataclasses import dataclass, replace
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import earlier_placements as earlier
from services.referral.domain import mentors as mentoring
from services.referral.domain import people as person
from services.referral.domain import training_statuses as standing
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class PersonRow:
    """Somebody: who they are, sealed, and their profile; the school of a mentor or mentee.

    Gone once they are erased, once another record stands for theirs, and once their registration is undone.
    """

    person_id: UUID
    kind: str
    reference: str
    given_name: str
    family_name: str
    email: str
    trn: str | None
    school_urn: str | None
    profile: dict[str, Any]
    hesa_id: str | None = None


def _mentor(_: PersonRow | None, event: person.MentorRecorded) -> PersonRow:
    return _person("mentor", event, event.profile.school_urn)


def _trainee(_: PersonRow | None, event: person.TraineeRecorded) -> PersonRow:
    return _person("trainee", event, None)


def _mentee(_: PersonRow | None, event: person.MenteeRecorded) -> PersonRow:
    return _person("mentee", event, event.profile.school_urn)


def _person(
    kind: str, event: person.MentorRecorded | person.TraineeRecorded | person.MenteeRecorded, school_urn: str | None
) -> PersonRow:
    return row_of(PersonRow, event, kind=kind, school_urn=school_urn, profile=event.profile.model_dump(mode="json"))


PEOPLE = ReadModel(
    name="people",
    row=PersonRow,
    key=("person_id",),
    on={
        person.MentorRecorded: Step(key_from("person_id"), _mentor),
        person.TraineeRecorded: Step(key_from("person_id"), _trainee),
        person.MenteeRecorded: Step(key_from("person_id"), _mentee),
        person.PersonErased: Step(key_from("person_id"), remove_row),
        person.PeopleMerged: Step(key_from("person_id"), remove_row),
        person.RegistrationUndone: Step(key_from("person_id"), remove_row),
    },
    indexes=("kind", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record for which another one stands."""

    merged_id: UUID
    kept_id: UUID
    merged_on: date


def _merged(_: MergeRow | None, event: person.PeopleMerged) -> MergeRow:
    return MergeRow(event.person_id, event.into, event.happened_on)


MERGES = ReadModel(
    name="merges", row=MergeRow, key=("merged_id",), on={person.PeopleMerged: Step(key_from("person_id"), _merged)}
)


@dataclass(frozen=True, slots=True)
class StandingRow:
    """Where a trainee stands who ever deferred or withdrew; `reason` and `reasons` are sealed."""

    person_id: UUID
    standing: str
    since: date
    expected_back_on: date | None = None
    reason: str | None = None
    trigger: str | None = None
    reasons: str | None = None
    future_interest: str | None = None


def _stands(_: StandingRow | None, event: standing.Events) -> StandingRow:
    after = standing.evolve(standing.Standing(), event)
    return row_of(StandingRow, event, standing=after.stands, since=event.happened_on)


STANDINGS = ReadModel(
    name="standings",
    row=StandingRow,
    key=("person_id",),
    on={
        **{event: Step(key_from("person_id"), _stands) for event in standing.STANDING.events},
        person.PersonErased: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class MentoringRow:
    """What a mentor can be asked for (None until they say), their relations and training, as JSON."""

    person_id: UUID
    terms: dict[str, Any] | None = None
    relations: tuple[dict[str, Any], ...] = ()
    trainings: tuple[dict[str, Any], ...] = ()


def _declared(row: MentoringRow | None, event: mentoring.MentorDeclared) -> MentoringRow:
    return replace(row or MentoringRow(event.person_id), terms=event.terms.model_dump(mode="json"))


def _related(row: MentoringRow | None, event: mentoring.RelationsRecorded) -> MentoringRow:
    relations = tuple(relation.model_dump(mode="json") for relation in event.relations)
    return replace(row or MentoringRow(event.person_id), relations=relations)


def _trained(row: MentoringRow | None, event: mentoring.TrainingLogged) -> MentoringRow:
    row = row or MentoringRow(event.person_id)
    return replace(row, trainings=(*row.trainings, event.training.model_dump(mode="json")))


MENTORINGS = ReadModel(
    name="mentorings",
    row=MentoringRow,
    key=("person_id",),
    on={
        mentoring.MentorDeclared: Step(key_from("person_id"), _declared),
        mentoring.RelationsRecorded: Step(key_from("person_id"), _related),
        mentoring.TrainingLogged: Step(key_from("person_id"), _trained),
        person.PersonErased: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class EarlierRow:
    """Where a trainee was placed before, one after the other as it became known."""

    trainee_id: UUID
    placements: tuple[dict[str, Any], ...]


def _placed_earlier(_: EarlierRow | None, event: earlier.EarlierPlacementsRecorded) -> EarlierRow | None:
    return EarlierRow(event.trainee_id, tuple(one.model_dump(mode="json") for one in event.placements))


EARLIER = ReadModel(
    name="earlier",
    row=EarlierRow,
    key=("trainee_id",),
    on={
        earlier.EarlierPlacementsRecorded: Step(key_from("trainee_id"), _placed_earlier),
        person.PersonErased: Step(key_from("person_id"), remove_row),
    },
)
