"""Read model of notes of progress towards targets."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.target_progress import ProgressNoted, ProgressTakenBack
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class ProgressRow:
    """A note of progress, which is encrypted, and the journal entries of its author that it names."""

    target_id: UUID
    note_id: UUID
    noted_by: str
    noted_on: date
    note: str
    evidence: tuple[UUID, ...]
    taken_back_on: date | None = None


TARGET_PROGRESS = ReadModel(
    name="target_progress",
    row=ProgressRow,
    key=("target_id", "note_id"),
    on={
        ProgressNoted: Step(
            key_from("target_id", "note_id"),
            lambda _, event: row_of(ProgressRow, event, noted_by=event.by, noted_on=event.happened_on),
        ),
        ProgressTakenBack: Step(
            key_from("target_id", "note_id"), lambda row, event: replace(row, taken_back_on=event.happened_on)
        ),
    },
)
