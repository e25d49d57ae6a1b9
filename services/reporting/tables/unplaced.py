"""Trainees for whom a round found no place."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.matching import TraineeUnplaced
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class UnplacedRow:
    """A round that placed a trainee nowhere: the rule that binds, a sentence that explains it, and what would help."""

    round_id: UUID
    referral_id: UUID
    programme_id: UUID
    trainee_id: UUID
    reason: str
    explanation: str
    unplaced_on: date
    remedies: tuple[str, ...] = ()


UNPLACED = table(
    "unplaced",
    UnplacedRow,
    ("round_id", "referral_id"),
    {TraineeUnplaced: lambda _, event: row_of(UnplacedRow, event, unplaced_on=event.happened_on)},
    indexes=("programme_id", "trainee_id", "known_from"),
    edition=4,
)
