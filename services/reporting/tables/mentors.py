"""Mentors and their capacity."""

from dataclasses import dataclass
from uuid import UUID

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import MentorRecorded, PersonErased, SchoolPeriod
from shared.kernel.readmodel import Step, key_from, remove_row


@dataclass(frozen=True, slots=True)
class MentorRow:
    """A mentor as last recorded. Capacity is hours a week over all their mentoring.

    `periods` are the schools that they mentor at, with days; without periods they mentor at `school_urn` only. There is
    no row once the mentor is erased.
    """

    mentor_id: UUID
    school_urn: str
    capacity_hours: float
    periods: tuple[SchoolPeriod, ...] = ()


MENTORS = table(
    "mentors",
    MentorRow,
    ("mentor_id",),
    {MentorRecorded: whole_row(MentorRow), PersonErased: Step(key_from("person_id"), remove_row)},
    indexes=("known_from",),
    edition=5,
)
