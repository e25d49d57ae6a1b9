"""Whether trainees are in training, have deferred or have withdrawn."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import PersonErased, TraineeStandingChanged
from shared.kernel.readmodel import Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class TrainingStatusRow:
    """The training status that a trainee last changed to (`in_training`, `deferred`, `withdrawn`), and its first day.

    A trainee without a row is in training. One who was erased counts as withdrawn, whatever comes late.
    """

    trainee_id: UUID
    status: str
    since: date
    erased: bool = False


def _change(row: TrainingStatusRow | None, event: TraineeStandingChanged) -> TrainingStatusRow:
    if row is not None and row.erased:
        return row
    return row_of(TrainingStatusRow, event, status=event.standing, since=event.happened_on)


def _erase(_: TrainingStatusRow | None, event: PersonErased) -> TrainingStatusRow:
    return TrainingStatusRow(event.person_id, "withdrawn", event.happened_on, erased=True)


TRAINING_STATUSES = table(
    "training_statuses",
    TrainingStatusRow,
    ("trainee_id",),
    {TraineeStandingChanged: _change, PersonErased: Step(key_from("person_id"), _erase)},
)
