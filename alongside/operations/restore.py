"""A service whose database was put back to an older backup: its next life, and its consumer back at the beginning."""

import asyncio
from collections.abc import Mapping
from typing import TYPE_CHECKING

from aiokafka import AIOKafkaConsumer
from aiokafka.admin import AIOKafkaAdminClient
from aiokafka.errors import CommitFailedError

from shared.kernel.incarnations import Reopened, reopen
from shared.kernel.kafka.contents import contents
from shared.kernel.postgres import open_pool
from shared.kernel.postgres.personal import Keyring
from shared.kernel.postgres.store import PostgresStore
from shared.kernel.settings import Settings

if TYPE_CHECKING:
    from shared.kernel.service import Service

MEMBERS = 5
"""Where a described group names them."""


GONE_WITHIN = 20.0
"""Seconds in which Kafka has given up the members that ended without a word: it waits ten for each."""


class StillRunning(RuntimeError):
    """The service's consumer group has members: their offsets cannot be put back under them."""

    def __init__(self, name: str) -> None:
        super().__init__(f"{name} is running: its consumer group has members. Stop its workers, then try again.")


async def restored(
    of: "Service", settings: Settings, worker_urls: Mapping[str, str], *, gone_within: float = GONE_WITHIN
) -> Reopened:
    """Open the next life of a service's store, and let its consumer read everything again.

    `worker_urls` are the databases of all services by name, in the worker's role: their marks tell of lives that are in
    no backup and, if the broker was lost, in no topic. Raises `StillRunning` after
    `gone_within` seconds, or `Relaying`; then no life was opened.
    """
    await _to_the_beginning(of, settings, gone_within)
    publications = of.publications(settings)
    sources = [publication.source for publication in publications]
    seen = max([1, *[await _seen(url, sources) for url in worker_urls.values()]])
    topics = sorted({publication.topic for publication in publications})
    async with await open_pool(worker_urls[of.name], size=2) as pool:
        store = PostgresStore(pool, Keyring(settings.master_key()))
        return await reopen(store, publications, contents(settings.kafka_bootstrap_servers, topics), seen)


async def _seen(url: str, sources: list[str]) -> int:
    """The highest life of a source that a service has had events of."""
    async with await open_pool(url, size=1) as pool:
        found = await pool.fetchval("select max(incarnation) from high_water where source = any ($1)", sources)
        return int(found or 1)


async def _nobody_left(admin: AIOKafkaAdminClient, of: "Service", gone_within: float) -> None:
    """Until the group has no members: those that were killed are in it until Kafka gives them up."""
    deadline = asyncio.get_running_loop().time() + gone_within
    while any(group[MEMBERS] for said in await admin.describe_consumer_groups([of.group]) for group in said.groups):
        if asyncio.get_running_loop().time() > deadline:
            raise StillRunning(of.name)
        await asyncio.sleep(0.5)


async def _to_the_beginning(of: "Service", settings: Settings, gone_within: float) -> None:
    """Put the offsets of the service's group back: its marks went back too, and say what of it all is a repeat."""
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    try:
        await admin.start()
        await _nobody_left(admin, of, gone_within)
        taken = await admin.list_consumer_group_offsets(of.group)
    finally:
        await admin.close()
    if not taken:
        return
    consumer = AIOKafkaConsumer(
        bootstrap_servers=settings.kafka_bootstrap_servers, group_id=of.group, enable_auto_commit=False
    )
    try:
        await consumer.start()
        consumer.assign(list(taken))
        await consumer.commit(dict.fromkeys(taken, 0))
    except CommitFailedError:
        raise StillRunning(of.name) from None  # started just now
    finally:
        await consumer.stop()
