"""A log in memory that does what Kafka does: partitions by key, groups with offsets, delivery at least once.

A group gives its partitions out anew whenever a member comes or goes. Who had them before may still be at its batch,
and, if it was frozen, will go on with it much later: only its commit of offsets is refused.
"""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from contextvars import Context
from dataclasses import dataclass, field
from random import Random
from zlib import crc32

from shared.kernel.loops.consumer import envelope_in, mark_of
from shared.kernel.loops.relay import NotAcknowledged, OutgoingMessage, PublishedEvent
from tests.simulation.database import Away, Way
from tests.simulation.loop import Node

LOOK_EVERY = 0.5
"""Seconds that a member waits for messages before it looks again."""
ACKNOWLEDGED_WITHIN = 0.5
"""Seconds that a producer waits before it gives a batch up."""

Partition = tuple[str, int]
"""Topic and number."""


@dataclass(frozen=True, slots=True)
class Record:
    """A message in its partition."""

    topic: str
    partition: int
    offset: int
    key: bytes | None
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


@dataclass
class Group:
    """A consumer group: its members, the partitions of each in this generation, and the committed offsets."""

    topics: Sequence[str]
    generation: int = 0
    members: list["Member"] = field(default_factory=list)
    assigned: dict[Partition, "Member"] = field(default_factory=dict)
    committed: dict[Partition, int] = field(default_factory=dict)


class MemoryLog:
    """The cluster: topics of `partitions` partitions each."""

    def __init__(self, topics: Sequence[str], partitions: int, chance: Random) -> None:
        self.partitions = partitions
        self.records: dict[Partition, list[Record]] = {
            (topic, number): [] for topic in topics for number in range(partitions)
        }
        self.groups: dict[str, Group] = {}
        self.on_their_way = 0
        self.cluster = 1
        self._chance = chance
        self._arrived: list[asyncio.Future[None]] = []

    def append(self, message: OutgoingMessage) -> None:
        """Put a message at the end of its key's partition."""
        partition = (message.topic, crc32(message.key) % self.partitions)
        records = self.records[partition]
        records.append(Record(*partition, len(records), message.key, message.value, tuple(message.headers)))
        waiting, self._arrived = self._arrived, []
        for waiter in waiting:
            if not waiter.done():
                waiter.set_result(None)

    async def arrival(self) -> None:
        """Returns after a message, or after `LOOK_EVERY` seconds."""
        waiter: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._arrived.append(waiter)
        with suppress(TimeoutError):
            await asyncio.wait_for(waiter, LOOK_EVERY)

    def lose(self) -> None:
        """The cluster is gone; in its place is a new one with empty topics that knows no group's offsets."""
        self.cluster += 1
        for records in self.records.values():
            records.clear()
        for group in self.groups.values():
            group.committed.clear()
            self.rebalance(group)

    def group(self, name: str, topics: Sequence[str]) -> Group:
        """A group, made where there is none."""
        return self.groups.setdefault(name, Group(topics))

    def rebalance(self, group: Group) -> None:
        """A new generation: every partition to some member, from the offset that was committed."""
        group.generation += 1
        wanted = [partition for partition in self.records if partition[0] in group.topics]
        self._chance.shuffle(wanted)
        members = group.members
        group.assigned = {partition: members[n % len(members)] for n, partition in enumerate(wanted)} if members else {}
        for member in members:
            member.positions = {
                partition: group.committed.get(partition, 0)
                for partition in sorted(wanted)
                if group.assigned[partition] is member
            }

    def expel(self, node: Node) -> None:
        """Take the partitions from a node that sends no heartbeat."""
        for group in self.groups.values():
            kept = [member for member in group.members if member.node is not node]
            if len(kept) < len(group.members):
                group.members = kept
                self.rebalance(group)


class Member:
    """A member of a group on one node: fetches, hands batches over, commits offsets."""

    def __init__(self, log: MemoryLog, name: str, topics: Sequence[str], node: Node, way: Way, chance: Random) -> None:
        self.node = node
        self.positions: dict[Partition, int] = {}
        self.busy = False
        self._log = log
        self._group = log.group(name, topics)
        self._way = way
        self._chance = chance

    async def run(self, receive: Callable[[Sequence[Record]], Awaitable[None]]) -> None:
        """Until cancelled; what fails is delivered again."""
        while True:
            try:
                await self._way.hop("join")
                await self._belong(receive)
            except Away:
                continue

    async def _belong(self, receive: Callable[[Sequence[Record]], Awaitable[None]]) -> None:
        group = self._group
        group.members = [member for member in group.members if member is not self] + [self]
        self._log.rebalance(group)
        while self in group.members:
            if not self.waiting():
                self.busy = False
                await self._log.arrival()
                continue
            self.busy = True
            await self._way.hop("fetch")
            generation = group.generation
            batch = self._fetch()
            try:
                await receive(batch)
            except Exception:  # noqa: BLE001  # FastStream's NACK_ON_ERROR: whatever it is, the batch comes again
                self._rewind(generation)
                continue
            await self._commit(generation, batch)

    def waiting(self) -> bool:
        """Whether there is something to fetch."""
        return any(position < len(self._log.records[partition]) for partition, position in self.positions.items())

    def _fetch(self) -> list[Record]:
        """Return some of the records that wait, each partition in order."""
        batch: list[Record] = []
        for partition, position in self.positions.items():
            records = self._log.records[partition]
            batch += records[position : position + self._chance.choice((1, 2, 5, 100))]
        for record in batch:
            self.positions[record.topic, record.partition] = record.offset + 1
        return batch

    def _rewind(self, generation: int) -> None:
        if generation == self._group.generation:
            self.positions = {partition: self._group.committed.get(partition, 0) for partition in self.positions}

    async def _commit(self, generation: int, batch: Sequence[Record]) -> None:
        with suppress(Away):  # then it is delivered again some day
            await self._way.hop("commit offsets")
            if generation == self._group.generation:
                for record in batch:
                    self._group.committed[record.topic, record.partition] = record.offset + 1


class MemoryPublisher:
    """A producer on one node: in order in each partition, acknowledged by all replicas.

    A request that was sent arrives whatever becomes of its sender: in parts, or seconds after it was given up.
    """

    def __init__(self, log: MemoryLog, way: Way) -> None:
        self._log = log
        self._way = way

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        loop = asyncio.get_running_loop()
        arrived: asyncio.Future[None] = loop.create_future()
        try:
            await self._way.hop("publish")
            self._log.on_their_way += 1
            request = (self._log.cluster, list(messages), arrived)
            loop.call_later(self._way.flight(), self._arrive, *request, context=Context())
            await asyncio.wait_for(arrived, ACKNOWLEDGED_WITHIN)
            await self._way.hop("acknowledged")
        except (Away, TimeoutError) as error:
            raise NotAcknowledged(type(error).__name__) from error

    def _arrive(self, cluster: int, messages: list[OutgoingMessage], arrived: "asyncio.Future[None]") -> None:
        if cluster != self._log.cluster:
            self._log.on_their_way -= 1
            return
        part = self._way.part(len(messages))
        for message in messages[:part]:
            self._log.append(message)
        if part < len(messages):
            request = (cluster, messages[part:], arrived)
            asyncio.get_running_loop().call_later(self._way.flight(), self._arrive, *request, context=Context())
            return
        self._log.on_their_way -= 1
        if not arrived.done():
            arrived.set_result(None)

    async def last(self, topic: str, source: str) -> list[PublishedEvent]:
        try:
            await self._way.hop("last")
        except Away as error:
            raise NotAcknowledged(type(error).__name__) from error
        last = {}
        for place, records in self._log.records.items():
            for record in records if place[0] == topic else ():
                envelope = envelope_in(record)
                if envelope is not None and envelope.source == source:
                    last[place] = PublishedEvent(mark_of(envelope), envelope.id)
        return list(last.values())

    async def close(self) -> None:
        await self._way.hop("close")
