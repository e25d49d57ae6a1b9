"""Mentees who are not trainees, as a read model."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.mentees import MenteeKnown
from services.matching.domain.people import PersonForgotten, RecordMerged, RegistrationUndone
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class MenteeRow:
    """A mentee who is not a trainee: a teacher, a pupil with their year group, a parent."""

    mentee_id: UUID
    kind: str
    school_urn: str
    year_group: str | None = None


MENTEES = ReadModel(
    name="mentees",
    row=MenteeRow,
    key=("mentee_id",),
    on={
        MenteeKnown: Step(key_from("mentee_id"), lambda _, event: row_of(MenteeRow, event)),
        RecordMerged: Step(key_from("merged_id"), remove_row),
        RegistrationUndone: Step(key_from("person_id"), remove_row),
        PersonForgotten: Step(key_from("person_id"), remove_row),
    },
    indexes=("school_urn",),
)
