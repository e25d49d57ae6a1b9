"""Read models of people: their names, encrypted, with the side that each record is for; and kept records."""

from dataclasses import dataclass
from uuid import UUID

from services.portal.domain.people import PersonGone, PersonNamed, PersonRecorded
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of, set_fields


@dataclass(frozen=True, slots=True)
class PersonRow:
    """A person on record; name and address are None until referral has sent them, and `kind` likewise."""

    person_id: UUID
    kind: str | None = None
    given_name: str | None = None
    family_name: str | None = None
    email: str | None = None


PEOPLE = ReadModel(
    name="people",
    row=PersonRow,
    key=("person_id",),
    on={
        PersonNamed: Step(
            key_from("person_id"),
            set_fields(PersonRow, PersonNamed, given_name="given_name", family_name="family_name", email="email"),
        ),
        PersonRecorded: Step(key_from("person_id"), set_fields(PersonRow, PersonRecorded, kind="kind")),
        PersonGone: Step(key_from("person_id"), remove_row),
    },
)


@dataclass(frozen=True, slots=True)
class KeptRecordRow:
    """A record that is no longer there, and the record that was kept in its place."""

    person_id: UUID
    kept_id: UUID


def _kept(_: KeptRecordRow | None, event: PersonGone) -> KeptRecordRow | None:
    return None if event.kept_id is None else row_of(KeptRecordRow, event)


KEPT_RECORDS = ReadModel(
    name="kept_records",
    row=KeptRecordRow,
    key=("person_id",),
    on={PersonGone: Step(key_from("person_id"), _kept)},
)
