"""Targets as rows."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain import targets as target
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target and its last review; `text`, `measure` and `note` are sealed."""

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


def _set(_: TargetRow | None, event: target.TargetSet) -> TargetRow:
    return row_of(TargetRow, event, set_on=event.happened_on, set_by=event.by, status="open")


def _reviewed(row: TargetRow, event: target.TargetReviewed) -> TargetRow:
    return replace(row, status=event.status, reviewed_on=event.happened_on, note=event.note)


TARGETS = ReadModel(
    name="targets",
    row=TargetRow,
    key=("target_id",),
    on={
        target.TargetSet: Step(key_from("target_id"), _set),
        target.TargetReviewed: Step(key_from("target_id"), _reviewed),
    },
    indexes=("relationship_id",),
)
