"""Kafka from its jars: what it keeps and what it lets go of."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient, NewTopic
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType

from alongside.local.kafka import Kafka
from alongside.local.ports import Ports
from alongside.local.processes import Children

pytestmark = pytest.mark.timeout(180)


@pytest.fixture(scope="module")
def state(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("state")


@pytest.fixture(scope="module")
def broker(state: Path) -> Iterator[Kafka]:
    children = Children(state)
    broker = Kafka(children, Ports(state))
    broker.start()
    yield broker
    children.stop(*children.running_children())


@asynccontextmanager
async def administrator(broker: Kafka) -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=broker.bootstrap_servers)
    await client.start()
    try:
        yield client
    finally:
        await client.close()


async def create(broker: Kafka, topic: str, **settings: Any) -> None:
    async with administrator(broker) as client:
        await client.create_topics([NewTopic(topic, 1, 1, topic_configs=settings)])


async def send(broker: Kafka, topic: str, *messages: tuple[bytes, bytes | None]) -> None:
    async with AIOKafkaProducer(bootstrap_servers=broker.bootstrap_servers, acks="all") as producer:
        for key, value in messages:
            await producer.send_and_wait(topic, value, key=key)


async def everything_in(broker: Kafka, topic: str) -> list[tuple[bytes, bytes | None]]:
    partition = TopicPartition(topic, 0)
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap_servers, auto_offset_reset="earliest")
    async with consumer:
        consumer.assign([partition])
        end = (await consumer.end_offsets([partition]))[partition]
        found: list[tuple[bytes, bytes | None]] = []
        while await consumer.position(partition) < end:
            for batch in (await consumer.getmany(timeout_ms=200)).values():
                found += [(message.key, message.value) for message in batch]
        return found


def on_disk(state: Path, words: bytes) -> bool:
    for path in (state / "kafka" / "data" / "people-0").iterdir():
        with suppress(FileNotFoundError):  # it is the broker that removes them
            if words in path.read_bytes():
                return True
    return False


async def take(broker: Kafka, topic: str, count: int) -> list[bytes | None]:
    """The next messages of a group, committed."""
    consumer = AIOKafkaConsumer(
        topic,
        bootstrap_servers=broker.bootstrap_servers,
        group_id=f"{topic}.group",
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    )
    async with consumer:
        taken = [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(count)]
        await consumer.commit({TopicPartition(topic, 0): await consumer.position(TopicPartition(topic, 0))})
        return taken


async def test_a_restarted_broker_has_its_messages_and_port(broker: Kafka) -> None:
    await create(broker, "restart")
    await send(broker, "restart", (b"k", b"one"), (b"k", b"two"))
    assert await take(broker, "restart", 1) == [b"one"]
    before = broker.bootstrap_servers

    broker.stop()
    broker.start()

    assert broker.bootstrap_servers == before
    assert await take(broker, "restart", 1) == [b"two"]


async def test_acknowledged_messages_survive_a_crash(broker: Kafka) -> None:
    await create(broker, "crash")
    sent: list[tuple[bytes, bytes | None]] = [(b"k", str(number).encode()) for number in range(50)]
    await send(broker, "crash", *sent)

    broker.kill()
    broker.start()

    assert await everything_in(broker, "crash") == sent


async def test_a_topic_is_never_made_by_asking_for_it(broker: Kafka) -> None:
    consumer = AIOKafkaConsumer(bootstrap_servers=broker.bootstrap_servers)
    async with consumer, administrator(broker) as client:
        assert consumer.partitions_for_topic("nobody.made.this") is None
        await client.describe_topics(["nobody.made.this"])
        assert "nobody.made.this" not in await client.list_topics()


async def test_messages_stay_until_somebody_says_otherwise(broker: Kafka) -> None:
    await create(broker, "unlimited")
    async with administrator(broker) as client:
        (answer,) = await client.describe_configs([ConfigResource(ConfigResourceType.TOPIC, "unlimited")])
    settings = {entry[0]: entry[1] for resource in answer.resources for entry in resource[4]}

    assert settings["retention.ms"] == "-1"
    assert settings["retention.bytes"] == "-1"


async def test_a_person_is_gone_from_a_compacted_topic_within_seconds_of_the_tombstone(
    broker: Kafka, state: Path
) -> None:
    lively = {"segment.ms": "200", "delete.retention.ms": "0", "min.cleanable.dirty.ratio": "0.01"}
    await create(broker, "people", **{"cleanup.policy": "compact"}, **lively)
    await send(broker, "people", (b"p1", b"Ada"), (b"p2", b"Grace"), (b"p1", None))
    assert (b"p1", b"Ada") in await everything_in(broker, "people")

    async def write_until_forgotten() -> None:
        while (b"p1", b"Ada") in await everything_in(broker, "people") or on_disk(state, b"Ada"):
            await send(broker, "people", (b"p3", b"a later message closes the segment"))

    await asyncio.wait_for(write_until_forgotten(), 60)

    assert (b"p2", b"Grace") in await everything_in(broker, "people")


def test_its_log_can_be_read(broker: Kafka, state: Path) -> None:
    assert "started (kafka.server.KafkaRaftServer)" in (state / "logs" / "kafka.log").read_text()


def test_nobody_else_may_read_what_it_keeps(broker: Kafka, state: Path) -> None:
    assert (state / "kafka").stat().st_mode & 0o077 == 0
