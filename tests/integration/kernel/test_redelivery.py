"""What the consumer hands back, Kafka delivers again: nothing of the batch is lost, in any partition."""

import asyncio
from collections.abc import Sequence
from uuid import UUID, uuid4

import asyncpg
from aiokafka import AIOKafkaProducer

from shared.kernel.kafka.subscription import subscribe, subscription_broker
from shared.kernel.kafka.topics import Topic, create_topics
from shared.kernel.loops.consumer import BatchOutcome, Consumer, EffectTransaction, IncomingEvent
from shared.kernel.notifier import Notifier
from shared.kernel.postgres import Pool
from shared.kernel.reactions import react_with
from tests.support.notes_service import REACTIONS, SERVICE, note_message, store_of
from tests.support.services import eventually


async def test_a_batch_that_was_handed_back_comes_again_whole(worker_pool: Pool, kafka_bootstrap: str) -> None:
    topic, refusals = f"t{uuid4().hex[:12]}.notes.v1", 0
    effect = react_with("notes", REACTIONS)

    async def away_at_first(transaction: EffectTransaction, batch: Sequence[IncomingEvent]) -> BatchOutcome:
        nonlocal refusals
        if refusals < 3:
            refusals += 1
            raise asyncpg.CannotConnectNowError("the database is starting up")
        return await effect(transaction, batch)

    consumer = Consumer(
        f"ears-{uuid4()}", store_of(worker_pool), Notifier(), away_at_first, SERVICE.catalogue, retry_for=0
    )
    notes = [UUID(int=number) for number in range(1, 41)]
    await create_topics(kafka_bootstrap, [Topic(topic, 4)])
    async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap) as producer:
        messages = [note_message(note, sequence) for sequence, note in enumerate(notes, 1)]
        await asyncio.gather(
            *[
                await producer.send(
                    topic, message.value, key=message.key, headers=list(message.headers), partition=nth % 4
                )
                for nth, message in enumerate(messages)
            ]
        )
    broker = subscription_broker(kafka_bootstrap)
    subscribe(broker, [topic], consumer, group=consumer.name)
    await broker.start()

    async def streams_heard() -> list[str]:
        rows = await worker_pool.fetch("select stream from events where actor = 'service:notes' order by stream")
        return [row["stream"] for row in rows]

    async def complete() -> bool:
        return len(await streams_heard()) >= len(notes)

    try:
        await eventually(complete)
    finally:
        await broker.stop()

    assert refusals == 3
    assert await streams_heard() == sorted(f"ear-{note}" for note in notes)
    assert await worker_pool.fetchval("select count(*) from parked") == 0
