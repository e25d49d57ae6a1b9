"""The store in PostgreSQL: sessions and transactions are connections of a pool; what needs more SQL is next door."""

import time
from collections.abc import AsyncIterator, Collection, Iterable, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime
from typing import ClassVar
from uuid import UUID

import asyncpg
from prometheus_client import Histogram

from shared.kernel.decider import DomainError
from shared.kernel.postgres import ACQUIRED_WITHIN, TRANSIENT, Connection, Pool, events, name_tenants, parking, tasks
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.records import (
    BEGINNING,
    Appended,
    Conflict,
    Cursor,
    Decided,
    Incarnation,
    Kept,
    Key,
    Mark,
    New,
    Parked,
    Place,
    RecordedEvent,
    Settled,
    Stored,
    StreamOf,
    Task,
)
from shared.kernel.store import StreamReader

POOL_WAIT = Histogram("alongside_pool_wait_seconds", "From asking for a connection to having one")

_LIVE = """
    select r.name as model, c.name, c.position
    from unnest($1::text[], $2::text[]) wanted (name, definition)
    join read_models r on r.name = wanted.name and r.definition = wanted.definition and r.live
    join cursors c on c.name = r.name || '@' || r.version
    for update of c skip locked"""

_MARKS = """
    with made as (
        insert into high_water (consumer, source, topic, partition, incarnation, position)
        select $1, source, topic, partition, $5, $6
        from unnest($2::text[], $3::text[], $4::int[]) w (source, topic, partition)
        order by source, topic, partition on conflict do nothing
        returning source, topic, partition, incarnation, position
    )
    select * from made
    union all select * from (
        select source, topic, partition, incarnation, position from high_water
        where consumer = $1 and (source, topic, partition) in (select * from unnest($2::text[], $3::text[], $4::int[]))
        order by source, topic, partition for update
    ) held"""


@dataclass(frozen=True, slots=True)
class PostgresTransaction(PostgresRows):
    """What is done on one connection, which is in a transaction."""

    keyring: Keyring

    broken_by: ClassVar[tuple[type[BaseException], ...]] = (*TRANSIENT, asyncpg.PostgresError)

    async def read_streams(self, streams: Sequence[StreamOf]) -> list[Stored]:
        """Every event of the streams; each stream in order."""
        return await events.read_streams(self.connection, streams)

    async def append(
        self, new: Sequence[New], expected: Mapping[StreamOf, int | None], key: Key | None = None
    ) -> Appended:
        """Append events to their streams; the last statement of the transaction."""
        return await events.append(self.connection, self.keyring, new, expected, key)

    async def read_after(self, position: int, limit: int) -> list[RecordedEvent[str]]:
        """At most `limit` events of every tenant after a position; for the worker role."""
        return await events.read_after(self.connection, position, limit)

    async def head(self) -> int:
        """The last position of the store; for the worker role."""
        return await events.head(self.connection)

    async def missing_events(self, wanted: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
        """Those of the events that are not in the store; for the worker role."""
        return await events.missing(self.connection, wanted)

    async def incarnations(self) -> list[Incarnation]:
        """The lives of the store, the first one first."""
        rows = await self.connection.fetch("select number, after_position from incarnations order by number")
        return [Incarnation(*row) for row in rows]

    async def open_incarnation(self, incarnation: Incarnation) -> None:
        """Begin a life of the store."""
        await self.connection.execute("insert into incarnations (number, after_position) values ($1, $2)", *incarnation)

    async def lock_cursor(self, name: str) -> Cursor | None:
        """Lock a cursor, unless somebody else holds it."""
        row = await self.connection.fetchrow(
            "select name, position from cursors where name = $1 for update skip locked", name
        )
        return None if row is None else Cursor(*row)

    async def lock_live_cursors(self, definitions: Mapping[str, str]) -> dict[str, Cursor]:
        """Lock the cursors of live read models, unless somebody else holds them."""
        rows = await self.connection.fetch(_LIVE, list(definitions), list(definitions.values()))
        return {model: Cursor(*cursor) for model, *cursor in rows}

    async def move_cursors(self, names: Sequence[str], position: int) -> None:
        """Move cursors that this transaction holds."""
        await self.connection.execute(
            "update cursors set position = $2, moved_at = clock_timestamp() where name = any ($1)",
            list(names),
            position,
        )

    async def lock_marks(self, consumer: str, places: Collection[Place]) -> dict[Place, Mark]:
        """Lock a consumer's marks in sorted order, made where there are none."""
        wanted = (consumer, *_columns(sorted(places)), BEGINNING.incarnation, BEGINNING.position)
        rows = await self.connection.fetch(_MARKS, *wanted)
        if len(rows) < len(places):  # somebody else made some of them meanwhile: a new statement sees those
            rows = await self.connection.fetch(_MARKS, *wanted)
        return {Place(*row[:3]): Mark(*row[3:]) for row in rows}

    async def lock_topic(self, consumer: str, topic: str) -> None:
        """Lock all the marks that a consumer has of a topic, in sorted order."""
        await parking.lock_topic(self.connection, consumer, topic)

    async def move_marks(self, consumer: str, marks: Mapping[Place, Mark]) -> None:
        """Move marks that this transaction holds; those that would not grow stay as they are."""
        await self.connection.execute(
            """update high_water h
               set incarnation = m.incarnation, position = m.position, moved_at = clock_timestamp()
               from unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::bigint[])
                    m (source, topic, partition, incarnation, position)
               where h.consumer = $1 and h.source = m.source and h.topic = m.topic and h.partition = m.partition
                     and (h.incarnation, h.position) < (m.incarnation, m.position)""",
            consumer,
            *_columns(marks),
            [mark.incarnation for mark in marks.values()],
            [mark.position for mark in marks.values()],
        )

    async def park(self, parked: Parked) -> bool:
        """Keep a message; whether it was not kept before."""
        return await parking.park(self.connection, parked)

    async def parked_streams(self, consumer: str, streams: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Which of these (topic, stream) have something parked."""
        return await parking.parked_streams(self.connection, consumer, streams)

    async def lock_parked(self, consumer: str, topic: str, stream: str) -> list[Parked]:
        """What is parked of one stream, in order; locked."""
        return await parking.lock_parked(self.connection, consumer, topic, stream)

    async def close_parked(self, numbers: Sequence[int]) -> None:
        """These had their effect after all."""
        await parking.close(self.connection, numbers)

    async def add_task(self, task: Task) -> None:
        """Keep what is to be done."""
        await tasks.add(self.connection, task)

    async def withdraw_tasks(self, tenant: str, stream: str, name: str) -> None:
        """Those of a process's tasks that wait are not to be done."""
        await tasks.withdraw(self.connection, tenant, stream, name)

    async def lock_due_tasks(self, names: Sequence[str], now: datetime, limit: int) -> list[Task]:
        """Tasks that wait and are due, locked."""
        return await tasks.due(self.connection, names, now, limit)

    async def settle_tasks(self, settled: Sequence[Settled]) -> None:
        """What came of tasks that this transaction holds."""
        await tasks.settle(self.connection, settled)

    async def destroy_key(self, tenant: str, subject: str) -> None:
        """Forget a person for good."""
        await name_tenants(self.connection, [tenant])
        await self.keyring.destroy(self.connection, tenant, subject)


def _columns(places: Iterable[Place]) -> list[list[object]]:
    return [list(column) for column in zip(*places, strict=True)] or [[], [], []]


@dataclass(frozen=True, slots=True)
class PostgresSession:
    """One connection, for one command."""

    connection: Connection
    keyring: Keyring

    async def read_streams(self, streams: Sequence[StreamOf]) -> list[Stored]:
        """Every event of the streams; each stream in order."""
        return await events.read_streams(self.connection, streams)

    async def append(
        self, new: Sequence[New], expected: Mapping[StreamOf, int | None], key: Key | None = None
    ) -> Appended:
        """Append events to their streams: one round trip, which is its own transaction."""
        return await events.append(self.connection, self.keyring, new, expected, key)

    async def stored_answer(self, tenant: str, actor: str, key: str) -> Kept | None:
        """What was answered to the command with this Idempotency-Key, if it has been done."""
        return await events.kept(self.connection, tenant, actor, key)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """A transaction on the session's connection."""
        async with self.connection.transaction():
            yield PostgresTransaction(self.connection, self.keyring)


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """One service's database, with the keyring that seals and opens its personal texts."""

    pool: Pool
    keyring: Keyring

    transient: ClassVar[tuple[type[BaseException], ...]] = TRANSIENT

    @asynccontextmanager
    async def session(self) -> AsyncIterator[PostgresSession]:
        """A connection for one command; TimeoutError when none is free in time."""
        asked_at = time.perf_counter()
        async with self.pool.acquire(timeout=ACQUIRED_WITHIN) as connection:
            POOL_WAIT.observe(time.perf_counter() - asked_at)
            yield PostgresSession(connection, self.keyring)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """A transaction on a connection of its own, for which it waits as long as it takes."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield PostgresTransaction(connection, self.keyring)

    async def read_streams(self, streams: Sequence[StreamOf]) -> list[Stored]:
        """Every event of the streams; each stream in order."""
        async with self.session() as session:
            return await session.read_streams(streams)

    async def append(
        self, new: Sequence[New], expected: Mapping[StreamOf, int | None], key: Key | None = None
    ) -> Appended:
        """Append events to their streams, in a transaction of its own."""
        async with self.session() as session:
            return await session.append(new, expected, key)

    async def stored_answer(self, tenant: str, actor: str, key: str) -> Kept | None:
        """What was answered to the command with this Idempotency-Key, if it has been done."""
        async with self.session() as session:
            return await session.stored_answer(tenant, actor, key)

    async def append_each(self, group: Sequence[Decided]) -> list[Appended | DomainError | Conflict]:
        """Append several commands in one transaction; what came of each."""
        async with self.session() as session:
            return await events.append_each(session.connection, self.keyring, group)

    async def ensure_cursor(self, name: str) -> None:
        """Make a cursor at the beginning, if there is none."""
        await self.pool.execute("insert into cursors (name, position) values ($1, 0) on conflict do nothing", name)


def connection_and_keyring(reads: StreamReader) -> tuple[Connection, Keyring]:
    """The connection and keyring behind a session or transaction, for tables that are a service's own.

    Row-level security shows them once their tenants are named. Raises TypeError where another kind of store is behind.
    """
    if not isinstance(reads, PostgresTransaction | PostgresSession):
        raise TypeError(f"{type(reads).__name__} is no PostgreSQL")
    return reads.connection, reads.keyring
