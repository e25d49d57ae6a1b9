"""The store in PostgreSQL. Sessions and transactions use connections of a pool; other modules hold the longer SQL."""

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
from shared.kernel.postgres import (
    ACQUIRE_TIMEOUT,
    TRANSIENT_ERRORS,
    Connection,
    Pool,
    events,
    hearing,
    name_tenants,
    parking,
    tasks,
)
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.rows import PostgresRows
from shared.kernel.records import (
    BEGINNING,
    AppendRequest,
    AppendResult,
    Conflict,
    Cursor,
    HighWaterMark,
    IdempotencyKey,
    Incarnation,
    ModelEvent,
    NewEvent,
    ParkedMessage,
    RecordedEvent,
    SourcePartition,
    StoredAnswer,
    StreamEvent,
    StreamKey,
    Task,
    TaskOutcome,
    Unheard,
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
    """A transaction on one connection, in every role."""

    keyring: Keyring

    fatal_errors: ClassVar[tuple[type[BaseException], ...]] = (*TRANSIENT_ERRORS, asyncpg.PostgresError)

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        """Read every event of the streams; each stream in order."""
        return await events.read_streams(self.connection, streams)

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        """Append events to their streams; the last statement of the transaction."""
        return await events.append(self.connection, self.keyring, new, expected, key)

    async def read_after(self, position: int, limit: int) -> list[RecordedEvent[str]]:
        """Read at most `limit` events of every tenant after a position; for the worker role."""
        return await events.read_after(self.connection, position, limit)

    async def read_model_events(self, position: int, limit: int) -> list[ModelEvent]:
        """Read at most `limit` events after a position, as read models need them; for the worker role."""
        return await events.read_model_events(self.connection, position, limit)

    async def head(self) -> int:
        """Read the last position of the store; for the worker role."""
        return await events.head(self.connection)

    async def missing_events(self, wanted: Collection[tuple[int, UUID]]) -> set[tuple[int, UUID]]:
        """Read those of the events that are not in the store; for the worker role."""
        return await events.missing_events(self.connection, wanted)

    async def incarnations(self) -> list[Incarnation]:
        """Read every incarnation, in order."""
        return await events.incarnations(self.connection)

    async def open_incarnation(self, incarnation: Incarnation) -> None:
        """Begin an incarnation."""
        await self.connection.execute("insert into incarnations (number, after_position) values ($1, $2)", *incarnation)

    async def lock_cursor(self, name: str) -> Cursor | None:
        """Lock a cursor; None where another transaction holds it."""
        return next(iter(await self.lock_cursors([name])), None)

    async def lock_cursors(self, names: Sequence[str]) -> list[Cursor]:
        """Lock those of the cursors that are there and that no other transaction holds."""
        rows = await self.connection.fetch(
            "select name, position from cursors where name = any ($1) for update skip locked", list(names)
        )
        return [Cursor(*row) for row in rows]

    async def lock_live_cursors(self, definitions: Mapping[str, str]) -> dict[str, Cursor]:
        """Lock the cursors of live read models; skip those that other transactions hold."""
        rows = await self.connection.fetch(_LIVE, list(definitions), list(definitions.values()))
        return {model: Cursor(*cursor) for model, *cursor in rows}

    async def move_cursors(self, names: Sequence[str], position: int) -> None:
        """Move cursors that this transaction holds."""
        await self.connection.execute(
            "update cursors set position = $2, moved_at = clock_timestamp() where name = any ($1)",
            list(names),
            position,
        )

    async def record_obstacle(self, name: str, reason: str) -> None:
        """Record why a cursor does not move, unless another transaction holds it."""
        await self.connection.execute(
            """update cursors set obstacle = $2, obstacle_at = clock_timestamp()
               where name = (select name from cursors where name = $1 for update skip locked)""",
            name,
            reason,
        )

    async def lock_marks(
        self, consumer: str, places: Collection[SourcePartition]
    ) -> dict[SourcePartition, HighWaterMark]:
        """Lock a consumer's marks in sorted order; a place without a mark gets one."""
        wanted = (consumer, *_columns(sorted(places)), BEGINNING.incarnation, BEGINNING.position)
        rows = await self.connection.fetch(_MARKS, *wanted)
        if len(rows) < len(places):  # another transaction has just made some of them: a new statement sees those
            rows = await self.connection.fetch(_MARKS, *wanted)
        return {SourcePartition(*row[:3]): HighWaterMark(*row[3:]) for row in rows}

    async def lock_topic(self, consumer: str, topic: str) -> None:
        """Lock all the marks that a consumer has of a topic, in sorted order."""
        await parking.lock_topic(self.connection, consumer, topic)

    async def move_marks(self, consumer: str, marks: Mapping[SourcePartition, HighWaterMark]) -> None:
        """Move marks that this transaction holds; a mark that would not grow stays as it is."""
        await self.connection.execute(
            """update high_water h
               set incarnation = m.incarnation, position = m.position, moved_at = clock_timestamp(),
                   recorded_incarnation = m.incarnation, recorded_position = m.position
               from unnest($2::text[], $3::text[], $4::int[], $5::int[], $6::bigint[])
                    m (source, topic, partition, incarnation, position)
               where h.consumer = $1 and h.source = m.source and h.topic = m.topic and h.partition = m.partition
                     and (h.incarnation, h.position) < (m.incarnation, m.position)""",
            consumer,
            *_columns(marks),
            [mark.incarnation for mark in marks.values()],
            [mark.position for mark in marks.values()],
        )

    async def enter_reactions(self, consumer: str, topics: Sequence[str], reactions: Mapping[str, int]) -> None:
        """Enter what a reader reacts to; what is new of it becomes unheard."""
        await hearing.enter_reactions(self.connection, consumer, topics, reactions, BEGINNING)

    async def read_unheard(
        self, consumer: str, places: Collection[SourcePartition], reactions: Mapping[str, int]
    ) -> dict[SourcePartition, dict[str, Unheard]]:
        """Read what is unheard in places whose marks this transaction holds; enter first what is passed over."""
        return await hearing.read_unheard(self.connection, consumer, places, reactions, BEGINNING)

    async def move_unheard(
        self,
        consumer: str,
        moved: Mapping[tuple[SourcePartition, str], HighWaterMark],
        places: Collection[SourcePartition],
        reactions: Mapping[str, int],
    ) -> None:
        """Move marks of what is unheard; remove those that have reached the consumer's own."""
        await hearing.move_unheard(self.connection, consumer, moved, places, reactions)

    async def topics_with_unheard(self, consumer: str, reactions: Mapping[str, int]) -> set[str]:
        """Read which topics hold something unheard that a reader with these reactions can hear."""
        return await hearing.topics_with_unheard(self.connection, consumer, reactions, BEGINNING)

    async def set_aside(self, consumer: str, events: Collection[tuple[str, str, int]]) -> set[tuple[str, str, int]]:
        """Read which of these events are parked or were discarded."""
        return await hearing.set_aside(self.connection, consumer, events)

    async def park(self, parked: ParkedMessage) -> bool:
        """Keep a message; return False if it is kept already."""
        return await parking.park(self.connection, parked)

    async def parked_streams(self, consumer: str, streams: Iterable[tuple[str, str]]) -> set[tuple[str, str]]:
        """Read which of these (topic, stream) have a parked message."""
        return await parking.parked_streams(self.connection, consumer, streams)

    async def lock_parked(self, consumer: str, topic: str, stream: str) -> list[ParkedMessage]:
        """Lock and read the parked messages of a stream, in order."""
        return await parking.lock_parked(self.connection, consumer, topic, stream)

    async def close_parked(self, numbers: Sequence[int]) -> None:
        """Close messages that have had their effect after all."""
        await parking.close(self.connection, numbers)

    async def add_tasks(self, new: Sequence[Task]) -> None:
        """Add tasks, except those with the id of a task that is there."""
        await tasks.add(self.connection, new)

    async def withdraw_tasks(self, tenant: str, stream: str, name: str) -> None:
        """Withdraw a process's waiting tasks of this name."""
        await tasks.withdraw(self.connection, tenant, stream, name)

    async def lock_due_tasks(self, names: Sequence[str], now: datetime, limit: int) -> list[Task]:
        """Lock tasks that are due."""
        return await tasks.lock_due(self.connection, names, now, limit)

    async def settle_tasks(self, settled: Sequence[TaskOutcome]) -> None:
        """Record the outcomes of tasks that this transaction holds."""
        await tasks.record_outcomes(self.connection, settled)

    async def destroy_key(self, tenant: str, subject: str) -> None:
        """Destroy a person's key for good."""
        await name_tenants(self.connection, [tenant])
        await self.keyring.destroy(self.connection, tenant, subject)


def _columns(places: Iterable[SourcePartition]) -> list[list[object]]:
    return [list(column) for column in zip(*places, strict=True)] or [[], [], []]


@dataclass(frozen=True, slots=True)
class PostgresSession:
    """A session: the connection of one command to the store."""

    connection: Connection
    keyring: Keyring

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        """Read every event of the streams; each stream in order."""
        return await events.read_streams(self.connection, streams)

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        """Append events to their streams: one round trip, which is its own transaction."""
        return await events.append(self.connection, self.keyring, new, expected, key)

    async def stored_answer(self, tenant: str, actor: str, key: str) -> StoredAnswer | None:
        """Read the answer to the command with this Idempotency-Key; None where it has not been done."""
        return await events.stored_answer(self.connection, tenant, actor, key)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Return a transaction on the session's connection."""
        async with self.connection.transaction():
            yield PostgresTransaction(self.connection, self.keyring)


@dataclass(frozen=True, slots=True)
class PostgresStore:
    """A service's database, with the keyring that seals and opens its personal texts."""

    pool: Pool
    keyring: Keyring

    transient_errors: ClassVar[tuple[type[BaseException], ...]] = TRANSIENT_ERRORS

    @asynccontextmanager
    async def session(self) -> AsyncIterator[PostgresSession]:
        """Open a session for one command; TimeoutError when no connection is free in time."""
        asked_at = time.perf_counter()
        async with self.pool.acquire(timeout=ACQUIRE_TIMEOUT) as connection:
            POOL_WAIT.observe(time.perf_counter() - asked_at)
            yield PostgresSession(connection, self.keyring)

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[PostgresTransaction]:
        """Open a transaction on a connection of its own, waiting for one as long as it takes."""
        async with self.pool.acquire() as connection, connection.transaction():
            yield PostgresTransaction(connection, self.keyring)

    async def read_streams(self, streams: Sequence[StreamKey]) -> list[StreamEvent]:
        """Read every event of the streams; each stream in order."""
        async with self.session() as session:
            return await session.read_streams(streams)

    async def append(
        self, new: Sequence[NewEvent], expected: Mapping[StreamKey, int | None], key: IdempotencyKey | None = None
    ) -> AppendResult:
        """Append events to their streams, in a transaction of its own."""
        async with self.session() as session:
            return await session.append(new, expected, key)

    async def stored_answer(self, tenant: str, actor: str, key: str) -> StoredAnswer | None:
        """Read the answer to the command with this Idempotency-Key; None where it has not been done."""
        async with self.session() as session:
            return await session.stored_answer(tenant, actor, key)

    async def append_each(self, group: Sequence[AppendRequest]) -> list[AppendResult | DomainError | Conflict]:
        """Append several commands in one transaction; return the outcome of each."""
        async with self.session() as session:
            return await events.append_each(session.connection, self.keyring, group)

    async def ensure_cursor(self, name: str) -> None:
        """Make a cursor at the beginning, if there is none."""
        await self.pool.execute("insert into cursors (name, position) values ($1, 0) on conflict do nothing", name)

    async def remove_cursor(self, name: str) -> None:
        """Remove a cursor, if there is one."""
        await self.pool.execute("delete from cursors where name = $1", name)


def connection_and_keyring(reads: StreamReader) -> tuple[Connection, Keyring]:
    """Return the connection and keyring of a session or transaction, for statements on a service's own tables.

    Row-level security shows their rows once the tenants are named. Raises TypeError for another kind of store.
    """
    if not isinstance(reads, PostgresTransaction | PostgresSession):
        raise TypeError(f"{type(reads).__name__} is not in PostgreSQL")
    return reads.connection, reads.keyring


async def open_texts(reads: StreamReader, tenant: str, texts: Iterable[str | None]) -> dict[str, str]:
    """Decrypt texts of a tenant; return the plain text of each encrypted one, without texts that are not encrypted."""
    connection, keyring = connection_and_keyring(reads)
    async with connection.transaction():
        await name_tenants(connection, [tenant])
        return await keyring.open(connection, tenant, texts)
