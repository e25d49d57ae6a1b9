"""Processes of matching: its own events request tasks, which run when they are due."""

from collections.abc import Mapping

from services.matching.processes import (
    deferred_rounds,
    erasures,
    leavers,
    mentor_changes,
    pair_answers,
    support_answers,
    supports_of_pairs,
)
from shared.kernel.loops.dispatcher import TaskHandler

PROCESSES = (
    *pair_answers.PROCESSES,
    *support_answers.PROCESSES,
    *supports_of_pairs.PROCESSES,
    *deferred_rounds.PROCESSES,
    *leavers.PROCESSES,
    *erasures.PROCESSES,
    *mentor_changes.PROCESSES,
)
TASKS: Mapping[str, TaskHandler] = {
    **pair_answers.TASKS,
    **support_answers.TASKS,
    **supports_of_pairs.TASKS,
    **leavers.TASKS,
    **erasures.TASKS,
    **mentor_changes.TASKS,
}
LONG_TASKS: Mapping[str, TaskHandler] = deferred_rounds.LONG_TASKS
