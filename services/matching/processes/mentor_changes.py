"""End the pair or support with the earlier mentor once another mentor is confirmed."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

from services.matching.commands.mentor_changes import end_replaced
from services.matching.domain import pairs, supports
from services.matching.domain.mentor_changes import PLACE, Facts, ReplacementDue
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

REPLACE = "matching.end_replaced"


def _requests(event: Facts) -> Sequence[TaskRequest]:
    if not isinstance(event, ReplacementDue):
        return []
    about = {"kind": event.kind, "id": str(event.id), "starts_on": event.starts_on.isoformat()}
    return [TaskRequest(REPLACE, about | {"on": event.happened_on.isoformat()})]


async def _replace(unit: Unit, about: Mapping[str, Any]) -> None:
    on, starts_on = (date.fromisoformat(about[name]) for name in ("on", "starts_on"))
    await end_replaced(unit, about["kind"], UUID(about["id"]), on, starts_on)


def _support_key(event: supports.Confirmed) -> str:
    """A mentee has one support of a kind in a programme at a time; only a later mentor makes a second."""
    return f"{event.mentee_id} {event.programme_id} {event.role} {event.facet}"


PROCESSES = (
    Process(PLACE, {pairs.Confirmed: lambda event: event.referral_id, supports.Confirmed: _support_key}, _requests),
)
TASKS: Mapping[str, TaskHandler] = {REPLACE: _replace}
