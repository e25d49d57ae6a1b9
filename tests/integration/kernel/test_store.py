"""PostgreSQL is a store, and Kafka a log, as the machinery needs them."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from uuid import UUID, uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.kafka.topics import Topic, create_topics
from shared.kernel.postgres import Pool
from shared.kernel.postgres.read_models import prepare_read_models
from shared.kernel.postgres.store import PostgresStore, connection_and_keyring
from shared.kernel.readmodel import ReadModel
from shared.kernel.records import HighWaterMark, Message, SourcePartition
from tests.contract.logs import Publishers
from tests.contract.processes import Processes
from tests.contract.stores import Stores, WholeStore
from tests.support.notes_service import store_of


class TestPostgresStore(Stores):
    @pytest.fixture
    def store(self, worker_pool: Pool) -> WholeStore:
        return store_of(worker_pool)

    async def make(self, store: WholeStore, *models: ReadModel) -> None:
        assert isinstance(store, PostgresStore)
        await prepare_read_models(store.pool, models)

    async def past(self, store: WholeStore, model: ReadModel) -> set[tuple[UUID, int, int]]:
        assert isinstance(store, PostgresStore)
        rows = await store.pool.fetch(f"select note_id, known_from, known_until from {model.past_table(1)}")
        assert len(rows) == len(set(rows))
        return {(row["note_id"], row["known_from"], row["known_until"]) for row in rows}

    async def move_without_record(
        self, store: WholeStore, consumer: str, place: SourcePartition, mark: HighWaterMark
    ) -> None:
        assert isinstance(store, PostgresStore)
        await store.pool.execute(
            """update high_water set incarnation = $5, position = $6
               where (consumer, source, topic, partition) = ($1, $2, $3, $4)""",
            consumer,
            *place,
            *mark,
        )

    async def know_before(self, store: WholeStore, consumer: str, *types: str) -> None:
        assert isinstance(store, PostgresStore)
        await store.pool.execute(
            "insert into reactions (consumer, type, version, known_before) select $1, unnest($2::text[]), 1, true",
            consumer,
            list(types),
        )


class TestProcessesOnPostgres(Processes):
    @pytest.fixture
    def store(self, worker_pool: Pool) -> WholeStore:
        return store_of(worker_pool)


class TestKafkaPublisher(Publishers):
    @pytest.fixture
    async def topic(self, kafka_bootstrap: str) -> str:
        topic = f"t{uuid4().hex[:12]}.log.v1"
        await create_topics(kafka_bootstrap, [Topic(topic, 4)])
        return topic

    @pytest.fixture
    async def publisher(self, kafka_bootstrap: str) -> AsyncIterator[KafkaPublisher]:
        self.bootstrap = kafka_bootstrap
        async with KafkaPublisher(kafka_bootstrap) as publisher:
            yield publisher

    async def read(self, topic: str, number: int) -> Sequence[Message]:
        found: list[Message] = []
        async with (
            asyncio.timeout(20),
            AIOKafkaConsumer(
                topic, bootstrap_servers=self.bootstrap, auto_offset_reset="earliest", group_id=None
            ) as consumer,
        ):
            while len(found) < number:
                for records in (await consumer.getmany(timeout_ms=200)).values():
                    found += records
        return found


def test_only_a_store_of_postgresql_has_a_connection_behind_it() -> None:
    with pytest.raises(TypeError, match="str is not in PostgreSQL"):
        connection_and_keyring("another store")  # type: ignore[arg-type]  # the error that is tested
