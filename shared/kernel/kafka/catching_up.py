"""The second reading of topics, for types of events that a consumer has passed over while it did not react to them."""

import asyncio

import structlog
from aiokafka.errors import KafkaError

from shared.kernel.kafka.messages import groupless_consumer, read_between
from shared.kernel.loops.consumer import BATCH, Consumer
from shared.kernel.records import Conflict, HighWaterMark, SourcePartition

LOOK_INTERVAL = 5.0
"""Seconds between two looks whether something is unheard; a reading that took longer is not repeated before as long."""

log = structlog.get_logger()


async def keep_catching_up(bootstrap_servers: str, consumer: Consumer) -> None:
    """Let a consumer hear, until cancelled, what was passed over: read the topics from their beginning.

    While an older version runs beside this one, it passes over more; so this goes on for as long as anything is left.
    """
    loop = asyncio.get_running_loop()
    while True:
        begun = loop.time()
        try:
            if topics := await consumer.topics_with_unheard():
                log.warning("hears what was passed over", consumer=consumer.name, topics=sorted(topics))
                await read_unheard(bootstrap_servers, consumer, topics)
        except (KafkaError, Conflict, *consumer.transient_errors) as error:
            log.warning("catch-up waits", consumer=consumer.name, error=type(error).__name__)
        await asyncio.sleep(max(LOOK_INTERVAL, loop.time() - begun))


async def read_unheard(bootstrap_servers: str, consumer: Consumer, topics: set[str]) -> None:
    """Read topics from their beginning to their end, and on as long as messages come and something is unheard."""
    reached: dict[SourcePartition, HighWaterMark] = {}
    async with groupless_consumer(bootstrap_servers, sorted(topics)) as kafka:
        at = await kafka.beginning_offsets(kafka.assignment())
        while True:
            ends = await kafka.end_offsets(list(at))
            if ends == at:
                return
            async for records in read_between(kafka, {one: (at[one], end) for one, end in ends.items()}):
                for first in range(0, len(records), BATCH):
                    await consumer.catch_up(records[first : first + BATCH], reached)
            at = ends
            if not await consumer.topics_with_unheard():
                return
