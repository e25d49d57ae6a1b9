"""Whether trainees are in training, have deferred or have withdrawn."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import TraineeStandingChanged
from shared.kernel.readmodel import row_of


@dataclass(frozen=True, slots=True)
class TrainingStatusRow:
    """The training status that a trainee last changed to (`in_training`, `deferred`, `withdrawn`), and its first day.

    A trainee without a row is in training.
    """

    trainee_id: UUID
    status: str
    since: date


def _fold(_: TrainingStatusRow | None, event: TraineeStandingChanged) -> TrainingStatusRow:
    return row_of(TrainingStatusRow, event, status=event.standing, since=event.happened_on)


TRAINING_STATUSES = table("training_statuses", TrainingStatusRow, ("trainee_id",), {TraineeStandingChanged: _fold})
