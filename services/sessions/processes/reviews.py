"""Plan the first review of each relationship, and end the relationship that a review has closed."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.sessions.commands.reviews import close_relationship, plan_review
from services.sessions.domain.meetings import MeetingHeld, MeetingMissed
from services.sessions.domain.relationships import RelationshipAgreed, RelationshipOpened
from services.sessions.domain.review_plans import REVIEW_PLAN, Events, ReviewPlanDue, day_after_closing
from services.sessions.domain.reviews import RelationshipReviewed, ReviewTakenBack
from shared.calendar import morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.unit import Unit

PLAN, CLOSE = "sessions.plan_review", "sessions.close_relationship"


def _requests(event: Events) -> Sequence[TaskRequest | TaskWithdrawal]:
    about = {"relationship_id": str(event.relationship_id)}
    if isinstance(event, ReviewPlanDue):
        return [TaskRequest(PLAN, about)]
    after = day_after_closing(event)
    return [TaskWithdrawal(CLOSE), *([TaskRequest(CLOSE, about, morning_of(after))] if after else [])]


async def _plan(unit: Unit, about: Mapping[str, Any]) -> None:
    await plan_review(unit, UUID(about["relationship_id"]))


async def _close(unit: Unit, about: Mapping[str, Any]) -> None:
    await close_relationship(unit, UUID(about["relationship_id"]))


_HEARD = (RelationshipOpened, RelationshipAgreed, MeetingHeld, MeetingMissed, RelationshipReviewed, ReviewTakenBack)
PROCESSES = (Process(REVIEW_PLAN, dict.fromkeys(_HEARD, attrgetter("relationship_id")), _requests),)
TASKS: Mapping[str, TaskHandler] = {PLAN: _plan, CLOSE: _close}
