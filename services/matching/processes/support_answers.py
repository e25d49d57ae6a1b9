"""Let a proposed support lapse when the two people do not answer in time."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain import supports
from services.matching.domain.support_answers import SUPPORT_ANSWERS, Events, SupportAnswersAwaited
from shared.calendar import day_after, morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.unit import Unit

_LAPSE = "matching.lapse_support"


def _requests(event: Events) -> Sequence[TaskRequest | TaskWithdrawal]:
    match event:
        case SupportAnswersAwaited():
            about = {"support_id": str(event.support_id)}
            return [TaskRequest(_LAPSE, about, morning_of(day_after(event.answer_by)))]
        case _:
            return [TaskWithdrawal(_LAPSE)]


async def _lapse(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(supports.SUPPORT, UUID(about["support_id"]), supports.Lapse(on=unit.now.date()))


_ANSWERED = (supports.Proposed, supports.Confirmed, supports.Declined, supports.Lapsed)
PROCESSES = (Process(SUPPORT_ANSWERS, dict.fromkeys(_ANSWERED, attrgetter("support_id")), _requests),)
TASKS: Mapping[str, TaskHandler] = {_LAPSE: _lapse}
