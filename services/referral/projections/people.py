"""Read models of people, and of the kept record of each merged record. Personal texts arrive encrypted and stay so."""

from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from services.referral.domain import people
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person: the identity, encrypted, and the profile; the school of a mentor or mentee.

    The row is removed when the person is erased, when the record is merged with another, and when it is undone.
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
    date_of_birth: str | None = None


def _mentor(_: PersonRow | None, event: people.MentorRecorded) -> PersonRow:
    return _person("mentor", event, event.profile.school_urn)


def _trainee(_: PersonRow | None, event: people.TraineeRecorded) -> PersonRow:
    return _person("trainee", event, None)


def _mentee(_: PersonRow | None, event: people.MenteeRecorded) -> PersonRow:
    return _person("mentee", event, event.profile.school_urn)


def _person(
    kind: str, event: people.MentorRecorded | people.TraineeRecorded | people.MenteeRecorded, school_urn: str | None
) -> PersonRow:
    return row_of(PersonRow, event, kind=kind, school_urn=school_urn, profile=event.profile.model_dump(mode="json"))


PEOPLE = ReadModel(
    name="people",
    row=PersonRow,
    key=("person_id",),
    edition=3,
    on={
        people.MentorRecorded: Step(key_from("person_id"), _mentor),
        people.TraineeRecorded: Step(key_from("person_id"), _trainee),
        people.MenteeRecorded: Step(key_from("person_id"), _mentee),
        people.PersonErased: Step(key_from("person_id"), remove_row),
        people.PeopleMerged: Step(key_from("person_id"), remove_row),
        people.RegistrationUndone: Step(key_from("person_id"), remove_row),
    },
    indexes=("kind", "school_urn"),
)


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record that was merged with another, and the id of the record that is kept."""

    merged_id: UUID
    kept_id: UUID
    merged_on: date


def _merged(_: MergeRow | None, event: people.PeopleMerged) -> MergeRow:
    return MergeRow(event.person_id, event.into, event.happened_on)


MERGES = ReadModel(
    name="merges", row=MergeRow, key=("merged_id",), on={people.PeopleMerged: Step(key_from("person_id"), _merged)}
)
