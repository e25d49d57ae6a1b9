"""Release the supports of a pair when the pair is withdrawn, so that their mentors' hours are free again."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.matching.domain import pairs, supports
from services.matching.domain.supports_of_pairs import SUPPORTS_OF_PAIR, Events, ReleaseDue
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

_RELEASE = "matching.release_support"


def _requests(event: Events) -> Sequence[TaskRequest]:
    match event:
        case ReleaseDue():
            return [TaskRequest(_RELEASE, {"support_id": str(event.support_id), "on": event.happened_on.isoformat()})]
        case _:
            return []


async def _release(unit: Unit, about: Mapping[str, Any]) -> None:
    released = supports.Release.model_validate({"on": about["on"]})
    await unit.decide(supports.SUPPORT, UUID(about["support_id"]), released)


def _pair_of(event: supports.SupportEvent) -> UUID:
    """The pair that a support depends on; a support without a pair gets a stream in which nothing happens."""
    return event.pair_id or event.support_id


_OVER = (supports.Proposed, supports.Declined, supports.Lapsed, supports.Ended)
PROCESSES = (
    Process(SUPPORTS_OF_PAIR, {**dict.fromkeys(_OVER, _pair_of), pairs.Withdrawn: attrgetter("pair_id")}, _requests),
)
TASKS: Mapping[str, TaskHandler] = {_RELEASE: _release}
