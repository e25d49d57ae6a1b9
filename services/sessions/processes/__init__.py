"""Processes of sessions: its own events request tasks, which run when they are due."""

from collections.abc import Mapping

from services.sessions.processes import common_needs, planning, reviews, signs, untouched_targets
from shared.kernel.loops.dispatcher import TaskHandler

PROCESSES = (
    *planning.PROCESSES,
    *untouched_targets.PROCESSES,
    *reviews.PROCESSES,
    *signs.PROCESSES,
    *common_needs.PROCESSES,
)
TASKS: Mapping[str, TaskHandler] = {
    **planning.TASKS,
    **untouched_targets.TASKS,
    **reviews.TASKS,
    **signs.TASKS,
    **common_needs.TASKS,
}
