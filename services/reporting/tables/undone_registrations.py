"""Registrations that were undone: people who were recorded by mistake."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import MenteeRecorded, MentorRecorded, RegistrationUndone, TraineeRecorded
from shared.kernel.readmodel import Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class UndoneRegistrationRow:
    """A person whose registration was undone. There is no row once they are recorded again, under the same id."""

    person_id: UUID
    undone_on: date


UNDONE_REGISTRATIONS = table(
    "undone_registrations",
    UndoneRegistrationRow,
    ("person_id",),
    {
        RegistrationUndone: lambda _, event: row_of(UndoneRegistrationRow, event, undone_on=event.happened_on),
        MentorRecorded: Step(key_from("mentor_id"), remove_row),
        TraineeRecorded: Step(key_from("trainee_id"), remove_row),
        MenteeRecorded: Step(key_from("mentee_id"), remove_row),
    },
)
