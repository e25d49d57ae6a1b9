"""Targets that trainees and mentors agreed on; their words stay in sessions."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.sessions import TargetReviewed, TargetSet
from shared.kernel.readmodel import set_fields


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A target: when it was set and is due; when it was last reviewed, and the status that the review gave it.

    `standards` are the Teachers' Standards that it is about.
    """

    target_id: UUID
    relationship_id: UUID
    trainee_id: UUID
    set_on: date | None = None
    due_on: date | None = None
    reviewed_on: date | None = None
    status: str | None = None
    standards: tuple[str, ...] = ()


TARGETS = table(
    "targets",
    TargetRow,
    ("target_id",),
    {
        TargetSet: set_fields(TargetRow, TargetSet, set_on="happened_on", due_on="due_on", standards="standards"),
        TargetReviewed: set_fields(TargetRow, TargetReviewed, reviewed_on="happened_on", status="status"),
    },
    indexes=("trainee_id", "relationship_id", "known_from"),
    edition=5,
)
