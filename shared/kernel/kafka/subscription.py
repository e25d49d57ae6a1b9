"""The subscription of a service's consumer: FastStream fetches raw batches from Kafka and hands them on."""

from collections.abc import Awaitable, Callable, Sequence
from dataclasses import replace

from aiokafka.structs import ConsumerRecord
from faststream import AckPolicy
from faststream.kafka import KafkaBroker, KafkaMessage

from shared.kernel.loops.consumer import BATCH, MAX_POLL_INTERVAL, Consumer

FETCH_BYTES = 512 * 1024
"""Bytes of a partition that are fetched ahead: enough for a batch; twice as many cost memory and gain nothing."""

METADATA_AGE = 5.0
"""Seconds after which a consumer asks again which broker leads which partition. It asks by itself when a fetch fails,
but a consumer that has no position yet and asks the wrong broker for one repeats that for as long as this."""


async def keep_bytes(message: KafkaMessage) -> object:
    """Return the message undecoded: the decoder of every subscriber.

    Async, because FastStream runs a sync decoder in a thread.
    """
    return message.body


async def keep_raw_batch(
    batch: tuple[ConsumerRecord[bytes, bytes], ...],
    parse: Callable[[tuple[ConsumerRecord[bytes, bytes], ...]], Awaitable[KafkaMessage]],
) -> KafkaMessage:
    """Parse an empty record in place of a batch, and pass on the raw batch: the parser of every subscriber.

    FastStream would decode every header of every message as text, which nobody needs, and would fail on bytes that are
    not.
    """
    message = await parse((replace(batch[0], value=b"", headers=()),))
    message.raw_message = batch
    return message


def subscription_broker(bootstrap_servers: str) -> KafkaBroker:
    """Make a FastStream broker for subscriptions; nothing is published through it."""
    return KafkaBroker(
        bootstrap_servers.split(","),  # FastStream takes a string for one broker
        allow_auto_create_topics=False,
        metadata_max_age_ms=int(METADATA_AGE * 1000),
        graceful_timeout=5,
        logger=None,
    )


def subscribe(broker: KafkaBroker, topics: Sequence[str], consumer: Consumer, *, group: str) -> None:
    """Subscribe a consumer to topics, as a member of a Kafka group: FastStream hands it their raw batches.

    Policy and offset are set on the subscriber itself: a policy of the broker does not reach routers, and the defaults
    are at-most-once from the latest offset.
    """
    handler = broker.subscriber(
        *topics,
        batch=True,
        max_records=BATCH,
        batch_timeout_ms=100,
        fetch_max_wait_ms=100,
        max_partition_fetch_bytes=FETCH_BYTES,
        group_id=group,
        auto_offset_reset="earliest",
        ack_policy=AckPolicy.NACK_ON_ERROR,
        max_poll_interval_ms=int(MAX_POLL_INTERVAL * 1000),
        parser=keep_raw_batch,
        decoder=keep_bytes,
    )

    @handler
    async def receive(message: KafkaMessage) -> None:
        raw = message.raw_message
        await consumer.receive(raw if isinstance(raw, tuple) else (raw,))
