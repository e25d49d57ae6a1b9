"""Processes of sessions: its own events request tasks, which run when they are due."""

from collections.abc import Mapping

from services.sessions.processes import planning
from shared.kernel.loops.dispatcher import TaskHandler

PROCESSES = (*planning.PROCESSES,)
TASKS: Mapping[str, TaskHandler] = {**planning.TASKS}
