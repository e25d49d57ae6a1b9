"""What pages of support plans read of sessions: goals, review days, and how it went."""

from datetime import date
from typing import Literal
from uuid import UUID

from services.portal.calls.answers import Part


class PlannedGoal(Part):
    """A goal of a support plan, who helps and how, and the standards that it is about."""

    goal: str
    help: str
    standards: tuple[str, ...]


class SupportPlanVersion(Part):
    """A version of a support plan."""

    version: int
    state: Literal["drafting", "shared", "acknowledged", "closed"]
    author_id: UUID
    written_on: date
    shared_on: date | None
    acknowledged_on: date | None
    goals: tuple[PlannedGoal, ...]
    review_on: tuple[date, ...]


class SupportPlanStep(Part):
    """A review of a plan, or how it ended."""

    on: date
    person_id: UUID
    review_on: date | None
    progress: str | None
    outcome: str | None
    text: str


class SupportPlan(Part):
    """The support plan for which an assessment asks, with its versions and steps."""

    asked_for: bool
    due_on: date | None
    overdue: bool
    next_review_on: date | None
    versions: tuple[SupportPlanVersion, ...]
    steps: tuple[SupportPlanStep, ...]


class SupportPlanStatus(Part):
    """A support plan after a command."""

    state: str
