"""Read models of inductions: a row for each period and for each absence; the kind of an absence is encrypted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.inductions import InductionAbsenceSet, InductionPeriodSet
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class InductionPeriodRow:
    """A period of induction at a school."""

    period_id: UUID
    trainee_id: UUID
    relationship_id: UUID
    school_urn: str
    starts_on: date
    ends_on: date | None
    full_time_percent: int
    training_programme: str | None = None


INDUCTION_PERIODS = ReadModel(
    name="induction_periods",
    row=InductionPeriodRow,
    key=("period_id",),
    edition=2,
    on={InductionPeriodSet: Step(key_from("period_id"), lambda _, event: row_of(InductionPeriodRow, event))},
    indexes=("trainee_id",),
)


@dataclass(frozen=True, slots=True)
class InductionAbsenceRow:
    """An absence during induction."""

    absence_id: UUID
    trainee_id: UUID
    relationship_id: UUID
    since: date
    until: date
    days: float
    exempt: bool
    kind: str


INDUCTION_ABSENCES = ReadModel(
    name="induction_absences",
    row=InductionAbsenceRow,
    key=("absence_id",),
    on={InductionAbsenceSet: Step(key_from("absence_id"), lambda _, event: row_of(InductionAbsenceRow, event))},
    indexes=("trainee_id",),
)
