"""Run the tasks that processes have requested: each when it is due, in the transaction that closes it, exactly once.

After a crash at any step the task still waits, and has had no effect. A task that has become pointless is refused by
the decider that its handler calls: that is an outcome, not a failure.
"""

import traceback
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import structlog

from shared.kernel.decider import DomainError
from shared.kernel.loops.follower import repeat
from shared.kernel.notifier import Notifier
from shared.kernel.records import Cause, Task, TaskOutcome
from shared.kernel.store import HasFatalErrors, Tasks, Transactions, UnitTransaction
from shared.kernel.telemetry import continue_trace
from shared.kernel.unit import Clock, Unit, utc_now

TaskHandler = Callable[[Unit, Mapping[str, Any]], Awaitable[None]]
"""Does one kind of task through the unit, given the task's arguments; a `DomainError` refuses the task."""

BATCH = 100
ATTEMPTS = 10
"""How often a failing task is tried before it is left to an operator."""
LONGEST_PAUSE = timedelta(hours=1)

log = structlog.get_logger()


class DispatcherTransaction(UnitTransaction, Tasks, HasFatalErrors, Protocol):
    """What the dispatcher needs of its transaction."""


@dataclass(frozen=True)
class Dispatcher:
    """Runs the tasks that have a handler; tasks of a newer version wait for that version's replicas.

    Error policy: a refusal closes the task. Any other error of the handler postpones the task, each time for longer.
    After `ATTEMPTS` the task has failed, which is logged, and an operator may retry it. The other tasks go on.
    """

    service: str
    handlers: Mapping[str, TaskHandler]
    now: Clock = utc_now
    batch: int = BATCH

    async def step(self, store: Transactions[DispatcherTransaction]) -> int:
        """Run one batch of due tasks; return the number of tasks."""
        async with store.transaction() as transaction:
            due = await transaction.lock_due_tasks(list(self.handlers), self.now(), self.batch)
            if due:
                await self._do(transaction, due)
            return len(due)

    async def run(self, store: Transactions[DispatcherTransaction], notifier: Notifier) -> None:
        """Run due tasks until cancelled."""
        await repeat("dispatcher", lambda: self.step(store), store.transient_errors, notifier, self.batch)

    async def _do(self, transaction: DispatcherTransaction, due: Sequence[Task]) -> None:
        unit = Unit.begin(transaction, due[0].tenant, due[0].cause, now=self.now)
        settled = [await self._do_one(unit, task, transaction.fatal_errors) for task in due]
        await transaction.settle_tasks(settled)
        await unit.commit(transaction)

    async def _do_one(self, unit: Unit, task: Task, fatal_errors: tuple[type[BaseException], ...]) -> TaskOutcome:
        before = unit.savepoint()
        try:
            with continue_trace(task.cause.traceparent, f"do {task.name}") as traceparent:
                # the command answers the task: it has the task's id as its cause, however often it is tried
                cause = Cause(f"service:{self.service}", task.cause.correlation_id, task.id, traceparent)
                await self.handlers[task.name](unit.on_behalf(task.tenant, cause), task.body)
        except fatal_errors:
            raise
        except DomainError as refusal:
            unit.undo(before)
            return TaskOutcome(task.id, "refused", refusal.detail)
        except Exception as error:  # noqa: BLE001  # whatever it is, the other tasks go on
            unit.undo(before)
            return self._postpone(task, error)
        return TaskOutcome(task.id, "done")

    def _postpone(self, task: Task, error: Exception) -> TaskOutcome:
        # the error's own words may quote what somebody typed
        frames = traceback.extract_tb(error.__traceback__)
        reason = f"{type(error).__name__} in {Path(frames[-1].filename).name}:{frames[-1].lineno}"
        if task.attempts + 1 >= ATTEMPTS:
            log.error("task failed", task=task.name, id=str(task.id), reason=reason)
            return TaskOutcome(task.id, "failed", reason)
        log.warning("task put off", task=task.name, id=str(task.id), reason=reason)
        pause = min(timedelta(seconds=2**task.attempts), LONGEST_PAUSE)
        return TaskOutcome(task.id, "waiting", reason, self.now() + pause)
