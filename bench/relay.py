"""Relaying stored events to Kafka, against a plain producer that sends the same messages."""

import asyncio
import time
from datetime import date
from typing import ClassVar
from uuid import uuid4

from aiokafka import AIOKafkaProducer

from bench.append import Happened
from bench.servers import Servers, master_key
from shared.events import Catalogue, PublicEvent
from shared.kernel.follow import Follower, ensure_cursor
from shared.kernel.personal import Keyring
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.relay import Outlet, Relay, each
from shared.kernel.store import Cause, New, append

EVENTS = 10_000


class PublicHappened(PublicEvent):
    """The public form of the same fact."""

    type: ClassVar[str] = "bench.happened"

    what: str
    number: int


def _publish(event: Happened) -> PublicEvent:
    return PublicHappened(happened_on=event.happened_on, what=event.what, number=event.number)


async def relayed(servers: Servers) -> float:
    """Our relay, events a second."""
    topic = await servers.topic()
    async with servers.database() as urls, await open_pool(urls["worker"], size=4) as pool:
        await _fill(pool)
        await ensure_cursor(pool, "relay")
        outlet = Outlet(topic, "urn:alongside:bench", each(Catalogue((Happened,)), _publish))
        async with Relay(servers.bootstrap_servers, [outlet]) as relay:
            follower = Follower("relay", relay.handle)
            done = await follower.step(pool)  # the first batch also connects
            begun = time.perf_counter()
            rest = 0
            while moved := await follower.step(pool):
                rest += moved
            assert done + rest == EVENTS
            return rest / (time.perf_counter() - begun)


async def _fill(pool: Pool) -> None:
    cause = Cause("bench", uuid4())
    streams = [f"bench-{uuid4()}" for _ in range(EVENTS // 10)]
    text = "a fact of the usual size " * 8
    new = [
        New(
            "bench",
            streams[number % len(streams)],
            Happened(happened_on=date(2026, 9, 14), what=text, number=number),
            cause,
        )
        for number in range(EVENTS)
    ]
    async with pool.acquire() as connection:
        await append(connection, Keyring(master_key()), new, {("bench", stream): 0 for stream in streams})


async def produced(servers: Servers) -> float:
    """A plain producer, the same messages in batches of the same size, events a second."""
    topic = await servers.topic()
    value = PublicHappened(
        happened_on=date(2026, 9, 14), what="a fact of the usual size " * 8, number=1
    ).model_dump_json()
    headers = [(f"ce_{name}", uuid4().hex.encode()) for name in range(11)]
    async with AIOKafkaProducer(
        bootstrap_servers=servers.bootstrap_servers, acks="all", enable_idempotence=True, linger_ms=0
    ) as producer:
        await producer.send_and_wait(topic, b"warm")
        begun = time.perf_counter()
        for first in range(0, EVENTS, 500):
            sent = [
                await producer.send(topic, value.encode(), key=f"bench/bench-{number}".encode(), headers=headers)
                for number in range(first, first + 500)
            ]
            await asyncio.gather(*sent)
        return EVENTS / (time.perf_counter() - begun)
