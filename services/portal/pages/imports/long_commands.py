"""Commands that take longer than a page may: they go on after it was answered, and what comes of them waits here."""

import asyncio
from collections.abc import Awaitable, Callable
from uuid import UUID

PATIENCE = 2.0
"""Seconds that a page waits for a command."""
MOST = 200
"""Commands that have ended and that nobody has looked at again; the oldest beyond that are forgotten."""
Key = tuple[str, UUID]
"""A partnership, and what the command is about."""


class LongCommands:
    """The commands that this process has sent: those under way, and those that have failed since somebody looked.

    Nothing depends on it: the service that does the work says how far it is, and goes on where it was if it is asked
    again, by this process or by another.
    """

    def __init__(self, patience: float = PATIENCE) -> None:
        self._patience = patience
        self._tasks: dict[Key, asyncio.Task[object]] = {}

    async def send(self, key: Key, command: Callable[[], Awaitable[object]]) -> None:
        """Send a command unless it is under way, and wait a little for its end; raises what it raises by then."""
        if not self.is_under_way(key):
            self._tasks.pop(key, None)
            self._tasks[key] = asyncio.create_task(_run(command))
            self._forget()
        await asyncio.wait([self._tasks[key]], timeout=self._patience)
        if failure := self.take_failure(key):
            raise failure

    def is_under_way(self, key: Key) -> bool:
        """Whether a command was sent and has not ended."""
        return key in self._tasks and not self._tasks[key].done()

    def take_failure(self, key: Key) -> BaseException | None:
        """Return why a command has failed, once; None where it has not, or is under way."""
        if key not in self._tasks or self.is_under_way(key):
            return None
        task = self._tasks.pop(key)
        return None if task.cancelled() else task.exception()

    def _forget(self) -> None:
        over = [key for key, task in self._tasks.items() if task.done()][:-MOST]
        for key in over:
            self.take_failure(key)


async def _run(command: Callable[[], Awaitable[object]]) -> object:
    return await command()
