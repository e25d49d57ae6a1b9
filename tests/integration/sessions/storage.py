"""All that the service stores and publishes, unread: every row of every table, every message of its topic."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit

import asyncpg
from aiokafka import AIOKafkaConsumer

from tests.support.services import Platform


async def rows(platform: Platform, admin_url: str) -> str:
    """Read every table of the sessions database as text, past row-level security."""
    return "\n".join((await tables(platform, admin_url, "sessions")).values())


async def tables(platform: Platform, admin_url: str, service: str) -> dict[str, str]:
    """Read every table of a service's database as text, past row-level security."""
    async with as_admin(platform, admin_url, service) as admin:
        named = await admin.fetch(
            """select tablename as name, format('%I.%I', schemaname, tablename) as whole from pg_tables
               where schemaname not in ('pg_catalog', 'information_schema')"""
        )
        kept = {table["name"]: await admin.fetch(f"select t::text from {table['whole']} t") for table in named}
    return {name: "\n".join(row[0] for row in rows) for name, rows in kept.items()}


@asynccontextmanager
async def as_admin(platform: Platform, admin_url: str, service: str) -> AsyncIterator[asyncpg.Connection]:
    """Connect to a service's database as the superuser, whom no row-level security holds back."""
    name = urlsplit(platform.urls[service]["owner"]).path
    admin = await asyncpg.connect(urlsplit(admin_url)._replace(path=name).geturl())
    try:
        yield admin
    finally:
        await admin.close()


async def events(platform: Platform, tenant: str = "north-star") -> int:
    """Count the events in the event store of sessions that people caused, and not the processes that follow them."""
    connection = await asyncpg.connect(platform.urls["sessions"]["worker"])
    try:
        count = "select count(*) from events where tenant = $1 and actor !~ '^(process|service):'"
        return int(await connection.fetchval(count, tenant))
    finally:
        await connection.close()


async def events_of(platform: Platform, type_: str, tenant: str = "north-star") -> int:
    """Count the events of a type in the event store of sessions, whoever caused them."""
    connection = await asyncpg.connect(platform.urls["sessions"]["worker"])
    try:
        count = "select count(*) from events where tenant = $1 and type = $2"
        return int(await connection.fetchval(count, tenant, type_))
    finally:
        await connection.close()


async def messages(platform: Platform, topic: str = "sessions") -> str:
    """Read every message of a topic as text: key, value and headers."""
    read: list[bytes] = []
    async with AIOKafkaConsumer(
        platform.settings.topic(topic),
        bootstrap_servers=platform.settings.kafka_bootstrap_servers,
        auto_offset_reset="earliest",
        enable_auto_commit=False,
    ) as consumer:
        for partition, end in (await consumer.end_offsets(consumer.assignment())).items():
            while await consumer.position(partition) < end:
                for batch in (await consumer.getmany(partition, timeout_ms=200)).values():
                    for message in batch:
                        read += [message.key or b"", message.value or b"", *(value for _, value in message.headers)]
    return b"\n".join(read).decode()
