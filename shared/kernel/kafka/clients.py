"""Kafka: the log that the relay publishes to, and the subscription that hands raw batches to a consumer."""

import asyncio
import contextlib
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import replace
from itertools import chain
from typing import Any
from zlib import crc32

from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError
from aiokafka.producer.message_accumulator import BatchBuilder
from aiokafka.structs import ConsumerRecord, RecordMetadata
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.kernel.kafka.contents import last_of, started
from shared.kernel.loops.consumer import BATCH, MAX_POLL_INTERVAL, Consumer
from shared.kernel.loops.relay import NotAcknowledged, Outgoing, PublishedEvent

ACKNOWLEDGED_WITHIN = 10.0
"""Seconds that a batch may take; well below the producer's own 40, so that it never gives up a message by itself and
lets a later one of the same partition pass."""

LARGEST_BATCH = 256 * 1024
"""Bytes of messages that go to one partition together."""

FETCHED = 512 * 1024
"""Bytes of a partition that are fetched ahead: enough for a batch; twice as many cost memory and win nothing."""

METADATA_AGE = 5.0
"""Seconds after which a consumer asks again who leads which partition. It asks by itself when it cannot fetch; but
where it has no position yet and asks the wrong broker for one, it goes on asking that broker for as long as this."""

STOPPED_WITHIN = 2.0
"""Seconds that a producer has for the answer to what is on its way already."""


class KafkaPublisher:
    """Publishes with every acknowledgement. After any failure the producer is closed and made anew."""

    def __init__(self, bootstrap_servers: str) -> None:
        self._bootstrap_servers = bootstrap_servers
        self._producer: AIOKafkaProducer | None = None

    async def __aenter__(self) -> "KafkaPublisher":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    async def publish(self, messages: Sequence[Outgoing]) -> None:
        """Send a batch and await every acknowledgement; raises `NotAcknowledged`."""
        acknowledgements: list[asyncio.Future[RecordMetadata]] = []
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                producer = await self._started()
                async for sent in _sent(producer, messages):
                    sent.add_done_callback(_looked_at)
                    acknowledgements.append(sent)
                await asyncio.gather(*acknowledgements)
        except (KafkaError, OSError, TimeoutError) as error:
            await self.close()
            raise NotAcknowledged(type(error).__name__) from error
        except BaseException:
            await self.close()
            raise

    async def last(self, topic: str, source: str) -> Sequence[PublishedEvent]:
        """The last event of a source in each partition of a topic; raises `NotAcknowledged`."""
        try:
            async with asyncio.timeout(ACKNOWLEDGED_WITHIN):
                return await last_of(self._bootstrap_servers, topic, source)
        except (KafkaError, OSError, TimeoutError) as error:
            raise NotAcknowledged(type(error).__name__) from error

    async def close(self) -> None:
        """Stop the producer, if there is one."""
        producer, self._producer = self._producer, None
        if producer is not None:
            await _stop(producer)

    async def _started(self) -> AIOKafkaProducer:
        if self._producer is None:
            producer = AIOKafkaProducer(
                bootstrap_servers=self._bootstrap_servers,
                acks="all",
                enable_idempotence=True,
                linger_ms=0,
                max_batch_size=LARGEST_BATCH,
            )
            try:
                await started(producer)
                # its sender must have begun: one that is stopped before would pass its cancellation on as ours
                await asyncio.sleep(0)
            except BaseException:
                await _stop(producer)
                raise
            self._producer = producer
        return self._producer


async def _sent(
    producer: AIOKafkaProducer, messages: Sequence[Outgoing]
) -> AsyncIterator[asyncio.Future[RecordMetadata]]:
    """The acknowledgements to come of messages that are on their way, whole batches of a partition at a time.

    Message by message the producer makes a future and looks for a batch each time: more work than all the rest.
    """
    partitions = {topic: len(await producer.partitions_for(topic)) for topic in {one.topic for one in messages}}
    batches: dict[tuple[str, int], BatchBuilder] = {}
    for message in messages:
        place = message.topic, partition_of(message.key, partitions[message.topic])
        batch = batches.get(place)
        if batch is None or not _put(message, batch):
            if batch is not None:
                yield await producer.send_batch(batch, place[0], partition=place[1])
            batches[place] = batch = producer.create_batch()
            if not _put(message, batch):
                raise NotAcknowledged("a message is too large for any batch")
    for (topic, partition), batch in batches.items():
        yield await producer.send_batch(batch, topic, partition=partition)


def _looked_at(settled: "asyncio.Future[Any]") -> None:
    """The first failure of a batch is told; the loop need not complain of the others that nobody looked at them."""
    if not settled.cancelled():
        settled.exception()


def _put(message: Outgoing, batch: BatchBuilder) -> bool:
    """Whether the message found room in the batch."""
    headers = list(message.headers)
    return batch.append(timestamp=None, key=message.key, value=message.value, headers=headers) is not None


def partition_of(key: bytes, partitions: int) -> int:
    """Where the messages of a key go: by the CRC-32 of the key, as librdkafka's `consistent` partitioner has it.

    Java's default, murmur2, done in Python costs more than sending the message. What matters is that a stream stays
    where it is, and that one service alone fills its topic.
    """
    return crc32(key) % partitions


async def _stop(producer: AIOKafkaProducer) -> None:
    """Stop without sending any more: what the producer still holds is sent again from the cursor, by another one.

    Its own `stop` would flush for as long as the brokers are away; interrupted, it would go on behind our back, and by
    the time it gave a message up for good, let a later one of the same partition pass.
    """
    with contextlib.suppress(KafkaError, OSError, TimeoutError):
        async with asyncio.timeout(STOPPED_WITHIN):
            await producer._sender.close()  # noqa: SLF001
    accumulator = producer._message_accumulator  # noqa: SLF001
    accumulator.fail_all(NotAcknowledged())
    for batch in chain(*accumulator._batches.values(), accumulator._pending_batches):  # noqa: SLF001
        _looked_at(batch._drain_waiter)  # noqa: SLF001
    with contextlib.suppress(KafkaError, OSError):
        await producer.stop()


async def undecoded(message: KafkaMessage) -> object:
    """The decoder of every subscriber: none. It is async, because FastStream runs a sync one in a thread pool."""
    return message.body


async def unparsed(
    batch: tuple[ConsumerRecord[bytes, bytes], ...],
    parse: Callable[[tuple[ConsumerRecord[bytes, bytes], ...]], Awaitable[KafkaMessage]],
) -> KafkaMessage:
    """The parser of every subscriber: FastStream's own sees one empty record, and the batch is taken along whole.

    It would decode every header of every message as text, for nothing, and fail on one that is none.
    """
    message = await parse((replace(batch[0], value=b"", headers=()),))
    message.raw_message = batch
    return message


def consuming(bootstrap_servers: str) -> KafkaBroker:
    """A broker that is only listened to."""
    return KafkaBroker(
        bootstrap_servers.split(","),  # FastStream takes a text for one broker
        allow_auto_create_topics=False,
        metadata_max_age_ms=int(METADATA_AGE * 1000),
        graceful_timeout=5,
        logger=None,
    )


def subscribe(broker: KafkaBroker, topics: Sequence[str], consumer: Consumer, *, group: str) -> None:
    """Let FastStream hand the topics' raw batches to the consumer, as a member of a Kafka group.

    The policy and the offset are said on the subscriber itself: a broker-level policy does not reach routers, and the
    defaults are at-most-once from the latest offset.
    """
    handler = broker.subscriber(
        *topics,
        batch=True,
        max_records=BATCH,
        batch_timeout_ms=100,
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=FETCHED,
        group_id=group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        max_poll_interval_ms=int(MAX_POLL_INTERVAL * 1000),
        parser=unparsed,
        decoder=undecoded,
    )

    @handler
    async def receive(message: KafkaMessage) -> None:
        raw = message.raw_message
        await consumer.receive(raw if isinstance(raw, tuple) else (raw,))
