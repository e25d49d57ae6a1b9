"""Publishes stored events to topics in the order of positions; its cursor moves once all replicas have acknowledged."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import structlog

from shared.events import Catalogue, Envelope, PublicEvent
from shared.events.catalogue import type_of, version_of
from shared.kernel.loops.follower import FollowerTransaction, Obstacle
from shared.kernel.records import Cursor, HighWaterMark, Incarnation, RecordedEvent, incarnation_of
from shared.kernel.store import EventLog, Incarnations, StreamReader

BATCH = 2000
"""Events published at once: with fewer, waiting for the brokers' answers costs a third of the speed."""
COMPARED_FOR = 1.0
"""Seconds without a batch after which the relay compares store and topics again: database or brokers may have been
replaced meanwhile, and a client that did not use them got no error."""

log = structlog.get_logger()

Publish = Callable[[StreamReader, Sequence[RecordedEvent[str]]], Awaitable[Sequence[PublicEvent | None]]]
"""Makes the public form of each event of a batch, or None; it may read in the relay's transaction."""


@dataclass(frozen=True)
class Publication:
    """A topic, and the function that makes the public form of each stored event, or None where it is not published.

    `source` belongs to this publication alone: a stored event may go to two topics under one id, and in CloudEvents an
    event is identified by source and id together. `tombstones` are public types whose message has no value, so that a
    compacted topic drops the earlier messages of that key (erasure).
    """

    topic: str
    source: str
    publish: Publish
    tombstones: frozenset[str] = frozenset()


def publish_each(catalogue: Catalogue[Any], publish: Callable[[Any], PublicEvent | None]) -> Publish:
    """Make the `publish` of a publication from a function of one event; personal texts stay sealed."""

    async def publish_batch(_: StreamReader, events: Sequence[RecordedEvent[str]]) -> Sequence[PublicEvent | None]:
        return [publish(catalogue.decode(event.type, event.schema_version, event.body)) for event in events]

    return publish_batch


class StoreOlderThanTopic(Obstacle):
    """A topic holds an event that the store does not: the store was put back to an older backup and not reopened."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the store is older than its topic {topic}: run `alongside restored SERVICE`")


class PublishedEvent(NamedTuple):
    """An event that a topic holds."""

    mark: HighWaterMark
    id: UUID


async def lost_events(
    log_of_events: EventLog, incarnations: Sequence[Incarnation], published: Collection[PublishedEvent]
) -> set[PublishedEvent]:
    """Return those of the published events that the store lost without a declared restore.

    An incarnation begun since the event was published explains why it is missing.
    """
    missing = await log_of_events.missing_events({(event.mark.position, event.id) for event in published})
    return {
        event
        for event in published
        if (event.mark.position, event.id) in missing
        and event.mark.incarnation >= incarnation_of(incarnations, event.mark.position)
    }


class NotAcknowledged(OSError):
    """The brokers did not acknowledge a batch; it is sent again from the cursor."""


class MessagesRefused(Obstacle, NotAcknowledged):
    """The brokers refuse a batch, and will refuse it again until somebody removes the cause."""


@dataclass(frozen=True, slots=True)
class OutgoingMessage:
    """A message to publish. Its key decides its partition; a value of None empties the key in a compacted topic."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Publisher(Protocol):
    """The log that the relay publishes to."""

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Return once all replicas have acknowledged all messages, in this order in each partition.

        Raises `NotAcknowledged` otherwise, `MessagesRefused` if waiting does not help; then any of the messages may be
        in the log, but none comes after a later batch's.
        """
        ...

    async def last(self, topic: str, source: str) -> Sequence[PublishedEvent]:
        """Read the last event of a source in each partition of a topic; raises `NotAcknowledged`."""
        ...

    async def close(self) -> None:
        """Close the connection to the log, once every message that is being sent has succeeded or failed."""
        ...


class RelayTransaction(FollowerTransaction, Incarnations, StreamReader, Protocol):
    """What the relay needs of its transaction."""


class Relay:
    """Publishes batches; `handle` is a follower's.

    Publishing a batch twice is harmless, because consumers drop what is not above their high-water mark. Two things are
    not. New events of a store that was put back to an older backup must not go out under positions that consumers have
    seen. And after a topic was lost, no new event may go to it before those that it held: consumers that had not taken
    these yet would drop them as repeats. So before its first batch, and after `COMPARED_FOR` seconds without a batch,
    the relay reads the last events of its topics. It refuses to publish (`StoreOlderThanTopic`) where the store does
    not hold them, and starts again at the beginning of the store where a topic is empty.
    """

    def __init__(self, publisher: Publisher, publications: Sequence[Publication]) -> None:
        if len({publication.source for publication in publications}) < len(publications):
            raise ValueError("two publications share a source; their events would be taken for one another")
        self._publisher = publisher
        self._publications = publications
        self._last: dict[str, Sequence[PublishedEvent]] | None = None
        self._last_read_at = 0.0
        self._nothing_up_to: dict[str, int] = {}  # by topic: no event up to this position is published to it

    async def handle(self, transaction: RelayTransaction, cursor: Cursor, events: Sequence[RecordedEvent[str]]) -> None:
        """Publish a batch, or send the cursor back; raises `NotAcknowledged` or `StoreOlderThanTopic`."""
        incarnations = await transaction.incarnations()
        await self._compare(transaction, incarnations)
        begin = self._begin(cursor)
        if begin < cursor.position:
            log.warning("begins again", position=begin, reason="a topic holds nothing of what was sent to it")
            await transaction.move_cursors([cursor.name], begin)
            return
        messages: list[OutgoingMessage] = []
        for publication in self._publications:
            own = await messages_for(publication, transaction, events, incarnations)
            if not own and self._nothing_up_to.get(publication.topic, 0) >= cursor.position:
                self._nothing_up_to[publication.topic] = events[-1].position
            messages += own
        if messages:
            await self._publisher.publish(messages)
            position, id_ = events[-1].position, events[-1].id
            last = PublishedEvent(HighWaterMark(incarnation_of(incarnations, position), position), id_)
            self._last, self._last_read_at = {publication.topic: [last] for publication in self._publications}, _now()

    async def _compare(self, transaction: EventLog, incarnations: Sequence[Incarnation]) -> None:
        if self._last is None or _now() - self._last_read_at > COMPARED_FOR:
            self._last = None
            self._last = {
                publication.topic: await self._publisher.last(publication.topic, publication.source)
                for publication in self._publications
            }
            self._last_read_at = _now()
        published = {event for last in self._last.values() for event in last}
        lost = await lost_events(transaction, incarnations, published)
        for topic, last in self._last.items():
            if lost.intersection(last):
                self._last = None
                self._nothing_up_to.clear()
                log.error("the store is older than its topic: run `alongside restored SERVICE`", topic=topic)
                raise StoreOlderThanTopic(topic)

    def _begin(self, cursor: Cursor) -> int:
        """Where to go on: at the cursor, unless a topic is empty that should not be, or may have been lost."""
        assert self._last is not None
        empty = [topic for topic, last in self._last.items() if not last]
        return min((self._nothing_up_to.get(topic, 0) for topic in empty), default=cursor.position)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def messages_for(
    publication: Publication,
    reads: StreamReader,
    events: Sequence[RecordedEvent[str]],
    incarnations: Sequence[Incarnation],
) -> list[OutgoingMessage]:
    """Return the messages that a batch of stored events sends to a publication's topic."""
    published = await publication.publish(reads, events)
    return [
        OutgoingMessage(
            topic=publication.topic,
            key=f"{stored.tenant}/{stored.stream}".encode(),
            value=None if type_of(event) in publication.tombstones else event.model_dump_json().encode(),
            headers=envelope_of(
                publication.source, stored, event, incarnation_of(incarnations, stored.position)
            ).headers(),
        )
        for stored, event in zip(events, published, strict=True)
        if event is not None
    ]


def envelope_of(source: str, stored: RecordedEvent[str], event: PublicEvent, incarnation: int) -> Envelope:
    """Return the envelope of a public event: it carries the stored event's id, position and cause."""
    return Envelope(
        id=stored.id,
        type=type_of(event),
        version=version_of(event),
        source=source,
        subject=stored.stream,
        time=stored.recorded_at,
        tenant=stored.tenant,
        sequence=stored.position,
        correlation_id=stored.cause.correlation_id,
        causation_id=stored.cause.causation_id,
        traceparent=stored.cause.traceparent,
        readable_as=event.readable_as,
        incarnation=incarnation,
    )
