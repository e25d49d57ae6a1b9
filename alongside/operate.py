"""What operators do, all of it over the databases: look at every service, heal, rebuild, republish."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from functools import partial
from importlib import import_module

from aiokafka import AIOKafkaConsumer, TopicPartition
from aiokafka.admin import AIOKafkaAdminClient

from alongside.platform import SERVICES, Addresses
from shared.kernel import parking, projector
from shared.kernel.bell import Bell
from shared.kernel.parking import Parked
from shared.kernel.personal import Keyring
from shared.kernel.postgres import Pool, open_pool
from shared.kernel.service import Service
from shared.kernel.watching import Status, status


class Unknown(LookupError):
    """There is no such service, read model or parked message."""


def service(name: str) -> Service:
    """A service by its name; raises `Unknown`."""
    if name not in SERVICES:
        raise Unknown(f"There is no service {name}; there are {', '.join(SERVICES)}.")
    found = import_module(f"services.{name}.main").SERVICE
    assert isinstance(found, Service)
    return found


@asynccontextmanager
async def worker_pool(known: Addresses, name: str) -> AsyncIterator[Pool]:
    """A small pool in the worker's role."""
    async with await open_pool(known.database(name, "worker"), size=4) as pool:
        yield pool


async def statuses(known: Addresses) -> list[Status]:
    """The status of every service."""
    found = []
    for name in SERVICES:
        async with worker_pool(known, name) as pool:
            found.append(await status(name, pool))
    return found


async def consumer_lag(known: Addresses, name: str) -> int:
    """Messages that a service's consumer group has not taken yet, over all its topics."""
    settings, of = known.settings(), service(name)
    if not of.listens_to:
        return 0
    admin = AIOKafkaAdminClient(bootstrap_servers=settings.kafka_bootstrap_servers)
    consumer = AIOKafkaConsumer(bootstrap_servers=settings.kafka_bootstrap_servers)
    await admin.start()
    await consumer.start()
    try:
        taken = await admin.list_consumer_group_offsets(of.group)
        topics = [settings.topic(topic) for topic in of.listens_to]
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in await admin.describe_topics(topics)
            for partition in topic["partitions"]
        ]
        ends = await consumer.end_offsets(partitions)
        return sum(end - max(taken[at].offset if at in taken else 0, 0) for at, end in ends.items())
    finally:
        await consumer.stop()
        await admin.close()


async def list_parked(known: Addresses) -> list[tuple[str, Parked]]:
    """Everything parked, by service."""
    found = []
    for name in SERVICES:
        async with worker_pool(known, name) as pool:
            found += [(name, parked) for parked in await parking.list_parked(pool)]
    return found


async def show_parked(known: Addresses, name: str, number: int) -> Parked:
    """One parked message; raises `Unknown`."""
    async with worker_pool(known, service(name).name) as pool:
        found = await parking.show_parked(pool, number)
    if found is None:
        raise Unknown(f"{name} has nothing parked under {number}; `alongside parked list` shows what there is.")
    return found


async def replay(known: Addresses, name: str, number: int) -> int:
    """Take the whole stream of a parked message again; the number of messages that had their effect."""
    of = service(name)
    parked = await show_parked(known, name, number)
    url = known.database(name, "worker")
    async with worker_pool(known, name) as pool, Bell(url) as bell:
        consumer = of.consumer(pool, bell, Keyring(known.settings().master_key()))
        taken = await consumer.replay(parked.topic, parked.stream)
        bell.ring()
        return taken


async def discard(known: Addresses, name: str, number: int) -> None:
    """Give a parked message up, then take what waited behind it; raises `Unknown`."""
    parked = await show_parked(known, name, number)
    async with worker_pool(known, name) as pool:
        await parking.discard(pool, number)
        behind = [
            one for one in await parking.list_parked(pool) if (one.topic, one.stream) == (parked.topic, parked.stream)
        ]
    if behind and behind[0].id is not None:
        await replay(known, name, behind[0].id)


async def rebuild(known: Addresses, read_model: str, progress: Callable[[int, int], None]) -> tuple[str, int]:
    """Rebuild a read model, `NAME` or `SERVICE.NAME`, beside the running one; answers the service and the new version.

    `progress` is told the head and the position reached. Raises `Unknown`.
    """
    wanted, _, model_name = read_model.rpartition(".")
    for name in (wanted,) if wanted else SERVICES:
        model = next((model for model in service(name).read_models if model.name == model_name), None)
        if model is not None:
            async with worker_pool(known, name) as pool:
                last = (await status(name, pool)).head
                version = await projector.rebuild(pool, model, progress=partial(progress, last))
            return name, version
    names = sorted(f"{name}.{model.name}" for name in SERVICES for model in service(name).read_models)
    raise Unknown(f"There is no read model {read_model}; there are {', '.join(names)}.")


async def republish(known: Addresses, name: str) -> int:
    """Let a service's relay send every event again, for a broker that was lost; consumers drop what they have had.

    Answers the number of events that will be sent.
    """
    async with worker_pool(known, service(name).name) as pool:
        await pool.execute("update cursors set position = 0, moved_at = clock_timestamp() where name = 'relay'")
        return (await status(name, pool)).relay.behind
