"""Others' events in: raw batches, one transaction each, exactly one effect, and parking for what fails for good.

Kafka's offset is only a hint of where to go on. What counts is one row per (consumer, source, partition) whose position
moves in the transaction of the effect: at or below it an event is a repeat.
"""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

import asyncpg
import structlog
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.events import BrokenEnvelope, Catalogue, Envelope, PublicEvent, Undecodable
from shared.kernel.bell import Bell
from shared.kernel.decider import DomainError
from shared.kernel.parking import Parked, close, park, parked_streams, stream_of
from shared.kernel.postgres import TRANSIENT, Connection, Pool
from shared.kernel.store import Conflict

MAX_POLL_INTERVAL = 300.0
"""Seconds that Kafka waits for a batch before it gives the partitions to another replica."""
RETRY_FOR = MAX_POLL_INTERVAL / 3
"""Seconds of retries before the batch is handed back to Kafka, to be delivered again."""
BATCH = 1000

RETRIED: tuple[type[BaseException], ...] = (*TRANSIENT, Conflict)
"""A batch that failed with one of these is taken again."""

log = structlog.get_logger()


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
class Incoming:
    """A public event that has not had its effect yet, with its envelope and the message it came in."""

    envelope: Envelope
    event: PublicEvent
    message: Message


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a batch came to: the events that failed for good, by index, with why; and the append still to be done.

    An event behind a failed one of its stream has failed too, with `Behind`.
    """

    failed: Mapping[int, Exception]
    append: Callable[[], Awaitable[None]]


Effect = Callable[[Connection, Sequence[Incoming]], Awaitable[Outcome]]
"""What a batch does, in the consumer's transaction; the append comes last, because it holds the store's lock."""


class Consumer:
    """One consumer group's view of its topics.

    Error policy: transient errors retry with jittered back-off for `RETRY_FOR` seconds, then the batch goes back to
    Kafka. An event that cannot be decoded, or whose effect fails for good, is parked in the transaction that moves the
    high-water mark, and so is everything behind it in its stream; other streams go on.
    """

    def __init__(
        self,
        name: str,
        pool: Pool,
        bell: Bell,
        effect: Effect,
        known: Catalogue[PublicEvent],
        retry_for: float = RETRY_FOR,
    ) -> None:
        self.name = name
        self._pool = pool
        self._bell = bell
        self._effect = effect
        self._known = known
        self._retry_for = retry_for

    async def receive(self, messages: Sequence[Message]) -> None:
        """Take a batch, each partition in order; raises only what Kafka should deliver again."""
        deadline = asyncio.get_running_loop().time() + self._retry_for
        failures = 0
        while True:
            try:
                await self._take(messages)
            except RETRIED as error:
                failures += 1
                pause = random.uniform(0.5, 1) * min(0.02 * 2**failures, 5)  # noqa: S311  # jitter, no secret
                if asyncio.get_running_loop().time() + pause > deadline:
                    raise
                log.warning("consumer retries", consumer=self.name, error=type(error).__name__)
                await asyncio.sleep(pause)
            else:
                self._bell.ring()
                return

    async def _take(self, messages: Sequence[Message]) -> None:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await self.effect_of(connection, messages)
        except asyncpg.PostgresError as error:
            if isinstance(error, TRANSIENT) or len(messages) == 1:
                raise
            # something in the batch is refused by the database itself: alone it shows which event it is
            for message in messages:
                await self._take_alone(message)

    async def _take_alone(self, message: Message) -> None:
        try:
            await self._take([message])
        except RETRIED:
            raise
        except asyncpg.PostgresError as error:
            async with self._pool.acquire() as connection, connection.transaction():
                for incoming in await self._fresh(connection, [message]):
                    await self._park(connection, incoming.message, incoming.envelope, error)

    async def effect_of(self, connection: Connection, messages: Sequence[Message]) -> None:
        """The batch's effect in a running transaction: marks first, then parking, the effect's append last."""
        fresh = await self._fresh(connection, messages)
        behind = await parked_streams(connection, self.name, {_place(i.envelope, i.message) for i in fresh})
        ready: list[Incoming] = []
        for incoming in fresh:
            where = _place(incoming.envelope, incoming.message)
            if where in behind:
                await self._park(connection, incoming.message, incoming.envelope, Behind())
            elif self._known.knows(incoming.envelope.type):
                try:
                    event = self._decode(incoming)
                except Undecodable as error:
                    behind.add(where)
                    await self._park(connection, incoming.message, incoming.envelope, error)
                else:
                    ready.append(Incoming(incoming.envelope, event, incoming.message))
        await self._apply(connection, ready)

    async def _apply(self, connection: Connection, ready: Sequence[Incoming]) -> None:
        if not ready:
            return
        outcome = await self._effect(connection, ready)
        for index, error in outcome.failed.items():
            await self._park(connection, ready[index].message, ready[index].envelope, error)
        await outcome.append()

    async def take_again(self, connection: Connection, parked: Sequence[Parked]) -> int:
        """The effect of one stream's parked messages, in order, up to the first that fails again; how many it was."""
        ready: list[Incoming] = []
        for message in parked:
            try:
                opened = _Opened(Envelope.from_headers(message.headers), message)
                ready.append(Incoming(opened.envelope, self._decode(opened), message))
            except (BrokenEnvelope, Undecodable):
                break
        if not ready:
            return 0
        outcome = await self._effect(connection, ready)
        taken = min(outcome.failed, default=len(ready))
        await close(connection, [item.id for item in parked[:taken]])
        await outcome.append()
        return taken

    async def _fresh(self, connection: Connection, messages: Sequence[Message]) -> list["_Opened"]:
        """The messages above the high-water mark, which moves; those without a readable envelope are parked."""
        opened: list[_Opened] = []
        for message in messages:
            try:
                opened.append(_Opened(Envelope.from_headers(message.headers), message))
            except BrokenEnvelope as error:
                await self._park(connection, message, None, error)
        marks = await self._marks(connection, {(i.envelope.source, i.message.partition) for i in opened})
        fresh = []
        for incoming in opened:
            where = (incoming.envelope.source, incoming.message.partition)
            if incoming.envelope.sequence > marks[where]:
                marks[where] = incoming.envelope.sequence
                fresh.append(incoming)
        if fresh:
            await connection.execute(
                """update high_water h set position = m.position, moved_at = clock_timestamp()
                   from unnest($2::text[], $3::int[], $4::bigint[]) m (source, partition, position)
                   where h.consumer = $1 and h.source = m.source and h.partition = m.partition""",
                self.name,
                [source for source, _ in marks],
                [partition for _, partition in marks],
                list(marks.values()),
            )
        return fresh

    async def _marks(self, connection: Connection, wanted: Iterable[tuple[str, int]]) -> dict[tuple[str, int], int]:
        ordered = sorted(wanted)
        sources, partitions = [source for source, _ in ordered], [partition for _, partition in ordered]
        await connection.execute(
            """insert into high_water (consumer, source, partition, position)
               select $1, source, partition, 0 from unnest($2::text[], $3::int[]) w (source, partition)
               order by source, partition on conflict do nothing""",
            self.name,
            sources,
            partitions,
        )
        rows = await connection.fetch(
            """select source, partition, position from high_water
               where consumer = $1 and (source, partition) in (select * from unnest($2::text[], $3::int[]))
               order by source, partition for update""",
            self.name,
            sources,
            partitions,
        )
        return {(row["source"], row["partition"]): row["position"] for row in rows}

    def _decode(self, incoming: "_Opened") -> PublicEvent:
        if incoming.message.value is None:
            raise Undecodable("the value is empty")
        return self._known.decode(incoming.envelope.type, incoming.envelope.version, incoming.message.value)

    async def _park(
        self, connection: Connection, message: Message, envelope: Envelope | None, error: Exception
    ) -> None:
        reason = error.detail if isinstance(error, DomainError) else f"{type(error).__name__}: {_said(error)}"
        log.error("event parked", consumer=self.name, topic=message.topic, offset=message.offset, reason=reason)
        await park(connection, Parked.of(self.name, message, envelope, reason))


def _place(envelope: Envelope, message: Message) -> tuple[str, str]:
    return envelope.source, stream_of(message)


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: Envelope
    message: Message


class Behind(Exception):
    """The event waits behind a parked one of its stream."""

    def __str__(self) -> str:
        return "waits behind a parked event of its stream"


def _said(error: Exception) -> str:
    # PostgreSQL's own words may quote values; ours never do
    return error.sqlstate if isinstance(error, asyncpg.PostgresError) and error.sqlstate else str(error)


async def undecoded(message: KafkaMessage) -> object:
    """The decoder of every subscriber: none. It is async, because FastStream runs a sync one in a thread pool."""
    return message.body


def subscribe(broker: KafkaBroker, topics: Sequence[str], consumer: Consumer) -> None:
    """Let FastStream hand the topics' raw batches to the consumer.

    The policy and the offset are said on the subscriber itself: a broker-level policy does not reach routers, and the
    defaults are at-most-once from the latest offset.
    """
    handler = broker.subscriber(
        *topics,
        batch=True,
        max_records=BATCH,
        batch_timeout_ms=100,
        fetch_max_wait_ms=100,
        group_id=consumer.name,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        max_poll_interval_ms=int(MAX_POLL_INTERVAL * 1000),
        decoder=undecoded,
    )

    @handler
    async def receive(message: KafkaMessage) -> None:
        raw = message.raw_message
        await consumer.receive(raw if isinstance(raw, tuple) else (raw,))
