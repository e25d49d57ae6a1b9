"""A process for each relationship: have its first review planned, and end it when a review has closed it.

Source: product.md S10. The first review is planned when the relationship opens; by then its programme may not have
arrived, so that it is tried again when the two sign their agreement and when they first meet.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import ClassVar

from services.sessions.domain.meetings import MeetingHeld, MeetingMissed
from services.sessions.domain.relationships import RelationshipAgreed, RelationshipOpened
from services.sessions.domain.reviews import RelationshipReviewed, ReviewEvent, ReviewTakenBack
from shared.calendar import day_after
from shared.kernel.decider import Decider

Changes = RelationshipOpened | RelationshipAgreed | MeetingHeld | MeetingMissed | RelationshipReviewed | ReviewTakenBack
TRIES = 3
"""How often planning is tried: a programme without reviews has none planned, however often they meet."""


class ReviewPlanDue(ReviewEvent):
    """The first review has to be planned."""

    type: ClassVar[str] = "sessions.review_plan_due"


class ClosingDue(ReviewEvent):
    """The relationship is to end on `on`, because a review closed it; None takes that back."""

    type: ClassVar[str] = "sessions.closing_due"

    on: date | None


Events = ReviewPlanDue | ClosingDue


@dataclass(frozen=True, slots=True)
class ReviewPlan:
    """How often the first review was to be planned, and the day on which the relationship is to end."""

    tried: int = 0
    closing_on: date | None = None


def decide(change: Changes, plan: ReviewPlan, now: datetime) -> Sequence[Events]:
    """Have the first review planned once it may be; end the relationship after a review that closes it."""
    del now
    names = {"happened_on": change.happened_on, "relationship_id": change.relationship_id}
    match change:
        case RelationshipOpened():
            return [ReviewPlanDue.model_validate(names)]
        case RelationshipAgreed() | MeetingHeld() | MeetingMissed():
            return [ReviewPlanDue.model_validate(names)] if plan.tried < TRIES else []
        case RelationshipReviewed(closes_on=date() as closes_on):
            return [ClosingDue.model_validate({**names, "on": closes_on})]
        case ReviewTakenBack() if plan.closing_on is not None:
            return [ClosingDue.model_validate({**names, "on": None})]
        case _:
            return []


def evolve(plan: ReviewPlan, event: Events) -> ReviewPlan:
    """Apply a fact of the process."""
    match event:
        case ReviewPlanDue():
            return replace(plan, tried=plan.tried + 1)
        case ClosingDue(on=on):
            return replace(plan, closing_on=on)


def day_after_closing(event: ClosingDue) -> date | None:
    """Return the day on which the end is recorded: the first on which the two do not work together any more."""
    return None if event.on is None else day_after(event.on)


REVIEW_PLAN: Decider[ReviewPlan, Changes, Events] = Decider(
    "review_plan", ReviewPlan, decide, evolve, (ReviewPlanDue, ClosingDue)
)
