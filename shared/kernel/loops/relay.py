"""Stored events to topics, in the order of positions, each acknowledged by all replicas before the cursor moves."""

import asyncio
from collections.abc import Awaitable, Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple, Protocol
from uuid import UUID

import structlog

from shared.events import Catalogue, Envelope, PublicEvent
from shared.events.catalogue import type_of, version_of
from shared.kernel.store import Cursor, Incarnation, Mark, RecordedEvent, Transaction, incarnation_of

BATCH = 2000
"""Events published at once: with fewer, waiting for the brokers' answers costs a third of the speed."""
LOOKS_AGAIN_AFTER = 1.0
"""Seconds without a batch after which a relay looks at its topics again: database or brokers may have been replaced
meanwhile, and no error has said so to who did not use them."""

log = structlog.get_logger()

Publish = Callable[[Transaction, Sequence[RecordedEvent[str]]], Awaitable[Sequence[PublicEvent | None]]]


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

    async def publish_batch(_: Transaction, events: Sequence[RecordedEvent[str]]) -> Sequence[PublicEvent | None]:
        return [publish(catalogue.decode(event.type, event.schema_version, event.body)) for event in events]

    return publish_batch


class Older(RuntimeError):
    """The store does not hold what its topic does: it was put back to an older backup, and nobody has said so."""

    def __init__(self, topic: str) -> None:
        super().__init__(f"the store is older than its topic {topic}: run `alongside restored SERVICE`")


class Told(NamedTuple):
    """An event as a topic tells of it."""

    mark: Mark
    id: UUID


async def lost_of(transaction: Transaction, lives: Sequence[Incarnation], told: Collection[Told]) -> set[Told]:
    """Those of the told events that the store has lost unnoticed: a life that was opened since excuses what is gone."""
    missing = await transaction.missing({(event.mark.position, event.id) for event in told})
    return {
        event
        for event in told
        if (event.mark.position, event.id) in missing
        and event.mark.incarnation >= incarnation_of(lives, event.mark.position)
    }


class NotAcknowledged(OSError):
    """The brokers did not take a batch; it will be sent again from the cursor."""


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message to publish; its key decides its partition, None as value empties the key."""

    topic: str
    key: bytes
    value: bytes | None
    headers: Sequence[tuple[str, bytes]]


class Publisher(Protocol):
    """What the relay needs of a log."""

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Returns once all are acknowledged by all replicas, in this order in each partition.

        Raises `NotAcknowledged` otherwise; then any of them may be there, but none comes after a later batch's.
        """
        ...

    async def last(self, topic: str, source: str) -> Sequence[Told]:
        """The last event of a source in each partition of a topic; raises `NotAcknowledged`."""
        ...

    async def close(self) -> None:
        """Let go of the log; what is on its way has an end first."""
        ...


class Relay:
    """Publishes batches; a follower's `handle`.

    A batch that is sent twice is harmless: consumers drop what is not above their high-water mark. So new events of a
    store that was put back to an older backup must not go out under positions that consumers have seen; nor may any go
    to a topic that was lost, before those that it held: whoever had not taken these yet would take them for repeats.
    Before its first batch, after any failure and after a pause the relay looks what its topics end with. It refuses to
    publish (`Older`) where the store does not hold that, and begins again at its beginning where a topic is empty.
    """

    def __init__(self, publisher: Publisher, publications: Sequence[Publication]) -> None:
        if len({publication.source for publication in publications}) < len(publications):
            raise ValueError("two publications share a source; their events would be taken for one another")
        self._publisher = publisher
        self._publications = publications
        self._told: dict[str, Sequence[Told]] | None = None
        self._told_at = 0.0
        self._silent: dict[str, int] = {}  # up to where there is known to be nothing for a topic

    async def handle(self, transaction: Transaction, cursor: Cursor, events: Sequence[RecordedEvent[str]]) -> None:
        """Publish a batch, or send the cursor back; raises `NotAcknowledged` or `Older`."""
        lives = await transaction.incarnations()
        await self._compare(transaction, lives)
        begin = self._begin(cursor)
        if begin < cursor.position:
            log.warning("begins again", position=begin, reason="a topic holds nothing of what was sent to it")
            await transaction.move_cursors([cursor.name], begin)
            return
        messages: list[Outgoing] = []
        for publication in self._publications:
            own = await messages_of(publication, transaction, events, lives)
            if not own and self._silent.get(publication.topic, 0) >= cursor.position:
                self._silent[publication.topic] = events[-1].position
            messages += own
        if messages:
            await self._publisher.publish(messages)
            position, id_ = events[-1].position, events[-1].id
            last = Told(Mark(incarnation_of(lives, position), position), id_)
            self._told, self._told_at = {publication.topic: [last] for publication in self._publications}, _now()

    def doubt(self) -> None:
        """Something failed: the store may be another one when it comes back. Look again before the next batch."""
        self._told = None
        self._silent.clear()

    async def _compare(self, transaction: Transaction, lives: Sequence[Incarnation]) -> None:
        if self._told is None or _now() - self._told_at > LOOKS_AGAIN_AFTER:
            self._told = None
            self._told = {one.topic: await self._publisher.last(one.topic, one.source) for one in self._publications}
            self._told_at = _now()
        lost = await lost_of(transaction, lives, {event for told in self._told.values() for event in told})
        for topic, told in self._told.items():
            if lost.intersection(told):
                self.doubt()
                log.error("the store is older than its topic: run `alongside restored SERVICE`", topic=topic)
                raise Older(topic)

    def _begin(self, cursor: Cursor) -> int:
        """Where to go on: at the cursor, unless a topic is empty that should not be, or may have been lost."""
        assert self._told is not None
        empty = [topic for topic, told in self._told.items() if not told]
        return min((self._silent.get(topic, 0) for topic in empty), default=cursor.position)


def _now() -> float:
    return asyncio.get_running_loop().time()


async def messages_of(
    publication: Publication,
    transaction: Transaction,
    events: Sequence[RecordedEvent[str]],
    lives: Sequence[Incarnation],
) -> list[Outgoing]:
    """The messages that a batch of stored events sends to a publication's topic."""
    published = await publication.publish(transaction, events)
    return [
        Outgoing(
            topic=publication.topic,
            key=f"{stored.tenant}/{stored.stream}".encode(),
            value=None if type_of(event) in publication.tombstones else event.model_dump_json().encode(),
            headers=envelope(publication.source, stored, event, incarnation_of(lives, stored.position)).headers(),
        )
        for stored, event in zip(events, published, strict=True)
        if event is not None
    ]


def envelope(source: str, stored: RecordedEvent[str], event: PublicEvent, incarnation: int) -> Envelope:
    """The envelope of a public event: the stored event's id, position and causes."""
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
