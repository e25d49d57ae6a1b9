"""Does what processes have decided: each task at its time, in the transaction that closes it, so exactly once.

A crash at any step leaves the task waiting and undone. One that an answer has just made pointless is refused by the
decider that it meets; that is an outcome and no failure.
"""

import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import structlog

from shared.kernel.decider import DomainError
from shared.kernel.loops.follower import keep_on
from shared.kernel.notifier import Notifier
from shared.kernel.store import Cause, Store, Transaction
from shared.kernel.tasks import Settled, Task
from shared.kernel.telemetry import following
from shared.kernel.unit import Clock, Unit, utc

TaskHandler = Callable[[Unit, Mapping[str, Any]], Awaitable[None]]
"""Does one kind of task through the unit; a `DomainError` is the task's outcome."""

BATCH = 100
ATTEMPTS = 10
"""How often a task that fails, as nothing of ours should, is tried before it is left to an operator."""
LONGEST_PAUSE = timedelta(hours=1)

log = structlog.get_logger()


@dataclass(frozen=True)
class Dispatcher:
    """Does the tasks for which a service has a handler; those of a newer version wait for its replicas.

    Error policy: a refusal closes the task. Any other error of its own puts the task off, each time for longer, and
    after `ATTEMPTS` it is failed, loudly, for an operator to try again; the other tasks go on.
    """

    service: str
    handlers: Mapping[str, TaskHandler]
    now: Clock = utc
    batch: int = BATCH

    async def step(self, store: Store) -> int:
        """One batch of what is due; the number of tasks taken up."""
        async with store.transaction() as transaction:
            due = await transaction.due_tasks(list(self.handlers), self.now(), self.batch)
            if due:
                await self._do(transaction, due)
            return len(due)

    async def run(self, store: Store, notifier: Notifier) -> None:
        """Do what falls due until cancelled."""
        await keep_on("dispatcher", lambda: self.step(store), store, notifier, self.batch)

    async def _do(self, transaction: Transaction, due: Sequence[Task]) -> None:
        unit = Unit.begin(transaction, due[0].tenant, due[0].cause, now=self.now)
        settled = [await self._one(unit, task, transaction.broken_by) for task in due]
        await transaction.settle_tasks(settled)
        await unit.commit(transaction)

    async def _one(self, unit: Unit, task: Task, broken_by: tuple[type[BaseException], ...]) -> Settled:
        before = unit.savepoint()
        try:
            with following(task.cause.traceparent, f"do {task.name}") as traceparent:
                # the task is what the command answers: its id is the command's, however often it is tried
                cause = Cause(f"service:{self.service}", task.cause.correlation_id, task.id, traceparent)
                await self.handlers[task.name](unit.on_behalf(task.tenant, cause), task.body)
        except broken_by:
            raise
        except DomainError as refusal:
            unit.undo(before)
            return Settled(task.id, "refused", refusal.detail)
        except Exception as error:  # noqa: BLE001  # whatever it is, the other tasks go on
            unit.undo(before)
            return self._put_off(task, error)
        return Settled(task.id, "done")

    def _put_off(self, task: Task, error: Exception) -> Settled:
        # the error's own words may quote what somebody typed
        frames = traceback.extract_tb(error.__traceback__)
        reason = f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        if task.attempts + 1 >= ATTEMPTS:
            log.error("task failed", task=task.name, id=str(task.id), reason=reason)
            return Settled(task.id, "failed", reason)
        log.warning("task put off", task=task.name, id=str(task.id), reason=reason)
        pause = min(timedelta(seconds=2**task.attempts), LONGEST_PAUSE)
        return Settled(task.id, "waiting", reason, self.now() + pause)
