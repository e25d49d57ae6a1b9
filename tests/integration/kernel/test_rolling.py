"""A compacted topic is written to now and then, so that its newest segment is closed and compacted."""

import asyncio
import contextlib
from uuid import uuid4

from aiokafka import AIOKafkaConsumer

from shared.events import Envelope
from shared.kernel.kafka.rolling import keep_rolling
from shared.kernel.kafka.topics import Topic, create_topics
from tests.support.services import eventually


async def test_every_partition_is_written_to_again_and_again(kafka_bootstrap: str) -> None:
    topic = Topic(f"t{uuid4().hex[:12]}.people.v1", 3, {"cleanup.policy": "compact"})
    await create_topics(kafka_bootstrap, [topic])
    seen: list[tuple[int, bytes | None, int]] = []

    task = asyncio.create_task(keep_rolling(kafka_bootstrap, topic.name, "urn:alongside:referral", interval=0.05))
    whole = {"bootstrap_servers": kafka_bootstrap, "auto_offset_reset": "earliest"}
    async with AIOKafkaConsumer(topic.name, **whole) as consumer:

        async def twice_each() -> bool:
            for records in (await consumer.getmany(timeout_ms=50)).values():
                seen.extend((r.partition, r.value, Envelope.from_headers(r.headers).sequence) for r in records)
            partitions = [partition for partition, _, _ in seen]
            return all(partitions.count(partition) >= 2 for partition in range(3))

        await eventually(twice_each)
    task.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await task

    # empty, and below every high-water mark: no reader takes it for anything
    assert {(value, sequence) for _, value, sequence in seen} == {(None, 0)}
