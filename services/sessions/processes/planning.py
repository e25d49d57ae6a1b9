"""Plan the meetings of each series four weeks ahead, every week."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.sessions.commands.series import plan_meetings
from services.sessions.domain.planning import PLANNING, PlanningDue
from services.sessions.domain.series import PlannedAhead, SeriesSet
from shared.calendar import morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.unit import Unit

PLAN = "sessions.plan_meetings"


def _requests(event: PlanningDue) -> Sequence[TaskRequest | TaskWithdrawal]:
    """Request the planning of a day, in place of one that still waits; what is due already is done at once."""
    about = {"relationship_id": str(event.relationship_id)}
    at = None if event.due_on <= event.happened_on else morning_of(event.due_on)
    return [TaskWithdrawal(PLAN), TaskRequest(PLAN, about, at)]


async def _plan(unit: Unit, about: Mapping[str, Any]) -> None:
    await plan_meetings(unit, UUID(about["relationship_id"]))


PROCESSES = (Process(PLANNING, dict.fromkeys((SeriesSet, PlannedAhead), attrgetter("relationship_id")), _requests),)
TASKS: Mapping[str, TaskHandler] = {PLAN: _plan}
