"""Wake the followers of the store after an append. A lost notification costs a second at most: followers also poll."""

import asyncio
import contextlib

POLL = 0.25
"""Seconds after which a waiter looks without a notification."""
IDLE_FACTOR = 4
"""Factor by which the poll interval grows after a wait that ended without a notification: idle polling is load."""


class Notifier:
    """Wakes the listeners of this process after an append; `PostgresNotifier` wakes those of other processes too."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Event] = set()

    def notify(self) -> None:
        """Wake every listener, because something was appended; returns at once."""
        for waiter in self._waiters:
            waiter.set()

    def listener(self) -> "Listener":
        """Make a listener, which waits for the next notification."""
        return Listener(self._waiters)


class Listener:
    """Waits for notifications; none that came after the last wait is missed."""

    def __init__(self, waiters: set[asyncio.Event]) -> None:
        self._event = asyncio.Event()
        self._waiters = waiters
        self._idle = False
        waiters.add(self._event)

    async def wait(self) -> None:
        """Return after a notification, or after `POLL` seconds, which grow to `POLL * IDLE_FACTOR` while none comes."""
        with contextlib.suppress(TimeoutError):
            # not wait_for: that loses a cancellation which comes with the notification
            async with asyncio.timeout(POLL * IDLE_FACTOR if self._idle else POLL):
                await self._event.wait()
        self._idle = not self._event.is_set()
        self._event.clear()

    def close(self) -> None:
        """Stop listening for notifications."""
        self._waiters.discard(self._event)
