"""Read the messages of topics up to their present end, without a group, so that no offsets move."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from typing import TypeAlias

from aiokafka import AIOKafkaConsumer, ConsumerRecord, TopicPartition

from shared.kernel.kafka.clients import start_client
from shared.kernel.loops.consumer import envelope_in, mark_of
from shared.kernel.loops.relay import PublishedEvent

Record: TypeAlias = "ConsumerRecord[bytes, bytes]"

TAIL = 20
"""Messages at the end of a partition among which the last one of a source is sought first; then ten times as many."""

SMALL_FETCH, LARGE_FETCH = 64 * 1024, 1024 * 1024
"""Bytes fetched of a partition at once: to read its end, to read all of it."""


class MissingTopic(RuntimeError):
    """The broker has no such topic."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"Kafka has no topic {topic}; `alongside topics` creates it")


@asynccontextmanager
async def groupless_consumer(
    bootstrap_servers: str, topics: Sequence[str], fetch_bytes: int = LARGE_FETCH
) -> AsyncIterator[AIOKafkaConsumer]:
    """Open a consumer of all partitions of these topics that belongs to no group; raises `KafkaError`, `MissingTopic`.

    It fetches at most `fetch_bytes` of a partition at a time, and begins at the first message unless it seeks another.
    """
    consumer = AIOKafkaConsumer(
        bootstrap_servers=bootstrap_servers,
        group_id=None,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
        max_partition_fetch_bytes=fetch_bytes,
    )
    try:
        await start_client(consumer)
        # started with its topics, it would wait for a missing topic until somebody creates it
        cluster = await consumer._client.fetch_all_metadata()  # noqa: SLF001  # aiokafka offers no other way
        if missing := set(topics) - cluster.topics():
            raise MissingTopic(min(missing))
        consumer.assign(
            [TopicPartition(topic, partition) for topic in topics for partition in cluster.partitions_for_topic(topic)]
        )
        yield consumer
    finally:
        await consumer.stop()  # also where it did not start: it holds connections all the same


async def topic_messages(bootstrap_servers: str, topics: Sequence[str]) -> AsyncIterator[list[Record]]:
    """Yield every message of the topics in batches, each partition in order; raises `KafkaError`, `MissingTopic`."""
    if not topics:
        return
    async with groupless_consumer(bootstrap_servers, topics) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await consumer.beginning_offsets(list(ends))
        async for batch in read_between(consumer, {at: (starts[at], end) for at, end in ends.items()}):
            yield batch


async def last_events(bootstrap_servers: str, topic: str, source: str) -> list[PublishedEvent]:
    """Read the last event of a source in each partition of a topic that has any.

    Raises `KafkaError`, `MissingTopic`.
    """
    found: dict[TopicPartition, PublishedEvent] = {}
    async with groupless_consumer(bootstrap_servers, [topic], SMALL_FETCH) as consumer:
        ends = await consumer.end_offsets(consumer.assignment())
        starts = await consumer.beginning_offsets(list(ends))
        tail = TAIL
        while ends:
            spans = {at: (max(starts[at], end - tail), end) for at, end in ends.items()}
            async for batch in read_between(consumer, spans):
                for record in batch:
                    envelope = envelope_in(record)
                    if envelope is not None and envelope.source == source:
                        found[TopicPartition(record.topic, record.partition)] = PublishedEvent(
                            mark_of(envelope), envelope.id
                        )
            ends = {at: start for at, (start, _) in spans.items() if at not in found and start > starts[at]}
            tail *= 10
    return list(found.values())


async def read_between(
    consumer: AIOKafkaConsumer, spans: Mapping[TopicPartition, tuple[int, int]]
) -> AsyncIterator[list[Record]]:
    """Yield the messages of each partition from a first offset to before a last one.

    Compaction leaves holes, so the end is reached by the consumer's position, not by the messages.
    """
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
