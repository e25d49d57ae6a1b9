"""Killed between two commits, relay and consumer do their work again, and no effect comes twice."""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from uuid import uuid4

import pytest
from aiokafka import AIOKafkaConsumer

from shared.events import Envelope
from shared.kernel.loops.consumer import Consumer, ConsumerTransaction
from shared.kernel.notifier import Notifier
from shared.kernel.records import Message
from shared.kernel.service.definition import Service
from shared.kernel.service.worker import run_worker
from shared.kernel.settings import Settings
from shared.kernel.store import Transactions
from tests.faults import killed
from tests.support.notes_service import SERVICE, Notes, run_notes, store_events
from tests.support.services import eventually


@dataclass(frozen=True)
class Counting(Service):
    """The service, with the sequence of every message that Kafka delivered to it."""

    delivered: list[int] = field(default_factory=list)

    def consumer(self, store: Transactions[ConsumerTransaction], notifier: Notifier) -> Consumer:
        delivered = self.delivered

        class Counted(Consumer):
            async def receive(self, messages: Sequence[Message]) -> None:
                delivered.extend(int(dict(message.headers)["ce_sequence"]) for message in messages)
                await super().receive(messages)

        return Counted(self.consumer_name, store, notifier, self.effect, self.catalogue)


def counting() -> Counting:
    """A group of its own: a member that was killed holds others of its group up."""
    service = replace(SERVICE, name=f"notes-{uuid4()}")
    return Counting(**{name: getattr(service, name) for name in service.__dataclass_fields__})


@pytest.fixture
async def notes(postgres_admin_url: str, kafka_bootstrap: str, tmp_path: Path) -> AsyncIterator[Notes]:
    """The API alone; the tests start the workers."""
    async with run_notes(postgres_admin_url, kafka_bootstrap, tmp_path, work=False) as notes:
        yield notes


@asynccontextmanager
async def process(half: str, name: str, url: str, settings: Settings) -> AsyncIterator[asyncio.subprocess.Process]:
    values = settings.model_dump(mode="json") | {"alongside_master_key": settings.master_key()}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", killed.__name__, half, name, url, json.dumps(values)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[2],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])},
    )
    try:
        yield child
    finally:
        if child.returncode is None:
            child.kill()
        await child.wait()


async def reaches(child: asyncio.subprocess.Process, place: bytes) -> None:
    assert child.stdout is not None
    async with asyncio.timeout(30):
        assert await child.stdout.readline() == place + b"\n"


async def notes_heard(notes: Notes) -> list[str]:
    stored = await store_events(notes.urls["worker"])
    return [row["stream"].removeprefix("ear-") for row in stored if row["type"] == "notes.note_heard"]


@pytest.mark.timeout(90)
async def test_a_consumer_killed_between_its_two_commits_has_no_double_effect(notes: Notes) -> None:
    service = counting()
    written = [await notes.write() for _ in range(5)]
    relaying = replace(SERVICE, listens_to=())
    async with run_worker(relaying, notes.settings, notes.urls["worker"]):
        async with process("consumer", service.name, notes.urls["worker"], notes.settings) as child:
            await reaches(child, b"committed")
            child.send_signal(signal.SIGKILL)
            await child.wait()
        before = await notes_heard(notes)
        assert before, "it was killed before it had any effect: then this test proves nothing"

    async with run_worker(service, notes.settings, notes.urls["worker"]):
        last = await notes.write()

        async def last_heard() -> bool:
            return last in await notes_heard(notes)

        await eventually(last_heard, within=40)

    assert len(service.delivered) > 6 - len(before), "Kafka handed nothing over again: then this test proves nothing"
    assert sorted(await notes_heard(notes)) == sorted([*written, last])


@pytest.mark.timeout(90)
async def test_a_relay_killed_between_acknowledgement_and_commit_sends_again_and_nobody_hears_twice(
    notes: Notes, kafka_bootstrap: str
) -> None:
    service = counting()
    written = [await notes.write() for _ in range(5)]
    async with process("relay", service.name, notes.urls["worker"], notes.settings) as child:
        await reaches(child, b"acknowledged")
        child.send_signal(signal.SIGKILL)
        await child.wait()

    async with run_worker(service, notes.settings, notes.urls["worker"]):
        last = await notes.write()

        async def last_heard() -> bool:
            return last in await notes_heard(notes)

        await eventually(last_heard, within=40)

    assert sorted(await notes_heard(notes)) == sorted([*written, last])
    assert await read_sequences(notes.settings.topic("notes"), kafka_bootstrap, 11) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]


async def read_sequences(topic: str, bootstrap: str, number: int) -> list[int]:
    """The sequences of the events that lie in a topic, once they are at least so many."""
    sequences: list[int] = []
    async with (
        AIOKafkaConsumer(topic, bootstrap_servers=bootstrap, group_id=None, auto_offset_reset="earliest") as consumer,
        asyncio.timeout(20),
    ):
        while len(sequences) < number:
            message = await consumer.getone()
            sequences += [Envelope.from_headers(message.headers).sequence] if message.value else []
    return sorted(sequences)
