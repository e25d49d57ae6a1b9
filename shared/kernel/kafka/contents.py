"""What lies in topics: read to the end as it is now, without a group, so that nobody's offsets move."""

import asyncio
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import Protocol, TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kernel.loops.consumer import envelope_in, mark_of
from shared.kernel.loops.relay import PublishedEvent

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

BACK = 20
"""Messages at the end of a partition that are looked at first for the last one of a source; then ten times as many."""

LITTLE, MUCH = 64 * 1024, 1024 * 1024
"""Bytes fetched of a partition at once: to look at its end, to read it all."""
STARTED_WITHIN = 2.0
"""Seconds that who is cancelled waits for a client that is about to start."""


class Client(Protocol):
    """A client of aiokafka."""

    async def start(self) -> None: ...


async def started(client: Client) -> None:
    """Start a client. Broken off on its way, it would leave a connection behind that nobody closes any more."""
    starting = asyncio.ensure_future(client.start())
    try:
        await asyncio.shield(starting)
    except asyncio.CancelledError:
        await asyncio.wait([starting], timeout=STARTED_WITHIN)
        if not starting.cancel() and not starting.cancelled():
            starting.exception()  # looked at: nobody else will
        raise


@asynccontextmanager
async def reading(
    bootstrap_servers: str, topics: Sequence[str], at_once: int = MUCH
) -> AsyncIterator[AIOKafkaConsumer]:
    """A consumer of all partitions of these topics that is in no group; raises `KafkaError`.

    It fetches at most `at_once` bytes of a partition at a time, and begins at the first message before it is told to
    look elsewhere.
    """
    consumer = AIOKafkaConsumer(
        *topics,
        bootstrap_servers=bootstrap_servers,
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=at_once,
    )
    try:
        await started(consumer)
        yield consumer
    finally:
        await consumer.stop()  # also where it did not start: it holds connections all the same


async def contents(bootstrap_servers: str, topics: Sequence[str]) -> AsyncIterator[list[Record]]:
    """Every message of the topics in batches, each partition in order; raises `KafkaError`."""
    if not topics:
        return
    async with reading(bootstrap_servers, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await consumer.beginning_offsets(list(ends))
        async for batch in between(consumer, {at: (starts[at], end) for at, end in ends.items()}):
            yield batch


async def last_of(bootstrap_servers: str, topic: str, source: str) -> list[PublishedEvent]:
    """The last event of a source in each partition of a topic that has any; raises `KafkaError`."""
    found: dict[TopicPartition, PublishedEvent] = {}
    async with reading(bootstrap_servers, [topic], LITTLE) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await consumer.beginning_offsets(list(ends))
        back = BACK
        while ends:
            spans = {at: (max(starts[at], end - back), end) for at, end in ends.items()}
            async for batch in between(consumer, spans):
                for record in batch:
                    envelope = envelope_in(record)
                    if envelope is not None and envelope.source == source:
                        found[TopicPartition(record.topic, record.partition)] = PublishedEvent(
                            mark_of(envelope), envelope.id
                        )
            ends = {at: start for at, (start, _) in spans.items() if at not in found and start > starts[at]}
            back *= 10
    return list(found.values())


async def between(
    consumer: AIOKafkaConsumer, spans: Mapping[TopicPartition, tuple[int, int]]
) -> AsyncIterator[list[Record]]:
    """The messages from an offset to before another. Compaction leaves holes: what counts is how far the reader is."""
    left = {at: end for at, (start, end) in spans.items() if start < end}
    for at in left:
        consumer.seek(at, spans[at][0])
    while left:
        batch = await consumer.getmany(timeout_ms=500)
        for at, records in batch.items():
            if at in left:
                yield [record for record in records if record.offset < left[at]]
        for at in list(left):
            if await consumer.position(at) >= left[at]:
                del left[at]
