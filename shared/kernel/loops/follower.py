"""The loop of everything that follows the store: lock a cursor, read a batch, handle it, move the cursor.

The relay and every process are followers; what each does with a batch is passed in. The read models of a service
follow together, in `projector`.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

import structlog

from shared.kernel.notifier import Notifier
from shared.kernel.records import Conflict, Cursor, RecordedEvent
from shared.kernel.store import Cursors, EventLog, Transactions

BATCH = 500
"""Events handled in one transaction."""
LONGEST_PAUSE = 10.0
"""Seconds until a step is tried again after an error that is not transient."""

log = structlog.get_logger()


class Obstacle(Exception):
    """What keeps a follower from going on until somebody removes it.

    The message names no personal data: logs, `alongside status` and alerts show it.
    """


class FollowerTransaction(Cursors, EventLog, Protocol):
    """What a follower needs of its transaction; its `handle` may need more."""


T = TypeVar("T", bound=FollowerTransaction)

Handle = Callable[[T, Cursor, Sequence[RecordedEvent[str]]], Awaitable[None]]
"""Handles a batch in the transaction that moves the cursor; the cursor given is where it stood before the batch."""


@dataclass(frozen=True)
class Follower(Generic[T]):
    """Moves the cursor called `name` over the store, and lets `handle` work on each batch in the same transaction.

    Error policy: transient errors are retried with jittered back-off for as long as they last. Any other error stops
    the follower at its cursor, is logged, and is retried after the longest pause: no event of the store is ever
    skipped.
    """

    name: str
    handle: Handle[T]
    batch: int = BATCH

    async def step(self, store: Transactions[T]) -> int:
        """Handle one batch; return the number of its events, also 0 while another replica holds the cursor."""
        async with store.transaction() as transaction:
            cursor = await transaction.lock_cursor(self.name)
            if cursor is None:
                return 0
            events = await transaction.read_after(cursor.position, self.batch)
            if events:
                await transaction.move_cursors([cursor.name], events[-1].position)
                await self.handle(transaction, cursor, events)  # last: it may append, which holds the store's lock
            return len(events)

    async def run(self, store: Transactions[T], notifier: Notifier) -> None:
        """Follow the store until cancelled."""
        await repeat(self.name, lambda: self._try_step(store), store.transient_errors, notifier, self.batch)

    async def _try_step(self, store: Transactions[T]) -> int:
        """Handle one batch; an obstacle is recorded with the cursor, where an operator sees it."""
        try:
            return await self.step(store)
        except Obstacle as obstacle:
            async with store.transaction() as transaction:
                await transaction.record_obstacle(self.name, str(obstacle))
            raise


async def repeat(
    name: str,
    step: Callable[[], Awaitable[int]],
    transient_errors: tuple[type[BaseException], ...],
    notifier: Notifier,
    batch: int,
) -> None:
    """Run step after step until cancelled; after a step that handled less than a whole batch, wait for a notification.

    Notifications follow the commit, so an event that a step did not see wakes the next step. `transient_errors`, and
    `Conflict`, are retried with jittered back-off for as long as they last; after any other error the next step waits
    for the longest pause.
    """
    listener = notifier.listener()
    retried: tuple[type[BaseException], ...] = (*transient_errors, Conflict)
    failures = 0
    try:
        while True:
            try:
                moved = await step()
                failures = 0
            except retried as error:
                failures = min(failures + 1, 8)
                log.warning("follower waits", follower=name, error=type(error).__name__, **_reason(error))
                await asyncio.sleep(random.uniform(0.5, 1) * 0.05 * 2**failures)  # noqa: S311  # jitter
                continue
            except Exception as error:
                log.exception("follower stands still", follower=name, error=type(error).__name__, **_reason(error))
                await asyncio.sleep(LONGEST_PAUSE)
                continue
            if moved < batch:
                await listener.wait()
    finally:
        listener.close()


def _reason(error: BaseException) -> dict[str, str]:
    return {"reason": str(error)} if isinstance(error, Obstacle) else {}
