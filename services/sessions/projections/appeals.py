"""Read model of appeals: a row for each step of an appeal against a version, with its reason as it is encrypted."""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from services.sessions.domain.appeals import (
    AppealDecided,
    AppealDecisionReversed,
    AppealMade,
    AppealWithdrawn,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class AppealStepRow:
    """A step of an appeal: what state it led to, who took it, and why."""

    assessment_id: UUID
    version_number: int
    step: int
    trainee_id: UUID
    state: str
    taken_on: date
    person_id: UUID | None = None
    reason: str | None = None
    reversal: bool = False


def _make(_: AppealStepRow | None, event: AppealMade) -> AppealStepRow:
    return row_of(AppealStepRow, event, state="made", taken_on=event.happened_on, person_id=event.trainee_id)


def _withdraw(_: AppealStepRow | None, event: AppealWithdrawn) -> AppealStepRow:
    return row_of(AppealStepRow, event, state="withdrawn", taken_on=event.happened_on, person_id=event.trainee_id)


def _decide(_: AppealStepRow | None, event: AppealDecided) -> AppealStepRow:
    return row_of(AppealStepRow, event, state=event.outcome, taken_on=event.happened_on)


def _reverse(_: AppealStepRow | None, event: AppealDecisionReversed) -> AppealStepRow:
    return row_of(AppealStepRow, event, state="made", taken_on=event.happened_on, reversal=True)


_KEY = key_from("assessment_id", "version_number", "step")

APPEAL_STEPS = ReadModel(
    name="appeal_steps",
    row=AppealStepRow,
    key=("assessment_id", "version_number", "step"),
    on={
        AppealMade: Step(_KEY, _make),
        AppealWithdrawn: Step(_KEY, _withdraw),
        AppealDecided: Step(_KEY, _decide),
        AppealDecisionReversed: Step(_KEY, _reverse),
    },
)
