"""The servers that the fixtures hand out are the real ones."""

import asyncio

import asyncpg
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer
from aiokafka.admin import AIOKafkaAdminClient, NewTopic


def test_postgres_answers_with_the_locale_and_the_version_we_build_on(postgres_admin_url: str) -> None:
    async def ask() -> tuple[int, str]:
        connection = await asyncpg.connect(postgres_admin_url)
        try:
            return connection.get_server_version().major, await connection.fetchval("SHOW server_encoding")
        finally:
            await connection.close()

    assert asyncio.run(ask()) == (18, "UTF8")


def test_kafka_hands_over_what_was_sent(kafka_bootstrap: str) -> None:
    async def send_and_receive() -> list[bytes | None]:
        admin = AIOKafkaAdminClient(bootstrap_servers=kafka_bootstrap)
        await admin.start()
        try:
            await admin.create_topics([NewTopic("stack.test", num_partitions=1, replication_factor=1)])
        finally:
            await admin.close()
        async with AIOKafkaProducer(bootstrap_servers=kafka_bootstrap, acks="all", enable_idempotence=True) as producer:
            for value in (b"one", b"two"):
                await producer.send_and_wait("stack.test", value)
        consumer = AIOKafkaConsumer(
            "stack.test", bootstrap_servers=kafka_bootstrap, group_id="stack.test", auto_offset_reset="earliest"
        )
        async with consumer:
            return [(await asyncio.wait_for(consumer.getone(), 30)).value for _ in range(2)]

    assert asyncio.run(send_and_receive()) == [b"one", b"two"]
