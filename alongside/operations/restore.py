"""Put a service back to work after its database was restored from an older backup.

Its store gets a new incarnation, so that consumers do not mistake its new events for repeats of lost events. Its
consumer reads all topics again from the beginning.
"""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError

from alongside.local.platform import SERVICES, Addresses
from alongside.operations.services import load_service
from shared.kernel.kafka.messages import topic_messages
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.restore import ReopenedStore, reopen
from shared.kernel.settings import Settings

if TYPE_CHECKING:
    from shared.kernel.service.definition import Service

MEMBERS = 5
"""Index of the members in Kafka's description of a consumer group."""

WAIT_FOR_MEMBERS = 20.0
"""Seconds until Kafka has removed members that ended without leaving the group: its session timeout is ten."""


class StillRunning(RuntimeError):
    """The service's consumer group has members, so its offsets cannot be reset."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is running: its consumer group has members. Stop its workers, then try again.")


async def begin_incarnation(
    addresses: Addresses, name: str, *, wait_for_members: float = WAIT_FOR_MEMBERS
) -> ReopenedStore:
    """Open the next incarnation of a service's store after its database was restored.

    Raises `Unknown`, `StillRunning` if workers are still members of its consumer group after `wait_for_members`
    seconds, and `Relaying` if its relay is at work; then nothing has changed.
    """
    service = load_service(name)
    worker_urls = {other: addresses.database(other, "worker") for other in SERVICES}
    return await reopen_store(service, addresses.settings(), worker_urls, wait_for_members=wait_for_members)


async def reopen_store(
    service: "Service",
    settings: Settings,
    worker_urls: Mapping[str, str],
    *,
    wait_for_members: float = WAIT_FOR_MEMBERS,
) -> ReopenedStore:
    """Open the next incarnation of a service's store, and reset its consumer to the beginning of its topics.

    `worker_urls` are the databases of all services by name, in the worker's role. Their marks name incarnations that no
    backup holds, nor any topic if the broker was lost too. Raises `StillRunning` or `Relaying`; then no incarnation was
    opened.
    """
    await _reset_consumer(service, settings, wait_for_members)
    publications = service.publications(settings)
    sources = [publication.source for publication in publications]
    highest = max([1, *[await _highest_incarnation_seen(url, sources) for url in worker_urls.values()]])
    topics = sorted({publication.topic for publication in publications})
    async with await open_pool(worker_urls[service.name], size=2) as pool:
        store = PostgresStore(pool, Keyring(settings.master_key()))
        return await reopen(store, publications, topic_messages(settings.kafka_bootstrap_servers, topics), highest)


async def _highest_incarnation_seen(url: str, sources: list[str]) -> int:
    """The highest incarnation of the sources from which the service with this database has received events."""
    async with await open_pool(url, size=1) as pool:
        found = await pool.fetchval("select max(incarnation) from high_water where source = any ($1)", sources)
        return int(found or 1)


async def _wait_for_members_to_leave(
    admin: AIOKafkaAdminClient, service: "Service", group: str, seconds: float
) -> None:
    deadline = asyncio.get_running_loop().time() + seconds
    while any(
        described[MEMBERS] for answer in await admin.describe_consumer_groups([group]) for described in answer.groups
    ):
        if asyncio.get_running_loop().time() > deadline:
            raise StillRunning(service.name)
        await asyncio.sleep(0.5)


async def _reset_consumer(service: "Service", settings: Settings, wait_for_members: float) -> None:
    """Reset the offsets of the service's group to 0; its restored high-water marks tell which messages are repeats."""
    group = settings.consumer_group(service.name)
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        await _wait_for_members_to_leave(admin, service, group, wait_for_members)
        committed = await admin.list_consumer_group_offsets(group)
    finally:
        await admin.close()
    if not committed:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, group_id=group, enable_auto_commit=False
    )
    try:
        await consumer.start()
        consumer.assign(list(committed))
        await consumer.commit(dict.fromkeys(committed, 0))
    except CommitFailedError:
        raise StillRunning(service.name) from None  # a worker started just now
    finally:
        await consumer.stop()
