"""Whether trainees are in training, have deferred or have withdrawn."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.absences import Absence, absences_after
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
    absences: tuple[Absence, ...] = ()


def _change(row: TrainingStatusRow | None, event: TraineeStandingChanged) -> TrainingStatusRow:
    if row is not None and row.erased:
        return row
    absences = absences_after(row.absences if row else (), event.standing, event.happened_on)
    return row_of(TrainingStatusRow, event, status=event.standing, since=event.happened_on, absences=absences)


def _erase(row: TrainingStatusRow | None, event: PersonErased) -> TrainingStatusRow:
    absences = absences_after(row.absences if row else (), "withdrawn", event.happened_on)
    return TrainingStatusRow(event.person_id, "withdrawn", event.happened_on, erased=True, absences=absences)


TRAINING_STATUSES = table(
    "training_statuses",
    TrainingStatusRow,
    ("trainee_id",),
    {TraineeStandingChanged: _change, PersonErased: Step(key_from("person_id"), _erase)},
    edition=4,
)
