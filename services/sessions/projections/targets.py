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
    amended_on: date | None = None


def _set(row: TargetRow | None, event: TargetSet) -> TargetRow:
    if row is not None:
        return replace(row, text=event.text, measure=event.measure, due_on=event.due_on, amended_on=event.amended_on)
    return row_of(TargetRow, event, set_on=event.happened_on, set_by=event.by, status="open")


def _review(row: TargetRow, event: TargetReviewed) -> TargetRow:
    amended_on = event.amended_on or row.amended_on
    return replace(row, status=event.status, reviewed_on=event.happened_on, note=event.note, amended_on=amended_on)


TARGETS = ReadModel(
    name="targets",
    edition=2,
    row=TargetRow,
    key=("target_id",),
    on={
        TargetSet: Step(key_from("target_id"), _set),
        TargetReviewed: Step(key_from("target_id"), _review),
    },
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class TargetVersionRow:
    """A version of a target or of a review of it, as `written_by` wrote it on `written_on`; its texts are encrypted.

    The status of a version of the target itself is `set`.
    """

    target_id: UUID
    version: int
    relationship_id: UUID
    status: str
    written_by: str
    written_on: date
    due_on: date | None = None
    text: str | None = None
    measure: str | None = None
    note: str | None = None


def _version(_: TargetVersionRow | None, event: TargetSet | TargetReviewed) -> TargetVersionRow:
    return row_of(
        TargetVersionRow,
        event,
        version=event.version_number,
        status="set" if isinstance(event, TargetSet) else event.status,
        written_by=event.by,
        written_on=event.amended_on or event.happened_on,
    )


TARGET_VERSIONS = ReadModel(
    name="target_versions",
    row=TargetVersionRow,
    key=("target_id", "version"),
    on={
        TargetSet: Step(key_from("target_id", "version_number"), _version),
        TargetReviewed: Step(key_from("target_id", "version_number"), _version),
    },
)
