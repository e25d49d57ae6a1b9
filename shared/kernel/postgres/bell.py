"""The bell that all processes of a service hear. One NOTIFY a millisecond at most, on a connection of its own.

It comes after the commit: inside the appending transaction a NOTIFY would take a cluster-wide lock.
"""

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog

from shared.kernel.bell import Bell
from shared.kernel.postgres import TRANSIENT, connect

CHANNEL = "appended"

log = structlog.get_logger()


class PostgresBell(Bell):
    """Rings for, and listens to, appends to one database by any process."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._rung = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "PostgresBell":
        self._task = asyncio.create_task(self._keep_connected(), name="bell")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def ring(self) -> None:
        """Say that something was appended; returns at once."""
        super().ring()
        self._rung.set()

    def _heard(self, connection: Any, process: int, *_: Any) -> None:
        if process != connection.get_server_pid():  # here it has rung already
            super().ring()

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
            await connection.add_listener(CHANNEL, self._heard)
            while True:
                await self._rung.wait()
                self._rung.clear()
                await connection.execute(f"notify {CHANNEL}")
                await asyncio.sleep(0.001)
        finally:
            connection.terminate()
