"""Merged records as a read model."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.people import RecordMerged
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A record that was merged into another, which is kept."""

    merged_id: UUID
    kept_id: UUID


MERGES = ReadModel(
    name="merges",
    row=MergeRow,
    key=("merged_id",),
    on={RecordMerged: Step(key_from("merged_id"), lambda _, event: row_of(MergeRow, event))},
    indexes=("kept_id",),
)
