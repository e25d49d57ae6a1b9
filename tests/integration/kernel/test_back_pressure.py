"""A consumer that falls far behind takes what it can, and no more memory than when it kept up."""

import asyncio
import json
import os
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from shared.kernel.kafka.publisher import KafkaPublisher
from shared.kernel.loops.relay import OutgoingMessage
from tests.integration.kernel import slow_consumer
from tests.support.notes_service import Notes, note_message, run_notes

WAITING = 100_000
GROWTH = 40_000_000
"""Bytes that a process may grow by once it works: what Kafka hands over ahead of time, for four partitions."""


@pytest.fixture
async def notes(postgres_admin_url: str, kafka_bootstrap: str, tmp_path: Path) -> AsyncIterator[Notes]:
    async with run_notes(postgres_admin_url, kafka_bootstrap, tmp_path, work=False) as notes:
        yield notes


@pytest.mark.timeout(240)
async def test_a_hundred_thousand_events_behind_a_slow_effect_keep_memory_flat(notes: Notes) -> None:
    await publish(notes)
    settings = notes.settings.model_dump(mode="json") | {"alongside_master_key": notes.settings.master_key()}
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", slow_consumer.__name__, f"slow-{uuid4()}", notes.urls["worker"], json.dumps(settings)),
        stdout=asyncio.subprocess.PIPE,
        cwd=Path(__file__).parents[3],
        env={**os.environ, "PYTHONPATH": str(Path(__file__).parents[3])},
    )
    assert child.stdout is not None
    try:
        weighed: dict[int, int] = {}
        async with asyncio.timeout(180):
            while max(weighed, default=0) < WAITING:
                said = json.loads(await child.stdout.readline())
                weighed[said["taken"]] = said["bytes"]
    finally:
        child.kill()
        await child.wait()
    working = max(size for taken, size in weighed.items() if taken <= WAITING // 10)
    assert max(weighed.values()) - working < GROWTH
    assert max(weighed.values()) < 200_000_000


async def publish(notes: Notes) -> None:
    """As many events as are to wait, in many streams."""
    topic = notes.settings.topic("notes")
    streams = [UUID(int=number) for number in range(1000)]
    async with KafkaPublisher(notes.settings.kafka_bootstrap_servers) as publisher:
        for first in range(0, WAITING, 5000):
            messages = [note_message(streams[number % 1000], number) for number in range(first + 1, first + 5001)]
            await publisher.publish(
                [OutgoingMessage(topic, message.key or b"", message.value, message.headers) for message in messages]
            )
