"""Read models of support plans: a row for each version, and one for each review, closing and reopening."""

from dataclasses import dataclass, replace
from datetime import date
from uuid import UUID

from services.sessions.domain.support_plans import (
    SupportPlanAcknowledged,
    SupportPlanClosed,
    SupportPlanReopened,
    SupportPlanReviewed,
    SupportPlanShared,
    SupportPlanWritten,
)
from shared.kernel.readmodel import ReadModel, Step, key_from, row_of


@dataclass(frozen=True, slots=True)
class SupportPlanRow:
    """A version of a plan; `text` holds its goals, encrypted."""

    assessment_id: UUID
    version_number: int
    relationship_id: UUID
    trainee_id: UUID
    author_id: UUID
    state: str
    written_on: date
    review_on: tuple[str, ...]
    text: str
    shared_on: date | None = None
    acknowledged_on: date | None = None


def _write(_: SupportPlanRow | None, event: SupportPlanWritten) -> SupportPlanRow:
    days = tuple(f"{day}" for day in event.review_on)
    return row_of(SupportPlanRow, event, state="drafting", written_on=event.happened_on, review_on=days)


def _share(row: SupportPlanRow, event: SupportPlanShared) -> SupportPlanRow:
    return replace(row, state="shared", shared_on=event.happened_on)


def _acknowledge(row: SupportPlanRow, event: SupportPlanAcknowledged) -> SupportPlanRow:
    return replace(row, state="acknowledged", acknowledged_on=event.happened_on)


def _close(row: SupportPlanRow, _: SupportPlanClosed) -> SupportPlanRow:
    return replace(row, state="closed")


def _reopen(row: SupportPlanRow, _: SupportPlanReopened) -> SupportPlanRow:
    return replace(row, state="shared")


_KEY = key_from("assessment_id", "version_number")

SUPPORT_PLANS = ReadModel(
    name="support_plans",
    row=SupportPlanRow,
    key=("assessment_id", "version_number"),
    on={
        SupportPlanWritten: Step(_KEY, _write),
        SupportPlanShared: Step(_KEY, _share),
        SupportPlanAcknowledged: Step(_KEY, _acknowledge),
        SupportPlanClosed: Step(_KEY, _close),
        SupportPlanReopened: Step(_KEY, _reopen),
    },
    indexes=("relationship_id",),
)


@dataclass(frozen=True, slots=True)
class SupportPlanStepRow:
    """A review of a plan, its end, or its going on; `text` is encrypted."""

    assessment_id: UUID
    step: int
    taken_on: date
    person_id: UUID
    text: str
    review_on: date | None = None
    progress: str | None = None
    outcome: str | None = None


def _add(
    _: SupportPlanStepRow | None, event: SupportPlanReviewed | SupportPlanClosed | SupportPlanReopened
) -> SupportPlanStepRow:
    return row_of(SupportPlanStepRow, event, taken_on=event.happened_on)


_STEP_KEY = key_from("assessment_id", "step")

SUPPORT_PLAN_STEPS = ReadModel(
    name="support_plan_steps",
    row=SupportPlanStepRow,
    key=("assessment_id", "step"),
    on={
        SupportPlanReviewed: Step(_STEP_KEY, _add),
        SupportPlanClosed: Step(_STEP_KEY, _add),
        SupportPlanReopened: Step(_STEP_KEY, _add),
    },
)
