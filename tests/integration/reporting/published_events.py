"""Publish the other services' events to reporting through Kafka, and wait until its answers take them in."""

from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg

from shared.events import PublicEvent
from shared.kernel.postgres import Connection, connect
from shared.kernel.postgres.events import head
from shared.kernel.postgres.progress import projected_position
from tests.support.services import Platform, eventually, publish_streams
from tests.unit.reporting.facts import stream_of, topic_of


def new_tenant() -> str:
    """Return the name of a partnership that no other test uses."""
    return f"partnership-{uuid4().hex[:8]}"


@asynccontextmanager
async def reporting_database(platform: Platform) -> AsyncIterator[Connection]:
    """Connect to reporting's database in the role of its worker, until the context ends."""
    connection: asyncpg.Connection[asyncpg.Record] = await connect(platform.urls["reporting"]["worker"])
    try:
        yield connection
    finally:
        await connection.close()


async def publish(platform: Platform, tenant: str, *events: PublicEvent) -> None:
    """Publish these events as the services that own them would, each stream in order."""
    topics: dict[str, dict[str, list[PublicEvent]]] = defaultdict(lambda: defaultdict(list))
    for event in events:
        topics[topic_of(event)][stream_of(event)].append(event)
    for topic, streams in topics.items():
        await publish_streams(platform, topic, tenant, streams)


async def wait_until_recorded(platform: Platform, tenant: str, number: int) -> None:
    """Wait until at least `number` events of a tenant are recorded and every answer takes them in."""
    async with reporting_database(platform) as connection:

        async def is_shown() -> bool:
            there = await connection.fetchval("select count(*) from events where tenant = $1", tenant)
            return bool(there >= number and await projected_position(connection) >= await head(connection))

        await eventually(is_shown)


async def given(platform: Platform, *events: PublicEvent) -> str:
    """Publish these events in a new partnership, wait until they are recorded, and return its tenant."""
    tenant = new_tenant()
    await publish(platform, tenant, *events)
    await wait_until_recorded(platform, tenant, len(events))
    return tenant
