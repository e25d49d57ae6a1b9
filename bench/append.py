"""Commands appended, 64 in flight in one process, each durable: against plain INSERTs, and against `eventsourcing`."""

import asyncio
from collections.abc import Awaitable, Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date
from typing import Any, ClassVar
from urllib.parse import urlsplit
from uuid import uuid4

from eventsourcing.persistence import StoredEvent
from eventsourcing.postgres import PostgresApplicationRecorder, PostgresFactory

from bench.figures import Finding, Growth, Rate, Ratio, Size, Watch, in_turns
from bench.seed import seed_targets
from bench.servers import Servers, Urls, master_key
from shared.kernel.decider import Event
from shared.kernel.group import GroupCommit
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.records import AppendRequest, Cause, NewEvent

IN_FLIGHT = 64
CONNECTIONS = 16
SEARCHED = (8, 16, 24, 32)
"""Connections of plain INSERTs, among which the best number is looked for."""
THREADS = (1, 4, 8, 16)
"""Threads of the library, likewise; it is synchronous."""


class Happened(Event):
    """A fact of the usual size."""

    type: ClassVar[str] = "bench.happened"

    what: str
    number: int


def happened(number: int) -> Happened:
    """One of them."""
    return Happened(happened_on=date(2026, 9, 14), what="a fact of the usual size " * 8, number=number)


async def _each(numbers: int, at_once: int, one: Callable[[int], Awaitable[object]]) -> Rate:
    left = iter(range(numbers))

    async def work() -> None:
        for number in left:
            await one(number)

    with Watch() as watch:
        await asyncio.gather(*(work() for _ in range(at_once)))
    return watch.rate(numbers)


async def appended(urls: Urls, commands: int) -> Rate:
    """Our append, commands a second: each to a stream of its own, with its compare-and-set, in groups as they come."""
    cause = Cause("bench", uuid4())
    async with await open_pool(urls["app"], size=CONNECTIONS) as pool:
        group = GroupCommit(PostgresStore(pool, Keyring(master_key())))

        async def one(number: int) -> None:
            stream = f"bench-{uuid4()}"
            await group.append(
                AppendRequest([NewEvent("bench", stream, happened(number), cause)], {("bench", stream): 0})
            )

        await _each(CONNECTIONS, CONNECTIONS, one)  # connects
        return await _each(commands, IN_FLIGHT, one)


async def inserted(urls: Urls, commands: int, connections: int) -> Rate:
    """One INSERT a transaction into a table with one index, rows a second."""
    async with await open_pool(urls["owner"], size=connections) as pool:
        await pool.execute(
            """create table if not exists plain (position bigserial primary key, stream text, body jsonb);
               truncate plain"""
        )
        held = [await pool.acquire() for _ in range(connections)]

        async def one(number: int) -> None:
            connection = held.pop()
            body = happened(number).model_dump(mode="json")
            await connection.execute("insert into plain (stream, body) values ($1, $2)", f"bench-{uuid4()}", body)
            held.append(connection)

        rate = await _each(commands, connections, one)
        for connection in held:
            await pool.release(connection)
        return rate


class Library:
    """The `eventsourcing` library's recorder for applications on PostgreSQL, called from so many threads.

    `functions` is its newer mode: one call of a function in the database instead of a pipeline of statements. The
    bodies are made by the same serialiser as ours; its own mapper, which is slower, stays out.
    """

    def __init__(self, url: str, *, functions: bool, threads: int) -> None:
        where = urlsplit(url)
        self.threads = threads
        self._factory = PostgresFactory(
            {
                "PERSISTENCE_MODULE": "eventsourcing.postgres",
                "POSTGRES_DBNAME": where.path[1:],
                "POSTGRES_HOST": where.hostname or "",
                "POSTGRES_PORT": str(where.port),
                "POSTGRES_USER": where.username or "",
                "POSTGRES_PASSWORD": where.password or "",
                "POSTGRES_POOL_SIZE": str(threads),
                "POSTGRES_MAX_OVERFLOW": "0",
                "POSTGRES_MAX_WAITING": "200",
                "POSTGRES_ENABLE_DB_FUNCTIONS": "y" if functions else "n",
            }
        )

    async def rate(self, commands: int) -> Rate:
        """Commands a second: each to a stream of its own, where its unique index is the compare-and-set."""
        recorder = self._factory.application_recorder()
        assert isinstance(recorder, PostgresApplicationRecorder)

        def one(number: int) -> None:
            state = happened(number).model_dump_json().encode()
            recorder.insert_events([StoredEvent(uuid4(), 1, Happened.type, state)])

        loop = asyncio.get_running_loop()
        with ThreadPoolExecutor(self.threads) as pool:
            await asyncio.gather(*(loop.run_in_executor(pool, one, number) for number in range(self.threads)))
            with Watch() as watch:
                await loop.run_in_executor(None, lambda: list(pool.map(one, range(commands))))
        return watch.rate(commands)

    def close(self) -> None:
        """Give its connections back."""
        self._factory.close()


async def _best(candidates: list[Any], rate: Callable[[Any], Awaitable[Rate]]) -> Any:
    found = [((await rate(candidate)).per_second, number) for number, candidate in enumerate(candidates)]
    return candidates[max(found)[1]]


async def against_insert(servers: Servers, size: Size) -> list[Finding]:
    """The first row of the table."""
    async with servers.database() as urls:
        best = await _best(list(SEARCHED), lambda connections: inserted(urls, size.commands // 4, connections))
        ours, at_most = await in_turns(
            size.turns, lambda: appended(urls, size.commands), lambda: inserted(urls, size.commands, best)
        )
    what = f"append, {IN_FLIGHT} commands in flight, one process, durable"
    note = f"plain INSERTs are fastest on {best} connections"
    return [Ratio(what, "one INSERT a transaction, asyncpg", ours, at_most, wanted=1.5, note=note)]


async def against_library(servers: Servers, size: Size) -> list[Finding]:
    """The second row of the table."""
    async with servers.database() as urls:
        modes = [(functions, threads) for functions in (False, True) for threads in THREADS]

        async def once(mode: tuple[bool, int], commands: int) -> Rate:
            library = Library(urls["owner"], functions=mode[0], threads=mode[1])
            try:
                return await library.rate(commands)
            finally:
                library.close()

        best = await _best(modes, lambda mode: once(mode, size.commands // 8))
        ours, at_most = await in_turns(
            size.turns, lambda: appended(urls, size.commands), lambda: once(best, size.commands // 4)
        )
    mode = f"{'database functions' if best[0] else 'pipeline'}, {best[1]} threads"
    what = f"append against the `eventsourcing` library, {IN_FLIGHT} commands in flight"
    return [Ratio(what, f"`eventsourcing` 9 on PostgreSQL: {mode}", ours, at_most, wanted=5)]


async def growing(servers: Servers, size: Size) -> list[Finding]:
    """Whether appending slows down as the store fills: with 1, 10 and 100 times the events in it."""
    points = []
    for events in (size.rebuilt // 100, size.rebuilt // 10, size.rebuilt):
        async with servers.database() as urls:
            await seed_targets(urls["admin"], events)
            points.append((events, (await appended(urls, size.commands)).per_second))
    return [Growth("append, by events that the store holds", "events", points)]
