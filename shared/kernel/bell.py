"""Wakes whoever follows the store. A bell that is not heard costs a second at most: whoever waits looks anyway."""

import asyncio
import contextlib

POLL = 0.25
"""Seconds after which a waiter looks without having been called."""
SELDOM = 4
"""So many times as long it waits once it has looked in vain: dozens of followers that look all the time are load."""


class Bell:
    """Rings for, and listens to, appends by this process; `PostgresBell` reaches the others."""

    def __init__(self) -> None:
        self._waiters: set[asyncio.Event] = set()

    def ring(self) -> None:
        """Say that something was appended; returns at once."""
        for waiter in self._waiters:
            waiter.set()

    def listener(self) -> "Listener":
        """A place to wait for the next ring."""
        return Listener(self._waiters)


class Listener:
    """Waits for rings; none that came after the last wait is missed."""

    def __init__(self, waiters: set[asyncio.Event]) -> None:
        self._event = asyncio.Event()
        self._waiters = waiters
        self._in_vain = False
        waiters.add(self._event)

    async def wait(self) -> None:
        """Returns after a ring, or after `POLL` seconds; `SELDOM` as long while nobody rings."""
        with contextlib.suppress(TimeoutError):
            # not wait_for: that loses a cancellation which comes with the ring
            async with asyncio.timeout(POLL * SELDOM if self._in_vain else POLL):
                await self._event.wait()
        self._in_vain = not self._event.is_set()
        self._event.clear()

    def close(self) -> None:
        """Stop listening."""
        self._waiters.discard(self._event)
