"""Look for early signs in each relationship, and tell those whom the programme names if the two have not talked."""

from collections.abc import Mapping, Sequence
from operator import attrgetter
from typing import Any
from uuid import UUID

from services.sessions.commands.nudges import follow_signs, pass_nudge_on
from services.sessions.domain.meetings import MeetingHeld, MeetingMissed
from services.sessions.domain.nudges import NudgeGiven
from services.sessions.domain.target_progress import ProgressNoted
from services.sessions.domain.targets import TargetReviewed, TargetSet, TargetUntouched
from services.sessions.domain.watches import WATCH, Events, PassingOnDue
from shared.calendar import morning_of
from shared.kernel.loops.dispatcher import TaskHandler
from shared.kernel.processes import Process, TaskRequest
from shared.kernel.unit import Unit

FOLLOW, PASS_ON = "sessions.follow_signs", "sessions.pass_nudge_on"
LOOK_OF_BEFORE = "sessions.look_for_signs"
"""A task that versions requested which reckoned here when a target lies untouched; some may wait still."""


def _requests(event: Events) -> Sequence[TaskRequest]:
    about = {"relationship_id": str(event.relationship_id)}
    match event:
        case PassingOnDue(nudge_id=nudge_id, on=on):
            return [TaskRequest(PASS_ON, about | {"nudge_id": str(nudge_id)}, morning_of(on))]
        case _:
            return [TaskRequest(FOLLOW, about)]


async def _follow(unit: Unit, about: Mapping[str, Any]) -> None:
    await follow_signs(unit, UUID(about["relationship_id"]))


async def _pass_on(unit: Unit, about: Mapping[str, Any]) -> None:
    await pass_nudge_on(unit, UUID(about["relationship_id"]), UUID(about["nudge_id"]))


_HEARD = (MeetingHeld, MeetingMissed, TargetSet, TargetReviewed, ProgressNoted, TargetUntouched, NudgeGiven)
PROCESSES = (Process(WATCH, dict.fromkeys(_HEARD, attrgetter("relationship_id")), _requests),)
TASKS: Mapping[str, TaskHandler] = {FOLLOW: _follow, LOOK_OF_BEFORE: _follow, PASS_ON: _pass_on}
