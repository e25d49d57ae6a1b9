"""How far a consumer group is behind its topics, as Kafka knows it."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from shared.kernel.contents import between, reading


@dataclass(frozen=True, slots=True)
class Lag:
    """What a group has not taken of a topic: messages, and seconds since the first of them was sent (0: none waits)."""

    topic: str
    events: int
    seconds: float


async def lags(admin: AIOKafkaAdminClient, bootstrap_servers: str, group: str, topics: Sequence[str]) -> list[Lag]:
    """The lag of a group by topic; raises `KafkaError`."""
    if not topics:
        return []
    taken = await admin.list_consumer_group_offsets(group)
    async with reading(bootstrap_servers, topics) as consumer:
        partitions = consumer.assignment()
        ends = await consumer.end_offsets(partitions)
        starts = await consumer.beginning_offsets(partitions)
        # a group that has committed nothing begins at the beginning
        at = {one: max(taken[one].offset if one in taken else 0, starts[one]) for one in partitions}
        since = await _first_sent(consumer, {one: at[one] for one in partitions if at[one] < ends[one]}, ends)
    now = time.time()
    return [
        Lag(
            topic,
            sum(max(ends[one] - at[one], 0) for one in partitions if one.topic == topic),
            max((now - sent for one, sent in since.items() if one.topic == topic), default=0.0),
        )
        for topic in topics
    ]


async def _first_sent(
    consumer: AIOKafkaConsumer, at: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, float]:
    """When the first message from an offset on was sent, in seconds since 1970; compaction may have taken the first."""
    found: dict[TopicPartition, float] = {}
    async for batch in between(consumer, {one: (offset, ends[one]) for one, offset in at.items()}):
        for record in batch:
            found.setdefault(TopicPartition(record.topic, record.partition), record.timestamp / 1000)
        if found.keys() >= at.keys():
            break
    return found
