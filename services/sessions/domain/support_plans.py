"""A support plan for a trainee who is not on track: goals, who helps, and days on which it is looked at again.

Source: product.md S8; statutory guidance on induction 2.54. A plan belongs to the assessment that asks for it. What was
shared is not rewritten: it gets another version. All text is about the trainee, and sealed for them.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, ClassVar, Literal
from uuid import UUID

from pydantic import Field

from services.sessions.domain.assessment_versions import must_not_be_before
from services.sessions.domain.relationships import Relationship
from services.sessions.domain.texts import Text, long_date
from shared.calendar import is_working_day
from shared.events.words import Standard
from shared.inputs.days import PlannedReviewDay, ReviewDay, StepDay
from shared.kernel.decider import Command, Decider, DomainError, Event, Invalid, NotFound, Personal, Value, build_from

PlanState = Literal["drafting", "shared", "acknowledged", "closed"]
Progress = Literal["going_well", "go_on", "not_enough"]
"""What a review of a plan finds: it goes well, it needs more time, or it is not enough."""
PlanOutcome = Literal["achieved", "not_achieved", "no_longer_needed"]


class Goal(Value):
    """What is to change, who helps and how, and the Teachers' Standards that it is about."""

    goal: Text
    help: Text
    standards: Annotated[tuple[Standard, ...], Field(max_length=8)] = ()


class SupportPlanText(Value):
    """All that a plan says: its goals, and the working days on which it is reviewed."""

    on: StepDay
    goals: Annotated[tuple[Goal, ...], Field(min_length=1, max_length=10)]
    review_on: Annotated[tuple[PlannedReviewDay, ...], Field(min_length=1, max_length=20)]


class SupportPlanStep(Value):
    """The day on which somebody shares or acknowledges a plan."""

    on: StepDay


class SupportPlanReview(Value):
    """How a plan goes, as looked at for one of its review days."""

    on: ReviewDay
    review_on: PlannedReviewDay
    progress: Progress
    text: Text


class SupportPlanClosing(Value):
    """How a plan ended, and why it is closed."""

    on: StepDay
    outcome: PlanOutcome
    text: Text


class SupportPlanReopening(Value):
    """Why a closed plan goes on."""

    on: StepDay
    text: Text


class SupportPlanEvent(Event):
    """The fields that all events of a plan share; the first version is 1."""

    assessment_id: UUID
    trainee_id: UUID
    version_number: int = 1


class SupportPlanWritten(SupportPlanEvent):
    """Somebody wrote a version of the plan, or wrote it anew; `text` holds the goals."""

    type: ClassVar[str] = "sessions.support_plan_written"

    relationship_id: UUID
    author_id: UUID
    review_on: tuple[date, ...]
    text: Annotated[str, Personal("trainee_id")]


class SupportPlanShared(SupportPlanEvent):
    """The version was shared with the trainee, and with those whom the programme names."""

    type: ClassVar[str] = "sessions.support_plan_shared"


class SupportPlanAcknowledged(SupportPlanEvent):
    """The trainee took note of the version."""

    type: ClassVar[str] = "sessions.support_plan_acknowledged"


class SupportPlanReviewed(SupportPlanEvent):
    """The plan was looked at for one of its review days, or a review was corrected; `step` counts from 1."""

    type: ClassVar[str] = "sessions.support_plan_reviewed"

    step: int
    person_id: UUID
    review_on: date
    progress: Progress
    text: Annotated[str, Personal("trainee_id")]


class SupportPlanClosed(SupportPlanEvent):
    """The plan was closed."""

    type: ClassVar[str] = "sessions.support_plan_closed"

    step: int
    person_id: UUID
    outcome: PlanOutcome
    text: Annotated[str, Personal("trainee_id")]


class SupportPlanReopened(SupportPlanEvent):
    """A plan that was closed goes on."""

    type: ClassVar[str] = "sessions.support_plan_reopened"

    step: int
    person_id: UUID
    text: Annotated[str, Personal("trainee_id")]


class WriteSupportPlan(Command):
    """Write a plan; `asked_for` says that the assessment asks for one."""

    assessment_id: UUID
    relationship: Relationship
    author_id: UUID
    asked_for: bool
    text: SupportPlanText


class ShareSupportPlan(Command):
    """Share the plan."""

    on: date


class AcknowledgeSupportPlan(Command):
    """Acknowledge the plan as the trainee."""

    on: date


class ReviewSupportPlan(Command):
    """Review the plan; `on_record` is the text of the last review for this day, decrypted by the use case."""

    person_id: UUID
    review: SupportPlanReview
    on_record: str | None = None

    @property
    def on(self) -> date:
        """The day of the review."""
        return self.review.on


class CloseSupportPlan(Command):
    """Close the plan."""

    person_id: UUID
    closing: SupportPlanClosing

    @property
    def on(self) -> date:
        """The day on which it is closed."""
        return self.closing.on


class ReopenSupportPlan(Command):
    """Let a closed plan go on."""

    person_id: UUID
    reopening: SupportPlanReopening

    @property
    def on(self) -> date:
        """The day from which it goes on."""
        return self.reopening.on


Steps = ShareSupportPlan | AcknowledgeSupportPlan | ReviewSupportPlan | CloseSupportPlan | ReopenSupportPlan
Commands = WriteSupportPlan | Steps
Events = (
    SupportPlanWritten
    | SupportPlanShared
    | SupportPlanAcknowledged
    | SupportPlanReviewed
    | SupportPlanClosed
    | SupportPlanReopened
)
MISSING = "There is no support plan for this assessment."


class NoPlanAskedFor(DomainError):
    """A plan is written for an assessment that asks for none."""


class PlanNotInThisState(DomainError):
    """What somebody asks of a plan comes too early or too late."""


@dataclass(frozen=True, slots=True)
class Reviewed:
    """The last review for a day: what it found, on which day, and its encrypted text."""

    on: date
    progress: Progress
    text: str


@dataclass(frozen=True, slots=True)
class SupportPlan:
    """A plan: its last version, its state, and its reviews by the day for which they were due."""

    assessment_id: UUID
    trainee_id: UUID
    state: PlanState
    last_on: date
    review_on: tuple[date, ...]
    version: int = 1
    steps: int = 0
    reviews: Mapping[date, Reviewed] = field(default_factory=dict)


def decide(command: Commands, plan: SupportPlan | None, now: datetime) -> Sequence[Events]:
    """Take a plan from its first draft to its end. A step that was taken already emits no event."""
    del now
    if isinstance(command, WriteSupportPlan):
        return [_write(command, plan)]
    if plan is None:
        raise NotFound(MISSING)
    if not isinstance(command, ReviewSupportPlan):
        must_not_be_before(command.on, plan.last_on)
    names = _names(plan, command.on)
    match command, plan.state:
        case ShareSupportPlan(), "drafting":
            return [SupportPlanShared.model_validate(names)]
        case ShareSupportPlan(), "shared" | "acknowledged":
            return []
        case AcknowledgeSupportPlan(), "shared":
            return [SupportPlanAcknowledged.model_validate(names)]
        case AcknowledgeSupportPlan(), "acknowledged":
            return []
        case ReviewSupportPlan(), "shared" | "acknowledged":
            return _review(command, plan)
        case CloseSupportPlan(person_id=person_id, closing=closing), "shared" | "acknowledged":
            details = {"step": plan.steps + 1, "person_id": person_id, **closing.model_dump(exclude={"on"})}
            return [SupportPlanClosed.model_validate({**names, **details})]
        case ReopenSupportPlan(person_id=person_id, reopening=reopening), "closed":
            details = {"step": plan.steps + 1, "person_id": person_id, "text": reopening.text}
            return [SupportPlanReopened.model_validate({**names, **details})]
        case ReopenSupportPlan(), _:
            return []
        case _, "closed":
            raise PlanNotInThisState("This plan is closed. Reopen it to go on with it.")
        case _:
            raise PlanNotInThisState("This plan is a draft. Share it first.")


def _write(command: WriteSupportPlan, plan: SupportPlan | None) -> SupportPlanWritten:
    text, relationship = command.text, command.relationship
    relationship.must_be_kept()
    if plan is None and not command.asked_for:
        raise NoPlanAskedFor("In this assessment no standard has a level at which a support plan is asked for.")
    if plan is not None:
        if plan.state == "closed":
            raise PlanNotInThisState("This plan is closed. Reopen it to go on with it.")
        must_not_be_before(text.on, plan.last_on)
    _must_be_days_for_reviews(text)
    shared = plan is not None and plan.state != "drafting"
    goals = [goal.model_dump(mode="json") for goal in text.goals]
    return build_from(
        SupportPlanWritten,
        text,
        happened_on=text.on,
        assessment_id=command.assessment_id,
        trainee_id=relationship.trainee_id,
        relationship_id=relationship.relationship_id,
        version_number=1 if plan is None else plan.version + shared,
        author_id=command.author_id,
        text=json.dumps(goals, ensure_ascii=False, sort_keys=True),
    )


def _must_be_days_for_reviews(text: SupportPlanText) -> None:
    for nth, day in enumerate(text.review_on):
        pointer = f"/review_on/{nth}"
        if not is_working_day(day):
            raise Invalid(f"{long_date(day)} is no working day; choose another day.", pointer=pointer)
        if nth and day <= text.review_on[nth - 1]:
            raise Invalid("Give the review days in their order, each once.", pointer=pointer)
    if text.review_on[-1] < text.on:
        raise Invalid("Give at least one review day that is still to come.", pointer="/review_on")


def _review(command: ReviewSupportPlan, plan: SupportPlan) -> Sequence[SupportPlanReviewed]:
    review = command.review
    if review.review_on not in plan.review_on:
        days = ", ".join(long_date(day) for day in plan.review_on)
        raise Invalid(f"The plan has these review days: {days}.", pointer="/review_on")
    before = plan.reviews.get(review.review_on)
    if before and (before.on, before.progress, command.on_record) == (review.on, review.progress, review.text):
        return []
    details = {"step": plan.steps + 1, "person_id": command.person_id, **review.model_dump(exclude={"on"})}
    return [SupportPlanReviewed.model_validate({**_names(plan, review.on), **details})]


def _names(plan: SupportPlan, on: date) -> dict[str, object]:
    return {
        "happened_on": on,
        "assessment_id": plan.assessment_id,
        "trainee_id": plan.trainee_id,
        "version_number": plan.version,
    }


def evolve(plan: SupportPlan | None, event: Events) -> SupportPlan | None:
    """Apply an event to the plan."""
    on = event.happened_on
    match event:
        case SupportPlanWritten():
            written = SupportPlan(
                event.assessment_id, event.trainee_id, "drafting", on, event.review_on, event.version_number
            )
            return replace(written, steps=plan.steps, reviews=plan.reviews) if plan else written
        case _ if plan is None:
            return None
        case SupportPlanShared():
            return replace(plan, state="shared", last_on=on)
        case SupportPlanAcknowledged():
            return replace(plan, state="acknowledged", last_on=on)
        case SupportPlanReviewed():
            reviews = {**plan.reviews, event.review_on: Reviewed(on, event.progress, event.text)}
            return replace(plan, reviews=reviews, steps=event.step, last_on=max(plan.last_on, on))
        case SupportPlanClosed():
            return replace(plan, state="closed", steps=event.step, last_on=on)
        case SupportPlanReopened():
            return replace(plan, state="shared", steps=event.step, last_on=on)


SUPPORT_PLAN: Decider[SupportPlan | None, Commands, Events] = Decider(
    "support_plan",
    lambda: None,
    decide,
    evolve,
    (
        SupportPlanWritten,
        SupportPlanShared,
        SupportPlanAcknowledged,
        SupportPlanReviewed,
        SupportPlanClosed,
        SupportPlanReopened,
    ),
)
