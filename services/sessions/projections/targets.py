"""Read model of targets."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.targets import TargetReviewed, TargetSet
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target and its last review; `text`, `measure` and `note` are encrypted."""

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    set_on: date
    set_by: str
    due_on: date
    status: str
    text: str
    measure: str | None = None
    reviewed_on: date | None = None
    note: str | None = None


def _set(_: TargetRow | None, event: TargetSet) -> TargetRow:
    return row_of(TargetRow, event, set_on=event.happened_on, set_by=event.by, status="open")


def _review(row: TargetRow, event: TargetReviewed) -> TargetRow:
    return replace(row, status=event.status, reviewed_on=event.happened_on, note=event.note)


TARGETS = ReadModel(
    name="targets",
    row=TargetRow,
    key=("target_id",),
    on={
        TargetSet: Step(key_from("target_id"), _set),
        TargetReviewed: Step(key_from("target_id"), _review),
    },
    indexes=("relationship_id",),
)
