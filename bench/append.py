"""Appending single events to new streams from 16 connections, durably, against plain INSERTs from as many."""

import asyncio
import time
from collections.abc import Awaitable, Callable
from datetime import date
from typing import ClassVar
from uuid import uuid4

from bench.servers import Servers, master_key
from shared.kernel.decider import Event
from shared.kernel.personal import Keyring
from shared.kernel.postgres import Connection, open_pool
from shared.kernel.store import Cause, New, append

COMMANDS = 4000
AT_ONCE = 16


class Happened(Event):
    """A fact of the usual size."""

    type: ClassVar[str] = "bench.happened"

    what: str
    number: int


async def _at_once(url: str, one: Callable[[Connection, int], Awaitable[object]]) -> float:
    async with await open_pool(url, size=AT_ONCE) as pool:
        numbers = iter(range(COMMANDS))

        async def work() -> None:
            async with pool.acquire() as connection:
                for number in numbers:
                    await one(connection, number)

        begun = time.perf_counter()
        await asyncio.gather(*(work() for _ in range(AT_ONCE)))
        return COMMANDS / (time.perf_counter() - begun)


async def appended(servers: Servers) -> float:
    """Our append, commands a second."""
    keyring = Keyring(master_key())
    cause = Cause("bench", uuid4())

    async def one(connection: Connection, number: int) -> None:
        stream = f"bench-{uuid4()}"
        event = Happened(happened_on=date(2026, 9, 14), what="a fact of the usual size " * 8, number=number)
        await append(connection, keyring, [New("bench", stream, event, cause)], {("bench", stream): 0})

    async with servers.database() as urls:
        return await _at_once(urls["app"], one)


async def inserted(servers: Servers) -> float:
    """One INSERT a transaction into a table with one index, rows a second."""

    async def one(connection: Connection, number: int) -> None:
        body = {"happened_on": "2026-09-14", "what": "a fact of the usual size " * 8, "number": number}
        await connection.execute("insert into plain (stream, body) values ($1, $2)", f"bench-{uuid4()}", body)

    async with servers.database() as urls:
        async with await open_pool(urls["owner"], size=1) as pool:
            await pool.execute("create table plain (position bigserial primary key, stream text, body jsonb)")
        return await _at_once(urls["owner"], one)
