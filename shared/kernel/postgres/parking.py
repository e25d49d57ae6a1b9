"""The SQL of parked messages: for the consumer, in its transaction, and for operators."""

import base64
from collections.abc import Iterable, Sequence

import asyncpg

from shared.kernel.postgres import Connection, Pool
from shared.kernel.records import ParkedMessage, replace_nul


async def park(connection: Connection, parked: ParkedMessage) -> bool:
    """Keep a message in the consumer's transaction; return False if it is kept already."""
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
        [[replace_nul(name), base64.b64encode(value).decode()] for name, value in parked.headers],
        parked.reason,
    )
    return done.endswith(" 1")


async def parked_streams(
    connection: Connection, consumer: str, streams: Iterable[tuple[str, str]]
) -> set[tuple[str, str]]:
    """Read which of these (topic, stream) have a parked message."""
    anything = "select exists (select from parked where consumer = $1 and status = 'parked')"
    if not await connection.fetchval(anything, consumer):
        return set()  # nearly always, and then the streams of the batch are not sent
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


async def lock_parked(connection: Connection, consumer: str, topic: str, stream: str) -> list[ParkedMessage]:
    """Lock and read the parked messages of a stream, in order."""
    rows = await connection.fetch(
        f"""select {_COLUMNS} from parked where consumer = $1 and topic = $2 and stream = $3 and status = 'parked'
            order by id for update""",
        consumer,
        topic,
        stream,
    )
    return [_read(row) for row in rows]


async def list_parked(pool: Pool) -> list[ParkedMessage]:
    """List every parked message, oldest first."""
    return [
        _read(row) for row in await pool.fetch(f"select {_COLUMNS} from parked where status = 'parked' order by id")
    ]


async def show_parked(pool: Pool, number: int) -> ParkedMessage | None:
    """Return a parked message by its number; None where there is none."""
    row = await pool.fetchrow(f"select {_COLUMNS} from parked where status = 'parked' and id = $1", number)
    return None if row is None else _read(row)


def _read(row: asyncpg.Record) -> ParkedMessage:
    columns = dict(row)
    headers = [(name, base64.b64decode(value)) for name, value in columns.pop("headers")]
    return ParkedMessage(headers=headers, **columns)


async def lock_topic(connection: Connection, consumer: str, topic: str) -> None:
    """Lock all the marks that a consumer has of a topic, in sorted order; it then handles no message of the topic."""
    await connection.execute(
        """select 1 from high_water where consumer = $1 and topic = $2
           order by source, topic, partition for update""",
        consumer,
        topic,
    )


async def discard(pool: Pool, number: int) -> bool:
    """Discard a message for good; the messages behind it stay parked until they are replayed.

    It waits for the batch of a running consumer, which may park more messages behind this one: whoever lists the parked
    messages afterwards must see those too.
    """
    async with pool.acquire() as connection, connection.transaction():
        parked = await connection.fetchrow("select consumer, topic from parked where id = $1", number)
        if parked is None:
            return False
        await lock_topic(connection, *parked)
        done = await connection.execute(
            "update parked set status = 'discarded', closed_at = clock_timestamp() where id = $1 and status = 'parked'",
            number,
        )
        return done.endswith(" 1")


async def close(connection: Connection, numbers: Sequence[int]) -> None:
    """Close messages that have had their effect after all."""
    await connection.execute(
        "update parked set status = 'replayed', closed_at = clock_timestamp() where id = any ($1)", list(numbers)
    )
