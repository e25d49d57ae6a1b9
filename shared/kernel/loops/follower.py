"""The one loop of all machinery that follows the store: cursor, batch, transaction, cursor.

The relay and every process are followers: what differs is what they do with a batch, and that is passed in. The read
models of a service follow together (`projector`).
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

import structlog

from shared.kernel.notifier import Notifier
from shared.kernel.store import Conflict, Cursor, RecordedEvent, Store, Transaction

Handle = Callable[[Transaction, Cursor, Sequence[RecordedEvent[str]]], Awaitable[None]]
"""Deals with a batch, given the cursor as it was before it moved over it."""

BATCH = 500
"""Events dealt with at once, in one transaction."""
LONGEST_PAUSE = 10.0
"""Seconds until what failed as nothing should is tried again."""

log = structlog.get_logger()


@dataclass(frozen=True)
class Follower:
    """Moves one cursor of the store: `handle` gets each batch in the transaction that moves the cursor.

    The cursor is called `name`.

    Error policy: transient errors are retried with jittered back-off for as long as they last; any other error stops
    the follower where it is, loudly, and is tried again after the longest pause: no own event is ever skipped.
    """

    name: str
    handle: Handle
    batch: int = BATCH
    doubt: Callable[[], None] = lambda: None
    """Told of every failure: what `handle` believes of the store may not hold any more."""

    async def step(self, store: Store) -> int:
        """One batch; the number of events dealt with, 0 also while another replica holds the cursor."""
        async with store.transaction() as transaction:
            cursor = await transaction.hold_cursor(self.name)
            if cursor is None:
                return 0
            events = await transaction.read_after(cursor.position, self.batch)
            if events:
                await transaction.move_cursors([cursor.name], events[-1].position)
                await self.handle(transaction, cursor, events)  # last: it may append, which holds the store's lock
            return len(events)

    async def run(self, store: Store, notifier: Notifier) -> None:
        """Follow until cancelled."""
        await keep_on(self.name, lambda: self.step(store), store, notifier, self.batch)


async def keep_on(name: str, step: Callable[[], Awaitable[int]], store: Store, notifier: Notifier, batch: int) -> None:
    """Run step after step until cancelled; after a step that did less than a whole batch, wait for a notification.

    Notifications follow the commit, so an event that a step did not see yet wakes the next step. Transient errors, and
    a stream that has moved on meanwhile, are retried with jittered back-off for as long as they last; after any other
    error the next step waits for the longest pause.
    """
    listener = notifier.listener()
    retried: tuple[type[BaseException], ...] = (*store.transient, Conflict)
    failures = 0
    try:
        while True:
            try:
                moved = await step()
                failures = 0
            except retried as error:
                failures = min(failures + 1, 8)
                log.warning("follower waits", follower=name, error=type(error).__name__)
                await asyncio.sleep(random.uniform(0.5, 1) * 0.05 * 2**failures)  # noqa: S311  # jitter
                continue
            except Exception as error:
                log.exception("follower stands still", follower=name, error=type(error).__name__)
                await asyncio.sleep(LONGEST_PAUSE)
                continue
            if moved < batch:
                await listener.wait()
    finally:
        listener.close()
