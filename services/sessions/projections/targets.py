"""Read model of targets."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.target_progress import ProgressNoted
from services.sessions.domain.target_states import TouchingEvent
from services.sessions.domain.targets import TargetReviewed, TargetSet, TargetUntouched
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target and its last review; `text`, `measure`, `answers` and `note` are encrypted.

    `told` is the side that was last told that nobody has touched it since `touched_on`.
    """

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
    kind: str | None = None
    standards: tuple[str, ...] = ()
    answers: str | None = None
    reason: str | None = None
    touched_on: date | None = None
    told: str | None = None


def _set(row: TargetRow | None, event: TargetSet) -> TargetRow:
    if row is None:
        return row_of(
            TargetRow, event, set_on=event.happened_on, set_by=event.by, status="open", touched_on=event.happened_on
        )
    return replace(
        _touch(row, event),
        text=event.text,
        measure=event.measure,
        answers=event.answers,
        due_on=event.due_on,
        kind=event.kind,
        standards=event.standards,
        amended_on=event.amended_on,
    )


def _review(row: TargetRow, event: TargetReviewed) -> TargetRow:
    amended_on = event.amended_on or row.amended_on
    return replace(
        _touch(row, event),
        status=event.status,
        reviewed_on=event.happened_on,
        note=event.note,
        reason=event.reason,
        amended_on=amended_on,
    )


def _touch(row: TargetRow, event: TouchingEvent) -> TargetRow:
    on = event.amended_on or event.happened_on
    is_recorded_late = row.touched_on is not None and on <= row.touched_on
    return row if is_recorded_late else replace(row, touched_on=on, told=None)


def _tell(row: TargetRow, event: TargetUntouched) -> TargetRow:
    return replace(row, told=event.by)


TARGETS = ReadModel(
    name="targets",
    edition=4,
    row=TargetRow,
    key=("target_id",),
    on={
        TargetSet: Step(key_from("target_id"), _set),
        TargetReviewed: Step(key_from("target_id"), _review),
        ProgressNoted: Step(key_from("target_id"), _touch),
        TargetUntouched: Step(key_from("target_id"), _tell),
    },
    indexes=("relationship_id", "trainee_id"),
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
    answers: str | None = None
    kind: str | None = None
    standards: tuple[str, ...] = ()
    reason: str | None = None


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
    edition=2,
    row=TargetVersionRow,
    key=("target_id", "version"),
    on={
        TargetSet: Step(key_from("target_id", "version_number"), _version),
        TargetReviewed: Step(key_from("target_id", "version_number"), _version),
    },
)
