"""What has to happen over time to supports: they lapse unanswered, and are let go with the pair that they rest on."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain import pair, support
from services.matching.domain.resting import RESTING, ReleaseDue
from services.matching.domain.resting import Facts as Resting
from services.matching.domain.support import SUPPORT
from services.matching.domain.support_answering import SUPPORT_ANSWERING, SupportAnswersAwaited
from services.matching.domain.support_answering import Facts as Answering
from shared.calendar import morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest, TaskWithdrawal
from shared.kernel.unit import Unit

_LAPSE, _RELEASE = "matching.lapse_support", "matching.release_support"


def _on_answering(fact: Answering) -> Sequence[TaskRequest | TaskWithdrawal]:
    match fact:
        case SupportAnswersAwaited():
            about = {"support_id": str(fact.support_id)}
            return [TaskRequest(_LAPSE, about, morning_of(fact.answer_by + timedelta(days=1)))]
        case _:
            return [TaskWithdrawal(_LAPSE)]


def _on_resting(fact: Resting) -> Sequence[TaskRequest]:
    match fact:
        case ReleaseDue():
            return [TaskRequest(_RELEASE, {"support_id": str(fact.support_id), "on": fact.happened_on.isoformat()})]
        case _:
            return []


async def _lapse(unit: Unit, about: Mapping[str, Any]) -> None:
    await unit.decide(SUPPORT, UUID(about["support_id"]), support.Lapse(on=unit.now.date()))


async def _release(unit: Unit, about: Mapping[str, Any]) -> None:
    released = support.Release.model_validate({"on": about["on"]})
    await unit.decide(SUPPORT, UUID(about["support_id"]), released)


def _ground(event: support.SupportEvent) -> UUID:
    """The pair that a support rests on; one that rests on none has a stream in which nothing happens."""
    return event.pair_id or event.support_id


_ANSWERED = (support.Proposed, support.Confirmed, support.Declined, support.Lapsed)
_OVER = (support.Proposed, support.Declined, support.Lapsed, support.Ended)
SUPPORT_PROCESSES = (
    Process(SUPPORT_ANSWERING, dict.fromkeys(_ANSWERED, attrgetter("support_id")), _on_answering),
    Process(RESTING, {**dict.fromkeys(_OVER, _ground), pair.Withdrawn: attrgetter("pair_id")}, _on_resting),
)
SUPPORT_TASKS: Mapping[str, TaskHandler] = {_LAPSE: _lapse, _RELEASE: _release}
