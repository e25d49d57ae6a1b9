"""Read models of people: which records were merged, and who was erased."""

from dataclasses import dataclass
from uuid import UUID

from services.matching.domain.people import PersonForgotten, RecordMerged
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


@dataclass(frozen=True, slots=True)
class ErasedRow:
    """A person who was erased."""

    person_id: UUID


ERASED = ReadModel(
    name="erased",
    row=ErasedRow,
    key=("person_id",),
    on={PersonForgotten: Step(key_from("person_id"), lambda _, event: row_of(ErasedRow, event))},
)
