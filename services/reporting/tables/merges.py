"""Records of people that were merged into another record of the same person."""

from dataclasses import dataclass
from uuid import UUID

from services.reporting.tables.folding import table, whole_row
from shared.events.referral import PeopleMerged


@dataclass(frozen=True, slots=True)
class MergeRow:
    """A merged record and the record into which it was merged, which may itself be merged into a third."""

    merged_id: UUID
    kept_id: UUID


MERGES = table("merges", MergeRow, ("merged_id",), {PeopleMerged: whole_row(MergeRow)}, indexes=("kept_id",))
