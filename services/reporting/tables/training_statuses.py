"""Whether trainees are in training, have deferred or have withdrawn."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from services.reporting.tables.folding import table
from shared.events.referral import PersonErased, TraineeStandingChanged
from shared.kernel.readmodel import Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class TrainingStatusRow:
    """The training status that a trainee last changed to (`in_training`, `deferred`, `withdrawn`), and its first day.

    `absences` have a `status`, the day `since` which they hold, and the last day (`until`, None while they last). A
    trainee without a row is in training. One who was erased counts as withdrawn, whatever comes late.
    """

    trainee_id: UUID
    status: str
    since: date
    erased: bool = False
    absences: tuple[dict[str, Any], ...] = ()


def _change(row: TrainingStatusRow | None, event: TraineeStandingChanged) -> TrainingStatusRow:
    if row is not None and row.erased:
        return row
    absences = absences_after(row.absences if row else (), event.standing, event.happened_on)
    return row_of(TrainingStatusRow, event, status=event.standing, since=event.happened_on, absences=absences)


def absences_after(absences: Sequence[dict[str, Any]], status: str, since: date) -> tuple[dict[str, Any], ...]:
    """Return a trainee's absences after a change of their training status that holds since a day.

    The same status again corrects the day from which it holds. Another one ends the absence on the day before.
    """
    ended = list(absences)
    if ended and ended[-1]["until"] is None:
        last = ended.pop()
        before = since - timedelta(days=1)
        if last["status"] != status and date.fromisoformat(last["since"]) <= before:
            ended.append(last | {"until": f"{before}"})
    return (*ended, *([] if status == "in_training" else [{"status": status, "since": f"{since}", "until": None}]))


def _erase(row: TrainingStatusRow | None, event: PersonErased) -> TrainingStatusRow:
    absences = absences_after(row.absences if row else (), "withdrawn", event.happened_on)
    return TrainingStatusRow(event.person_id, "withdrawn", event.happened_on, erased=True, absences=absences)


TRAINING_STATUSES = table(
    "training_statuses",
    TrainingStatusRow,
    ("trainee_id",),
    {TraineeStandingChanged: _change, PersonErased: Step(key_from("person_id"), _erase)},
    edition=2,
)
