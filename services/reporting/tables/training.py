"""Training of mentors, entry by entry."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import TrainingLogged
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class TrainingRow:
    """Hours of training of a mentor with a provider, and those of them that the allowance of the day still covered.

    Without a known rule of that day `claimable` is None. There is no row for an entry that was taken back.
    """

    training_id: UUID
    mentor_id: UUID
    provider: str
    academic_year: str
    kind: str
    hours: float
    trained_on: date
    claimable: float | None = None


def _log(_: TrainingRow | None, event: TrainingLogged) -> TrainingRow | None:
    return None if event.removed else row_of(TrainingRow, event, trained_on=event.happened_on)


TRAINING = table("training", TrainingRow, ("training_id",), {TrainingLogged: _log}, indexes=("mentor_id",), edition=2)
