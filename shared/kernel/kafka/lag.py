"""How far a consumer group lags behind its topics, as Kafka knows it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kernel.kafka.clients import start_client
from shared.kernel.kafka.messages import groupless_consumer, read_between

LOOK_INTERVAL = 10.0
"""Seconds between two measurements of a worker's own lag."""
LOOK_TIMEOUT = 10.0
"""Seconds that a measurement may take before Kafka counts as away."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """The lag of a group in a topic: messages not consumed, and seconds since the first of them was sent (0: none)."""

    topic: str
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class PartitionOffsets:
    """The offsets of a partition: the group's next, the topic's end, and when the next message was sent (seconds
    since 1970).
    """

    at: int
    end: int
    sent: float | None = None


async def group_lag(admin: AIOKafkaAdminClient, bootstrap_servers: str, group: str, topics: Sequence[str]) -> list[Lag]:
    """Measure the lag of a group by topic; raises `KafkaError`."""
    if not topics:
        return []
    async with groupless_consumer(bootstrap_servers, topics) as consumer:
        places = await _places(admin, consumer, group, topics)
        waiting = {where: place for where, place in places.items() if place.at < place.end}
        ends = {where: place.end for where, place in waiting.items()}
        sent = await _first_sent(consumer, {where: place.at for where, place in waiting.items()}, ends)
    return lag_by_topic({where: replace(place, sent=sent.get(where)) for where, place in places.items()}, topics)


def lag_by_topic(places: Mapping[TopicPartition, PartitionOffsets], topics: Sequence[str]) -> list[Lag]:
    """Sum up the lag of partitions by topic."""
    now = time.time()
    found = []
    for topic in topics:
        of = [place for where, place in places.items() if where.topic == topic]
        waited = max((now - place.sent for place in of if place.sent is not None), default=0.0)
        found.append(Lag(topic, sum(max(place.end - place.at, 0) for place in of), waited))
    return found


async def _places(
    admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, group: str, topics: Sequence[str]
) -> dict[TopicPartition, PartitionOffsets]:
    taken = await admin.list_consumer_group_offsets(group)
    described = await admin.describe_topics(list(topics))
    partitions = [
        TopicPartition(topic["topic"], partition["partition"])
        for topic in described
        for partition in topic["partitions"]
    ]
    ends = await consumer.end_offsets(partitions)
    starts = await consumer.beginning_offsets(partitions)
    # a group that has committed nothing begins at the beginning
    at = {
        partition: max(taken[partition].offset if partition in taken else 0, starts[partition])
        for partition in partitions
    }
    return {partition: PartitionOffsets(at[partition], ends[partition]) for partition in partitions}


async def _first_sent(
    consumer: AIOKafkaConsumer, at: Mapping[TopicPartition, int], ends: Mapping[TopicPartition, int]
) -> dict[TopicPartition, float]:
    """When the first message at or after an offset was sent, in seconds since 1970.

    Compaction may have removed the message at the offset itself.
    """
    found: dict[TopicPartition, float] = {}
    async for batch in read_between(consumer, {one: (offset, ends[one]) for one, offset in at.items()}):
        for record in batch:
            found.setdefault(TopicPartition(record.topic, record.partition), record.timestamp / 1000)
        if found.keys() >= at.keys():
            break
    return found


class LagWatch:
    """Measures the lag of a worker's own group, and for how long a partition with messages waiting has not moved.

    This notices what the consumer cannot notice itself: that it receives nothing any more, for whatever reason. A
    waiting message is as old as the measurement that saw it first. The clients stay open between measurements.
    """

    def __init__(self, bootstrap_servers: str, group: str, topics: Sequence[str]) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._group = group
        self._topics = topics
        self._places: Mapping[TopicPartition, PartitionOffsets] = {}
        self._since: dict[TopicPartition, float] = {}

    @property
    def lags(self) -> list[Lag]:
        """Return the lag by topic at the last measurement; empty before the first."""
        return lag_by_topic(self._places, self._topics) if self._places else []

    def stalled_seconds(self) -> float:
        """Return for how many seconds the slowest partition with waiting messages has not moved; 0 if all move."""
        now = asyncio.get_running_loop().time()
        return max((now - since for since in self._since.values()), default=0.0)

    def update(self, places: Mapping[TopicPartition, PartitionOffsets], now: float) -> None:
        """Record a measurement; `now` is the event loop's time."""
        seen: dict[TopicPartition, PartitionOffsets] = {}
        for where, place in places.items():
            before = self._places.get(where)
            if place.at >= place.end:
                self._since.pop(where, None)
                seen[where] = place
                continue
            if before is None or before.at != place.at:
                self._since[where] = now
            else:
                self._since.setdefault(where, now)
            still = before is not None and before.sent is not None and place.at < before.end
            seen[where] = replace(place, sent=before.sent if still and before is not None else time.time())
        self._places = seen

    async def run(self) -> None:
        """Measure again and again until cancelled; while Kafka cannot be reached the last measurement is kept."""
        while True:
            try:
                async with self._clients() as (admin, consumer):
                    await self._measure(admin, consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                log.info("lag unknown", group=self._group, error=type(error).__name__)
            await asyncio.sleep(LOOK_INTERVAL)

    async def _measure(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        while True:
            async with asyncio.timeout(LOOK_TIMEOUT):
                places = await _places(admin, consumer, self._group, self._topics)
            self.update(places, asyncio.get_running_loop().time())
            await asyncio.sleep(LOOK_INTERVAL)

    @asynccontextmanager
    async def _clients(self) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap_servers)
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False)
        try:
            async with asyncio.timeout(LOOK_TIMEOUT):
                await start_client(admin)
                await start_client(consumer)
            yield admin, consumer
        finally:
            await admin.close()
            await consumer.stop()
