"""From the answer to a command until another service's read model shows it, beside what Kafka alone takes.

Four service processes, each API and worker in one as the local stack runs them. Mentors record missed meetings at 200 a
second in sessions; a row of reporting's read model says so itself when it can be seen: a trigger, there only for this,
notifies with its transaction's commit.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from typing import Any
from uuid import UUID

from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from alongside.local.platform import PORTAL, SERVICES
from bench.children import said_by, serving
from bench.figures import Finding, Latency, Size
from bench.http import environment, mentor, missed
from bench.load import Answers, Load
from bench.seed import meetings, relationships, seed_relationships
from bench.servers import Servers, Urls
from services.sessions.domain.meetings import meeting_id_on
from shared.kernel.postgres import connect
from shared.kernel.settings import Settings

PER_SECOND = 200
CLIENTS = 32
SEEN_WITHIN = 30.0
"""Seconds, for the last row."""
WARM = 100
TAKING_PART = tuple(service for service in SERVICES if service != PORTAL)
"""Pages only ask the others, and would need a key to sign with."""

_TELLING = """
    create function tell_that_it_is_there() returns trigger language plpgsql as $$
    begin
        perform pg_notify('seen', new.meeting_id::text);
        return null;
    end $$;
    create trigger tell_that_it_is_there after insert on {table}
        for each row execute function tell_that_it_is_there()"""


@asynccontextmanager
async def _run_services(servers: Servers, settings: Settings, number: int) -> AsyncIterator[tuple[int, Urls]]:
    """The services but the portal; the port of sessions and the databases of reporting."""
    async with AsyncExitStack() as stack:
        ports: dict[str, int] = {}
        databases: dict[str, Urls] = {}
        for service in TAKING_PART:
            databases[service] = await stack.enter_async_context(servers.database(service))
        await seed_relationships(databases["sessions"]["admin"], relationships(number))

        async def start(service: str) -> None:
            env = environment(servers, service, dict(databases[service]), settings.alongside_topic_prefix)
            served = await stack.enter_async_context(serving(f"services.{service}.main", "all", env=env))
            ports[service] = served.port

        await asyncio.gather(*map(start, TAKING_PART))
        yield ports["sessions"], databases["reporting"]


async def platform_takes(servers: Servers, port: int, url: str, number: int, first: int) -> list[float]:
    """Milliseconds from each answer to its row."""
    seen: dict[UUID, float] = {}
    all_there = asyncio.Event()
    places = meetings(number, first)
    wanted = [meeting_id_on(*place) for place in places]

    def note(_connection: object, _process: int, _channel: str, meeting_id: object) -> None:
        seen[UUID(str(meeting_id))] = time.monotonic()
        if len(seen) == number:
            all_there.set()

    connection = await connect(url)
    await connection.add_listener("seen", note)
    load = Load(
        token=mentor(servers),
        commands=[missed(port, *place) for place in places],
        clients=CLIENTS,
        rate=PER_SECOND,
    )
    done: Answers = await said_by("bench.load", asked=load)
    assert done["statuses"] == {"201": number}, done["statuses"]
    async with asyncio.timeout(SEEN_WITHIN):
        await all_there.wait()
    await connection.close()
    # a row may be there before its command's answer has come back
    return [max(0.0, seen[one] - answered) * 1000 for one, answered in zip(wanted, done["answered"], strict=True)]


async def kafka_takes(settings: Settings, number: int) -> list[float]:
    """Milliseconds from sending a message of the same size to receiving it."""
    topic = settings.topic("referral")
    took: list[float] = []
    async with (
        AIOKafkaConsumer(topic, bootstrap_servers=settings.kafka_bootstrap_servers) as consumer,
        AIOKafkaProducer(
            bootstrap_servers=settings.kafka_bootstrap_servers, acks="all", enable_idempotence=True
        ) as producer,
    ):
        await consumer.seek_to_end()
        for partition in consumer.assignment():
            await consumer.position(partition)
        headers: list[tuple[str, bytes]] = [("ce_subject", b"-" * 400)]

        async def receive() -> None:
            while len(took) < number + WARM:
                for records in (await consumer.getmany(timeout_ms=1000)).values():
                    now = time.monotonic()
                    took.extend((now - float(record.key)) * 1000 for record in records)

        receiving = asyncio.create_task(receive())
        begun = time.monotonic()
        for nth in range(number + WARM):
            await asyncio.sleep(begun + nth / PER_SECOND - time.monotonic())
            await producer.send(topic, b"-" * 180, key=repr(time.monotonic()).encode(), headers=headers)
        async with asyncio.timeout(SEEN_WITHIN):
            await receiving
    return took[WARM:]


async def against_kafka(servers: Servers, size: Size) -> list[Finding]:
    """The row of the table, over as many turns as the others."""
    number = max(int(PER_SECOND * size.seconds), 20)
    ours: list[float] = []
    theirs: list[float] = []
    async with (
        servers.topics() as settings,
        servers.topics() as nobodys,  # the services would park what is in theirs and no event
        _run_services(servers, settings, number * (size.turns + 1)) as (port, reporting),
    ):
        connection = await connect(reporting["admin"])
        table: Any = await connection.fetchval(
            "select 'reading.meetings_v' || version from read_models where name = 'meetings' and live"
        )
        await connection.execute(_TELLING.format(table=table))
        await connection.close()
        await platform_takes(servers, port, reporting["admin"], min(number, 200), number * size.turns)
        for turn in range(size.turns):
            theirs += await kafka_takes(nobodys, number)
            ours += await platform_takes(servers, port, reporting["admin"], number, turn * number)
    what = f"from the HTTP response to another service's read model, {PER_SECOND} commands a second, four processes"
    return [Latency(what, "Kafka alone, send to receive", ours, theirs)]
