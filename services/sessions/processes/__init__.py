"""Processes of sessions: its own events request tasks, which run when they are due."""

from collections.abc import Mapping

from services.sessions.processes import planning, untouched_targets
from shared.kernel.loops.dispatcher import TaskHandler

PROCESSES = (*planning.PROCESSES, *untouched_targets.PROCESSES)
TASKS: Mapping[str, TaskHandler] = {**planning.TASKS, **untouched_targets.TASKS}
