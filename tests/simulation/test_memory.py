"""Memory is a store and a log as the machinery needs them; without its protections it shows what they protect from."""

from collections.abc import Sequence
from random import Random
from uuid import UUID

import pytest

from shared.kernel.readmodel import ReadModel
from shared.kernel.records import HighWaterMark, Message, SourcePartition
from tests.contract.logs import Publishers
from tests.contract.processes import Processes
from tests.contract.stores import Stores, WholeStore, amendments, stream
from tests.simulation.database import Database, Direct
from tests.simulation.memory import MemoryStore
from tests.simulation.topics import MemoryLog, MemoryPublisher


class TestMemoryStore(Stores):
    @pytest.fixture
    def store(self) -> WholeStore:
        return MemoryStore()

    async def make(self, store: WholeStore, *models: ReadModel) -> None:
        assert isinstance(store, MemoryStore)
        for model in models:
            store.database.make(model)

    async def past(self, store: WholeStore, model: ReadModel) -> set[tuple[UUID, int, int]]:
        assert isinstance(store, MemoryStore)
        rows = store.database.tables[model.past_table(1)].items()
        return {(row.note_id, known_from, known_until) for (_, known_from), (row, known_until) in rows}

    async def move_without_record(
        self, store: WholeStore, consumer: str, place: SourcePartition, mark: HighWaterMark
    ) -> None:
        assert isinstance(store, MemoryStore)
        store.database.tables["high_water"][consumer, place] = mark

    async def know_before(self, store: WholeStore, consumer: str, *types: str) -> None:
        assert isinstance(store, MemoryStore)
        store.database.know_before(consumer, *types)


class TestProcessesInMemory(Processes):
    @pytest.fixture
    def store(self) -> WholeStore:
        return MemoryStore()


class TestMemoryPublisher(Publishers):
    @pytest.fixture
    def topic(self) -> str:
        return "notes"

    @pytest.fixture
    def publisher(self, topic: str) -> MemoryPublisher:
        self.log = MemoryLog([topic], 4, Random(1))
        return MemoryPublisher(self.log, Direct())

    async def read(self, topic: str, number: int) -> Sequence[Message]:
        return [record for records in self.log.records.values() for record in records]


async def test_without_the_lock_a_reader_passes_over_positions_that_come_later() -> None:
    database = Database(lock=False)
    slow, fast = MemoryStore(database), MemoryStore(database)
    one, other = stream(), stream()
    async with slow.transaction() as first:
        await first.append(amendments(one, 1), {one: 0})
        await fast.append(amendments(other, 2), {other: 0})
        async with fast.transaction() as reader:
            assert [event.position for event in await reader.read_after(0, 10)] == [2]
    async with fast.transaction() as reader:
        assert [event.position for event in await reader.read_after(2, 10)] == []
        assert [event.position for event in await reader.read_after(0, 10)] == [1, 2]


async def test_without_compare_and_set_a_decision_on_an_old_version_is_stored() -> None:
    store = MemoryStore(Database(compare_and_set=False))
    of = stream()
    await store.append(amendments(of, 1), {of: 0})
    await store.append(amendments(of, 2), {of: 0})
    assert [event.version for event in await store.read_streams([of])] == [1, 2]
