"""Read model of training statuses of trainees."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.referral.domain import people, training_statuses
from shared.kernel.readmodel import ReadModel, Step, key_from, remove_row, row_of


@dataclass(frozen=True, slots=True)
class TrainingStatusRow:
    """The training status of a trainee who ever deferred or withdrew; `reason` and `reasons` are sealed."""

    person_id: UUID
    standing: str
    since: date
    expected_back_on: date | None = None
    reason: str | None = None
    trigger: str | None = None
    reasons: str | None = None
    future_interest: str | None = None


def _changed(_: TrainingStatusRow | None, event: training_statuses.Events) -> TrainingStatusRow:
    after = training_statuses.status_after(event)
    return row_of(TrainingStatusRow, event, standing=after.status, since=event.happened_on)


TRAINING_STATUSES = ReadModel(
    name="standings",
    row=TrainingStatusRow,
    key=("person_id",),
    on={
        **{event: Step(key_from("person_id"), _changed) for event in training_statuses.TRAINING_STATUS.events},
        people.PersonErased: Step(key_from("person_id"), remove_row),
    },
)
