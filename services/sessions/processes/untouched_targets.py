"""Tell the owner of a target that nobody touches it, and later the mentor."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.sessions.commands.targets import tell_of_untouched
from services.sessions.domain.target_progress import ProgressNoted
from services.sessions.domain.targets import TargetReviewed, TargetSet
from services.sessions.domain.untouched_targets import UNTOUCHED_TARGET, TellingDue
from shared.calendar import morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.unit import Unit

TELL = "sessions.tell_of_untouched_target"


def _requests(event: TellingDue) -> Sequence[TaskRequest | TaskWithdrawal]:
    """Request that each is told on their day, in place of what still waits."""
    days = (("trainee", event.owner_told_on), ("mentor", event.mentor_told_on))
    return [
        TaskWithdrawal(TELL),
        *(
            TaskRequest(TELL, {"target_id": str(event.target_id), "to": side}, morning_of(day))
            for side, day in days
            if day is not None
        ),
    ]


async def _tell(unit: Unit, about: Mapping[str, Any]) -> None:
    await tell_of_untouched(unit, UUID(about["target_id"]), about["to"])


PROCESSES = (
    Process(
        UNTOUCHED_TARGET,
        dict.fromkeys((TargetSet, TargetReviewed, ProgressNoted), attrgetter("target_id")),
        _requests,
    ),
)
TASKS: Mapping[str, TaskHandler] = {TELL: _tell}
