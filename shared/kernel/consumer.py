"""Others' events in: raw batches, one transaction each, exactly one effect, and parking for what fails for good.

Kafka's offset is only a hint of where to go on. What counts is one row per (consumer, source, topic, partition) whose
position moves in the transaction of the effect: at or below it an event is a repeat.
"""

import asyncio
import contextlib
import random
import traceback
from collections.abc import Awaitable, Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile
from pathlib import Path

import asyncpg
import structlog
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.events import BrokenEnvelope, Catalogue, Envelope, PublicEvent, Undecodable
from shared.kernel.bell import Bell
from shared.kernel.decider import DomainError
from shared.kernel.parking import Message, Parked, close, park, parked_of, parked_streams, stream_of
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
        self._since: float | None = None

    def waits(self) -> float:
        """Seconds since the batch that has not got through yet came for the first time; 0 where none waits."""
        return 0.0 if self._since is None else asyncio.get_running_loop().time() - self._since

    async def receive(self, messages: Sequence[Message]) -> None:
        """Take a batch, each partition in order; raises only what Kafka should deliver again."""
        begun = asyncio.get_running_loop().time()
        self._since = begun if self._since is None else self._since  # handed back, it comes again: it still waits
        deadline = begun + self._retry_for
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
                self._since = None
                self._bell.ring()
                return

    async def _take(self, messages: Sequence[Message]) -> None:
        try:
            async with self._pool.acquire() as connection, connection.transaction():
                await self.effect_of(connection, messages)
        except RETRIED:
            raise
        except Exception as error:  # noqa: BLE001  # whatever it is, it would fail again for ever
            await self._take_apart(messages, error)

    async def _take_apart(self, messages: Sequence[Message], error: Exception) -> None:
        """Something in the batch fails it as a whole: in ever smaller parts it shows which event it is."""
        middle = len(messages) // 2
        if middle:
            await self._take(messages[:middle])
            await self._take(messages[middle:])
            return
        async with self._pool.acquire() as connection, connection.transaction():
            for opened in await self._fresh(connection, messages):
                await self._park(connection, opened, error)

    async def effect_of(self, connection: Connection, messages: Sequence[Message]) -> None:
        """The batch's effect in a running transaction: marks first, then parking, the effect's append last."""
        fresh = await self._fresh(connection, messages)
        behind = await parked_streams(connection, self.name, {_place(opened.message) for opened in fresh})
        ready: list[Incoming] = []
        for opened in fresh:
            if self._passes_by(opened):
                continue
            where = _place(opened.message)
            try:
                incoming = self._decoded(opened)
            except (BrokenEnvelope, Undecodable) as error:
                if await self._park(connection, opened, error):
                    behind.add(where)
            else:
                if where in behind:
                    await self._park(connection, opened, Behind())
                else:
                    ready.append(incoming)
        if ready:
            outcome = await self._effect(connection, ready)
            for index, failed in outcome.failed.items():
                await self._park(connection, _Opened(ready[index].envelope, ready[index].message), failed)
            await outcome.append()

    async def replay(self, topic: str, stream: str) -> int:
        """Take everything parked of one stream again, in order, in one transaction; the number taken.

        What fails again for good stays parked, with what is behind it.
        """
        while True:
            with contextlib.suppress(Conflict):  # somebody changed what it is decided on: it is decided again
                async with self._pool.acquire() as connection, connection.transaction():
                    # the marks are what the running consumer locks first: it waits, and finds the stream free then
                    await connection.execute(
                        """select 1 from high_water where consumer = $1 and topic = $2
                           order by source, topic, partition for update""",
                        self.name,
                        topic,
                    )
                    return await self._take_again(connection, await parked_of(connection, self.name, topic, stream))

    async def _take_again(self, connection: Connection, parked: Sequence[Parked]) -> int:
        """The effect of one stream's parked messages, in order, up to the first that fails again; how many it was."""
        reached: list[Parked] = []
        ready: list[Incoming] = []
        for message in parked:
            opened = _opened(message)
            try:
                if not self._passes_by(opened):
                    ready.append(self._decoded(opened))
            except (BrokenEnvelope, Undecodable):
                break
            reached.append(message)
        outcome = await self._effect(connection, ready) if ready else None
        if outcome is not None and outcome.failed:
            refused = ready[min(outcome.failed)].message
            reached = list(takewhile(lambda message: message is not refused, reached))
        await close(connection, [message.id for message in reached])
        if outcome is not None:
            await outcome.append()
        return len(reached)

    async def _fresh(self, connection: Connection, messages: Sequence[Message]) -> list["_Opened"]:
        """The messages above the high-water mark, which moves, and those whose envelope cannot be read."""
        opened = [_opened(message) for message in messages]
        marks = await self._marks(connection, {where for one in opened if (where := _mark(one)) is not None})
        fresh = []
        for one in opened:
            where = _mark(one)
            if where is None or isinstance(one.envelope, BrokenEnvelope):
                fresh.append(one)
            elif one.envelope.sequence > marks[where]:
                marks[where] = one.envelope.sequence
                fresh.append(one)
        await connection.execute(
            """update high_water h set position = m.position, moved_at = clock_timestamp()
               from unnest($2::text[], $3::text[], $4::int[], $5::bigint[]) m (source, topic, partition, position)
               where h.consumer = $1 and h.source = m.source and h.topic = m.topic and h.partition = m.partition
                     and h.position < m.position""",
            self.name,
            *_columns(marks, 3),
            list(marks.values()),
        )
        return fresh

    async def _marks(self, connection: Connection, wanted: Iterable["_Mark"]) -> dict["_Mark", int]:
        columns = _columns(sorted(wanted), 3)
        await connection.execute(
            """insert into high_water (consumer, source, topic, partition, position)
               select $1, source, topic, partition, 0
               from unnest($2::text[], $3::text[], $4::int[]) w (source, topic, partition)
               order by source, topic, partition on conflict do nothing""",
            self.name,
            *columns,
        )
        rows = await connection.fetch(
            """select source, topic, partition, position from high_water
               where consumer = $1
                     and (source, topic, partition) in (select * from unnest($2::text[], $3::text[], $4::int[]))
               order by source, topic, partition for update""",
            self.name,
            *columns,
        )
        return {(row["source"], row["topic"], row["partition"]): row["position"] for row in rows}

    def _passes_by(self, opened: "_Opened") -> bool:
        return isinstance(opened.envelope, Envelope) and not self._known.knows(opened.envelope.type)

    def _decoded(self, opened: "_Opened") -> Incoming:
        envelope, message = opened.envelope, opened.message
        if isinstance(envelope, BrokenEnvelope):
            raise envelope
        if message.value is None:
            raise Undecodable("the value is empty")
        return Incoming(envelope, self._known.decode(envelope.type, envelope.version, message.value), message)

    async def _park(self, connection: Connection, opened: "_Opened", error: Exception) -> bool:
        """Whether the message was not parked before."""
        message, reason = opened.message, _said(error)
        envelope = opened.envelope if isinstance(opened.envelope, Envelope) else None
        log.error("event parked", consumer=self.name, topic=message.topic, offset=message.offset, reason=reason)
        return await park(connection, Parked.of(self.name, message, envelope, reason))


_Mark = tuple[str, str, int]
"""What a high-water mark is for: source, topic, partition. A service that fills two topics has two orders."""


@dataclass(frozen=True, slots=True)
class _Opened:
    envelope: Envelope | BrokenEnvelope
    message: Message


def _opened(message: Message) -> _Opened:
    try:
        return _Opened(Envelope.from_headers(message.headers), message)
    except BrokenEnvelope as error:
        return _Opened(error, message)


def _mark(opened: _Opened) -> _Mark | None:
    if isinstance(opened.envelope, BrokenEnvelope):
        return None
    return opened.envelope.source, opened.message.topic, opened.message.partition


def _place(message: Message) -> tuple[str, str]:
    return message.topic, stream_of(message)


def _columns(rows: Iterable[tuple[object, ...]], width: int) -> list[list[object]]:
    return [list(column) for column in zip(*rows, strict=True)] or [[] for _ in range(width)]


class Behind(Exception):
    """The event waits behind a parked one of its stream."""

    def __str__(self) -> str:
        return "waits behind a parked event of its stream"


def _said(error: Exception) -> str:
    """Why, for an operator: the words of our own errors, which quote nothing; of any other its name and place."""
    if isinstance(error, DomainError):
        return error.detail
    name = type(error).__name__
    if isinstance(error, (Behind, BrokenEnvelope, Undecodable)):
        return f"{name}: {error}"
    if isinstance(error, asyncpg.PostgresError):
        return f"{name}: {error.sqlstate}"
    frames = traceback.extract_tb(error.__traceback__)
    return f"{name} in {Path(frames[-1].filename).name}:{frames[-1].lineno}" if frames else name


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
