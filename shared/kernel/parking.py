"""What failed for good waits here, in order, with everything behind it in its stream, until an operator acts."""

import base64
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import asyncpg

from shared.events import Envelope
from shared.kernel.postgres import Connection, Pool


class Message(Protocol):
    """What the consumer reads of a Kafka record."""

    @property
    def topic(self) -> str: ...
    @property
    def partition(self) -> int: ...
    @property
    def offset(self) -> int: ...
    @property
    def key(self) -> bytes | None: ...
    @property
    def value(self) -> bytes | None: ...
    @property
    def headers(self) -> Sequence[tuple[str, bytes]]: ...


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked message, whole, so that it can be taken again; it has the shape of a Kafka record."""

    consumer: str
    topic: str
    partition: int
    offset: int
    source: str
    stream: str
    sequence: int | None
    type: str | None
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]
    reason: str
    id: int | None = None
    parked_at: datetime | None = None

    @classmethod
    def of(cls, consumer: str, message: Message, envelope: Envelope | None, reason: str) -> "Parked":
        """The message with what could be read of it."""
        return cls(
            consumer=consumer,
            topic=message.topic,
            partition=message.partition,
            offset=message.offset,
            source=envelope.source if envelope else message.topic,
            stream=stream_of(message),
            sequence=envelope.sequence if envelope else None,
            type=envelope.type if envelope else None,
            key=message.key,
            value=message.value,
            headers=message.headers,
            reason=reason,
        )


def stream_of(message: Message) -> str:
    """The stream a message belongs to, tenant and all: its key, which is there even when nothing else can be read."""
    return _storable((message.key or b"").decode(errors="replace"))


def _storable(text: str) -> str:
    return text.replace("\0", "\ufffd")  # PostgreSQL takes no NUL, and parking must never fail


async def park(connection: Connection, parked: Parked) -> bool:
    """Keep a message in the consumer's transaction, the same one once; whether it was not kept before."""
    done = await connection.execute(
        """insert into parked (consumer, topic, partition, "offset", source, stream, sequence, type,
                               key, value, headers, reason)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) on conflict do nothing""",
        parked.consumer,
        parked.topic,
        parked.partition,
        parked.offset,
        parked.source,
        parked.stream,
        parked.sequence,
        parked.type,
        parked.key,
        parked.value,
        [[_storable(name), base64.b64encode(value).decode()] for name, value in parked.headers],
        parked.reason,
    )
    return done.endswith(" 1")


async def parked_streams(
    connection: Connection, consumer: str, streams: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Which of these (topic, stream) have something parked."""
    wanted = list(streams)
    rows = await connection.fetch(
        """select distinct topic, stream from parked where consumer = $1 and status = 'parked'
           and (topic, stream) in (select * from unnest($2::text[], $3::text[]))""",
        consumer,
        [topic for topic, _ in wanted],
        [stream for _, stream in wanted],
    )
    return {(row["topic"], row["stream"]) for row in rows}


_COLUMNS = (
    'consumer, topic, partition, "offset", source, stream, sequence, type, key, value, headers, reason, id, parked_at'
)


async def parked_of(connection: Connection, consumer: str, topic: str, stream: str) -> list[Parked]:
    """What is parked of one stream, in order, locked until the transaction ends."""
    rows = await connection.fetch(
        f"""select {_COLUMNS} from parked where consumer = $1 and topic = $2 and stream = $3 and status = 'parked'
            order by id for update""",
        consumer,
        topic,
        stream,
    )
    return [_read(row) for row in rows]


async def list_parked(pool: Pool) -> list[Parked]:
    """Everything parked, oldest first."""
    return [
        _read(row) for row in await pool.fetch(f"select {_COLUMNS} from parked where status = 'parked' order by id")
    ]


async def show_parked(pool: Pool, number: int) -> Parked | None:
    """One parked message, or None."""
    row = await pool.fetchrow(f"select {_COLUMNS} from parked where status = 'parked' and id = $1", number)
    return None if row is None else _read(row)


def _read(row: asyncpg.Record) -> Parked:
    columns = dict(row)
    headers = [(name, base64.b64decode(value)) for name, value in columns.pop("headers")]
    return Parked(headers=headers, **columns)


async def discard(pool: Pool, number: int) -> bool:
    """Give one message up for good; what waits behind it stays parked until it is replayed."""
    done = await pool.execute(
        "update parked set status = 'discarded', closed_at = clock_timestamp() where id = $1 and status = 'parked'",
        number,
    )
    return done.endswith(" 1")


async def close(connection: Connection, numbers: Sequence[int | None]) -> None:
    """These had their effect after all."""
    await connection.execute(
        "update parked set status = 'replayed', closed_at = clock_timestamp() where id = any ($1)", list(numbers)
    )
