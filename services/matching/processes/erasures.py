"""End the pairs and supports of people who were erased, so that the other side, the place and the hours are free."""

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from functools import partial
from operator import attrgetter
from typing import Any
from uuid import UUID

from pydantic import BaseModel

from services.matching.domain import pairs, supports
from services.matching.domain.erasures import ERASED_MENTEES, ERASED_MENTORS, EndDue, Events
from services.matching.domain.people import PersonForgotten
from services.matching.processes.leavers import withdrawal
from shared.events.words import WithdrawalReason
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

_END = "matching.end_of_erased"


def _requests(reason: WithdrawalReason, event: Events) -> Sequence[TaskRequest]:
    if not isinstance(event, EndDue):
        return []
    about = {"kind": event.kind, "id": str(event.id), "on": event.happened_on.isoformat(), "reason": reason}
    return [TaskRequest(_END, about)]


async def _end(unit: Unit, about: Mapping[str, Any]) -> None:
    id_, on = UUID(about["id"]), date.fromisoformat(about["on"])
    if about["kind"] == "support":
        await unit.decide(supports.SUPPORT, id_, supports.Release(on=on))
        return
    (pair,) = await unit.load(pairs.PAIR, id_)
    await unit.decide(pairs.PAIR, id_, withdrawal(pair, on, about["reason"]))


_PAIRS = (pairs.Proposed, pairs.Declined, pairs.Lapsed, pairs.Withdrawn)
_SUPPORTS = (supports.Proposed, supports.Declined, supports.Lapsed, supports.Ended)


def _hears(of_pair: str, of_support: str) -> Mapping[type[BaseModel], Callable[[Any], object]]:
    """The events that name a person, with the field that has their id on one side."""
    return {
        **dict.fromkeys(_PAIRS, attrgetter(of_pair)),
        **dict.fromkeys(_SUPPORTS, attrgetter(of_support)),
        PersonForgotten: attrgetter("person_id"),
    }


PROCESSES = (
    Process(ERASED_MENTEES, _hears("trainee_id", "mentee_id"), partial(_requests, "trainee_left")),
    Process(ERASED_MENTORS, _hears("mentor_id", "mentor_id"), partial(_requests, "mentor_left")),
)
TASKS: Mapping[str, TaskHandler] = {_END: _end}
