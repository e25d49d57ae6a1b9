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

    A trainee without a row is in training. One who was erased has withdrawn on that day at the latest, whatever else is
    heard of them and when: `changed` are their absences by the changes alone, `absences` those that count.
    """

    trainee_id: UUID
    status: str
    since: date
    erased_on: date | None = None
    changed: tuple[Absence, ...] = ()
    absences: tuple[Absence, ...] = ()


def _change(row: TrainingStatusRow | None, event: TraineeStandingChanged) -> TrainingStatusRow:
    changed = absences_after(row.changed if row else (), event.standing, event.happened_on)
    if row is not None and row.erased_on is not None:
        return _with_erasure(event.trainee_id, row.erased_on, changed)
    return row_of(
        TrainingStatusRow, event, status=event.standing, since=event.happened_on, changed=changed, absences=changed
    )


def _erase(row: TrainingStatusRow | None, event: PersonErased) -> TrainingStatusRow:
    return _with_erasure(event.person_id, event.happened_on, row.changed if row else ())


def _with_erasure(trainee_id: UUID, day: date, changed: tuple[Absence, ...]) -> TrainingStatusRow:
    last = changed[-1] if changed else None
    has_withdrawn = last is not None and last.reason == "withdrawn" and last.until is None and last.covers(day)
    absences = changed if has_withdrawn else absences_after(changed, "withdrawn", day)
    since = absences[-1].since
    assert since is not None  # a withdrawal has a first day
    return TrainingStatusRow(trainee_id, "withdrawn", since, erased_on=day, changed=changed, absences=absences)


TRAINING_STATUSES = table(
    "training_statuses",
    TrainingStatusRow,
    ("trainee_id",),
    {TraineeStandingChanged: _change, PersonErased: Step(key_from("person_id"), _erase)},
    indexes=("known_from",),
    edition=7,
)
