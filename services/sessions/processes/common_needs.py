"""Count the needs of each school and programme on the day after a term."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.sessions.commands.common_needs import count_needs
from services.sessions.domain.common_needs import COUNT, CountDue, NeedsNamed
from shared.calendar import morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

COUNT_NEEDS = "sessions.count_needs"


def _requests(event: CountDue) -> Sequence[TaskRequest]:
    return [TaskRequest(COUNT_NEEDS, {"count_id": str(event.count_id)}, morning_of(event.on))]


async def _count(unit: Unit, about: Mapping[str, Any]) -> None:
    await count_needs(unit, UUID(about["count_id"]))


PROCESSES = (Process(COUNT, {NeedsNamed: attrgetter("count_id")}, _requests),)
TASKS: Mapping[str, TaskHandler] = {COUNT_NEEDS: _count}
