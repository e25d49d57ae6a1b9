"""Read model of assignments."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.assignments import AssignmentSet, ExceptionExplained
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AssignmentRow:
    """Somebody is assigned to a trainee from a day to a day; `exception` is encrypted."""

    assignment_id: UUID
    trainee_id: UUID
    person_id: UUID
    role: str
    starts_on: date
    ends_on: date | None
    exception: str | None = None


def _set(row: AssignmentRow | None, event: AssignmentSet) -> AssignmentRow:
    return row_of(AssignmentRow, event, exception=row and row.exception)


def _explain(row: AssignmentRow, event: ExceptionExplained) -> AssignmentRow:
    return replace(row, exception=event.reason)


ASSIGNMENTS = ReadModel(
    name="assignments",
    row=AssignmentRow,
    key=("assignment_id",),
    on={
        AssignmentSet: Step(key_from("assignment_id"), _set),
        ExceptionExplained: Step(key_from("assignment_id"), _explain),
    },
    indexes=("trainee_id", "person_id"),
)
