"""Trainees, without their home."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import TraineeRecorded


@dataclass(frozen=True, slots=True)
class TraineeRow:
    """A trainee as last recorded."""

    trainee_id: UUID
    subject: str
    phase: str
    training_route: str
    course_starts_on: date | None = None
    course_ends_on: date | None = None


TRAINEES = table(
    "trainees",
    TraineeRow,
    ("trainee_id",),
    {TraineeRecorded: whole_row(TraineeRow)},
    indexes=("known_from",),
    edition=5,
)
