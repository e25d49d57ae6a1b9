"""Remind both sides of a proposed pair to answer, and let the proposal lapse when they do not."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain.pair_answers import PAIR_ANSWERS, AnswersAwaited, Events
from services.matching.domain.pairs import PAIR, Confirmed, Declined, Lapse, Lapsed, Proposed, Remind, Withdrawn
from shared.calendar import day_after, morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.unit import Unit

_REMIND, _LAPSE = "matching.remind", "matching.lapse"


def _requests(event: Events) -> Sequence[TaskRequest | TaskWithdrawal]:
    match event:
        case AnswersAwaited():
            about = {"pair_id": str(event.pair_id)}
            return [
                TaskRequest(_REMIND, about, morning_of(event.remind_on)),
                TaskRequest(_LAPSE, about, morning_of(day_after(event.answer_by))),
            ]
        case _:
            return [TaskWithdrawal(_REMIND), TaskWithdrawal(_LAPSE)]


async def _remind(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(PAIR, UUID(about["pair_id"]), Remind(on=unit.now.date()))


async def _lapse(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(PAIR, UUID(about["pair_id"]), Lapse(on=unit.now.date()))


_ANSWERED = (Proposed, Confirmed, Declined, Lapsed, Withdrawn)
PROCESSES = (Process(PAIR_ANSWERS, dict.fromkeys(_ANSWERED, attrgetter("pair_id")), _requests),)
TASKS: Mapping[str, TaskHandler] = {_REMIND: _remind, _LAPSE: _lapse}
