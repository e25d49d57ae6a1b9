"""Relaying stored events to Kafka, against a plain producer that sends the same messages."""

import asyncio

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.structs import ConsumerRecord

from bench.figures import Finding, Growth, Rate, Ratio, Size, Watch, in_turns
from bench.seed import seed_meetings
from bench.servers import Servers, Urls, master_key
from services.sessions.main import SERVICE
from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.loops.follower import Follower
from shared.kernel.loops.relay import BATCH, Relay
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.settings import Settings

Messages = list[ConsumerRecord[bytes, bytes]]


async def relayed(settings: Settings, urls: Urls, events: int) -> Rate:
    """The relay of sessions from the first event to the last, events a second."""
    async with (
        await open_pool(urls["worker"], size=4) as pool,
        KafkaPublisher(settings.kafka_bootstrap_servers) as publisher,
    ):
        store = PostgresStore(pool, Keyring(master_key()))
        await store.ensure_cursor("relay")
        await pool.execute("update cursors set position = 0 where name = 'relay'")
        follower = Follower("relay", Relay(publisher, SERVICE.publications(settings)).handle, batch=BATCH)
        first = await follower.step(store)  # connects too
        rest = 0
        with Watch() as watch:
            while moved := await follower.step(store):
                rest += moved
        assert first + rest == events, "the relay did not send every event"
    return watch.rate(max(rest, 1))


async def sent(settings: Settings, events: int) -> Messages:
    """The messages that are in the topic of sessions."""
    topic = settings.topic("sessions")
    found: Messages = []
    async with AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, auto_offset_reset="earliest"
    ) as consumer:
        await consumer._client.set_topics([topic])  # noqa: SLF001  # what is assigned by hand it does not look up
        consumer.assign([TopicPartition(topic, number) for number in consumer.partitions_for_topic(topic) or ()])
        while len(found) < events:
            for records in (await consumer.getmany(timeout_ms=1000)).values():
                found += records
    return found[:events]


async def produced(settings: Settings, messages: Messages) -> Rate:
    """A plain producer, which sends these messages and awaits all that it sent, messages a second."""
    topic = settings.topic("matching")
    async with AIOKafkaProducer(
        bootstrap_servers=settings.kafka_bootstrap_servers, acks="all", enable_idempotence=True
    ) as producer:
        await producer.send_and_wait(topic, b"warm")
        with Watch() as watch:
            waiting = [
                await producer.send(topic, message.value, key=message.key, headers=list(message.headers))
                for message in messages
            ]
            await asyncio.gather(*waiting)
    return watch.rate(len(messages))


async def against_producer(servers: Servers, size: Size) -> list[Finding]:
    """The relay's row, and how fast it is on 1 to 8 partitions."""
    events = size.messages // 2
    async with servers.database("sessions") as urls:
        await seed_meetings(urls["admin"], events)
        async with servers.topics() as settings:
            await relayed(settings, urls, events)
            messages = await sent(settings, events)
            ours, at_most = await in_turns(
                size.turns, lambda: relayed(settings, urls, events), lambda: produced(settings, messages)
            )
        points = []
        for partitions in size.partitions:
            async with servers.topics(partitions) as settings:
                points.append((partitions, (await relayed(settings, urls, events)).per_second))
    return [
        Ratio(
            "relay to Kafka, acknowledged by all", "plain aiokafka producer, same messages", ours, at_most, wanted=0.7
        ),
        Growth("relay, by partitions", "partitions", points),
    ]
