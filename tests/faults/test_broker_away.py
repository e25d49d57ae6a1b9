"""The broker hangs, dies and comes back while commands go on; every event arrives, in order, and has one effect."""

import asyncio
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import ClassVar
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside.local.kafka import Kafka
from alongside.local.ports import Ports
from alongside.local.processes import Children
from shared.events import Envelope
from shared.kernel.kafka import publisher as log
from shared.kernel.loops import relay
from shared.kernel.postgres.status import status
from tests.support.notes_service import SERVICE, Notes, run_notes, store_events
from tests.support.services import eventually

pytestmark = pytest.mark.timeout(120)


@pytest.fixture(scope="module")
def kafka(tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest) -> Iterator[Kafka]:
    """A broker of this module's own, to be killed."""
    if request.config.getoption("--stack") != "local":
        pytest.skip("it is the local stack's broker that is stopped and killed")
    state = tmp_path_factory.mktemp("broker")
    children = Children(state)
    kafka = Kafka(children, Ports(state))
    kafka.start()
    yield kafka
    children.refuse_more()
    children.stop(*children.running_children())


class Watched(AIOKafkaProducer):  # type: ignore[misc]  # aiokafka has no types
    """A producer that says that it was made."""

    made: ClassVar[list["Watched"]] = []

    def __init__(self, **options: object) -> None:
        super().__init__(**options)
        self.made.append(self)

    @property
    def sends(self) -> bool:
        task = self._sender.sender_task
        return task is not None and not task.done()


@pytest.fixture(scope="module")
async def notes(
    postgres_admin_url: str, kafka: Kafka, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Notes]:
    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(log, "AIOKafkaProducer", Watched)
        patched.setattr(log, "ACKNOWLEDGED_WITHIN", 1.0)
        patched.setattr(log, "STOPPED_WITHIN", 0.5)
        patched.setattr(relay, "COMPARED_FOR", 60.0)  # what is to hang is the batch, not the look before it
        service = replace(SERVICE, name=f"notes-{uuid4()}")
        state = tmp_path_factory.mktemp("notes")
        async with run_notes(postgres_admin_url, kafka.bootstrap_servers, state, service) as notes:
            yield notes


async def versions_heard(notes: Notes, note: str) -> list[int]:
    stored = await store_events(notes.urls["worker"])
    return [row["version"] for row in stored if row["stream"] == f"ear-{note}"]


async def amend_note(notes: Notes, note: str, number: int) -> None:
    for words in range(number):
        await notes.amend(note, words)


async def all_heard(notes: Notes, note: str, number: int) -> None:
    async def complete() -> bool:
        return len(await versions_heard(notes, note)) >= number

    await eventually(complete, within=60)
    assert len(await versions_heard(notes, note)) == number


async def behind(notes: Notes) -> int:
    assert notes.pool is not None
    return (await status("notes", notes.pool)).relay.behind


async def test_a_broker_that_hangs_is_given_up_and_nothing_is_sent_behind_the_relays_back(
    notes: Notes, kafka: Kafka
) -> None:
    note = await notes.write()
    await all_heard(notes, note, 1)
    kafka.broker.freeze()
    try:
        first = Watched.made[-1]
        await amend_note(notes, note, 10)

        async def has_given_up() -> bool:
            return not first.sends

        await eventually(has_given_up, within=30)
        assert await behind(notes) >= 10
    finally:
        kafka.broker.thaw()
    await all_heard(notes, note, 11)


async def test_a_broker_that_dies_is_caught_up_with_when_it_is_back(notes: Notes, kafka: Kafka) -> None:
    note = await notes.write()
    await all_heard(notes, note, 1)
    kafka.kill()
    await amend_note(notes, note, 20)
    assert await behind(notes) >= 20

    await asyncio.to_thread(kafka.start)

    await all_heard(notes, note, 21)
    sequences = await in_topic(notes, note, 21)
    assert list(dict.fromkeys(sequences)) == sorted(set(sequences)), "an event passed one before it"
    assert len(set(sequences)) == 21


async def in_topic(notes: Notes, note: str, number: int) -> list[int]:
    """The sequences of a note's events in the order of the topic."""
    sequences: list[int] = []
    topic, servers = notes.settings.topic("notes"), notes.settings.kafka_bootstrap_servers
    async with (
        AIOKafkaConsumer(topic, bootstrap_servers=servers, group_id=None, auto_offset_reset="earliest") as consumer,
        asyncio.timeout(20),
    ):
        while len(set(sequences)) < number:
            message = await consumer.getone()
            if note.encode() in (message.key or b""):
                sequences.append(Envelope.from_headers(message.headers).sequence)
    return sequences
