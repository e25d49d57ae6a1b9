"""Wakes whoever follows the store. One NOTIFY a millisecond at most, after the commit, on a connection of its own.

Inside the appending transaction a NOTIFY would take a cluster-wide lock. A bell that is not heard costs a quarter of a
second: whoever waits looks anyway.
"""

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog

from shared.kernel.postgres import TRANSIENT, connect

CHANNEL = "appended"
POLL = 0.25
"""Seconds after which a waiter looks without having been called."""

log = structlog.get_logger()


class Bell:
    """Rings for, and listens to, appends to one database by any process."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._rung = asyncio.Event()
        self._waiters: set[asyncio.Event] = set()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "Bell":
        self._task = asyncio.create_task(self._keep_connected(), name="bell")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def ring(self) -> None:
        """Say that something was appended; returns at once."""
        self._wake()
        self._rung.set()

    def listener(self) -> "Listener":
        """A place to wait for the next ring."""
        return Listener(self._waiters)

    def _wake(self, *_: Any) -> None:
        for waiter in self._waiters:
            waiter.set()

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._serve(await connect(self._url))
            except TRANSIENT as error:
                log.warning("bell lost its connection", error=type(error).__name__)
                await asyncio.sleep(1)

    async def _serve(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        try:
            connection.add_termination_listener(lambda _: self._rung.set())  # who only listens would not notice
            await connection.add_listener(CHANNEL, self._wake)
            while True:
                await self._rung.wait()
                self._rung.clear()
                await connection.execute(f"notify {CHANNEL}")
                await asyncio.sleep(0.001)
        finally:
            connection.terminate()


class Listener:
    """Waits for rings; none that came after the last wait is missed."""

    def __init__(self, waiters: set[asyncio.Event]) -> None:
        self._event = asyncio.Event()
        self._waiters = waiters
        waiters.add(self._event)

    async def wait(self) -> None:
        """Returns after a ring, or after `POLL` seconds."""
        with contextlib.suppress(TimeoutError):
            await asyncio.wait_for(self._event.wait(), POLL)
        self._event.clear()

    def close(self) -> None:
        """Stop listening."""
        self._waiters.discard(self._event)
