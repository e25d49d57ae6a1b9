"""Stored events to topics, in the order of positions, each acknowledged by all replicas before the cursor moves."""

import asyncio
import contextlib
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.events import Catalogue, Envelope, PublicEvent
from shared.events.catalogue import type_of, version_of
from shared.kernel.postgres import Connection
from shared.kernel.store import Recorded

ACKNOWLEDGED_WITHIN = 10.0
"""Seconds that a batch may take; well below the producer's own 40, so that it never gives up a message by itself and
lets a later one of the same partition pass."""

STOPPED_WITHIN = 2.0
"""Seconds that a producer has for the answer to what is on its way already."""

Publish = Callable[[Connection, Sequence[Recorded[str]]], Awaitable[Sequence[PublicEvent | None]]]


@dataclass(frozen=True)
class Outlet:
    """A topic and what of a batch of stored events goes to it: for each event its public form, or None.

    `source` is the outlet's own: one stored event may go to two topics under its one id, and in CloudEvents source and
    id together name one event. `tombstones` are public types that empty their key instead of filling it
    (compacted topics: erasure).
    """

    topic: str
    source: str
    publish: Publish
    tombstones: frozenset[str] = frozenset()


def each(catalogue: Catalogue[Any], publish: Callable[[Any], PublicEvent | None]) -> Publish:
    """The usual `publish` of an outlet: each event decoded (its personal texts sealed) and made public, or not."""

    async def of_batch(_: Connection, events: Sequence[Recorded[str]]) -> Sequence[PublicEvent | None]:
        return [publish(catalogue.decode(event.type, event.schema_version, event.body)) for event in events]

    return of_batch


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

    async def close(self) -> None:
        """Let go of the log; what is on its way has an end first."""
        ...


class Relay:
    """Publishes batches; a follower's `handle`. After any failure the producer is closed and made anew.

    A batch that is sent twice is harmless: consumers drop what is not above their high-water mark.
    """

    def __init__(self, bootstrap_servers: str, outlets: Sequence[Outlet]) -> None:
        self._bootstrap_servers = bootstrap_servers
        if len({outlet.source for outlet in outlets}) < len(outlets):
            raise ValueError("two outlets share a source; their events would be taken for one another")
        self._outlets = outlets
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "Relay":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._close()

    async def handle(self, connection: Connection, _cursor: str, events: Sequence[Recorded[str]]) -> None:
        """Send a batch and await every acknowledgement; raises `NotAcknowledged`."""
        messages = [message for outlet in self._outlets for message in await _messages(outlet, connection, events)]
        if not messages:
            return
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                producer = await self._started()
                sent = [await producer.send(**message) for message in messages]
                await asyncio.gather(*sent)
        except (KafkaError, OSError, TimeoutError) as error:
            await self._close()
            raise NotAcknowledged(type(error).__name__) from error
        except BaseException:
            await self._close()
            raise

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers, acks="all", enable_idempotence=True, linger_ms=0
            )
            try:
                await producer.start()
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
        return self._producer

    async def _close(self) -> None:
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop without sending any more: what the producer still holds is sent again from the cursor, by another one.

    Its own `stop` would flush for as long as the brokers are away; interrupted, it would go on behind our back, and by
    the time it gave a message up for good, let a later one of the same partition pass.
    """
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(STOPPED_WITHIN):
            await producer._sender.close()  # noqa: SLF001
    producer._message_accumulator.fail_all(NotAcknowledged())  # noqa: SLF001
    with contextlib.suppress(KafkaError, OSError):
        await producer.stop()


async def _messages(outlet: Outlet, connection: Connection, events: Sequence[Recorded[str]]) -> list[dict[str, object]]:
    published = await outlet.publish(connection, events)
    return [
        {
            "topic": outlet.topic,
            "key": f"{stored.tenant}/{stored.stream}".encode(),
            "value": None if type_of(event) in outlet.tombstones else event.model_dump_json().encode(),
            "headers": envelope(outlet.source, stored, event).headers(),
        }
        for stored, event in zip(events, published, strict=True)
        if event is not None
    ]


def envelope(source: str, stored: Recorded[str], event: PublicEvent) -> Envelope:
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
    )
