"""How far a consumer group is behind its topics, as Kafka knows it."""

import asyncio
import time
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, replace

import structlog
from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import KafkaError

from shared.kernel.kafka.contents import between, reading, started

LOOKS_EVERY = 10.0
"""Seconds between two looks of a worker at its own lag."""
LOOK_WITHIN = 10.0
"""Seconds that a look may take, before Kafka counts as away."""

log = structlog.get_logger()


@dataclass(frozen=True, slots=True)
class Lag:
    """What a group has not taken of a topic: messages, and seconds since the first of them was sent (0: none waits)."""

    topic: str
    events: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Place:
    """A partition: where the group goes on, where it ends, and when what comes next was sent (seconds since 1970)."""

    at: int
    end: int
    sent: float | None = None


async def lags(admin: AIOKafkaAdminClient, bootstrap_servers: str, group: str, topics: Sequence[str]) -> list[Lag]:
    """The lag of a group by topic; raises `KafkaError`."""
    if not topics:
        return []
    async with reading(bootstrap_servers, topics) as consumer:
        places = await _places(admin, consumer, group, topics)
        waiting = {where: place for where, place in places.items() if place.at < place.end}
        ends = {where: place.end for where, place in waiting.items()}
        sent = await _first_sent(consumer, {where: place.at for where, place in waiting.items()}, ends)
    return by_topic({where: replace(place, sent=sent.get(where)) for where, place in places.items()}, topics)


def by_topic(places: Mapping[TopicPartition, Place], topics: Sequence[str]) -> list[Lag]:
    """The lag by topic of what was found by partition."""
    now = time.time()
    found = []
    for topic in topics:
        of = [place for where, place in places.items() if where.topic == topic]
        waited = max((now - place.sent for place in of if place.sent is not None), default=0.0)
        found.append(Lag(topic, sum(max(place.end - place.at, 0) for place in of), waited))
    return found


async def _places(
    admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer, group: str, topics: Sequence[str]
) -> dict[TopicPartition, Place]:
    taken = await admin.list_consumer_group_offsets(group)
    described = await admin.describe_topics(list(topics))
    partitions = [
        TopicPartition(topic["topic"], one["partition"]) for topic in described for one in topic["partitions"]
    ]
    ends = await consumer.end_offsets(partitions)
    starts = await consumer.beginning_offsets(partitions)
    # a group that has committed nothing begins at the beginning
    at = {one: max(taken[one].offset if one in taken else 0, starts[one]) for one in partitions}
    return {one: Place(at[one], ends[one]) for one in partitions}


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


class Watch:
    """A worker's own look at its group: the lag, and for how long a partition with work waiting has stood still.

    It sees what the consumer cannot see of itself: that it takes nothing any more, for whatever reason. What waits is
    as old as the look that saw it first. Its clients stay open from look to look.
    """

    def __init__(self, bootstrap_servers: str, group: str, topics: Sequence[str]) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._group = group
        self._topics = topics
        self._places: Mapping[TopicPartition, Place] = {}
        self._since: dict[TopicPartition, float] = {}

    @property
    def lags(self) -> list[Lag]:
        """The lag by topic when it was last seen; nothing before that."""
        return by_topic(self._places, self._topics) if self._places else []

    def stands_still(self) -> float:
        """Seconds that the partition has not moved for which has stood still the longest with something to take."""
        now = asyncio.get_running_loop().time()
        return max((now - since for since in self._since.values()), default=0.0)

    def saw(self, places: Mapping[TopicPartition, Place], now: float) -> None:
        """Take a look in; `now` is the running loop's time."""
        seen: dict[TopicPartition, Place] = {}
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
        """Look again and again until cancelled; while Kafka is away what was last seen stands."""
        while True:
            try:
                async with self._clients() as (admin, consumer):
                    await self._look_on(admin, consumer)
            except (KafkaError, OSError, TimeoutError) as error:
                log.info("lag unknown", group=self._group, error=type(error).__name__)
            await asyncio.sleep(LOOKS_EVERY)

    async def _look_on(self, admin: AIOKafkaAdminClient, consumer: AIOKafkaConsumer) -> None:
        while True:
            async with asyncio.timeout(LOOK_WITHIN):
                places = await _places(admin, consumer, self._group, self._topics)
            self.saw(places, asyncio.get_running_loop().time())
            await asyncio.sleep(LOOKS_EVERY)

    @asynccontextmanager
    async def _clients(self) -> AsyncIterator[tuple[AIOKafkaAdminClient, AIOKafkaConsumer]]:
        admin = AIOKafkaAdminClient(bootstrap_servers=self._bootstrap_servers)
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap_servers, enable_auto_commit=False)
        try:
            async with asyncio.timeout(LOOK_WITHIN):
                await started(admin)
                await started(consumer)
            yield admin, consumer
        finally:
            await admin.close()
            await consumer.stop()
