"""The relay's publisher: sends batches to Kafka and awaits every acknowledgement."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Sequence
from itertools import chain
from typing import Any
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.errors import BrokerResponseError, KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import RecordMetadata

from shared.kernel.kafka.clients import start_client
from shared.kernel.kafka.messages import MissingTopic, last_events
from shared.kernel.loops.relay import MessagesRefused, NotAcknowledged, OutgoingMessage, PublishedEvent

ACKNOWLEDGED_WITHIN = 10.0
"""Seconds that a batch may take; well below the producer's own 40, so that the producer never gives up a message by
itself and lets a later one of the same partition overtake it."""

LARGEST_BATCH = 256 * 1024
"""The most bytes that are sent to a partition in one request."""

STOPPED_WITHIN = 2.0
"""Seconds that a producer waits for the acknowledgements of what it has sent already."""


class KafkaPublisher:
    """Publishes batches, each fully acknowledged. After any failure the producer is closed and a new one is made."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "KafkaPublisher":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def publish(self, messages: Sequence[OutgoingMessage]) -> None:
        """Send a batch and wait for every acknowledgement; raises `NotAcknowledged` or `MessagesRefused`."""
        acknowledgements: list[asyncio.Future[RecordMetadata]] = []
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                producer = await self._start()
                async for sent in _send(producer, messages):
                    sent.add_done_callback(_mark_retrieved)
                    acknowledgements.append(sent)
                await asyncio.gather(*acknowledgements)
        except BrokerResponseError as error:
            await self.close()
            if error.retriable:
                raise NotAcknowledged(type(error).__name__) from error
            refusal = f"Kafka refuses what is sent to it: {type(error).__name__}. {error.description}"
            raise MessagesRefused(refusal) from error
        except MessagesRefused:
            await self.close()
            raise
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise NotAcknowledged(type(error).__name__) from error
        except BaseException:
            await self.close()
            raise

    async def last(self, topic: str, source: str) -> Sequence[PublishedEvent]:
        """Read the last event of a source in each partition of a topic.

        Raises `NotAcknowledged` or `MessagesRefused`.
        """
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                return await last_events(self._bootstrap_servers, topic, source)
        except MissingTopic as error:
            raise MessagesRefused(str(error)) from error
        except (KafkaError, OSError, TimeoutError) as error:
            raise NotAcknowledged(type(error).__name__) from error

    async def close(self) -> None:
        """Stop the producer, if there is one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)

    async def _start(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=LARGEST_BATCH,
            )
            try:
                await start_client(producer)
                # its sender must have begun: one that is stopped before would pass its cancellation on as ours
                await asyncio.sleep(0)
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
        return self._producer


async def _send(
    producer: AIOKafkaProducer, messages: Sequence[OutgoingMessage]
) -> AsyncIterator[asyncio.Future[RecordMetadata]]:
    """Send messages, a whole batch of a partition at a time; yields the future acknowledgement of each batch.

    Sent message by message, the producer makes a future and looks for a batch each time: more work than all the rest.
    """
    partitions = {topic: len(await producer.partitions_for(topic)) for topic in {message.topic for message in messages}}
    batches: dict[tuple[str, int], BatchBuilder] = {}
    for message in messages:
        place = message.topic, partition_of(message.key, partitions[message.topic])
        batch = batches.get(place)
        if batch is None or not _add(message, batch):
            if batch is not None:
                yield await producer.send_batch(batch, place[0], partition=place[1])
            batches[place] = batch = producer.create_batch()
            if not _add(message, batch):
                raise MessagesRefused(f"a message to {place[0]} is larger than {LARGEST_BATCH} bytes")
    for (topic, partition), batch in batches.items():
        yield await producer.send_batch(batch, topic, partition=partition)


def _mark_retrieved(settled: "asyncio.Future[Any]") -> None:
    """Retrieve the future's exception: the first failure is raised, and the event loop need not warn of the others."""
    if not settled.cancelled():
        settled.exception()


def _add(message: OutgoingMessage, batch: BatchBuilder) -> bool:
    """Add a message to a batch; False where the batch has no room for it."""
    headers = list(message.headers)
    return batch.append(timestamp=None, key=message.key, value=message.value, headers=headers) is not None


def partition_of(key: bytes, partitions: int) -> int:
    """Return the partition of a key: its CRC-32, as librdkafka's `consistent` partitioner computes it.

    Java's default, murmur2, computed in Python costs more than sending the message. All that matters is that a stream
    stays in its partition, and each topic is written by one service alone.
    """
    return crc32(key) % partitions


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop a producer without sending what it still holds: another producer sends that again, from the cursor.

    Its own `stop` would flush for as long as the brokers are away; interrupted, it would go on in the background, and
    when it gave a message up for good, let a later one of the same partition overtake it.
    """
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(STOPPED_WITHIN):
            await producer._sender.close()  # noqa: SLF001  # aiokafka offers no other way
    accumulator = producer._message_accumulator  # noqa: SLF001  # aiokafka offers no other way
    accumulator.fail_all(NotAcknowledged())
    for batch in chain(*accumulator._batches.values(), accumulator._pending_batches):  # noqa: SLF001  # likewise
        _mark_retrieved(batch._drain_waiter)  # noqa: SLF001  # likewise
    with contextlib.suppress(KafkaError, OSError):
        await producer.stop()
