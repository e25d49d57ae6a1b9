"""Notify all processes of a service of appends, with at most one NOTIFY a millisecond, on a connection of its own.

The NOTIFY follows the commit: inside the appending transaction it would take a cluster-wide lock.
"""

import asyncio
import contextlib
from typing import Any

import asyncpg
import structlog

from shared.kernel.notifier import Notifier
from shared.kernel.postgres import TRANSIENT_ERRORS, connect

CHANNEL = "appended"

log = structlog.get_logger()


class PostgresNotifier(Notifier):
    """Wakes listeners after an append to one database by any process."""

    def __init__(self, url: str) -> None:
        super().__init__()
        self._url = url
        self._notified = asyncio.Event()
        self._task: asyncio.Task[None] | None = None

    async def __aenter__(self) -> "PostgresNotifier":
        self._task = asyncio.create_task(self._keep_connected(), name="notifier")
        return self

    async def __aexit__(self, *_: object) -> None:
        if self._task is not None:
            self._task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await self._task

    def notify(self) -> None:
        """Wake every listener here and in other processes; returns at once."""
        super().notify()
        self._notified.set()

    def _heard(self, connection: Any, process: int, *_: Any) -> None:
        # this process has woken its listeners already; asyncpg hands on what came before the connection was closed
        if connection.is_closed() or process != connection.get_server_pid():
            super().notify()

    async def _keep_connected(self) -> None:
        while True:
            try:
                await self._serve(await connect(self._url))
            except TRANSIENT_ERRORS as error:
                log.warning("notifier lost its connection", error=type(error).__name__)
                await asyncio.sleep(1)

    async def _serve(self, connection: "asyncpg.Connection[asyncpg.Record]") -> None:
        try:
            connection.add_termination_listener(
                lambda _: self._notified.set()
            )  # a process that only listens would not notice
            await connection.add_listener(CHANNEL, self._heard)
            while True:
                await self._notified.wait()
                self._notified.clear()
                await connection.execute(f"notify {CHANNEL}")
                await asyncio.sleep(0.001)
        finally:
            connection.terminate()
