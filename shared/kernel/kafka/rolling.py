"""Roll the segments of a compacted topic, so that erased messages do not stay in it.

Kafka never compacts the segment that is being written to, and closes it only when something more is written. In a
partition that nobody writes to, an erased name would stay in the newest segment for ever.
"""

import asyncio
from datetime import UTC, datetime
from uuid import uuid4

import structlog
from aiokafka import AIOKafkaProducer
from aiokafka.errors import KafkaError

from shared.events import Envelope
from shared.kernel.kafka.clients import start_client

INTERVAL = 600.0
"""Seconds between two rolls; the topic's `segment.ms` should be as long."""
KEY = b"-/roll"

log = structlog.get_logger()


async def roll(bootstrap_servers: str, topic: str, source: str) -> None:
    """Write an empty message to each partition; it is below every high-water mark, so no consumer handles it."""
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap_servers, acks="all")
    try:
        await start_client(producer)
        for partition in sorted(await producer.partitions_for(topic)):
            headers = Envelope(
                id=uuid4(),
                type="kernel.rolled",
                version=1,
                source=source,
                subject="roll",
                time=datetime.now(UTC),
                tenant="-",
                sequence=0,
                correlation_id=uuid4(),
            ).headers()
            await producer.send_and_wait(topic, None, key=KEY, partition=partition, headers=headers)
    finally:  # also of one whose start failed or was cancelled
        await producer.stop()


async def keep_rolling(bootstrap_servers: str, topic: str, source: str, interval: float = INTERVAL) -> None:
    """Roll at each interval until cancelled; a failed attempt is repeated at the next interval."""
    while True:
        try:
            await roll(bootstrap_servers, topic, source)
        except (KafkaError, OSError) as error:
            log.warning("could not roll", topic=topic, error=type(error).__name__)
        await asyncio.sleep(interval)
